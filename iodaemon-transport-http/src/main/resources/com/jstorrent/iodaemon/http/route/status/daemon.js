// How the page asks the daemon.

const PATIENCE_MS = 10_000;

export class WrongToken extends Error {}

/** An answer that says why something was not done. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The daemon that this page came from. */
export class Daemon {
  #token;

  constructor(token) {
    this.#token = token;
  }

  async get(path) {
    return this.#ask(path, {});
  }

  /** Sends an object as JSON. */
  async post(path, body) {
    return this.#ask(path, {method: 'POST', body: JSON.stringify(body)});
  }

  async #ask(path, options) {
    const header = String.fromCharCode(...new TextEncoder().encode(this.#token));
    if (!/^[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$/.test(header)) {
      throw new WrongToken(); // no header can carry it
    }
    const response = await fetch(path, {
      ...options,
      headers: {'X-JST-Auth': header},
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.status === 401) {
      throw new WrongToken();
    }
    if (!response.ok) {
      const {message} = await response.json().catch(() => ({}));
      throw new Refused(response.status, message ?? `${path} is answered with ${response.status}`);
    }
    return response.json();
  }
}

/** Does a task once in a period, never twice at once, and only while the page is visible. */
export class Repeater {
  #periodMs;
  #task;
  #timer = 0;
  #on = false;
  #running = false;

  constructor(periodMs, task) {
    this.#periodMs = periodMs;
    this.#task = task;
    document.addEventListener('visibilitychange', () => this.#go());
  }

  /** Begins at once. */
  start() {
    this.#on = true;
    this.#go();
  }

  stop() {
    this.#on = false;
    clearTimeout(this.#timer);
  }

  async #go() {
    clearTimeout(this.#timer);
    if (!this.#on || this.#running || document.visibilityState === 'hidden') {
      return;
    }
    this.#running = true;
    const began = performance.now();
    try {
      await this.#task();
    } finally {
      this.#running = false;
      const rest = this.#periodMs - (performance.now() - began);
      this.#timer = setTimeout(() => this.#go(), Math.max(rest, this.#periodMs / 4));
    }
  }
}
