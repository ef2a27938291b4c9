// All counters of the daemon, and its download roots.

import {element, row, say, Views} from './dom.js';
import {bytes, count} from './format.js';

function counter() {
  const {node, cells} = row(['', 'number'], true);
  return {
    node: element('tbody', '', node),
    update([name, value]) {
      say(cells[0], name);
      say(cells[1], typeof value === 'number' ? count(value) : String(value));
    },
  };
}

/** The table of all counters; what is counted by errno has a row for each. */
export class Counters {
  #views;

  constructor(table) {
    this.#views = new Views(table, counter);
  }

  update({connect_errors = {}, ...now}) {
    const errors = Object.entries(connect_errors).map(([name, value]) => [`connect_errors ${name}`, value]);
    const rows = Object.entries(now)
      .filter(([, value]) => typeof value !== 'object')
      .flatMap(each => each[0] === 'connect_failures' ? [each, ...errors] : [each]);
    this.#views.show(rows, ([name]) => name);
  }
}

function root() {
  const name = element('span', 'name');
  const room = element('span', 'room');
  const node = element('li', 'card', name, room);
  return {
    node,
    update({key, displayName, available, freeBytes}) {
      say(name, displayName || key);
      say(room, available ? `${bytes(freeBytes)} free` : 'not available');
      node.dataset.tone = available ? '' : 'bad';
    },
  };
}

/** The download roots. */
export class Roots {
  #list;
  #empty;
  #views;

  constructor(list, empty) {
    this.#list = list;
    this.#empty = empty;
    this.#views = new Views(list, root);
  }

  update(roots) {
    this.#list.hidden = roots.length === 0;
    this.#empty.hidden = roots.length > 0;
    this.#views.show(roots, each => each.key);
  }
}
