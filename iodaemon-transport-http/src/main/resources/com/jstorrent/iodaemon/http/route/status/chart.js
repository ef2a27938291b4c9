// Two rates over the last minutes, drawn as SVG.

import {element, say, shape} from './dom.js';
import {duration, rate} from './format.js';

const WINDOW_MS = 180_000;
const MARKS_SECONDS = [180, 120, 60, 0];
const LOWEST_TOP = 4096; // bytes a second: little traffic must not look like much
const GRID_LINES = 4;
const HEIGHT = 200;
const LEFT = 76;
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 26;
const GAP_MS = 3500; // no line over seconds of which nothing is known

export class Chart {
  #points = []; // {at, values}
  #names;
  #svg = shape('svg', {role: 'img', height: HEIGHT});
  #grid = shape('g', {class: 'grid'});
  #lines = [];
  #areas = [];
  #cursor = shape('line', {class: 'cursor', y1: TOP, y2: HEIGHT - BOTTOM, visibility: 'hidden'});
  #legend = [];
  #when = element('span', 'when');
  #width = 0;
  #pointed = null; // where the pointer is, in pixels

  /** @param names of the two series */
  constructor(figure, title, names) {
    this.#names = names;
    const legend = element('ul', 'legend');
    names.forEach((name, i) => {
      this.#areas.push(shape('path', {class: `area series-${i}`}));
      this.#lines.push(shape('path', {class: `line series-${i}`}));
      const value = element('span', 'rate', '–');
      this.#legend.push(value);
      const sample = shape('svg', {class: 'sample', width: 26, height: 8, 'aria-hidden': 'true'},
        shape('line', {class: `line series-${i}`, x1: 1, x2: 25, y1: 4, y2: 4}));
      legend.append(element('li', '', sample, element('span', 'name', name), value));
    });
    this.#svg.setAttribute('aria-label', `${title}, bytes a second in the last three minutes`);
    this.#svg.append(this.#grid, ...this.#areas, ...this.#lines, this.#cursor);
    figure.append(
      element('figcaption', '', element('h2', '', title), this.#when, legend),
      element('div', 'plot', this.#svg));
    this.#svg.addEventListener('pointermove', event => this.#point(event.offsetX));
    this.#svg.addEventListener('pointerleave', () => this.#point(null));
    new ResizeObserver(entries => {
      this.#width = Math.floor(entries[0].contentRect.width);
      this.#draw();
    }).observe(this.#svg.parentNode);
  }

  /** A moment, in milliseconds of performance.now(), and the bytes a second of each series. */
  add(at, values) {
    this.#points.push({at, values});
    while (this.#points[0].at < at - WINDOW_MS - GAP_MS) {
      this.#points.shift();
    }
    this.#draw();
  }

  #point(x) {
    this.#pointed = x;
    this.#draw();
  }

  #draw() {
    if (this.#width === 0) {
      return; // not to be seen yet
    }
    this.#svg.setAttribute('width', this.#width);
    this.#svg.setAttribute('viewBox', `0 0 ${this.#width} ${HEIGHT}`);
    const now = this.#points.at(-1)?.at ?? 0;
    const highest = Math.max(LOWEST_TOP, ...this.#points.flatMap(point => point.values));
    const step = 2 ** Math.ceil(Math.log2(highest / GRID_LINES));
    const top = Math.ceil(highest / step) * step;
    const x = at => LEFT + (this.#width - LEFT - RIGHT) * (1 - (now - at) / WINDOW_MS);
    const y = value => HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top;
    this.#drawGrid(x, y, now, step, top);
    const runs = this.#runs(now);
    this.#names.forEach((name, i) => {
      const lines = runs.map(run => run.map(point => `${x(point.at).toFixed(1)} ${y(point.values[i]).toFixed(1)}`));
      this.#lines[i].setAttribute('d', lines.map(line => `M${line.join('L')}`).join(''));
      this.#areas[i].setAttribute('d', lines.map((line, k) =>
        `M${x(runs[k][0].at).toFixed(1)} ${y(0)}L${line.join('L')}L${x(runs[k].at(-1).at).toFixed(1)} ${y(0)}Z`).join(''));
    });
    this.#tell(x, now);
  }

  /** Points that a line may go through without a break. */
  #runs(now) {
    const runs = [];
    let before = -Infinity;
    for (const point of this.#points.filter(each => each.at >= now - WINDOW_MS)) {
      if (point.at - before > GAP_MS) {
        runs.push([]);
      }
      runs.at(-1).push(point);
      before = point.at;
    }
    return runs;
  }

  #drawGrid(x, y, now, step, top) {
    const parts = [];
    for (let value = 0; value <= top; value += step) {
      parts.push(
        shape('line', {x1: LEFT, x2: this.#width - RIGHT, y1: y(value), y2: y(value)}),
        shape('text', {x: LEFT - 8, y: y(value) + 4, 'text-anchor': 'end'}, rate(value)));
    }
    for (const seconds of MARKS_SECONDS) {
      const label = seconds === 0 ? 'now' : `${seconds / 60} min ago`;
      parts.push(shape('text', {
        x: x(now - seconds * 1000),
        y: HEIGHT - 6,
        'text-anchor': seconds === 0 ? 'end' : seconds * 1000 === WINDOW_MS ? 'start' : 'middle',
      }, label));
    }
    this.#grid.replaceChildren(...parts);
  }

  /** The legend tells the newest values, or those under the pointer. */
  #tell(x, now) {
    let told = this.#points.at(-1);
    if (this.#pointed !== null) {
      for (const point of this.#points) {
        if (Math.abs(x(point.at) - this.#pointed) < Math.abs(x(told.at) - this.#pointed)) {
          told = point;
        }
      }
    }
    const pointed = this.#pointed !== null && told !== undefined;
    this.#cursor.setAttribute('visibility', pointed ? 'visible' : 'hidden');
    if (pointed) {
      this.#cursor.setAttribute('x1', x(told.at));
      this.#cursor.setAttribute('x2', x(told.at));
    }
    say(this.#when, pointed ? `${duration((now - told.at) / 1000)} ago` : '');
    this.#legend.forEach((node, i) => say(node, told === undefined ? '–' : rate(told.values[i])));
  }
}
