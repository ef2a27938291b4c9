// One or two series over the last ten minutes at most, drawn as SVG. The pointer and the arrow keys tell earlier values.

import {element, say, shape} from './dom.js';
import {duration} from './format.js';

const MINUTE_MS = 60_000;
const WINDOWS_MINUTES = [2, 4, 10]; // the first that shows all points; there are marks at its ends and its middle
const KEPT_MS = WINDOWS_MINUTES.at(-1) * MINUTE_MS;
const GRID_LINES = 4;
const NARROW = 340; // pixels, below which the mark in the middle has no room
const HEIGHT = 180;
const LEFT = 76;
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 26;
const GAP_MS = 6500; // no line is drawn across a longer gap
const KEY_STEPS = {ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30};

/** The distance of grid lines: a power of two, or 1, 2 or 5 times a power of ten. */
function stepFor(highest, binary) {
  const least = highest / GRID_LINES;
  if (binary) {
    return 2 ** Math.ceil(Math.log2(least));
  }
  const decade = 10 ** Math.floor(Math.log10(least));
  return decade * [1, 2, 5, 10].find(factor => factor * decade >= least * 0.999);
}

export class Chart {
  #points = []; // {at, values}, a value is null when there is none
  #options;
  #svg = shape('svg', {height: HEIGHT, 'aria-hidden': 'true'});
  #plot;
  #grid = shape('g', {class: 'grid'});
  #lines = [];
  #areas = [];
  #cursor = shape('line', {class: 'cursor', y1: TOP, y2: HEIGHT - BOTTOM, visibility: 'hidden'});
  #legend = [];
  #when = element('span', 'when');
  #width = 0;
  #told = null; // the moment that the reader has chosen

  /** @param options title, what its numbers are, format, least (at the top), binary (grid), names of the series */
  constructor(figure, options) {
    this.#options = options;
    const legend = element('ul', 'legend');
    options.names.forEach((name, i) => {
      this.#areas.push(shape('path', {class: `area series-${i}`}));
      this.#lines.push(shape('path', {class: `line series-${i}`}));
      const value = element('span', 'rate', '–');
      this.#legend.push(value);
      const sample = shape('svg', {class: 'sample', width: 26, height: 8, 'aria-hidden': 'true'},
        shape('line', {class: `line series-${i}`, x1: 1, x2: 25, y1: 4, y2: 4}));
      legend.append(element('li', '', sample, element('span', 'name', name), value));
    });
    this.#svg.append(this.#grid, ...this.#areas, ...this.#lines, this.#cursor);
    this.#plot = element('div', 'plot', this.#svg);
    this.#describePlot();
    figure.append(element('figcaption', '', element('h3', '', options.title), this.#when, legend), this.#plot);
    this.#svg.addEventListener('pointermove', event => this.#choose(this.#nearest(event.offsetX)));
    this.#svg.addEventListener('pointerleave', () => this.#choose(null));
    this.#plot.addEventListener('blur', () => this.#choose(null));
    this.#plot.addEventListener('keydown', event => this.#onKey(event));
    new ResizeObserver(entries => {
      this.#width = Math.floor(entries[0].contentRect.width);
      this.#draw();
    }).observe(this.#plot);
  }

  #describePlot() {
    const {title, what} = this.#options;
    this.#plot.tabIndex = 0;
    this.#plot.setAttribute('role', 'slider');
    this.#plot.setAttribute('aria-label', `${title}, ${what}: moment`);
    this.#plot.setAttribute('aria-valuemin', -KEPT_MS / 1000);
    this.#plot.setAttribute('aria-valuemax', 0);
  }

  add(point) {
    this.#points.push(point);
    while (this.#points[0].at < point.at - KEPT_MS - GAP_MS) {
      this.#points.shift();
    }
    this.#draw();
  }

  /** Takes points that replace those of the same span of time. */
  fill(points) {
    if (points.length > 0) {
      const last = this.#points.filter(each => each.at > points.at(-1).at);
      this.#points = [...this.#points.filter(each => each.at < points[0].at), ...points, ...last];
      this.#draw();
    }
  }

  #onKey(event) {
    const {key} = event;
    const last = this.#points.length - 1;
    const chosen = this.#told === null ? last : this.#points.indexOf(this.#told);
    if (key === 'Escape' || key === 'End') {
      this.#choose(null);
    } else if (key === 'Home') {
      this.#choose(this.#points[0] ?? null);
    } else if (key in KEY_STEPS) {
      const next = Math.max(0, chosen + KEY_STEPS[key]);
      this.#choose(next >= last ? null : this.#points[next]);
    } else {
      return;
    }
    event.preventDefault();
  }

  #choose(point) {
    this.#told = point;
    this.#draw();
  }

  #windowMs() {
    const age = (this.#points.at(-1)?.at ?? 0) - (this.#points[0]?.at ?? 0);
    return MINUTE_MS * (WINDOWS_MINUTES.find(each => each * MINUTE_MS >= age) ?? WINDOWS_MINUTES.at(-1));
  }

  #x(at) {
    const now = this.#points.at(-1)?.at ?? 0;
    return LEFT + (this.#width - LEFT - RIGHT) * (1 - (now - at) / this.#windowMs());
  }

  #nearest(x) {
    const distance = point => Math.abs(this.#x(point.at) - x);
    return this.#points.reduce((best, each) => best === null || distance(each) < distance(best) ? each : best, null);
  }

  #draw() {
    if (this.#width === 0) {
      return; // not to be seen yet
    }
    this.#svg.setAttribute('width', this.#width);
    this.#svg.setAttribute('viewBox', `0 0 ${this.#width} ${HEIGHT}`);
    const {least, binary, names} = this.#options;
    const now = this.#points.at(-1)?.at ?? 0;
    const highest = Math.max(least, ...this.#points.flatMap(point => point.values));
    const step = stepFor(highest, binary);
    const top = Math.ceil(highest / step - 0.001) * step;
    const y = value => HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top;
    this.#drawGrid(y, now, step, top);
    const runs = this.#runs(now);
    const place = (point, i) => `${this.#x(point.at).toFixed(1)} ${y(point.values[i]).toFixed(1)}`;
    names.forEach((name, i) => {
      const lines = runs.map(run => run.map(point => place(point, i)));
      this.#lines[i].setAttribute('d', lines.map(line =>
        line.length > 1 ? `M${line.join('L')}` : `M${line[0]}m-1.5 0h3`).join(''));
      this.#areas[i].setAttribute('d', lines.map((line, k) =>
        `M${this.#x(runs[k][0].at).toFixed(1)} ${y(0)}L${line.join('L')}V${y(0)}Z`).join(''));
    });
    this.#tell(now);
  }

  /** Points that a line may go through without a break. */
  #runs(now) {
    const runs = [];
    let before = -Infinity;
    for (const point of this.#points.filter(each => each.at >= now - this.#windowMs())) {
      if (point.values.includes(null)) {
        before = -Infinity;
        continue;
      }
      if (point.at - before > GAP_MS) {
        runs.push([]);
      }
      runs.at(-1).push(point);
      before = point.at;
    }
    return runs;
  }

  #drawGrid(y, now, step, top) {
    const parts = [];
    for (let value = 0; value <= top * 1.001; value += step) {
      parts.push(
        shape('line', {x1: LEFT, x2: this.#width - RIGHT, y1: y(value), y2: y(value)}),
        shape('text', {x: LEFT - 8, y: y(value) + 4, 'text-anchor': 'end'}, this.#options.format(value)));
    }
    const minutes = this.#windowMs() / MINUTE_MS;
    const marks = [[minutes, 'start'], ...this.#width < NARROW ? [] : [[minutes / 2, 'middle']], [0, 'end']];
    for (const [ago, anchor] of marks) {
      parts.push(shape('text', {x: this.#x(now - ago * MINUTE_MS), y: HEIGHT - 6, 'text-anchor': anchor},
        ago === 0 ? 'now' : `${ago} min ago`));
    }
    this.#grid.replaceChildren(...parts);
  }

  /** The legend tells the newest values, or those of the moment that the reader has chosen. */
  #tell(now) {
    if (!this.#points.includes(this.#told)) {
      this.#told = null; // too old by now
    }
    const told = this.#told ?? this.#points.at(-1);
    const seconds = told === undefined ? 0 : (now - told.at) / 1000;
    const texts = this.#legend.map((node, i) => {
      const value = told?.values[i] ?? null;
      return value === null ? '–' : this.#options.format(value);
    });
    texts.forEach((text, i) => say(this.#legend[i], text));
    const when = this.#told === null ? '' : `${duration(seconds)} ago`;
    say(this.#when, when);
    this.#cursor.setAttribute('visibility', when === '' ? 'hidden' : 'visible');
    if (when !== '') {
      this.#cursor.setAttribute('x1', this.#x(told.at));
      this.#cursor.setAttribute('x2', this.#x(told.at));
    }
    this.#plot.setAttribute('aria-valuenow', -Math.round(this.#told === null ? 0 : seconds));
    this.#plot.setAttribute('aria-valuetext', when === ''
      ? 'now'
      : `${when}: ${this.#options.names.map((name, i) => `${name} ${texts[i]}`).join(', ')}`);
  }
}
