// The two things that need a script: "/" goes to the search box, and an open menu closes when somebody looks elsewhere.
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
