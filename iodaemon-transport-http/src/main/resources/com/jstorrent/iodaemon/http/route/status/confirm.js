// Asks before a socket is closed.

import {say} from './dom.js';

/** A dialog that asks one question at a time. */
export class Confirm {
  #dialog;
  #title;
  #text;
  #answered = () => {};

  constructor(dialog, {title, text, yes, no}) {
    this.#dialog = dialog;
    this.#title = title;
    this.#text = text;
    yes.addEventListener('click', () => this.#end(true));
    no.addEventListener('click', () => this.#end(false));
    dialog.addEventListener('close', () => this.#end(false)); // Escape
  }

  /** Asks the reader; the promise tells whether the answer is yes. The safe answer has the focus. */
  ask(title, text) {
    this.#answered(false);
    say(this.#title, title);
    say(this.#text, text);
    return new Promise(resolve => {
      this.#answered = resolve;
      this.#dialog.showModal();
    });
  }

  #end(answer) {
    this.#answered(answer);
    if (this.#dialog.open) {
      this.#dialog.close();
    }
  }

  /** Withdraws the question. */
  cancel() {
    this.#end(false);
  }
}
