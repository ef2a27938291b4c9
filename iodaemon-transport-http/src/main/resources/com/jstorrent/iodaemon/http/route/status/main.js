// The status page: asks for the token, then shows what the daemon does.

import {Chart} from './chart.js';
import {Daemon, Repeater, WrongToken} from './daemon.js';
import {say} from './dom.js';
import {duration} from './format.js';
import {Overview, Roots} from './overview.js';
import {Sessions} from './sessions.js';

const STATS_PERIOD_MS = 1000;
const SOCKETS_PERIOD_MS = 2000;
const ROOTS_PERIOD_MS = 10_000; // it asks the disks

const $ = id => document.getElementById(id);

const NETWORK = [['bytes_received', 'udp_bytes_received'], ['bytes_sent', 'udp_bytes_sent']];
const FILES = [['file_bytes_written'], ['file_bytes_read']];

const network = new Chart($('network'), 'Peers', ['From peers', 'To peers']);
const files = new Chart($('files'), 'Files', ['Written', 'Read']);
const overview = new Overview($('tiles'), $('counters'));
const sessions = new Sessions($('sessions'), $('no-sessions'), session => session.refresh(daemon));
const roots = new Roots($('roots'), $('no-roots'));

let daemon = null;
let before = null; // the last answer that a rate can be counted from

const heart = new Repeater(STATS_PERIOD_MS, () => ask('/stats', showStats));
const followers = [ // they wait for the first answer, so that a wrong token is shown once
  new Repeater(SOCKETS_PERIOD_MS, () => sessions.refresh(daemon)),
  new Repeater(ROOTS_PERIOD_MS, () => ask('/roots', answer => roots.update(answer.roots), () => {})),
];

async function ask(path, show, onFailure = showTrouble) {
  const asked = daemon;
  let answer;
  try {
    answer = await asked.get(path);
  } catch (failure) {
    if (asked === daemon) {
      failure instanceof WrongToken ? lock() : onFailure(failure);
    }
    return;
  }
  if (asked === daemon) {
    show(answer);
  }
}

function setState(state, text) {
  document.body.dataset.state = state;
  say($('state'), text);
}

function showStats(now) {
  if ($('dashboard').hidden) {
    $('entry').hidden = true;
    $('dashboard').hidden = false;
    followers.forEach(each => each.start());
  }
  $('trouble').hidden = true;
  setState('live', 'Live');
  say($('version'), now.version ? `Version ${now.version}` : '');
  say($('uptime'), `up for ${duration(now.uptime_secs)}`);
  const at = performance.now();
  const elapsed = before === null ? 0 : at - before.at;
  if (elapsed > 0 && elapsed < 3 * STATS_PERIOD_MS && now.uptime_secs >= before.now.uptime_secs) {
    const rates = groups => groups.map(names =>
      names.reduce((sum, name) => sum + now[name] - before.now[name], 0) * 1000 / elapsed);
    network.add(at, rates(NETWORK));
    files.add(at, rates(FILES));
  }
  before = {at, now};
  overview.update(at, now);
  sessions.update(at, now.sessions ?? []);
}

function showTrouble(failure) {
  const wasLive = document.body.dataset.state === 'live';
  if (wasLive || $('trouble').hidden) {
    const since = new Date().toLocaleTimeString();
    say($('trouble'), `The daemon has not answered since ${since}. This page goes on trying.`);
    $('trouble').hidden = false;
  }
  setState('gone', 'No answer');
  console.info(failure.message);
}

function stop() {
  [heart, ...followers].forEach(each => each.stop());
}

/** Forgets the token and asks for another one. */
function lock() {
  const wasOpen = !$('dashboard').hidden;
  stop();
  daemon = null;
  $('dashboard').hidden = true;
  $('trouble').hidden = true;
  $('entry').hidden = false;
  setState('locked', 'Waiting for the token');
  say($('token-problem'), wasOpen
    ? 'The daemon takes this token no longer: it was started again with another one.'
    : 'This is not the token of this daemon.');
  $('token').focus();
}

function unlock(token) {
  stop();
  daemon = new Daemon(token);
  before = null;
  say($('token-problem'), '');
  setState('connecting', 'Asking the daemon');
  $('dashboard').hidden = true;
  $('entry').hidden = false;
  heart.start();
}

/** Takes the token out of the address, where it would stay in the history and could be read over a shoulder. */
function takeFragment() {
  if (location.hash === '') {
    return;
  }
  const match = /^#token=(.+)$/.exec(location.hash);
  history.replaceState(null, '', location.pathname);
  if (match) {
    try {
      unlock(decodeURIComponent(match[1]));
    } catch (malformed) {
      unlock(match[1]);
    }
  }
}

$('entry').addEventListener('submit', event => {
  event.preventDefault();
  const token = $('token').value.trim();
  $('token').value = '';
  unlock(token);
});
addEventListener('hashchange', takeFragment);
takeFragment();
if (daemon === null) {
  $('token').focus();
}
