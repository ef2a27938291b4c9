// What the daemon does now, in single numbers.

import {element, say} from './dom.js';
import {bytes, count, millis, percent, several} from './format.js';

const MINUTE_MS = 60_000;
const NONE = 'none so far';
const ERRORS_SHOWN = 3;

const orNone = (number, text) => number === 0 ? NONE : text;
const names = now => Object.entries(now.connect_errors ?? {}).sort(([, a], [, b]) => b - a);

/** Which failures there were, the most frequent ones first. */
function errors(now) {
  const all = names(now);
  const shown = all.slice(0, ERRORS_SHOWN).map(([name, times]) => `${name} ${count(times)}`);
  return [...shown, ...all.length > ERRORS_SHOWN ? [`${all.length - ERRORS_SHOWN} more kinds`] : []].join(', ');
}

/** What clients make the daemon hold, in bytes. */
function held(now) {
  return Object.entries(now)
    .filter(([name]) => name.startsWith('memory_') && name !== 'memory_limit' && name !== 'memory_reliefs')
    .reduce((sum, [, value]) => sum + value, 0);
}

function cpu({now, at, before}) {
  return before === null ? '–' : percent((now.cpu_milliseconds - before.now.cpu_milliseconds) * 100 / (at - before.at));
}

function latency({now, minuteAgo}) {
  const grown = name => now[name] - minuteAgo[name];
  const jobs = grown('file_jobs');
  return jobs === 0 ? '–' : millis((grown('file_wait_microseconds') + grown('file_run_microseconds')) / jobs / 1000);
}

/**
 * Each tile: what it counts, its value, the text below it, and which counters are news, or bad news, when they
 * grow. The functions get {now, at, before, minuteAgo}.
 */
const TILES = [
  {name: 'TCP sockets', value: ({now}) => count(now.tcp_sockets), note: ({now}) => `${now.tls_sockets || 'none'} with TLS`},
  {name: 'UDP sockets', value: ({now}) => count(now.udp_sockets), note: ({now}) => now.udp_sockets === 0 ? 'none now' : 'bound'},
  {name: 'TCP servers', value: ({now}) => count(now.tcp_servers), note: ({now}) => now.tcp_servers === 0 ? 'none now' : 'listening'},
  {
    name: 'Connecting', value: ({now}) => count(now.pending_connects),
    note: ({now}) => `${now.pending_tcp || 'none'} closing`,
  },
  {
    name: 'Failed connects', value: ({now}) => count(now.connect_failures),
    note: ({now}) => orNone(now.connect_failures, errors(now)), wide: true,
  },
  {
    name: 'Queued for peers', value: ({now}) => bytes(now.queued_bytes),
    note: ({now}) => now.queued_bytes === 0 ? 'none now' : 'not yet taken',
  },
  {
    name: 'Clients paused', value: ({now}) => count(now.send_pauses),
    note: ({now}) => orNone(now.send_pauses, 'a queue was full'), news: ['send_pauses'],
  },
  {
    name: 'Stalled sockets', value: ({now}) => count(now.send_stalls),
    note: ({now}) => orNone(now.send_stalls, 'the peer took nothing'), bad: ['send_stalls'],
  },
  {
    name: 'Dropped datagrams', value: ({now}) => count(now.udp_send_drops + now.udp_receive_drops),
    note: ({now}) => orNone(now.udp_send_drops + now.udp_receive_drops,
      `${count(now.udp_send_drops)} out, ${count(now.udp_receive_drops)} in`),
    bad: ['udp_send_drops', 'udp_receive_drops'],
  },
  {
    name: 'Clients', value: ({now}) => count(now.ws_connections),
    note: ({now}) => `${now.parked_sessions || 'no'} session${now.parked_sessions === 1 ? '' : 's'} parked`,
  },
  {
    name: 'HTTP connections', value: ({now}) => count(now.http_connections),
    note: ({now}) => several(now.http_requests, 'request'),
  },
  {name: 'Open files', value: ({now}) => count(now.open_files), note: ({now}) => several(now.file_handles, 'handle')},
  {
    name: 'File job, last minute', value: latency,
    note: ({now}) => orNone(now.file_jobs, `${now.file_jobs_slow || 'none'} of ${count(now.file_jobs)} slow`),
    bad: ['file_jobs_slow'], badNote: 'slow in the last minute',
  },
  {
    name: 'Errors', value: ({now}) => count(now.protocol_errors + now.auth_failures),
    note: ({now}) => orNone(now.protocol_errors + now.auth_failures, several(now.auth_failures, 'wrong token')),
    bad: ['protocol_errors', 'auth_failures'],
  },
  {
    name: 'Processor', value: cpu,
    note: ({now}) => `${count(Math.round(now.cpu_milliseconds / 1000))}\u00a0s in all`,
  },
  {
    name: 'Memory', value: ({now}) => bytes(now.resident_bytes || now.heap_bytes),
    note: ({now}) => now.resident_bytes ? `${bytes(now.heap_bytes)} of it heap` : 'of the heap',
  },
  {name: 'Held for clients', value: ({now}) => bytes(held(now)), note: ({now}) => `of ${bytes(now.memory_limit)} at most`},
];

function tile({name, value, note, wide = false, news = [], bad = [], badNote = 'in the last minute'}) {
  const number = element('dd', 'value');
  const below = element('dd', 'note');
  const node = element('div', wide ? 'tile card wide' : 'tile card', element('dt', '', name), number, below);
  const watched = [...news, ...bad];
  return {
    node,
    update(sample) {
      const grown = watched.reduce((sum, each) => sum + sample.now[each] - sample.minuteAgo[each], 0);
      say(number, value(sample));
      say(below, grown > 0 ? `${count(grown)} ${badNote}` : note(sample));
      node.dataset.tone = grown > 0 ? bad.length > 0 ? 'bad' : 'news' : '';
    },
  };
}

export class Tiles {
  #samples = []; // of the last minute
  #tiles = TILES.map(tile);

  constructor(list) {
    list.append(...this.#tiles.map(each => each.node));
  }

  update(at, now) {
    if (this.#samples.at(-1)?.now.uptime_secs > now.uptime_secs) {
      this.#samples = []; // another process
    }
    const before = this.#samples.at(-1) ?? null;
    this.#samples.push({at, now});
    while (this.#samples[0].at < at - MINUTE_MS) {
      this.#samples.shift();
    }
    const minuteAgo = this.#samples[0].now;
    this.#tiles.forEach(each => each.update({now, at, before, minuteAgo}));
  }
}
