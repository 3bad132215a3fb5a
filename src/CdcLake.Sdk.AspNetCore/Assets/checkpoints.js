// From where a restart goes on.
import { h } from './dom.js';
import * as f from './format.js';
import * as p from './parts.js';
import { columns } from './charts.js';

export function checkpoints(model, act) {
  const s = model.status, list = s.checkpoints, taken = list.filter(c => !c.error && !c.isRestored);
  const button = model.about?.canAct ? h('button', { type: 'button', class: 'button', onclick: () => act('checkpoint') }, 'Checkpoint now') : null;
  if (list.length === 0) {
    return p.panel('Checkpoints', button, p.empty('No checkpoint yet.', s.stages.some(x => x.stateRows) ? 'The first one comes with the next interval.' : 'A pipeline whose operators keep no state needs none: its targets say where to go on.'));
  }
  return [
    s.checkpointError ? p.note('warn', 'The last checkpoint could not be written', s.checkpointError.message + ' The pipeline goes on and tries again.') : null,
    p.panel('Checkpoints', button,
      taken.length > 1 ? [h('h3', {}, 'Duration'), columns(taken.map(c => f.seconds(c.duration)).reverse(), 'Durations of the last checkpoints, the newest to the right', v => f.duration(v))] : null,
      p.table('Last checkpoints', [
        { title: 'Number', cell: c => c.number ?? '–' },
        { title: 'Result', cell: c => c.error ? h('span', { class: 'chip bad' }, 'failed') : c.isRestored ? h('span', { class: 'chip info' }, 'restored') : h('span', { class: 'chip ok' }, 'complete') },
        { title: 'When', cell: c => p.when(c.at) },
        { title: 'Took', number: true, cell: c => f.duration(f.seconds(c.duration)) },
        { title: 'Written', number: true, cell: c => c.error ? '–' : f.bytes(c.writtenBytes) },
        { title: 'In all', number: true, cell: c => c.error ? '–' : f.bytes(c.totalBytes) },
        { title: 'Position', class: 'breaks', hint: c => c.position ?? '', cell: c => c.error ? c.error.message : h('code', {}, f.position(c.position)) },
      ], list)),
  ];
}
