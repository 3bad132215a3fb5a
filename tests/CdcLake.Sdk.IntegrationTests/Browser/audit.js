// What can be told about a page by looking at it: names, labels, headings, tables, contrast, width. Gives a list of faults.
() => {
  const faults = [];
  const where = e => `<${e.tagName.toLowerCase()}${e.className && typeof e.className === 'string' ? '.' + e.className.trim().split(/\s+/).join('.') : ''}> "${(e.textContent ?? '').trim().slice(0, 40)}"`;
  const isSeen = e => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const nameOf = e => (e.getAttribute('aria-label') ?? (e.getAttribute('aria-labelledby') ? document.getElementById(e.getAttribute('aria-labelledby'))?.textContent : null) ?? e.textContent ?? '').trim() || e.title;

  if (!document.documentElement.lang) faults.push('the page has no language');
  if (!document.title) faults.push('the page has no title');
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) {
    const wide = [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > width + 1 && !e.closest('.scroll, .graph, .tabs, pre'));
    faults.push(`the page is ${document.documentElement.scrollWidth} wide in ${width}: ${wide.slice(0, 3).map(where).join(', ')}`);
  }

  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of new Set(ids)) if (ids.filter(i => i === id).length > 1) faults.push(`id ${id} stands twice`);
  if (document.querySelectorAll('h1').length !== 1) faults.push(`${document.querySelectorAll('h1').length} first headings`);
  let level = 0;
  for (const head of document.querySelectorAll('main h1, main h2, main h3, main h4')) {
    const own = Number(head.tagName[1]);
    if (own > level + 1) faults.push(`heading ${where(head)} leaves a level out`);
    level = own;
  }

  for (const e of document.querySelectorAll('a[href], button, [role="region"], [role="img"], [role="progressbar"], nav, summary')) if (isSeen(e) && !nameOf(e)) faults.push(`no name: ${where(e)}`);
  for (const e of document.querySelectorAll('input, select, textarea')) if (!e.labels?.length && !e.getAttribute('aria-label')) faults.push(`no label: ${where(e)}`);
  for (const e of document.querySelectorAll('table')) if (!e.caption?.textContent || [...e.querySelectorAll('thead th')].some(t => t.scope !== 'col')) faults.push(`table without caption or scopes: ${where(e)}`);
  for (const e of document.querySelectorAll('svg')) if (e.getAttribute('aria-hidden') !== 'true' && e.getAttribute('role') !== 'img') faults.push(`svg that is neither hidden nor an image: ${where(e.parentElement)}`);
  for (const e of document.querySelectorAll('[tabindex]')) if (e.tabIndex > 0) faults.push(`tabindex ${e.tabIndex}: ${where(e)}`);
  for (const e of document.querySelectorAll('a[href], button, select, input')) {
    const box = e.getBoundingClientRect();
    if (isSeen(e) && !e.matches('.skip, .sort') && box.width > 0 && (box.height < 20 || box.width < 20)) faults.push(`too small to be hit (${Math.round(box.width)}×${Math.round(box.height)}): ${where(e)}`);
  }

  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const colour = text => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = '#000'; canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1); const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const backOf = e => { const layers = []; for (let p = e; p; p = p.parentElement) layers.unshift(colour(getComputedStyle(p).backgroundColor)); return layers.reduce((under, top) => over(top, under), [255, 255, 255, 1]); };
  const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const seen = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || seen.has(e) || !isSeen(e) || e.closest('.hidden, .skip, :disabled, title, noscript, option')) continue;
    seen.add(e);
    const style = getComputedStyle(e), svg = e.closest('svg');
    const back = backOf(svg ? svg.parentElement : e), front = over(colour(svg ? style.fill : style.color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
    const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) faults.push(`contrast ${ratio.toFixed(2)}: ${where(e)}`);
  }
  return faults;
}
