// Nodes and their texts. What a client has chosen becomes text, never markup.

const SVG = 'http://www.w3.org/2000/svg';

/** An element with a class; what it holds are texts and nodes. */
export function element(tag, className, ...content) {
  const node = document.createElement(tag);
  if (className) {
    node.className = className;
  }
  node.append(...content);
  return node;
}

export function shape(tag, attributes, ...content) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  node.append(...content);
  return node;
}

/** Leaves a text that is already right alone, so that a selection in it stays. */
export function say(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** A button with a text. */
export function button(className, text, onClick) {
  const node = element('button', className, text);
  node.type = 'button';
  node.addEventListener('click', onClick);
  return node;
}

/** A row of a table whose cells are written again and again. */
export function row(classes, headed = false) {
  const cells = classes.map((name, i) => element(headed && i === 0 ? 'th' : 'td', name));
  if (headed) {
    cells[0].scope = 'row';
  }
  return {node: element('tr', '', ...cells), cells};
}

/** Keeps a view {node, update} for each item. Items that stay keep their nodes, so that the focus and what is open stay, too. */
export class Views {
  #parent;
  #make;
  #byKey = new Map();

  constructor(parent, make) {
    this.#parent = parent;
    this.#make = make;
  }

  show(items, keyOf) {
    const focused = document.activeElement;
    const gone = this.#byKey;
    this.#byKey = new Map();
    for (const item of items) {
      const key = keyOf(item);
      const view = gone.get(key) ?? this.#make(item);
      gone.delete(key);
      this.#byKey.set(key, view);
      view.update(item);
    }
    for (const view of gone.values()) {
      view.node.remove();
    }
    let next = null;
    for (const view of [...this.#byKey.values()].reverse()) {
      if (view.node.parentNode !== this.#parent || view.node.nextElementSibling !== next) {
        this.#parent.insertBefore(view.node, next);
      }
      next = view.node;
    }
    if (focused !== document.activeElement && this.#parent.contains(focused)) {
      focused.focus({preventScroll: true}); // moving a node takes the focus from it
    }
  }
}
