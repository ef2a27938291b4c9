// A total, and how fast it grows.

import {element, say} from './dom.js';
import {bytes, rate} from './format.js';

export class Growth {
  #now = element('span', 'rate');
  #total = element('span', 'total');
  #before = null;

  /** Bytes a second between the last two samples. */
  perSecond = 0;

  constructor(cell) {
    cell.append(this.#now, this.#total);
  }

  update(at, total) {
    const before = this.#before;
    if (before && at > before.at) {
      this.perSecond = Math.max(0, total - before.total) * 1000 / (at - before.at);
      say(this.#now, rate(this.perSecond));
    }
    say(this.#total, bytes(total));
    this.#before = {at, total};
  }
}
