// Looks at the page as it stands in the window, and tells what a person would complain of.
(() => {
  const complaints = [];
  const complain = (element, what) =>
    complaints.push(`${what}: ${(element.outerHTML || element.textContent).trim().slice(0, 120)}`);
  const root = document.documentElement;
  const box = (element) => element.getBoundingClientRect();
  const unseen = (element) => element.closest('.gone, .skip, .pick') !== null || element.getClientRects().length === 0;
  const text = (node) => node.textContent.trim();

  document.querySelectorAll('details').forEach((one) => { one.open = true; }); // what is folded must fit too

  if (root.scrollWidth > window.innerWidth) complain(root, `scrolls sideways, ${root.scrollWidth} px in ${window.innerWidth}`);
  if (document.querySelectorAll('h1').length !== 1) complain(root, 'not exactly one h1');
  if (!document.title.trim() || !['en', 'sw'].includes(root.lang)) complain(root, 'no title or language');
  for (const field of document.querySelectorAll('input:not([type=hidden])'))
    if (![...field.labels].some(text)) complain(field, 'no label');

  const targets = [...document.querySelectorAll('a, button, input:not([type=hidden]), label.plan, summary')].filter((e) => !unseen(e));
  for (const target of targets) {
    const { width, height } = box(target);
    if (!target.closest('p') && (height < 43.5 || width < 43.5)) complain(target, `${width.toFixed(1)} × ${height.toFixed(1)} px to tap`);
  }
  targets.forEach((one, i) => targets.slice(i + 1).forEach((other) => {
    const a = box(one), b = box(other);
    const apart = a.right <= b.left + 0.5 || b.right <= a.left + 0.5 || a.bottom <= b.top + 0.5 || b.bottom <= a.top + 0.5;
    if (!apart && !one.contains(other) && !other.contains(one)) complain(one, `lies over ${text(other)}`);
  }));

  for (const element of document.body.querySelectorAll('*')) {
    if (unseen(element) || element.closest('svg')) continue;
    const hides = getComputedStyle(element).overflowX !== 'visible' || element.tagName === 'INPUT';
    if (hides && element.scrollWidth > element.clientWidth + 1) complain(element, 'text cut off');
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, holder = node.parentElement;
    if (!text(node) || unseen(holder)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const surface = holder.closest('.plan, .card, .note, .go, .ticket, .side, .body').getBoundingClientRect();
    for (const line of range.getClientRects())
      if (line.left < surface.left - 1 || line.right > Math.min(surface.right, window.innerWidth) + 1) complain(holder, 'text leaves its surface');
  }
  return complaints;
})()
