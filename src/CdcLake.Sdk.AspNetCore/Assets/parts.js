// Small things that every page is made of.
import { h } from './dom.js';
import * as f from './format.js';

const tones = { Streaming: 'ok', Snapshotting: 'info', Starting: 'info', Draining: 'info', Standby: 'idle', Created: 'idle', Paused: 'idle', Stopped: 'idle', Completed: 'done', Retrying: 'warn', Failed: 'bad' };

export function tone(state) { return tones[state] ?? 'idle'; }

export function chip(state) { return h('span', { class: 'chip ' + tone(state) }, h('span', { class: 'dot', 'aria-hidden': 'true' }), state); }

export function when(iso, text) { return iso ? h('time', { datetime: iso, title: f.utc(iso) }, text ?? f.time(iso)) : '–'; }

export function tile(label, main, note, extra) {
  return h('div', { class: 'tile' }, h('dt', {}, label), h('dd', {}, h('span', { class: 'big' }, main), note ? h('span', { class: 'note' }, note) : null, extra));
}

export function panel(title, tools, ...content) {
  return h('section', { class: 'panel' }, title ? h('div', { class: 'panel-head' }, h('h2', {}, title), tools ? h('div', { class: 'tools' }, tools) : null) : null, content);
}

export function empty(title, text, ...more) { return h('div', { class: 'empty' }, h('p', { class: 'empty-title' }, title), text ? h('p', {}, text) : null, more); }

export function note(kind, title, text, ...more) {
  return h('div', { class: 'banner ' + kind, role: kind === 'bad' ? 'alert' : null }, h('p', { class: 'banner-title' }, title), text ? h('p', {}, text) : null, more);
}

export function problem(error, retry) {
  return note('bad', error.message, error.detail, retry ? h('p', {}, h('button', { type: 'button', class: 'button', onclick: retry }, 'Try again')) : null);
}

export function loading(what) { return h('div', { class: 'empty', role: 'status' }, h('p', {}, h('span', { class: 'spinner', 'aria-hidden': 'true' }), ' ', what)); }

export function bar(share, kind, label) {
  const part = Math.max(0, Math.min(1, share));
  return h('div', { class: 'bar', role: 'progressbar', 'aria-label': label, 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-valuenow': String(Math.round(part * 100)) },
    h('div', { class: 'fill ' + (kind ?? ''), style: { width: part * 100 + '%' } }));
}

export function table(caption, columns, rows) {
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h('table', {}, h('caption', { class: 'hidden' }, caption),
      h('thead', {}, h('tr', {}, columns.map(c => h('th', { scope: 'col', class: c.number ? 'number' : null }, c.title)))),
      h('tbody', {}, rows.map(row => h('tr', {}, columns.map(c => h('td', { class: c.number ? 'number' : c.class ?? null, title: c.hint?.(row) ?? null }, c.cell(row))))))));
}

export function copy(text, label) {
  return h('button', { type: 'button', class: 'button quiet small', 'aria-label': label, onclick: async e => {
    const button = e.currentTarget;
    try { await navigator.clipboard.writeText(text); toast('Copied.'); } catch { select(button, text); }
  } }, 'Copy');
}

// Where the browser gives no clipboard (no TLS, no right), the text is shown to be copied by hand.
function select(button, text) {
  const area = document.createElement('textarea');
  area.value = text; area.readOnly = true; area.className = 'copied'; area.setAttribute('aria-label', 'Text to copy');
  button.after(area); area.select(); area.onblur = () => area.remove();
}

export function toast(text, kind) {
  const item = document.createElement('div');
  item.className = 'toast ' + (kind ?? ''); item.textContent = text;
  document.getElementById('toasts').append(item);
  setTimeout(() => item.remove(), kind === 'bad' ? 8000 : 3500);
}

export function choice(label, value, options, onchange) {
  return h('label', { class: 'field' }, h('span', {}, label),
    h('select', { value, 'aria-label': label, onchange: e => onchange(e.target.value) }, options.map(o => h('option', { value: o.value, key: o.value }, o.text))));
}
