// The sessions, and the sockets of those that are opened.

import {element, row, say, Views} from './dom.js';
import {bytes, count, duration, rate} from './format.js';

const KINDS = {tcp: 'TCP', udp: 'UDP', server: 'TCP server'};
const SOCKET_COLUMNS = ['Socket', 'Kind', 'State', 'Peer', 'From peer', 'To peer', 'Queued', 'Idle', 'Pauses', 'Drops'];
const COLUMNS = 9;
const BLOCKED_MS = 1000; // a shorter wait of a client is nothing to worry about

function received(session) {
  return (session.bytes_received ?? 0) + (session.udp_bytes_received ?? 0);
}

function sent(session) {
  return (session.bytes_sent ?? 0) + (session.udp_bytes_sent ?? 0);
}

function drops(session) {
  return (session.udp_send_drops ?? 0) + (session.udp_receive_drops ?? 0);
}

/** A total, and how fast it grows. */
class Growth {
  #now = element('span', 'rate');
  #total = element('span', 'total');
  #before = null;

  constructor(cell) {
    cell.append(this.#now, this.#total);
  }

  update(at, total) {
    const before = this.#before;
    if (before && at > before.at) {
      say(this.#now, rate(Math.max(0, total - before.total) * 1000 / (at - before.at)));
    }
    say(this.#total, bytes(total));
    this.#before = {at, total};
  }
}

function peer(socket) {
  return socket.remote ?? (socket.local_port ? `on port ${socket.local_port}` : '–');
}

function state(session) {
  const control = session.endpoint === 'control' ? ['control'] : [];
  const blocked = session.blocked_ms > BLOCKED_MS ? ['does not read'] : [];
  return [session.state, ...control, ...blocked].join(', ');
}

function socket() {
  const {node, cells} = row(['', '', '', '', 'number', 'number', 'number', 'number', 'number', 'number']);
  return {
    node,
    update(each) {
      const texts = [
        String(each.id), KINDS[each.kind] ?? each.kind, each.state, peer(each), bytes(each.received_bytes),
        bytes(each.sent_bytes), bytes(each.queued_bytes), duration(each.idle_ms / 1000), count(each.pauses),
        count(each.drops)];
      texts.forEach((text, i) => say(cells[i], text));
    },
  };
}

/** The sockets of one session, below its row. */
class Sockets {
  node = element('td', 'sockets');
  #problem = element('p', 'empty', 'Asking …');
  #table = element('table');
  #body = element('tbody');
  #views = new Views(this.#body, socket);

  constructor() {
    const heads = SOCKET_COLUMNS.map((name, i) => element('th', i > 3 ? 'number' : '', name));
    heads.forEach(head => {
      head.scope = 'col';
    });
    this.#table.append(element('thead', '', element('tr', '', ...heads)), this.#body);
    this.#table.hidden = true;
    this.node.colSpan = COLUMNS;
    this.node.append(this.#table, this.#problem);
  }

  update({sockets, more = 0}) {
    this.#table.hidden = sockets.length === 0;
    this.#views.show(sockets, each => `${each.kind} ${each.id}`);
    this.fail(sockets.length === 0 ? 'This session has no sockets.' : more > 0 ? `${count(more)} more are not shown.` : '');
  }

  fail(message) {
    this.#problem.hidden = message === '';
    say(this.#problem, message);
  }
}

class Session {
  node = element('tbody', 'session');
  number;
  #cells;
  #name = element('span', 'name');
  #button = element('button', 'opener');
  #toPeers = element('span');
  #toClient = element('span', 'total');
  #growths;
  #detail;
  #sockets = null;

  constructor(number, onOpen) {
    this.number = number;
    const {node, cells} = row(['', '', '', 'number', 'number', 'number', 'number', 'number', 'number'], true);
    this.#cells = cells;
    this.#growths = [new Growth(cells[5]), new Growth(cells[6])];
    cells[7].append(this.#toPeers, this.#toClient);
    this.#detail = element('tr');
    this.#detail.id = `sockets-${number}`;
    this.#detail.hidden = true;
    this.#button.type = 'button';
    this.#button.setAttribute('aria-expanded', 'false');
    this.#button.setAttribute('aria-label', `Sockets of session ${number}`);
    this.#button.setAttribute('aria-controls', this.#detail.id);
    this.#button.append(String(number));
    this.#button.addEventListener('click', () => this.#toggle(onOpen));
    cells[0].append(this.#button);
    cells[1].append(this.#name);
    this.node.append(node, this.#detail);
  }

  get isOpen() {
    return !this.#detail.hidden;
  }

  #toggle(onOpen) {
    this.#detail.hidden = !this.#detail.hidden;
    this.#button.setAttribute('aria-expanded', String(this.isOpen));
    this.#sockets = this.isOpen ? new Sockets() : null;
    this.#detail.replaceChildren(...(this.isOpen ? [this.#sockets.node] : []));
    if (this.isOpen) {
      onOpen(this);
    }
  }

  update({at, session}) {
    say(this.#name, session.name ?? '–');
    this.#name.title = session.name ?? '';
    say(this.#cells[2], state(session));
    say(this.#cells[3], duration(session.age_secs));
    say(this.#cells[4], count((session.tcp_sockets ?? 0) + (session.udp_sockets ?? 0) + (session.tcp_servers ?? 0)));
    this.#growths[0].update(at, received(session));
    this.#growths[1].update(at, sent(session));
    const toClient = session.queued_to_client_bytes ?? 0;
    say(this.#toPeers, bytes(session.queued_bytes ?? 0));
    say(this.#toClient, toClient > 0 ? `${bytes(toClient)} to client` : '');
    say(this.#cells[8], count(drops(session)));
  }

  async refresh(daemon) {
    const shown = this.#sockets;
    try {
      shown.update(await daemon.get(`/stats/sockets?session=${this.number}`));
    } catch (failure) {
      shown.fail('The daemon does not tell them.');
    }
  }
}

/** The table of sessions. */
export class Sessions {
  #table;
  #empty;
  #views;
  #open = new Map();

  /** @param onOpen is called with a session whose sockets are wanted */
  constructor(table, empty, onOpen) {
    this.#table = table;
    this.#empty = empty;
    this.#views = new Views(table, ({session}) => {
      const view = new Session(session.number, onOpen);
      this.#open.set(session.number, view);
      return view;
    });
  }

  update(at, sessions) {
    this.#table.hidden = sessions.length === 0;
    this.#empty.hidden = sessions.length > 0;
    this.#views.show(sessions.map(session => ({at, session})), each => each.session.number);
    const numbers = new Set(sessions.map(session => session.number));
    for (const number of [...this.#open.keys()].filter(each => !numbers.has(each))) {
      this.#open.delete(number);
    }
  }

  /** Asks for the sockets of all sessions that are opened. */
  async refresh(daemon) {
    await Promise.all([...this.#open.values()].filter(view => view.isOpen).map(view => view.refresh(daemon)));
  }
}
