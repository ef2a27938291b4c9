// What the daemon as a whole does: its counters and its download roots.

import {element, row, say, Views} from './dom.js';
import {bytes, count, several} from './format.js';

const MINUTE_MS = 60_000;

/** Each tile: what it counts, its value, what is said below it, and which counters are bad news when they grow. */
const TILES = [
  {name: 'TCP sockets', value: now => count(now.tcp_sockets), note: now => `${count(now.tls_sockets)} with TLS`},
  {name: 'UDP sockets', value: now => count(now.udp_sockets)},
  {name: 'TCP servers', value: now => count(now.tcp_servers)},
  {name: 'Connecting', value: now => count(now.pending_connects), note: now => `${count(now.pending_tcp)} closing`},
  {name: 'Queued for peers', value: now => bytes(now.queued_bytes)},
  {name: 'Clients paused', value: now => count(now.send_pauses), note: 'a queue was full', news: ['send_pauses']},
  {name: 'Stalled sockets', value: now => count(now.send_stalls), note: 'the peer took nothing', bad: ['send_stalls']},
  {
    name: 'Dropped datagrams',
    value: now => count(now.udp_send_drops + now.udp_receive_drops),
    note: now => `${count(now.udp_send_drops)} out, ${count(now.udp_receive_drops)} in`,
    bad: ['udp_send_drops', 'udp_receive_drops'],
  },
  {name: 'Sessions', value: now => count(now.ws_connections), note: now => `${count(now.parked_sessions)} parked`},
  {name: 'HTTP connections', value: now => count(now.http_connections), note: now => several(now.http_requests, 'request')},
  {name: 'Open files', value: now => count(now.open_files), note: now => several(now.file_handles, 'handle')},
  {
    name: 'Errors',
    value: now => count(now.protocol_errors + now.auth_failures),
    note: now => several(now.auth_failures, 'wrong token'),
    bad: ['protocol_errors', 'auth_failures'],
  },
];

function tile({name, value, note, news = [], bad = []}) {
  const number = element('dd', 'value');
  const below = element('dd', 'note');
  const node = element('div', 'tile card', element('dt', '', name), number, below);
  const watched = [...news, ...bad];
  return {
    node,
    update({now, minuteAgo}) {
      const grown = watched.reduce((sum, each) => sum + now[each] - minuteAgo[each], 0);
      say(number, value(now));
      say(below, grown > 0
        ? `${count(grown)} in the last minute`
        : typeof note === 'function' ? note(now) : note ?? '');
      node.dataset.tone = grown > 0 ? bad.length > 0 ? 'bad' : 'news' : '';
    },
  };
}

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

/** The tiles and the table of all counters. */
export class Overview {
  #samples = [];
  #tiles;
  #counters;

  constructor(tiles, counters) {
    this.#tiles = TILES.map(tile);
    tiles.append(...this.#tiles.map(each => each.node));
    this.#counters = new Views(counters, counter);
  }

  update(at, now) {
    const before = this.#samples.at(-1);
    if (before && before.now.uptime_secs > now.uptime_secs) {
      this.#samples = []; // another process
    }
    this.#samples.push({at, now});
    while (this.#samples[0].at < at - MINUTE_MS) {
      this.#samples.shift();
    }
    const minuteAgo = this.#samples[0].now;
    this.#tiles.forEach(each => each.update({now, minuteAgo}));
    this.#counters.show(Object.entries(now).filter(([, value]) => typeof value !== 'object'), ([name]) => name);
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
