// All pipelines at a glance.
import { h } from './dom.js';
import * as f from './format.js';
import * as p from './parts.js';
import { sparkline } from './charts.js';

export function home(model) {
  const list = model.pipelines;
  if (!list) return model.error ? p.problem(model.error, model.retry) : p.loading('Asking the application …');
  const bad = list.filter(x => x.state === 'Failed').length, warn = list.filter(x => x.state === 'Retrying' || x.warning).length;
  return [
    h('div', { class: 'page-head' }, h('div', {}, h('h1', {}, 'Pipelines'),
      h('p', { class: 'lead' }, list.length === 0 ? 'Nothing runs here yet.'
        : `${list.length} ${list.length === 1 ? 'pipeline' : 'pipelines'}${model.about ? ` on ${model.about.machine}` : ''}, ` + (bad ? `${bad} failed` : warn ? `${warn} in need of a look` : 'all well')))),
    list.length === 0
      ? p.empty('This application has no pipelines.', 'Add one to its services, and it appears here:', h('pre', { class: 'code' }, 'builder.Services.AddCdcLake()\n    .AddPipeline("sales", services => Pipeline\n        .FromMySqlBinlog(…)\n        .ToIceberg(…)\n        .Build("sales"));'))
      : h('ul', { class: 'cards' }, list.map(x => card(x, model.history[x.name] ?? []))),
  ];
}

function card(x, history) {
  return h('li', { key: x.name, class: 'card ' + p.tone(x.state) },
    h('div', { class: 'card-head' }, h('h2', {}, h('a', { href: '#/p/' + encodeURIComponent(x.name) }, x.name)), p.chip(x.state)),
    h('p', { class: 'muted ellipsis', title: x.source ?? '' }, x.source ?? (x.state === 'Created' ? 'not started yet' : 'nothing read yet'), x.detail ? ' · ' + x.detail : ''),
    x.error ? p.note(x.state === 'Failed' ? 'bad' : 'warn', x.error.code, x.error.message) : x.warning ? p.note('warn', 'Needs a look', x.warning) : null,
    x.snapshotShare !== null ? h('div', { class: 'snapshot-line' }, p.bar(x.snapshotShare, 'info', 'Initial snapshot of ' + x.name), h('span', {}, f.percent(x.snapshotShare), ' of the initial snapshot')) : null,
    h('div', { class: 'card-chart' }, h('div', {}, h('span', { class: 'big' }, f.rate(x.rowsPerSecond)), h('span', { class: 'note' }, 'changes read')),
      sparkline(history.map(s => s.rowsPerSecond), `Changes per second of ${x.name} in the last five minutes`)),
    h('dl', { class: 'facts' },
      fact('Lag', x.isReplay ? 'replay' : f.duration(f.seconds(x.lag))), fact('Last commit', p.when(x.committedAt, f.ago(x.committedAt))),
      fact('Checkpoint', p.when(x.checkpointAt, f.ago(x.checkpointAt))), fact('State', f.bytes(x.stateBytes))));
}

function fact(name, value) { return h('div', {}, h('dt', {}, name), h('dd', {}, value)); }
