// Numbers for people.

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const SECONDS = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
const WHOLE = new Intl.NumberFormat('en');

export function count(number) {
  return WHOLE.format(number);
}

/** No requests, 1 request, 2 requests. */
export function several(number, noun) {
  return `${number === 0 ? 'no' : count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** Three significant digits, without zeros at the end of the fraction. */
function digits(value) {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2).replace(/\.0+$|(\.\d*[1-9])0+$/, '$1');
}

/** 1.23 MiB, 12.3 MiB, 123 MiB. */
export function bytes(number) {
  let unit = 0;
  let value = number;
  while (value >= 1000 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value.toFixed(0) : digits(value)}\u00a0${BYTE_UNITS[unit]}`;
}

export function rate(bytesPerSecond) {
  return `${bytes(bytesPerSecond)}/s`;
}

export function percent(value) {
  return `${value >= 10 || value === 0 ? value.toFixed(0) : digits(Math.round(value * 10) / 10)}\u00a0%`;
}

export function millis(value) {
  return value >= 10_000 ? `${digits(value / 1000)}\u00a0s` : `${digits(value)}\u00a0ms`;
}

/** The two largest units: 3 d 4 h. */
export function duration(seconds) {
  const parts = [];
  let rest = Math.floor(seconds);
  for (const [name, size] of SECONDS) {
    const units = Math.floor(rest / size);
    rest -= units * size;
    if (units > 0 || parts.length > 0 || size === 1) {
      parts.push(`${units}\u00a0${name}`);
    }
  }
  return parts.slice(0, 2).join(' ');
}
