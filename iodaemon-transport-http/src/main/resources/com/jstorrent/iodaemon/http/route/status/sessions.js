// The table of sessions, and below it the sockets of those that are opened.

import {button, element, row, say, Views} from './dom.js';
import {bytes, count, duration} from './format.js';
import {Growth} from './growth.js';
import {Sockets} from './sockets.js';

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

function state(session) {
  const control = session.endpoint === 'control' ? ['control'] : [];
  const blocked = session.blocked_ms > BLOCKED_MS ? ['does not read'] : [];
  return [session.state, ...control, ...blocked].join(', ');
}

class Session {
  node = element('tbody', 'session');
  number;
  sockets = null; // while it is opened
  #title = '';
  #cells;
  #name = element('span', 'name');
  #button;
  #toPeers = element('span');
  #toClient = element('span', 'total');
  #growths;

  /** @param onToggle is called with this session when its sockets are wanted, or not any more */
  constructor(number, onToggle) {
    this.number = number;
    const {node, cells} = row(['', '', '', 'number', 'number', 'number', 'number', 'number', 'number'], true);
    this.#cells = cells;
    this.#growths = [new Growth(cells[5]), new Growth(cells[6])];
    cells[7].append(this.#toPeers, this.#toClient);
    this.#button = button('opener', String(number), () => onToggle(this));
    this.#button.setAttribute('aria-expanded', 'false');
    this.#button.setAttribute('aria-label', `Sockets of session ${number}`);
    cells[0].append(this.#button);
    cells[1].append(this.#name);
    this.node.append(node);
  }

  get title() {
    return this.#title;
  }

  open(sockets) {
    this.sockets = sockets;
    this.#button.setAttribute('aria-expanded', String(sockets !== null));
    if (sockets === null) {
      this.#button.removeAttribute('aria-controls');
    } else {
      this.#button.setAttribute('aria-controls', sockets.node.id);
    }
  }

  update({at, session}) {
    this.#title = `session ${session.number}${session.name === null ? '' : `, ${session.name}`}`;
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
}

/** The table of sessions, and the cards with their sockets. */
export class Sessions {
  #table;
  #empty;
  #cards;
  #views;
  #shown = new Map();
  #asked;

  /**
   * @param cards where the sockets of opened sessions are shown
   * @param asked {get, close}: asks for a path; asks whether a socket shall be closed, and closes it
   */
  constructor(table, empty, cards, asked) {
    this.#table = table;
    this.#empty = empty;
    this.#cards = cards;
    this.#asked = asked;
    this.#views = new Views(table, ({session}) => {
      const view = new Session(session.number, each => this.#toggle(each));
      this.#shown.set(session.number, view);
      return view;
    });
  }

  #toggle(session) {
    if (session.sockets !== null) {
      session.sockets.node.remove();
      session.open(null);
      return;
    }
    const sockets = new Sockets(session.number, session.title, this.#asked);
    session.open(sockets);
    this.#cards.append(sockets.node);
    sockets.refresh();
  }

  update(at, sessions) {
    this.#table.hidden = sessions.length === 0;
    this.#empty.hidden = sessions.length > 0;
    this.#views.show(sessions.map(session => ({at, session})), each => each.session.number);
    const numbers = new Set(sessions.map(session => session.number));
    for (const [number, view] of [...this.#shown]) {
      if (!numbers.has(number)) {
        view.sockets?.node.remove();
        this.#shown.delete(number);
      }
    }
  }

  /** Asks for the sockets of all sessions that are opened. */
  async refresh() {
    await Promise.all([...this.#shown.values()].map(view => view.sockets?.refresh()));
  }
}
