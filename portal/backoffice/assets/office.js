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
