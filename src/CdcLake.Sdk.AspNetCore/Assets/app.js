// Addresses, what is known, and what is drawn. The place in the page stands behind the '#', so that every page has an address of its own wherever the application lies.
import { h, draw } from './dom.js';
import * as api from './api.js';
import * as f from './format.js';
import * as p from './parts.js';
import { home } from './home.js';
import { overview } from './pipeline.js';
import { sinks } from './sinks.js';
import { checkpoints } from './checkpoints.js';
import { events } from './events.js';
import * as data from './data.js';

const pages = [['', 'Overview'], ['data', 'Data'], ['sinks', 'Sinks'], ['checkpoints', 'Checkpoints'], ['events', 'Events'], ['plan', 'Plan']];
const model = { about: null, pipelines: null, history: {}, status: null, summary: null, events: null, tables: null, view: null, chart: null, rows: null, plan: null, connection: 'connecting', error: null, dataError: null, retry: load };
let route = { page: 'home', name: null, query: {} };
let stop = null, asked = 0, busy = null, dataStamp = '', dataAt = 0;

function read() {
  const [path, search] = location.hash.replace(/^#\/?/, '').split('?');
  const [first, name, page] = path.split('/').map(part => { try { return decodeURIComponent(part); } catch { return part; } });
  const query = Object.fromEntries(new URLSearchParams(search ?? ''));
  return first === 'p' && name ? { page: page ?? '', name, query } : { page: 'home', name: null, query };
}

function address(changes) {
  const query = new URLSearchParams(Object.entries({ ...route.query, ...changes }).filter(([, v]) => v !== null && v !== undefined && v !== ''));
  return '#/p/' + encodeURIComponent(route.name) + (route.page ? '/' + route.page : '') + (query.size ? '?' + query : '');
}

function go(changes) { history.replaceState(null, '', address(changes)); navigate(false); }

async function navigate(isNew = true) {
  const before = route;
  route = read();
  const isOther = before.name !== route.name;
  if (isOther || !stop) {
    stop?.();
    Object.assign(model, { status: null, events: null, tables: null, view: null, chart: null, rows: null, plan: null, error: null, dataError: null });
    stop = api.follow(route.name, { connection, pipelines, status, events: news });
  }
  dataStamp = '';
  if (model.tables && route.page === 'data') look(model.tables);
  show();
  if (isNew) { window.scrollTo(0, 0); document.getElementById('main').focus({ preventScroll: true }); }
  await load();
}

async function load() {
  const ticket = ++asked;
  try {
    if (!model.about) model.about = await api.get('about');
    f.setClock(model.about.now);
    if (!model.pipelines) model.pipelines = await api.get('pipelines');
    if (route.name && !model.status) model.status = await api.get(api.path('pipelines', route.name));
    model.summary = model.pipelines.find(x => x.name === route.name) ?? null;
    const names = route.name ? [route.name] : model.pipelines.map(x => x.name);
    await Promise.all(names.map(async name => { model.history[name] ??= await api.get(api.path('pipelines', name, 'history')); }));
    if (route.page === 'plan') model.plan = (await api.get(api.path('pipelines', route.name, 'plan'))).text;
    if (route.page === 'data' || route.page === 'sinks') await loadData(ticket);
    model.error = null;
  } catch (error) { model.error = error; }
  if (ticket === asked) show();
}

// Reads rows again when something was committed, at most every two seconds, and never while the last answer is on its way.
async function loadData(ticket) {
  dataStamp = stamp(); dataAt = Date.now(); busy = ticket;
  try {
    const tables = await api.get(api.path('pipelines', route.name, 'tables'));
    if (ticket !== asked) return;
    model.tables = tables;
    if (route.page !== 'data' || !model.about.showsRows) return;
    const view = look(tables);
    if (!view || view.table.problem) { model.dataError = null; return; }
    show();
    const wanted = data.requests(view), at = api.path('pipelines', route.name, 'tables', view.table.name);
    const [chart, rows] = await Promise.all([wanted.chart ? api.get(at + '/chart', wanted.chart) : null, api.get(at + '/rows', wanted.rows)]);
    if (ticket !== asked) return;
    Object.assign(model, { chart, rows, dataError: null });
  } catch (error) { if (ticket === asked) Object.assign(model, { dataError: error, chart: null, rows: null }); } finally { if (busy === ticket) busy = null; }
}

// What the address asks for; answers to something else are forgotten.
function look(tables) {
  const view = data.view(tables, route.query), before = model.view;
  if (!view || !before || view.table.name !== before.table.name) Object.assign(model, { chart: null, rows: null });
  else if (view.kind !== before.kind) model.chart = null;
  return model.view = view;
}

function stamp() { return JSON.stringify((model.status?.sinks ?? []).map(k => [k.position, k.commitId])); }

function connection(state) { if (model.connection !== state) { model.connection = state; if (state === 'live') { model.error = null; } show(); } }

function pipelines(list) {
  model.pipelines = list;
  model.summary = list.find(x => x.name === route.name) ?? null;
  for (const x of list) {
    f.setClock(x.at);
    const samples = model.history[x.name];
    if (samples && (samples.length === 0 || Date.parse(x.at) - Date.parse(samples.at(-1).at) >= 1900)) {
      samples.push({ at: x.at, rowsPerSecond: x.rowsPerSecond, lagSeconds: f.seconds(x.lag) });
      if (samples.length > 150) samples.shift();
    }
  }
  if (!route.name) show();
}

function status(s) {
  model.status = s;
  show();
  const isFresh = !route.query.snapshot && !route.query.gtid;
  if ((route.page === 'data' || route.page === 'sinks') && isFresh && !busy && stamp() !== dataStamp && Date.now() - dataAt >= 2000 && !model.error) loadData(++asked).then(show);
}

function news(list) { const last = model.events?.[0]?.number ?? 0; model.events = [...list.filter(e => e.number > last), ...(model.events ?? [])].slice(0, 200); show(); }

async function act(action, body) {
  try {
    p.toast(`${words[action]} …`);
    const result = await api.act(route.name, action, body);
    p.toast(`Done: ${route.name} is ${result.state.toLowerCase()}.`);
  } catch (error) { p.toast(`${error.message} ${error.detail ?? ''}`, 'bad'); }
}

const words = { pause: 'Pausing', resume: 'Resuming', checkpoint: 'Checkpointing', restart: 'Restarting', reset: 'Resetting' };

function ask(action) {
  const dialog = document.getElementById('dialog'), name = route.name, isReset = action === 'reset';
  const close = () => dialog.close();
  const form = typed => draw(dialog, h('form', { method: 'dialog', onsubmit: e => { e.preventDefault(); if (isReset && typed !== name) return; close(); act(action, isReset ? { confirm: name } : {}); } },
    h('h2', { id: 'dialog-title' }, isReset ? `Reset ${name}?` : `Restart ${name}?`),
    h('p', {}, isReset ? 'Checkpoints and positions are forgotten, and a new snapshot of the source replaces the content of all targets in one commit. Until then readers see them as they are.' : 'What was read is committed, then a new run begins from there. Nothing is lost or counted twice.'),
    isReset ? h('label', { class: 'field' }, h('span', {}, 'Type the pipeline’s name to go on'), h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', value: typed, oninput: e => form(e.target.value) })) : null,
    h('div', { class: 'dialog-buttons' }, h('button', { type: 'button', class: 'button', onclick: close }, 'Cancel'),
      h('button', { type: 'submit', class: 'button ' + (isReset ? 'danger' : 'primary'), disabled: isReset && typed !== name }, isReset ? 'Reset' : 'Restart'))));
  form('');
  dialog.showModal();
}

function buttons() {
  const s = model.status;
  if (!model.about?.canAct || !s) return null;
  const runs = !['Paused', 'Stopped', 'Failed', 'Completed', 'Created'].includes(s.state);
  return h('div', { class: 'tools' },
    runs ? h('button', { type: 'button', class: 'button', key: 'pause', onclick: () => act('pause') }, 'Pause') : h('button', { type: 'button', class: 'button primary', key: 'resume', onclick: () => act('resume') }, 'Resume'),
    runs ? h('button', { type: 'button', class: 'button', key: 'checkpoint', onclick: () => act('checkpoint') }, 'Checkpoint') : null,
    h('button', { type: 'button', class: 'button', key: 'restart', onclick: () => ask('restart') }, 'Restart'),
    h('button', { type: 'button', class: 'button danger', key: 'reset', onclick: () => ask('reset') }, 'Reset'));
}

function pipeline() {
  const s = model.status, name = route.name;
  if (!s) return [h('h1', {}, name), model.error ? p.problem(model.error, load) : p.loading('Asking the application …')];
  const title = pages.find(x => x[0] === route.page)?.[1];
  return [
    h('div', { class: 'page-head' },
      h('div', {}, h('h1', {}, name, ' ', p.chip(s.state)), h('p', { class: 'lead' }, `${s.state} for ${f.duration(Math.max(0, Math.round((f.now() - Date.parse(s.since)) / 1000)))}`, s.detail ? ` · ${s.detail}` : '')),
      buttons()),
    h('nav', { class: 'tabs', 'aria-label': 'Pages of ' + name }, pages.map(([page, text]) =>
      h('a', { href: '#/p/' + encodeURIComponent(name) + (page ? '/' + page : ''), 'aria-current': route.page === page ? 'page' : null }, text,
        page === 'events' && (s.lastError || model.summary?.warning) ? h('span', { class: 'badge', title: 'Something needs a look' }, '!') : null))),
    s.lastError && route.page !== 'events' ? p.note(s.state === 'Failed' ? 'bad' : 'warn', s.lastError.code, s.lastError.message, s.nextAttempt ? h('p', {}, 'Next attempt ', f.until(s.nextAttempt)) : null) : null,
    model.summary?.warning && !s.lastError ? p.note('warn', 'Needs a look', model.summary.warning) : null,
    title === undefined ? p.empty('There is no such page.', 'Choose one above.') : h('div', { key: route.page, class: 'page' }, content()),
  ];
}

function content() {
  switch (route.page) {
    case 'data': return data.data(model, go, load);
    case 'sinks': return sinks(model);
    case 'checkpoints': return checkpoints(model, act);
    case 'events': return events(model, route.query, go);
    case 'plan': return model.plan === null ? (model.error ? p.problem(model.error, load) : p.loading('Printing the plan …'))
      : p.panel('Plan', p.copy(model.plan, 'Copy the plan'), h('pre', { class: 'code', tabindex: '0' }, model.plan));
    default: return overview(model);
  }
}

function top() {
  const theme = document.documentElement.dataset.theme ?? 'system', next = { system: 'light', light: 'dark', dark: 'system' }[theme];
  return h('div', { class: 'top-in' },
    h('a', { class: 'brand', href: '#/' }, h('svg', { viewBox: '0 0 32 32', width: 28, height: 28, 'aria-hidden': 'true' }, h('rect', { class: 'brand-back', width: 32, height: 32, rx: 8 }),
      h('path', { d: 'M6 12.5c3.300-3 6.700-3 10 0s6.700 3 10 0M6 19.500c3.300-3 6.700-3 10 0s6.700 3 10 0', fill: 'none', stroke: '#fff', 'stroke-width': 2.6, 'stroke-linecap': 'round' })), h('span', {}, 'CdcLake')),
    h('nav', { 'aria-label': 'Pipelines', class: 'crumbs' }, h('a', { href: '#/', 'aria-current': route.name ? null : 'page' }, 'Pipelines'),
      route.name ? [h('span', { 'aria-hidden': 'true' }, '/'), h('span', { class: 'ellipsis' }, route.name)] : null),
    h('span', { class: 'grow' }),
    h('span', { class: 'connection ' + model.connection, role: 'status' }, h('span', { class: 'dot', 'aria-hidden': 'true' }), h('span', { class: 'connection-text' }, { live: 'live', lost: 'reconnecting', connecting: 'connecting' }[model.connection])),
    h('button', { type: 'button', class: 'button quiet small', 'aria-label': `Theme: ${theme}. Change to ${next}`, title: `Theme: ${theme}`, onclick: () => {
      if (next === 'system') delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = next;
      try { localStorage.setItem('cdclake-theme', next); } catch { /* kept for this page alone */ }
      show();
    } }, { system: '◐', light: '☀', dark: '☾' }[theme]));
}

function show() {
  draw(document.getElementById('top'), top());
  draw(document.getElementById('main'), h('div', { class: 'content', key: route.name ?? '' }, route.name ? pipeline() : home(model)));
  const title = route.name ? `${route.name}${route.page ? ' · ' + (pages.find(x => x[0] === route.page)?.[1] ?? '') : ''} · CdcLake` : 'Pipelines · CdcLake';
  if (document.title !== title) document.title = title;
}

document.getElementById('main').textContent = '';
document.getElementById('skip').onclick = () => document.getElementById('main').focus();
window.addEventListener('hashchange', () => navigate());
window.addEventListener('resize', show);
setInterval(() => { if (!document.hidden && model.connection !== 'live') { show(); if (model.error) load(); } }, 3000);
navigate(false);
