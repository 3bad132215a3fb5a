// A page is a function of what is known, drawn anew with every message. Only what differs is touched, so that focus, selection and scroll positions stay.

const SVG = 'http://www.w3.org/2000/svg';

export function h(tag, props, ...children) {
  return { tag, props: props ?? {}, children: flat(children) };
}

export function draw(root, ...nodes) {
  children(root, flat(nodes), root.namespaceURI === SVG);
}

function flat(list, into = []) {
  for (const item of list) {
    if (Array.isArray(item)) flat(item, into);
    else if (item !== null && item !== undefined && item !== false && item !== true) into.push(typeof item === 'object' ? item : String(item));
  }
  return into;
}

function children(parent, wanted, isSvg) {
  let node = parent.firstChild;
  for (const want of wanted) {
    if (node && fits(node, want)) {
      if (typeof want === 'string') { if (node.data !== want) node.data = want; } else update(node, want, isSvg);
      node = node.nextSibling;
    } else {
      const made = create(want, isSvg);
      if (node) { const next = node.nextSibling; parent.replaceChild(made, node); node = next; } else parent.appendChild(made);
    }
  }
  while (node) { const next = node.nextSibling; parent.removeChild(node); node = next; }
}

function fits(node, want) {
  return typeof want === 'string' ? node.nodeType === 3 : node.drawn?.tag === want.tag && node.drawn.props.key === want.props.key;
}

function create(want, isSvg) {
  if (typeof want === 'string') return document.createTextNode(want);
  const svg = isSvg || want.tag === 'svg';
  const node = svg ? document.createElementNS(SVG, want.tag) : document.createElement(want.tag);
  node.drawn = { tag: want.tag, props: { key: want.props.key } };
  update(node, want, svg);
  return node;
}

function update(node, want, isSvg) {
  const before = node.drawn.props;
  for (const name in before) if (!(name in want.props) && name !== 'key') set(node, name, null);
  children(node, want.children, isSvg || want.tag === 'svg'); // options come before the value of their select
  for (const name in want.props) if (before[name] !== want.props[name] || name === 'value') set(node, name, want.props[name]);
  node.drawn = want;
}

function set(node, name, value) {
  if (name === 'key') return;
  if (name.startsWith('on')) node[name] = value;
  else if (name === 'style') { node.removeAttribute('style'); for (const key in value ?? {}) node.style.setProperty(key, value[key]); }
  else if (name === 'value') { if (node.value !== value && (node !== document.activeElement || node.tagName === 'SELECT')) node.value = value ?? ''; }
  else if (name === 'checked' || name === 'disabled' || name === 'selected' || name === 'open') node[name] = !!value;
  else if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? '' : value);
}
