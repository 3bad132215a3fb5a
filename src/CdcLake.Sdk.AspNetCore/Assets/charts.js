// Charts, drawn by hand.
import { h } from './dom.js';
import * as f from './format.js';

export function sparkline(values, label, tone) {
  const [width, height] = [160, 36];
  const known = values.filter(v => v !== null && v !== undefined);
  if (known.length < 2) return h('svg', { class: 'spark', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label + ': nothing yet', preserveAspectRatio: 'none' }, h('path', { class: 'base', d: `M0 ${height - 1}H${width}` }));
  const most = Math.max(...known, 1e-9);
  const at = (v, i) => `${(i / (values.length - 1) * width).toFixed(1)} ${(height - 2 - (v ?? 0) / most * (height - 5)).toFixed(1)}`;
  const line = values.map((v, i) => (i ? 'L' : 'M') + at(v, i)).join('');
  return h('svg', { class: 'spark ' + (tone ?? ''), viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, preserveAspectRatio: 'none' },
    h('path', { class: 'area', d: `${line}L${width} ${height}L0 ${height}Z` }), h('path', { class: 'line', d: line }));
}

// Bars one below the other: names are read, not turned.
export function bars(points, names) {
  const most = Math.max(...points.map(p => Math.abs(p.y ?? 0)), 1e-9);
  return h('div', { class: 'bars', role: 'img', 'aria-label': `${names.y} by ${names.x}: ${points.slice(0, 5).map(p => `${name(p.x)} ${f.value(p.y)}`).join(', ')}${points.length > 5 ? ' …' : ''}` },
    points.map(p => h('div', { class: 'bars-row', title: `${name(p.x)}: ${f.value(p.y)}` },
      h('span', { class: 'bars-name' }, name(p.x)),
      h('span', { class: 'bars-track' }, h('span', { class: 'bars-bar' + (p.y < 0 ? ' negative' : ''), style: { width: Math.max(0.4, Math.abs(p.y ?? 0) / most * 100) + '%' } })),
      h('span', { class: 'bars-value' }, f.value(p.y)))));
}

// A few columns of recent values, such as durations; the newest to the right.
export function columns(values, label, text) {
  const most = Math.max(...values, 1e-9);
  return h('div', { class: 'columns', role: 'img', 'aria-label': label }, values.map(v => h('span', { class: 'column', title: text(v), style: { height: Math.max(3, v / most * 100) + '%' } })));
}

export function line(points, names) {
  const [width, height, left, bottom, top] = [760, 300, 64, 34, 12];
  const ys = points.map(p => p.y).filter(y => y !== null);
  const [least, most] = scale(Math.min(...ys, 0), Math.max(...ys, 0));
  const x = i => left + (points.length < 2 ? 0.5 : i / (points.length - 1)) * (width - left - 12);
  const y = v => top + (1 - (v - least) / (most - least)) * (height - top - bottom);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(t => least + t * (most - least));
  const step = Math.max(1, Math.ceil(points.length / 6));
  const d = points.map((p, i) => p.y === null ? null : (i && points[i - 1].y !== null ? 'L' : 'M') + x(i).toFixed(1) + ' ' + y(p.y).toFixed(1)).filter(Boolean).join('');
  return h('svg', { class: 'line-chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${names.y} over ${names.x}` },
    ticks.map(t => [h('path', { class: 'grid', d: `M${left} ${y(t).toFixed(1)}H${width - 12}` }), h('text', { class: 'axis', x: left - 8, y: y(t) + 4, 'text-anchor': 'end' }, f.compact(t))]),
    points.map((p, i) => i % step === 0 ? h('text', { class: 'axis', x: x(i), y: height - 12, 'text-anchor': i === 0 ? 'start' : 'middle' }, cut(name(p.x), 16)) : null),
    h('path', { class: 'line', d }),
    points.length <= 80 ? points.map((p, i) => p.y === null ? null : h('circle', { class: 'point', cx: x(i).toFixed(1), cy: y(p.y).toFixed(1), r: 3 }, h('title', {}, `${name(p.x)}: ${f.value(p.y)}`))) : null);
}

export function name(x) { return x === null || x === undefined ? '(null)' : x === '' ? '(empty)' : String(x); }

export function cut(text, length) { return text.length > length ? text.slice(0, length - 1) + '…' : text; }

function scale(least, most) {
  if (least === most) return [least, least + 1];
  const step = 10 ** Math.floor(Math.log10(most - least)) / 2;
  return [Math.floor(least / step) * step, Math.ceil(most / step) * step];
}
