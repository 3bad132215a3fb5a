// What one pipeline is doing: numbers, snapshot, graph.
import { h } from './dom.js';
import * as f from './format.js';
import * as p from './parts.js';
import { sparkline } from './charts.js';
import { graph, health } from './graph.js';

export function overview(model) {
  const s = model.status, x = model.summary;
  const history = model.history[s.pipeline] ?? [];
  const last = s.checkpoints.find(c => !c.error);
  return [
    h('dl', { class: 'tiles' },
      p.tile('Changes', f.rate(x?.rowsPerSecond ?? 0), f.count(s.changesRead) + ' read', sparkline(history.map(v => v.rowsPerSecond), 'Changes per second in the last five minutes')),
      x?.isReplay ? p.tile('Lag', 'replay', 'times are those of the recorded log')
        : p.tile('Lag', f.duration(f.seconds(x?.lag ?? s.lag)), s.source.lastHeard ? 'heard ' + f.ago(s.source.lastHeard) : 'of what the slowest sink shows', sparkline(history.map(v => v.lagSeconds), 'Lag in the last five minutes', 'warn')),
      p.tile('Last commit', f.ago(x?.committedAt), f.count(s.sinks.reduce((n, k) => n + k.commits, 0)) + ' commits since the start'),
      p.tile('State', f.bytes(x?.stateBytes ?? 0), f.count(s.stages.reduce((n, k) => n + k.stateRows, 0)) + ' rows in memory'),
      p.tile('Checkpoint', last ? f.ago(last.at) : '–', last ? `${f.bytes(last.totalBytes)} in ${f.duration(f.seconds(last.duration))}` : 'none since the start')),
    s.snapshot ? snapshot(s.snapshot) : null,
    p.panel('Graph', null, s.stages.length ? [graph(s.stages, s.source.name), legend(), stages(s.stages)] : p.empty('No stages yet.', 'The graph appears when the pipeline has met its tables.')),
    p.panel('Source', null, source(s)),
  ];
}

function legend() {
  return h('p', { class: 'legend' },
    [['ok', 'working'], ['warn', 'close to its limit'], ['bad', 'waits for what comes behind'], ['idle', 'nothing to do']].map(([tone, text]) => h('span', { class: 'legend-item ' + tone }, h('span', { class: 'dot', 'aria-hidden': 'true' }), text)));
}

function stages(list) {
  const words = { ok: 'working', warn: 'close to its limit', bad: 'blocked', idle: 'idle' };
  return h('details', { class: 'more' }, h('summary', {}, 'The stages as a table'),
    p.table('Stages of the pipeline', [
      { title: 'Stage', cell: s => h('code', {}, s.name) },
      { title: 'Is', cell: s => words[health(s)] },
      { title: 'In', number: true, cell: s => f.rate(s.rowsInPerSecond) },
      { title: 'Out', number: true, cell: s => f.rate(s.rowsOutPerSecond) },
      { title: 'Busy', number: true, cell: s => f.percent(s.busy) },
      { title: 'Backpressure', number: true, cell: s => f.percent(s.blocked) },
      { title: 'Waiting', number: true, cell: s => s.inputs.map(i => `${i.depth}/${i.capacity}`).join(' ') || '–' },
      { title: 'Partitions', number: true, cell: s => s.partitions > 1 ? s.partitions : '–' },
      { title: 'State', number: true, cell: s => s.stateRows ? `${f.count(s.stateRows)} rows, ${f.bytes(s.stateBytes)}` : '–' },
    ], list));
}

function snapshot(s) {
  const share = s.isDone ? 1 : s.estimatedRows ? Math.min(1, s.rows / s.estimatedRows) : 0;
  if (s.isDone) return p.panel('Initial snapshot', null, h('p', { class: 'muted' }, `Done: ${f.count(s.rows)} rows of ${s.tables.length} ${s.tables.length === 1 ? 'table' : 'tables'} in ${f.duration(f.seconds(s.elapsed))}, ${f.rate(s.rowsPerSecond)}.`));
  return p.panel('Initial snapshot', null,
    h('div', { class: 'snapshot-line' }, p.bar(share, 'info', 'Initial snapshot'), h('strong', {}, s.estimatedRows ? f.percent(share) : f.count(s.rows) + ' rows')),
    h('p', { class: 'muted' }, `${f.compact(s.rows)}${s.estimatedRows ? ' of about ' + f.compact(s.estimatedRows) : ''} rows · ${f.rate(s.rowsPerSecond)}` + (s.remaining ? ` · about ${f.duration(f.seconds(s.remaining))} left` : '')),
    p.table('Tables of the snapshot', [
      { title: 'Table', cell: t => h('code', {}, t.table) },
      { title: 'Progress', class: 'wide', cell: t => p.bar(t.isDone ? 1 : t.estimatedRows ? t.rows / t.estimatedRows : 0, t.isDone ? 'ok' : 'info', t.table) },
      { title: 'Rows', number: true, cell: t => f.count(t.rows) + (t.estimatedRows && !t.isDone ? ' / ≈' + f.compact(t.estimatedRows) : '') },
      { title: 'Time', number: true, cell: t => t.hasBegun ? f.duration(f.seconds(t.elapsed)) : 'waits' },
    ], s.tables));
}

function source(s) {
  const k = s.source, r = k.retention;
  return h('dl', { class: 'facts wide' },
    h('div', {}, h('dt', {}, 'Reads'), h('dd', {}, k.name ?? '–', k.server ? ' from ' + k.server : '')),
    h('div', {}, h('dt', {}, 'Position'), h('dd', { class: 'breaks', title: s.position ?? '' }, f.position(s.position), s.position ? p.copy(s.position, 'Copy the position') : null)),
    h('div', {}, h('dt', {}, 'Transactions'), h('dd', {}, f.count(k.transactions))),
    h('div', {}, h('dt', {}, 'Rows inserted, updated, deleted'), h('dd', {}, [k.inserts, k.updates, k.deletes].map(f.count).join(' · '))),
    h('div', {}, h('dt', {}, 'Log read'), h('dd', {}, f.bytes(k.bytes))),
    h('div', {}, h('dt', {}, 'Reconnects'), h('dd', {}, f.count(k.reconnects))),
    r ? h('div', {}, h('dt', {}, 'Log kept for a restart'), h('dd', {}, r.isPurged ? 'removed already' : r.left ? f.duration(f.seconds(r.left)) + ' left' : 'no end in sight', r.file ? `, from ${r.file} on` : '')) : null);
}
