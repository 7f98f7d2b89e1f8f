// Looks at a page of the console as it stands in the window, and tells what a person would complain of.
(() => {
  const complaints = [];
  const complain = (element, what) => complaints.push(`${what}: ${(element.outerHTML || element.textContent).replace(/\s+/g, ' ').trim().slice(0, 160)}`);
  const root = document.documentElement;
  const box = (element) => element.getBoundingClientRect();
  const unseen = (element) => element.closest('.visually-hidden, .skip, thead, .chips') !== null || element.getClientRects().length === 0;

  document.querySelectorAll('main details').forEach((one) => { one.open = true; }); // what is folded must fit too

  if (root.scrollWidth > window.innerWidth) complain(root, `scrolls sideways, ${root.scrollWidth} px in ${window.innerWidth}`);
  if (document.querySelectorAll('h1').length !== 1) complain(root, 'not exactly one h1');
  if (!document.title.trim() || !['en', 'sw'].includes(root.lang)) complain(root, 'no title or language');
  if (/![a-z_]+\.[a-z_.]+|(<|&lt;)no value|ZgotmplZ/.test(root.outerHTML)) complain(root, `a text is missing, ${root.outerHTML.match(/.{20}(![a-z_]+\.|(<|&lt;)no value|ZgotmplZ).{40}/)}`);
  for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!field.getAttribute('aria-label') && ![...field.labels].some((label) => label.textContent.trim())) complain(field, 'no label');

  const taps = document.querySelectorAll('.btn, button, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select, summary, nav a, label.tick, .days label');
  for (const target of taps) {
    if (unseen(target) && !target.closest('.chips')) continue;
    const { width, height } = box(target);
    const crumb = target.closest('.crumbs') !== null;
    if (!crumb && (height < 43.5 || width < 43.5)) complain(target, `${width.toFixed(1)} × ${height.toFixed(1)} px to tap`);
  }
  for (const element of document.body.querySelectorAll('*')) {
    if (unseen(element) || element.closest('svg')) continue;
    const hides = getComputedStyle(element).overflowX !== 'visible' && !['INPUT', 'TEXTAREA', 'SELECT', 'IFRAME'].includes(element.tagName);
    if (hides && element.scrollWidth > element.clientWidth + 1) complain(element, 'cut off, or scrolls');
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, holder = node.parentElement;
    if (!node.textContent.trim() || ['SCRIPT', 'STYLE', 'TEXTAREA', 'OPTION'].includes(holder.tagName) || unseen(holder)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const lines = [...range.getClientRects()], cell = holder.closest('td, .facts > div');
    if (cell && /^\S+@\S+$/.test(node.textContent.trim()) && lines.length > 1 && lines.reduce((sum, line) => sum + line.width, 0) < cell.clientWidth - 24) complain(holder, 'an address breaks within a word');
    const surface = box(holder.closest('td, .card, .note, .figure, .btn, .rail a, .chips a, .top, .head, main, body'));
    for (const line of lines)
      if (line.width > 1 && (line.left < surface.left - 1 || line.right > Math.min(surface.right, window.innerWidth) + 1)) { complain(holder, 'text leaves its surface'); break; }
  }
  // What axe judges a page by, but for what its texts say: each element with its place, attributes and whether it has a text; numbers differ from page to page.
  const attribute = ({ name, value }) => name + (/^(href|action|src|value|d|x|y|points|width|height)$/.test(name) ? value !== '' : '=' + value.replace(/[0-9]+/g, ''));
  const shape = (element) => element.tagName + '[' + [...element.attributes].map(attribute).join(' ') + ']' + [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()) +
    '(' + [...element.children].map(shape).join('') + ')';
  return { status: performance.getEntriesByType('navigation')[0].responseStatus, complaints, shape: window.innerWidth + shape(root) };
})()
