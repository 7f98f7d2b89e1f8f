// What needs a script: "/" goes to the search box, and an open menu closes when somebody looks elsewhere.
addEventListener('keydown', (event) => {
  const box = document.getElementById('search');
  if (event.key === '/' && box && !event.target.closest('input, textarea, select')) {
    event.preventDefault();
    box.focus();
  }
  if (event.key === 'Escape') document.querySelectorAll('details.menu[open]').forEach((menu) => { menu.open = false; });
});
addEventListener('click', (event) => {
  document.querySelectorAll('details.menu[open]').forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
// A file that is too large is told before it is sent, and a brand's price list follows its form.
addEventListener('change', (event) => {
  const { files, dataset } = event.target;
  if (files && dataset.most) {
    const large = [...files].some((file) => file.size > Number(dataset.most));
    event.target.setCustomValidity(large ? dataset.large : '');
    if (!event.target.reportValidity()) return;
  }
  const form = event.target.closest('form[data-preview]');
  const show = form && form.querySelector('[data-shows]');
  if (show) form.requestSubmit(show);
});
// A command is copied by its button; where the browser does not let us, it is marked to be copied by hand.
document.querySelectorAll('[data-copy]').forEach((button) => { button.hidden = false; });
addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  getSelection().selectAllChildren(source);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.querySelector('span').textContent = button.dataset.copied;
  } catch { source.focus(); }
});
