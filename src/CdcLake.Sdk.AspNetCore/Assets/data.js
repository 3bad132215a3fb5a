// Rows of views and tables, as a chart and as they are, now or as they were.
import { h } from './dom.js';
import * as f from './format.js';
import * as p from './parts.js';
import { bars, line } from './charts.js';

const PAGE = 50;
const kinds = [['bar', 'Bars'], ['line', 'Line'], ['number', 'Number'], ['table', 'Rows']];
const sums = [['sum', 'Sum'], ['avg', 'Average'], ['min', 'Minimum'], ['max', 'Maximum'], ['count', 'Count']];

// What is looked at, from the address and, where that says nothing, from what the table is like.
export function view(tables, query) {
  const table = tables.find(t => t.name === query.table) ?? tables.find(t => t.columns.length) ?? tables[0];
  if (!table) return null;
  const numbers = table.columns.filter(c => c.kind === 'number'), texts = table.columns.filter(c => c.kind === 'text');
  const named = (list, pattern) => list.find(c => pattern.test(c.name))?.name;
  const kind = query.kind ?? (numbers.length === 0 ? 'table' : texts.length === 0 && table.columns.some(c => c.kind === 'time') ? 'line' : 'bar');
  const x = query.x ?? named(texts, /sku|code/i) ?? named(texts, /name|title|label/i) ?? texts[0]?.name ?? table.columns[0]?.name;
  const y = query.y ?? named(numbers, /revenue|amount|total|sum|price|value/i) ?? numbers.at(-1)?.name;
  return {
    table, kind, x, y: named(numbers, /revenue/i) && !query.y ? named(numbers, /revenue/i) : y, agg: query.agg ?? (y ? 'sum' : 'count'), top: query.top ?? '20', by: query.by ?? (kind === 'line' ? 'x' : 'value'),
    snapshot: query.snapshot ?? '', gtid: query.gtid ?? '', sort: query.sort ?? '', order: query.order ?? 'asc', page: Math.max(0, Number(query.page) || 0),
  };
}

export function requests(v) {
  const version = { snapshot: v.snapshot, gtid: v.snapshot ? '' : v.gtid };
  return {
    chart: v.kind === 'table' ? null : { ...version, x: v.kind === 'number' ? '' : v.x, y: v.y, agg: v.agg, top: v.kind === 'line' ? '500' : v.top, sort: v.by },
    rows: { ...version, limit: PAGE, offset: v.page * PAGE, sort: v.sort, order: v.order },
  };
}

export function data(model, go, reload) {
  if (model.about && !model.about.showsRows) return p.empty('Rows are not shown here.', 'The application keeps them to itself (CdcLakeDashboardOptions.ShowRows = false). Their numbers are on the page of sinks.');
  if (!model.tables || (model.tables.length && !model.view)) return model.dataError ? p.problem(model.dataError, reload) : p.loading('Looking at the tables …');
  if (model.tables.length === 0) return p.empty('Nothing to read here.', 'This pipeline writes neither views nor Iceberg tables; its targets have pages of their own.');
  const v = model.view;
  return [
    h('div', { class: 'data-layout' },
      h('form', { class: 'panel controls', 'aria-label': 'What is shown', onsubmit: e => e.preventDefault() }, controls(v, model, go)),
      h('div', { class: 'data-main' },
        v.table.problem ? p.note('info', 'Nothing to read yet', v.table.problem) : null,
        model.dataError ? p.problem(model.dataError, reload) : null,
        v.kind === 'table' || v.table.problem ? null : p.panel(title(v), null, chart(v, model.chart)),
        v.table.problem ? null : p.panel('Rows', pager(v, model, go), rows(v, model.rows, go)),
        elsewhere(v.table))),
  ];
}

function title(v) {
  const agg = sums.find(s => s[0] === v.agg)[1];
  return (v.agg === 'sum' ? v.y : v.agg === 'count' && !v.y ? 'rows' : `${agg.toLowerCase()} of ${v.y}`) + (v.kind === 'number' ? '' : v.kind === 'line' ? ` over ${v.x}` : ` by ${v.x}`);
}

function controls(v, model, go) {
  const columns = v.table.columns, list = values => values.map(([value, text]) => ({ value, text }));
  const numbers = columns.filter(c => c.kind === 'number').map(c => ({ value: c.name, text: c.name }));
  return [
    p.choice('Table', v.table.name, model.tables.map(t => ({ value: t.name, text: t.name })), table => go({ table, x: null, y: null, sort: null, page: null, snapshot: null, gtid: null, kind: null, agg: null })),
    h('p', { class: 'muted' }, `${f.count(v.table.rows)} rows` + (v.table.bytes ? `, ${f.bytes(v.table.bytes)} in ${f.count(v.table.files)} ${v.table.files === 1 ? 'file' : 'files'}` : '')),
    h('div', { class: 'segments', role: 'group', 'aria-label': 'Kind of chart' }, kinds.map(([value, text]) => h('button', { type: 'button', 'aria-pressed': String(v.kind === value), onclick: () => go({ kind: value, by: null }) }, text))),
    v.kind === 'table' ? null : [
      v.kind === 'number' ? null : p.choice(v.kind === 'line' ? 'Along' : 'For each', v.x, columns.map(c => ({ value: c.name, text: c.name })), x => go({ x })),
      p.choice('Show', v.agg, list(sums), agg => go({ agg })),
      v.agg === 'count' ? null : p.choice('Of', v.y, numbers, y => go({ y })),
      v.kind === 'bar' ? p.choice('First', v.top, ['10', '20', '50', '100'].map(n => ({ value: n, text: n + ' of them' })), top => go({ top })) : null,
      v.kind === 'bar' ? p.choice('Order', v.by, [{ value: 'value', text: 'largest first' }, { value: 'x', text: 'by ' + v.x }], by => go({ by })) : null],
    v.table.kind === 'iceberg' ? versions(v, go) : h('p', { class: 'muted' }, 'A view shows its current state: one GTID set, always whole.'),
  ];
}

function versions(v, go) {
  const list = v.table.snapshots;
  const index = list.findIndex(s => s.id === v.snapshot);
  return h('fieldset', {}, h('legend', {}, 'As it was'),
    p.choice('Snapshot', v.snapshot, [{ value: '', text: v.gtid ? 'as the GTID set says' : 'newest, live' }, ...list.map(s => ({ value: s.id, text: `${f.time(s.at)} · ${f.count(s.rows)} rows${s.operation === 'replace' ? ' · compacted' : ''}` }))], snapshot => go({ snapshot: snapshot || null, gtid: null, page: null })),
    list.length > 1 ? h('label', { class: 'field' }, h('span', {}, 'Travel through time'),
      h('input', { type: 'range', min: '0', max: String(list.length - 1), value: String(list.length - 1 - Math.max(0, index)), 'aria-valuetext': index <= 0 ? 'newest' : f.time(list[index].at),
        onchange: e => { const at = list.length - 1 - Number(e.target.value); go({ snapshot: at === 0 ? null : list[at].id, gtid: null, page: null }); } })) : null,
    h('label', { class: 'field' }, h('span', {}, 'or at a GTID set'), h('input', { type: 'text', value: v.gtid, placeholder: '3e11fa47-…:1-77', spellcheck: 'false', autocomplete: 'off', onchange: e => go({ gtid: e.target.value.trim() || null, snapshot: null, page: null }) })),
    v.snapshot || v.gtid ? h('button', { type: 'button', class: 'button', onclick: () => go({ snapshot: null, gtid: null, page: null }) }, 'Back to now') : null);
}

function chart(v, answer) {
  if (!answer) return p.loading('Reading rows …');
  if (answer.points.length === 0 || (v.kind === 'number' && answer.points[0]?.y === null)) return p.empty('No rows in this version.', 'There is nothing to draw.');
  const names = { x: v.x, y: title(v) };
  return [
    v.kind === 'number' ? h('p', { class: 'huge' }, f.value(answer.points[0].y)) : v.kind === 'line' ? line(answer.points, names) : bars(answer.points, names),
    h('p', { class: 'muted' }, v.kind === 'bar' && answer.categories > answer.points.length ? `${f.count(answer.points.length)} of ${f.count(answer.categories)} shown. ` : '', answer.isCut ? `Drawn from the first ${f.count(answer.readRows)} rows; the table has more.` : `From all ${f.count(answer.readRows)} rows.`)];
}

function rows(v, answer, go) {
  if (!answer) return p.loading('Reading rows …');
  if (answer.rows.length === 0) return p.empty('No rows here.', v.page ? 'The table ends before this page.' : 'The table is empty in this version.');
  return [
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Rows of ' + v.table.name },
      h('table', {}, h('caption', { class: 'hidden' }, 'Rows of ' + v.table.name),
        h('thead', {}, h('tr', {}, answer.columns.map(c => h('th', { scope: 'col', class: c.kind === 'number' ? 'number' : null, 'aria-sort': v.sort === c.name ? (v.order === 'desc' ? 'descending' : 'ascending') : null },
          h('button', { type: 'button', class: 'sort', title: c.type, onclick: () => go({ sort: c.name, order: v.sort === c.name && v.order === 'asc' ? 'desc' : null, page: null }) }, c.name, v.sort === c.name ? (v.order === 'desc' ? ' ↓' : ' ↑') : ''))))),
        h('tbody', {}, answer.rows.map(r => h('tr', {}, r.map((cell, i) => h('td', { class: answer.columns[i].kind === 'number' ? 'number' : null }, cell === null ? h('span', { class: 'null' }, 'null') : String(cell)))))))),
    v.sort && answer.isCut ? h('p', { class: 'muted' }, `Sorted within the first ${f.count(answer.readRows)} rows; the table has more.`) : null];
}

function pager(v, model, go) {
  const full = model.rows?.rows.length === PAGE;
  return [h('button', { type: 'button', class: 'button small', disabled: v.page === 0, onclick: () => go({ page: v.page - 1 || null }) }, 'Back'),
    h('span', { class: 'muted' }, model.rows?.rows.length ? `${f.count(v.page * PAGE + 1)}–${f.count(v.page * PAGE + model.rows.rows.length)}` : '–'),
    h('button', { type: 'button', class: 'button small', disabled: !full, onclick: () => go({ page: v.page + 1 }) }, 'Next')];
}

function elsewhere(t) {
  if (!t.location) return null;
  const path = t.location.replace(/^file:(\/\/)?/, ''), isS3 = /^s3/.test(t.location), [space, name] = t.name.slice(8, -1).split(/\.(?=[^.]*$)/);
  return h('details', { class: 'panel more' }, h('summary', {}, 'Read the same table elsewhere'),
    h('pre', { class: 'code' }, `-- DuckDB\nSELECT * FROM iceberg_scan('${path}');\n\n-- ClickHouse\nSELECT * FROM ${isS3 ? 'icebergS3' : 'icebergLocal'}('${path}');\n\n-- Trino, and Superset on it\nCALL iceberg.system.register_table(schema_name => '${space}', table_name => '${name}', table_location => '${t.location}');`));
}
