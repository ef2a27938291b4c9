// The sockets of one session: sorting, searching and closing them.

import {button, element, row, say, Views} from './dom.js';
import {bytes, count, duration} from './format.js';
import {Growth} from './growth.js';
import {watchScroll} from './scroll.js';

const KINDS = {tcp: 'TCP', udp: 'UDP', server: 'TCP server'};

function peer(socket) {
  return socket.remote ?? (socket.local_port ? `on port ${socket.local_port}` : '–');
}

/** Each column: its name, and its sort key; when a column is chosen first, numbers are sorted from the largest on. */
const COLUMNS = [
  {name: 'Socket', by: each => each.socket.id},
  {name: 'Kind', by: each => KINDS[each.socket.kind] ?? each.socket.kind},
  {name: 'State', by: each => each.socket.state},
  {name: 'Peer', by: each => peer(each.socket)},
  {name: 'From peer', number: true, by: each => each.rates[0]},
  {name: 'To peer', number: true, by: each => each.rates[1]},
  {name: 'Queued', number: true, by: each => each.socket.queued_bytes},
  {name: 'Idle', number: true, by: each => each.socket.idle_ms},
  {name: 'Pauses', number: true, by: each => each.socket.pauses},
  {name: 'Drops', number: true, by: each => each.socket.drops},
];

class SocketRow {
  node;
  #cells;
  #growths;
  #socket;

  constructor(socket, onClose) {
    const {node, cells} = row([...COLUMNS.map(column => column.number ? 'number' : ''), ''], true);
    this.node = node;
    this.#cells = cells;
    this.#growths = [new Growth(cells[4]), new Growth(cells[5])];
    if (socket.kind !== 'server') {
      const close = button('quiet', 'Close', () => onClose(this.#socket));
      close.setAttribute('aria-label', `Close socket ${socket.id}`);
      cells[COLUMNS.length].append(close);
    }
  }

  /** Rows that are not shown are updated, too, because rates need every sample. */
  measure(at, socket) {
    this.#growths[0].update(at, socket.received_bytes);
    this.#growths[1].update(at, socket.sent_bytes);
  }

  get rates() {
    return this.#growths.map(each => each.perSecond);
  }

  update({socket}) {
    this.#socket = socket;
    const texts = [
      String(socket.id), KINDS[socket.kind] ?? socket.kind, socket.state, peer(socket), null, null,
      bytes(socket.queued_bytes), duration(socket.idle_ms / 1000), count(socket.pauses), count(socket.drops)];
    texts.forEach((text, i) => text !== null && say(this.#cells[i], text));
  }
}

/** The card with the sockets of one session. */
export class Sockets {
  node = element('section', 'sockets card');
  #session;
  #title;
  #asked;
  #problem = element('p', 'empty', 'Asking …');
  #found = element('p', 'found');
  #failure = element('p', 'failure');
  #search = element('input');
  #table = element('table');
  #body = element('tbody');
  #heads;
  #rows = new Map();
  #views = new Views(this.#body, ({key}) => this.#rows.get(key));
  #sorted = {column: 0, down: false};
  #answer = {sockets: []};

  /**
   * @param title of the session, for people
   * @param asked {get, close} as in Sessions
   */
  constructor(session, title, asked) {
    this.#session = session;
    this.#title = title;
    this.#asked = asked;
    this.node.id = `sockets-${session}`;
    this.#heads = COLUMNS.map(({name, number}, i) => {
      const head = element('th', number ? 'number' : '', button('sorter', name, () => this.#sort(i)));
      head.scope = 'col';
      return head;
    });
    const last = element('th', '', element('span', 'unseen', 'Action'));
    last.scope = 'col';
    this.#table.append(element('thead', '', element('tr', '', ...this.#heads, last)), this.#body);
    this.#search.type = 'search';
    this.#search.setAttribute('autocomplete', 'off');
    this.#search.spellcheck = false;
    this.#search.addEventListener('input', () => this.#show());
    this.#found.setAttribute('role', 'status');
    this.#failure.setAttribute('role', 'alert');
    const heading = element('h3', '', `Sockets of ${title}`);
    heading.id = `${this.node.id}-title`;
    this.node.setAttribute('aria-labelledby', heading.id);
    const region = element('div', 'scroll', this.#table);
    region.setAttribute('role', 'region');
    region.setAttribute('aria-label', `Table of the sockets of ${title}`);
    this.node.append(
      heading, element('p', 'tools', element('label', '', 'Search ', this.#search), this.#found), this.#failure, region, this.#problem);
    watchScroll(region);
    this.#show();
  }

  #sort(column) {
    const again = this.#sorted.column === column;
    this.#sorted = {column, down: again ? !this.#sorted.down : COLUMNS[column].number === true};
    this.#show();
  }

  async refresh() {
    let answer;
    try {
      answer = await this.#asked.get(`/stats/sockets?session=${this.#session}`);
    } catch (failure) {
      this.#problem.hidden = false;
      say(this.#problem, 'The daemon does not tell them.');
      return;
    }
    this.#take(performance.now(), answer);
    this.#show();
  }

  #take(at, answer) {
    this.#answer = answer;
    const gone = this.#rows;
    this.#rows = new Map();
    for (const socket of answer.sockets) {
      const key = `${socket.kind} ${socket.id}`;
      const view = gone.get(key) ?? new SocketRow(socket, each => this.#close(each));
      view.measure(at, socket);
      this.#rows.set(key, view);
    }
    const {sockets, more = 0} = answer;
    say(this.#problem, sockets.length === 0
      ? 'This session has no sockets.'
      : more > 0 ? `${count(more)} more are not listed, and not searched.` : '');
    this.#problem.hidden = this.#problem.textContent === '';
  }

  /** Shows the sockets that are searched for, in the order that is wanted. */
  #show() {
    const wanted = this.#search.value.trim().toLowerCase();
    const {column, down} = this.#sorted;
    const {by} = COLUMNS[column];
    const all = this.#answer.sockets.map(socket => {
      const key = `${socket.kind} ${socket.id}`;
      return {socket, key, rates: this.#rows.get(key).rates};
    });
    const fitting = all.filter(({socket}) =>
      [socket.id, KINDS[socket.kind], socket.state, peer(socket)].join(' ').toLowerCase().includes(wanted));
    const order = (a, b) => typeof by(a) === 'string' ? by(a).localeCompare(by(b)) : by(a) - by(b);
    fitting.sort((a, b) => (down ? -1 : 1) * order(a, b) || a.socket.id - b.socket.id);
    this.#views.show(fitting, each => each.key);
    this.#heads.forEach((head, i) => {
      head.setAttribute('aria-sort', i !== column ? 'none' : down ? 'descending' : 'ascending');
    });
    this.#table.hidden = all.length === 0;
    say(this.#found, wanted === '' ? '' : `${count(fitting.length)} of ${count(all.length)}`);
  }

  async #close(socket) {
    const what = `${KINDS[socket.kind] ?? socket.kind} socket ${socket.id}`;
    const target = {session: this.#session, socketId: socket.id};
    say(this.#failure, '');
    try {
      if (!await this.#asked.close(target, what, `${peer(socket)}, ${this.#title}`)) {
        return;
      }
    } catch (failure) {
      say(this.#failure, `The ${what} was not closed: ${failure.message}`);
      return;
    }
    this.#search.focus(); // the button that was used goes
    await this.refresh();
  }
}
