// What the targets show.
import { h } from './dom.js';
import * as f from './format.js';
import * as p from './parts.js';
import { columns } from './charts.js';

export function sinks(model) {
  return model.status.sinks.map(k => p.panel(k.name, null, sink(k, model)));
}

function sink(k, model) {
  const table = model.tables?.find(t => t.name === k.name);
  const commits = k.recentCommits;
  const isView = k.name.startsWith('view(');
  return [
    k.maintenanceError ? p.note('warn', 'The table could not be compacted', k.maintenanceError.message) : null,
    table?.problem ? p.note('info', 'Nothing to see of it yet', table.problem) : null,
    h('dl', { class: 'tiles' },
      p.tile('Rows', f.count(k.totalRows ?? table?.rows), table?.bytes ? `${f.bytes(table.bytes)} in ${f.count(table.files)} ${table.files === 1 ? 'file' : 'files'}` : isView ? 'in memory' : null),
      isView ? p.tile('Shows', 'every epoch', 'as soon as it is whole') : p.tile('Last commit', f.ago(k.committedAt), f.count(k.commits) + ' since the start'),
      p.tile('Freshness', model.summary?.isReplay ? 'replay' : f.duration(f.seconds(k.freshness)), model.summary?.isReplay ? 'times are those of the record' : 'from the source\'s commit to being visible'),
      isView ? null : p.tile('Written', f.count(k.upserts), f.count(k.deletes) + ' removed'),
      isView ? null : p.tile('Waiting', f.count(k.pendingRows), 'rows for the next commit')),
    h('p', { class: 'muted breaks', title: k.position ?? '' }, 'Equals the query’s result at ', h('code', {}, f.position(k.position)), k.position ? p.copy(k.position, 'Copy the position') : null),
    k.compactions ? h('p', { class: 'muted' }, `Compacted ${f.count(k.compactions)} times: ${f.count(k.compactedFiles)} files replaced, ${f.count(k.compactedRows)} rows written anew.`) : null,
    isView ? null : commits.length === 0 ? p.empty('No commit since the start.', 'The next one comes with the first changes.') : [
      h('h3', {}, 'Duration of the last commits'),
      columns(commits.map(c => f.seconds(c.duration)).reverse(), 'Durations of the last commits, the newest to the right', v => f.duration(v)),
      p.table('Last commits of ' + k.name, [
        { title: 'Commit', cell: c => h('code', {}, c.id) },
        { title: 'When', cell: c => p.when(c.at) },
        { title: 'Took', number: true, cell: c => f.duration(f.seconds(c.duration)) },
        { title: 'Written', number: true, cell: c => f.count(c.upserts) },
        { title: 'Removed', number: true, cell: c => f.count(c.deletes) },
        { title: 'Rows then', number: true, cell: c => c.totalRows < 0 ? '–' : f.count(c.totalRows) },
        { title: 'Files', number: true, cell: c => f.count(c.files) },
        { title: 'Bytes', number: true, cell: c => f.bytes(c.bytes) },
      ], commits)],
  ];
}
