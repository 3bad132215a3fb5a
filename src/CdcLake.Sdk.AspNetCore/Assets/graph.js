// The running graph from left to right, on a narrow screen from top to bottom: stages as boxes, channels as lines whose width is their rate.
import { h } from './dom.js';
import * as f from './format.js';
import { cut } from './charts.js';

const [WIDTH, HEIGHT, GAP, ROW, BELOW] = [212, 116, 96, 26, 44];

export function split(name) {
  const at = name.indexOf('(');
  return at > 0 && name.endsWith(')') ? [name.slice(0, at), name.slice(at + 1, -1)] : [name, ''];
}

export function health(stage) {
  return stage.blocked > 0.5 ? 'bad' : stage.blocked > 0.15 || stage.busy > 0.85 ? 'warn' : stage.rowsInPerSecond + stage.rowsOutPerSecond > 0.05 ? 'ok' : 'idle';
}

export function graph(stages, source) {
  const isNarrow = matchMedia('(max-width: 700px)').matches;
  const placed = isNarrow ? stages.map((stage, i) => ({ stage, x: 34, y: 2 + i * (HEIGHT + BELOW) })) : place(stages);
  const width = Math.max(...placed.map(p => p.x)) + WIDTH + 4, height = Math.max(...placed.map(p => p.y)) + HEIGHT + 4;
  return h('div', { class: 'graph', tabindex: '0', role: 'region', 'aria-label': 'Graph of the stages; the table below says the same in words' },
    h('svg', { viewBox: `0 0 ${width} ${height}`, style: { 'max-width': width * 1.15 + 'px', 'min-width': isNarrow ? '0' : width * 0.66 + 'px' }, 'aria-hidden': 'true' },
      placed.flatMap(to => to.stage.inputs.map((input, i) => edge(placed.find(p => p.stage.name === input.from), to, input, i, isNarrow))),
      placed.map(p => node(p, source))));
}

// A stage stands one step behind the last of those that it reads from; stages of one step are centred.
function place(stages) {
  const depth = new Map();
  for (const s of stages) depth.set(s.name, s.inputs.length === 0 ? 0 : Math.max(...s.inputs.map(i => (depth.get(i.from) ?? 0) + 1)));
  const steps = [];
  for (const s of stages) (steps[depth.get(s.name)] ??= []).push(s);
  const tallest = Math.max(...steps.filter(Boolean).map(s => s.length));
  return steps.filter(Boolean).flatMap((step, x) => step.map((stage, y) => ({ stage, x: 2 + x * (WIDTH + GAP), y: 2 + (y + (tallest - step.length) / 2) * (HEIGHT + ROW) })));
}

function edge(from, to, input, index, isNarrow) {
  if (!from) return null;
  const isNext = isNarrow && to.y - from.y <= HEIGHT + BELOW;
  const [x1, y1] = isNext ? [from.x + WIDTH / 2, from.y + HEIGHT] : isNarrow ? [from.x, from.y + HEIGHT * 0.6] : [from.x + WIDTH, from.y + HEIGHT / 2];
  const [x2, y2] = isNext ? [to.x + WIDTH / 2, to.y] : [to.x, to.y + HEIGHT * (index + 1) / (to.stage.inputs.length + 1)];
  const rate = to.stage.inputs.length === 1 ? to.stage.rowsInPerSecond : null;
  const isMoving = (rate ?? from.stage.rowsOutPerSecond) > 0.05;
  const bend = Math.max(36, (x2 - x1) / 2), side = Math.max(4, x1 - 40);
  const way = isNext ? `M${x1} ${y1}V${y2}` : isNarrow ? `M${x1} ${y1}C${side} ${y1 + 30} ${side} ${y2 - 30} ${x2} ${y2}` : `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  const full = input.capacity ? input.depth / input.capacity : 0;
  return h('g', { class: 'edge' + (isMoving ? ' moving' : '') },
    h('path', { class: 'wire', 'stroke-width': (1.5 + Math.min(4, Math.log10(1 + (rate ?? from.stage.rowsOutPerSecond)))).toFixed(1), d: way }),
    rate === null || (isNarrow && !isNext) ? null : h('text', { class: 'edge-label', x: isNext ? x1 + 12 : (x1 + x2) / 2, y: (y1 + y2) / 2 + (isNext ? 4 : -9), 'text-anchor': isNext ? 'start' : 'middle' }, f.rate(rate)),
    isNarrow ? null : h('rect', { class: 'gauge', x: x2 - 38, y: y2 + 6, width: 30, height: 5, rx: 2.5 }),
    isNarrow ? null : h('rect', { class: 'gauge-fill ' + (full > 0.8 ? 'bad' : full > 0.4 ? 'warn' : ''), x: x2 - 38, y: y2 + 6, width: (30 * Math.min(1, full)).toFixed(1), height: 5, rx: 2.5 }),
    h('title', {}, `${input.from}: ${f.count(input.rows)} changes sent, ${input.depth} of ${input.capacity} places taken, ${f.bytes(input.bytes)} waiting`));
}

function node({ stage, x, y }, source) {
  const isSource = stage.inputs.length === 0, isSink = stage.rowsOut === 0 && !isSource;
  const [kind, what] = split(isSource && source ? source : stage.name), inner = WIDTH - 28;
  const rates = isSource ? `out ${f.rate(stage.rowsOutPerSecond)}` : isSink && stage.rowsOutPerSecond === 0 ? `in ${f.rate(stage.rowsInPerSecond)}` : `in ${f.rate(stage.rowsInPerSecond)} · out ${f.rate(stage.rowsOutPerSecond)}`;
  return h('g', { class: 'node ' + health(stage), transform: `translate(${x} ${y})` },
    h('title', {}, stage.name),
    h('rect', { class: 'box', width: WIDTH, height: HEIGHT, rx: 10 }),
    h('path', { class: 'mark', d: `M0 10a10 10 0 0 1 5-8.660V${HEIGHT - 1.340}a10 10 0 0 1-5-8.660Z` }),
    h('text', { class: 'kind', x: 16, y: 25 }, cut(kind, stage.stateRows ? 13 : 22)),
    h('text', { class: 'what', x: 16, y: 42 }, cut(what, 26)),
    h('text', { class: 'rates', x: 16, y: 66 }, rates),
    h('rect', { class: 'gauge', x: 16, y: 75, width: inner, height: 6, rx: 3 }),
    h('rect', { class: 'gauge-fill', x: 16, y: 75, width: (inner * Math.min(1, stage.busy)).toFixed(1), height: 6, rx: 3 }),
    h('rect', { class: 'gauge-fill bad', x: (16 + inner * Math.min(1, stage.busy)).toFixed(1), y: 75, width: (inner * Math.min(1 - Math.min(1, stage.busy), stage.blocked)).toFixed(1), height: 6, rx: 3 }),
    h('text', { class: 'small', x: 16, y: 101 }, `busy ${f.percent(stage.busy)}` + (stage.blocked > 0.005 ? ` · blocked ${f.percent(stage.blocked)}` : '')),
    stage.stateRows ? h('text', { class: 'small', x: WIDTH - 12, y: 25, 'text-anchor': 'end' }, f.bytes(stage.stateBytes)) : null);
}
