// The status page: asks for the token, then shows what the daemon does.

import {Confirm} from './confirm.js';
import {Daemon, Refused, Repeater, WrongToken} from './daemon.js';
import {say} from './dom.js';
import {duration} from './format.js';
import {Counters, Roots} from './overview.js';
import {watchScroll} from './scroll.js';
import {Sessions} from './sessions.js';
import {Tiles} from './tiles.js';
import {HISTORY, Trends} from './trends.js';

const STATS_PERIOD_MS = 1000;
const SOCKETS_PERIOD_MS = 2000;
const ROOTS_PERIOD_MS = 10_000; // it asks the disks

const $ = id => document.getElementById(id);

const trends = new Trends($('charts'));
const tiles = new Tiles($('tiles'));
const counters = new Counters($('counters'));
const sessions = new Sessions($('sessions'), $('no-sessions'), $('sockets'), {get: path => daemon.get(path), close: closeSocket});
const roots = new Roots($('roots'), $('no-roots'));
const confirm = new Confirm($('closing'),
  {title: $('closing-title'), text: $('closing-text'), yes: $('closing-yes'), no: $('closing-no')});

let daemon = null;
let uptime = 0; // seconds; of the daemon's last answer
let paused = false;

const heart = new Repeater(STATS_PERIOD_MS, () => ask('/stats', showStats));
const followers = [ // they wait for the first answer, so that a wrong token is shown once
  new Repeater(SOCKETS_PERIOD_MS, () => sessions.refresh()),
  new Repeater(ROOTS_PERIOD_MS, () => ask('/roots', answer => roots.update(answer.roots), () => {})),
];

async function ask(path, show, onFailure = showTrouble) {
  const asked = daemon;
  const askedAt = new Date();
  let answer;
  try {
    answer = await asked.get(path);
  } catch (failure) {
    if (asked === daemon) {
      failure instanceof WrongToken ? lock() : onFailure(failure, askedAt);
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
  const at = performance.now();
  if ($('dashboard').hidden) {
    $('entry-page').hidden = true;
    $('dashboard').hidden = false;
    $('pause').hidden = false;
    $('dashboard').focus({preventScroll: true});
    followers.forEach(each => each.start());
  }
  $('trouble').hidden = true;
  paused ? setState('paused', 'Paused') : setState('live', 'Live');
  say($('version'), now.version ? `Version ${now.version}` : '');
  say($('uptime'), `up for ${duration(now.uptime_secs)}`);
  if (trends.update(at, now)) {
    ask(HISTORY, answer => trends.fill(performance.now(), answer), () => {});
  }
  tiles.update(at, now);
  counters.update(now);
  if (now.uptime_secs < uptime) { // another process, whose numbers stand for other sessions and sockets
    confirm.cancel();
    sessions.update(at, []);
  }
  uptime = now.uptime_secs;
  sessions.update(at, now.sessions ?? []);
}

function showTrouble(failure, askedAt) {
  if (paused) { // the request was already on its way
    return;
  }
  const wasLive = document.body.dataset.state === 'live';
  if (wasLive || $('trouble').hidden) {
    const since = askedAt.toLocaleTimeString();
    say($('trouble'), `The daemon has not answered since ${since}. This page goes on trying.`);
    $('trouble').hidden = false;
  }
  setState('gone', 'No answer');
  console.info(failure.message);
}

/** Asks whether to close a socket, and closes it. Returns whether it is closed now; throws what went wrong. */
async function closeSocket(target, what, where) {
  const asked = daemon;
  if (!await confirm.ask(`Close ${what}?`, where) || asked !== daemon) {
    return false;
  }
  try {
    await asked.post('/control/close_socket', target);
  } catch (failure) {
    if (failure instanceof WrongToken) {
      lock();
      return false;
    }
    if (!(failure instanceof Refused && failure.status === 404)) {
      throw failure;
    } // else it has gone meanwhile
  }
  return true;
}

function stop() {
  [heart, ...followers].forEach(each => each.stop());
}

function setPaused(pause) {
  paused = pause;
  say($('pause'), pause ? 'Resume' : 'Pause');
}

$('pause').addEventListener('click', () => {
  setPaused(!paused);
  if (paused) {
    stop();
    $('trouble').hidden = true;
    setState('paused', 'Paused');
  } else {
    setState('connecting', 'Asking the daemon');
    [heart, ...followers].forEach(each => each.start());
  }
});

/** Forgets the token and asks for another one. */
function lock() {
  const wasOpen = !$('dashboard').hidden;
  stop();
  confirm.cancel();
  daemon = null;
  $('dashboard').hidden = true;
  $('pause').hidden = true;
  $('trouble').hidden = true;
  $('entry-page').hidden = false;
  setState('locked', 'Waiting for the token');
  say($('token-problem'), wasOpen
    ? 'The daemon takes this token no longer: it was started again with another one.'
    : 'This is not the token of this daemon.');
  $('token').focus();
}

function unlock(token) {
  stop();
  confirm.cancel();
  daemon = new Daemon(token);
  say($('token-problem'), '');
  setState('connecting', 'Asking the daemon');
  setPaused(false);
  $('pause').hidden = true;
  $('dashboard').hidden = true;
  $('entry-page').hidden = false;
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
document.querySelectorAll('.scroll').forEach(watchScroll);
addEventListener('hashchange', takeFragment);
takeFragment();
if (daemon === null) {
  $('token').focus();
}
