// The charts, from the counters that the daemon remembers and from those that it tells now.

import {Chart} from './chart.js';
import {element} from './dom.js';
import {millis, percent, rate} from './format.js';

const GAP_MS = 6000; // two samples that are further apart say nothing about the time between

const sum = (growth, names) => names.reduce((total, name) => total + growth[name], 0);
const perSecond = names => (growth, ms) => sum(growth, names) * 1000 / ms;
const perJob = name => growth => growth.file_jobs > 0 ? growth[name] / growth.file_jobs / 1000 : null;

/** Each chart: how it writes values, the least value at its top, and its series: what they are by the growth of counters. */
const CHARTS = [
  {
    title: 'Peers', what: 'bytes a second', format: rate, least: 4096, binary: true,
    series: [
      {name: 'From peers', value: perSecond(['bytes_received', 'udp_bytes_received'])},
      {name: 'To peers', value: perSecond(['bytes_sent', 'udp_bytes_sent'])},
    ],
  },
  {
    title: 'Files', what: 'bytes a second', format: rate, least: 4096, binary: true,
    series: [
      {name: 'Written', value: perSecond(['file_bytes_written'])},
      {name: 'Read', value: perSecond(['file_bytes_read'])},
    ],
  },
  {
    title: 'Processor', what: 'percent of one processor', format: percent, least: 10, binary: false,
    series: [{name: 'In use', value: (growth, ms) => growth.cpu_milliseconds * 100 / ms}],
  },
  {
    title: 'Latency of the file pool', what: 'milliseconds a job', format: millis, least: 1, binary: false,
    series: [
      {name: 'At work', value: perJob('file_run_microseconds')},
      {name: 'Waiting', value: perJob('file_wait_microseconds')},
    ],
  },
];

const COUNTERS = [
  'bytes_received', 'udp_bytes_received', 'bytes_sent', 'udp_bytes_sent', 'file_bytes_written', 'file_bytes_read',
  'cpu_milliseconds', 'file_jobs', 'file_run_microseconds', 'file_wait_microseconds',
];

export const HISTORY = `/stats/history?names=${COUNTERS.join()}`;

export class Trends {
  #charts;
  #before = null;

  constructor(parent) {
    this.#charts = CHARTS.map(({title, what, format, least, binary, series}) => {
      const figure = element('figure', 'card');
      parent.append(figure);
      return new Chart(figure, {title, what, format, least, binary, names: series.map(each => each.name)});
    });
  }

  /** Takes an answer of /stats. Returns whether there is a gap before it, which /stats/history may fill. */
  update(at, now) {
    const before = this.#before;
    this.#before = {at, now};
    const point = before && this.#point(before, this.#before);
    if (!point) {
      return true;
    }
    this.#charts.forEach((chart, i) => chart.add(point[i]));
    return false;
  }

  /** Takes an answer of /stats/history. */
  fill(at, {age_ms, ...counters}) {
    const points = [];
    for (let i = 1; i < age_ms.length; i++) {
      const [before, after] = [i - 1, i].map(k => ({
        at: at - age_ms[k],
        now: Object.fromEntries(COUNTERS.map(name => [name, counters[name][k]])),
      }));
      const point = this.#point(before, after);
      if (point) {
        points.push(point);
      }
    }
    this.#charts.forEach((chart, i) => chart.fill(points.map(point => point[i])));
  }

  /** What each chart shows of the time between two samples; null when they do not belong together. */
  #point(before, after) {
    const ms = after.at - before.at;
    const growth = Object.fromEntries(COUNTERS.map(name => [name, after.now[name] - before.now[name]]));
    if (ms <= 0 || ms > GAP_MS || Object.values(growth).some(each => each < 0)) {
      return null; // too far apart, or of another process
    }
    return CHARTS.map(({series}) => ({at: after.at, values: series.map(each => each.value(growth, ms))}));
  }
}
