// Numbers with units, as people read them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const small = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

let skew = 0; // the application's clock minus this browser's, so that ages are right on a machine whose clock is not

export function setClock(iso) { if (iso) skew = Date.parse(iso) - Date.now(); }
export function now() { return Date.now() + skew; }

export function count(n) { return n === null || n === undefined ? '–' : whole.format(n); }

export function value(n) {
  return n === null || n === undefined ? '–' : Math.abs(n) >= 1e15 ? Number(n).toExponential(3) : Number.isInteger(n) ? whole.format(n) : Math.abs(n) < 0.1 ? small.format(n) : exact.format(n);
}

export function compact(n) {
  if (n === null || n === undefined) return '–';
  const size = Math.abs(n);
  if (size < 10) return String(Math.round(n * 10) / 10);
  if (size < 10000) return whole.format(n);
  for (const [limit, unit] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) if (size >= limit) return (n / limit).toFixed(size / limit < 100 ? 1 : 0) + ' ' + unit;
  return whole.format(n);
}

export function rate(n) { return compact(n) + '/s'; }

export function bytes(n) {
  if (n === null || n === undefined) return '–';
  let unit = 0;
  while (n >= 1000 && unit < 5) { n /= 1024; unit++; }
  return (unit === 0 || n >= 100 ? whole.format(n) : n.toFixed(1)) + ' ' + ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][unit];
}

export function percent(share) {
  const p = share * 100;
  return (p > 0 && p < 1 ? '<1' : Math.round(p)) + ' %';
}

// "-1.02:03:04.5000000" in seconds
export function seconds(span) {
  if (span === null || span === undefined) return null;
  const match = /^(-)?(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(span);
  if (!match) return null;
  const all = Number(match[2] ?? 0) * 86400 + Number(match[3]) * 3600 + Number(match[4]) * 60 + Number(match[5]);
  return match[1] ? -all : all;
}

export function duration(s) {
  if (s === null || s === undefined) return '–';
  if (s < 0) s = 0;
  if (s === 0) return '0 s';
  if (s < 0.001) return '<1 ms';
  if (s < 1) return Math.round(s * 1000) + ' ms';
  if (s < 10) return (Number.isInteger(s) ? s : s.toFixed(1)) + ' s';
  if (s < 120) return Math.round(s) + ' s';
  if (s < 7200) return Math.round(s / 60) + ' min';
  if (s < 172800) return (s / 3600).toFixed(1) + ' h';
  return Math.round(s / 86400) + ' d';
}

export function ago(iso) {
  if (!iso) return 'never';
  const s = (now() - Date.parse(iso)) / 1000;
  return s < 1.5 ? 'just now' : (s < 100 ? Math.floor(s) + ' s' : duration(s)) + ' ago';
}

export function until(iso) { return 'in ' + duration(Math.max(0, Math.round((Date.parse(iso) - now()) / 1000))); }

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });

// In the viewer's zone; UTC on hover.
export function time(iso) {
  const at = new Date(iso);
  const isToday = new Date(now()).toDateString() === at.toDateString();
  return (isToday ? '' : day.format(at) + ', ') + clock.format(at);
}

export function utc(iso) { return iso ? new Date(iso).toISOString().replace('T', ' ').replace('Z', ' UTC') : ''; }

// Of a GTID set the server's id is mostly noise: its first letters and the numbers tell two positions apart.
export function position(text) {
  return text ? text.replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '$1…').replace(/\s+/g, ' ') : '–';
}
