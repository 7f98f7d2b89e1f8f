// What needs a script: "/" goes to the search box, an open menu closes when somebody looks elsewhere, and a preview follows its form.
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
// A brand's price list follows its form.
addEventListener('change', (event) => {
  const form = event.target.closest('form[data-preview]');
  const show = form && form.querySelector('[data-shows]');
  if (show) form.requestSubmit(show);
});
