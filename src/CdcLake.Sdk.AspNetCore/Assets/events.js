// What happened, and what to do.
import { h } from './dom.js';
import * as f from './format.js';
import * as p from './parts.js';

const words = { Information: ['info', 'Info'], Warning: ['warn', 'Warning'], Error: ['bad', 'Error'], Critical: ['bad', 'Error'] };

export function events(model, query, go) {
  const s = model.status, level = query.level ?? 'all';
  const list = (model.events ?? []).filter(e => level === 'all' || (level === 'errors' ? words[e.level]?.[0] === 'bad' : words[e.level]?.[0] !== 'info'));
  return [
    s.lastError ? failure(s) : null,
    p.panel('Events', [
      h('div', { class: 'segments', role: 'group', 'aria-label': 'Which events' }, [['all', 'All'], ['warnings', 'Warnings'], ['errors', 'Errors']].map(([value, text]) =>
        h('button', { type: 'button', 'aria-pressed': String(level === value), onclick: () => go({ level: value === 'all' ? null : value }) }, text))),
      list.length ? p.copy(list.map(line).join('\n'), 'Copy the events as text') : null],
      list.length === 0 ? p.empty(level === 'all' ? 'Nothing has happened yet.' : 'Nothing of this kind.', 'State changes, retries, restored checkpoints and errors appear here; the last 200 are kept.')
        : h('ol', { class: 'events' }, list.map(e => h('li', { key: e.number, class: words[e.level]?.[0] ?? 'info' },
          h('div', { class: 'event-head' }, h('span', { class: 'chip ' + (words[e.level]?.[0] ?? 'info') }, words[e.level]?.[1] ?? e.level), p.when(e.at), h('span', { class: 'muted' }, `${e.area} · event ${e.id}`)),
          h('p', {}, e.message), e.error ? h('p', { class: 'event-error' }, h('code', {}, e.error.code), ' ', e.error.message) : null)))),
  ];
}

function failure(s) {
  const e = s.lastError;
  return p.note(s.state === 'Failed' ? 'bad' : 'warn', s.state === 'Failed' ? 'The pipeline has failed and needs somebody' : 'The pipeline waits for something that passes by itself', e.message,
    h('dl', { class: 'facts wide' }, fact('Code', h('code', {}, e.code)), e.stage ? fact('Where', h('code', {}, e.stage)) : null, e.position ? fact('Complete until', h('code', { class: 'breaks' }, f.position(e.position))) : null,
      fact('Met', p.when(e.at, f.ago(e.at))), e.attempt ? fact('Attempts in a row', f.count(e.attempt)) : null, s.nextAttempt ? fact('Next attempt', f.until(s.nextAttempt)) : null),
    p.copy(`${e.code}: ${e.message}`, 'Copy the error'));
}

function fact(name, value) { return h('div', {}, h('dt', {}, name), h('dd', {}, value)); }

function line(e) { return `${f.utc(e.at)}\t${e.level}\t${e.area} ${e.id}\t${e.message}${e.error ? ` (${e.error.code}: ${e.error.message})` : ''}`; }
