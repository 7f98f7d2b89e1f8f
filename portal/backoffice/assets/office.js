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
// A photograph from a phone is made smaller before it is sent; a file that is too large still is told. A brand's price list
// follows its form.
const shrink = async (input) => {
  const [file] = input.files;
  if (!file || file.size <= Number(input.dataset.above || input.dataset.most) || file.type === 'image/svg+xml') return;
  try {
    const photo = await createImageBitmap(file);
    const share = Math.min(1, Number(input.dataset.shrink) / Math.max(photo.width, photo.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(photo.width * share);
    canvas.height = Math.round(photo.height * share);
    canvas.getContext('2d').drawImage(photo, 0, 0, canvas.width, canvas.height);
    const kind = file.type === 'image/png' && input.name === 'logo' ? 'image/png' : 'image/jpeg';
    const small = await new Promise((done) => { canvas.toBlob(done, kind, 0.85); });
    const chosen = new DataTransfer();
    chosen.items.add(new File([small], file.name, { type: kind }));
    input.files = chosen.files;
  } catch { /* it is no picture: the server says so */ }
};
const shrinking = new Map(); // form to who waits to send it: a button, or nobody yet
addEventListener('submit', (event) => {
  if (!shrinking.has(event.target)) return;
  shrinking.set(event.target, event.submitter);
  event.preventDefault();
}, true);
addEventListener('change', async (event) => {
  const { files, dataset, form: typed } = event.target;
  if (files && dataset.shrink) {
    shrinking.set(typed, null);
    await shrink(event.target);
    const waits = shrinking.get(typed);
    shrinking.delete(typed);
    if (waits) return typed.requestSubmit(waits);
  }
  if (files && dataset.most) {
    const large = [...files].some((file) => file.size > Number(dataset.most));
    event.target.setCustomValidity(large ? dataset.large : '');
    if (!event.target.reportValidity()) return;
  }
  const form = event.target.closest('form[data-preview]');
  const show = form && form.querySelector('[data-shows]');
  if (show) form.requestSubmit(show);
});
// What was sent by a button is not sent by it a second time in the same moment. What a button only shows beside the form may come as often as it likes.
const sent = new WeakMap();
addEventListener('submit', (event) => {
  const form = event.target;
  const by = event.submitter || form;
  if (event.defaultPrevented || form.method !== 'post' || by.formTarget) return;
  if (sent.get(form) === by) return event.preventDefault();
  sent.set(form, by);
  setTimeout(() => { sent.delete(form); }, 5000);
});
// Rows are picked all at once, and counted, where there is a script; the boxes are sent without one too.
const picked = () => {
  const many = document.getElementById('many');
  if (!many) return;
  const boxes = [...document.querySelectorAll('input[name=pick]')];
  const count = boxes.filter((box) => box.checked).length;
  const all = many.querySelector('[data-all]');
  all.hidden = false;
  all.firstElementChild.checked = count === boxes.length;
  all.firstElementChild.indeterminate = count > 0 && count < boxes.length;
  many.querySelector('[data-count]').textContent = count ? ` (${count})` : '';
};
addEventListener('change', (event) => {
  const all = event.target.closest('[data-all]');
  if (all) document.querySelectorAll('input[name=pick]').forEach((box) => { box.checked = event.target.checked; });
  if (all || event.target.name === 'pick') picked();
});
addEventListener('htmx:afterSwap', picked);
picked();
// Paper is printed by its button.
document.querySelectorAll('[data-print]').forEach((button) => {
  button.hidden = false;
  button.addEventListener('click', () => { print(); });
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
// What brings itself up to date keeps where somebody is in it: the link that has the focus, and how far it is scrolled aside. When no answer comes, it says so.
let place = null;
addEventListener('htmx:beforeSwap', (event) => {
  if (event.target.id !== 'live') return;
  const at = document.activeElement;
  const aside = event.target.querySelector('.scroll');
  place = { href: event.target.contains(at) ? at.getAttribute('href') : null, left: aside ? aside.scrollLeft : 0 };
});
addEventListener('htmx:afterSwap', () => {
  const live = document.getElementById('live');
  if (!live || !place) return;
  const aside = live.querySelector('.scroll');
  if (aside) aside.scrollLeft = place.left;
  const link = place.href && live.querySelector(`a[href="${CSS.escape(place.href)}"]`);
  if (link) link.focus({ preventScroll: true });
  place = null;
});
['htmx:sendError', 'htmx:responseError', 'htmx:timeout'].forEach((name) => addEventListener(name, () => {
  document.querySelectorAll('[data-stalled]').forEach((told) => { told.hidden = false; });
}));
// A passkey is asked for by its button, and what it says goes along with the form in place of a code.
const octets = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0));
const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const askPasskey = async (text, making) => {
  const publicKey = JSON.parse(text);
  publicKey.challenge = octets(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = octets(publicKey.user.id);
  [...(publicKey.excludeCredentials || []), ...(publicKey.allowCredentials || [])].forEach((known) => { known.id = octets(known.id); });
  const key = await navigator.credentials[making ? 'create' : 'get']({ publicKey });
  const response = {};
  ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'].forEach((name) => {
    if (key.response[name]) response[name] = base64(key.response[name]);
  });
  if (key.response.getTransports) response.transports = key.response.getTransports();
  return JSON.stringify({ id: key.id, rawId: base64(key.rawId), type: key.type, clientExtensionResults: key.getClientExtensionResults(), response });
};
if (window.PublicKeyCredential) {
  document.querySelectorAll('[data-passkey]').forEach((button) => { button.hidden = false; });
  document.querySelectorAll('[data-passkey-none]').forEach((told) => { told.hidden = true; });
}
addEventListener('click', async (event) => {
  const button = event.target.closest('[data-passkey]');
  if (!button) return;
  const { form, dataset } = button;
  const failed = form.querySelector('[data-passkey-failed]');
  const typed = form.elements[dataset.into];
  if (typed) typed.disabled = true; // what must be typed need not be
  const wrong = !form.reportValidity();
  failed.hidden = true;
  try {
    if (wrong) throw new Error('not filled in');
    const answer = document.createElement('input');
    Object.assign(answer, { type: 'hidden', name: dataset.into, value: await askPasskey(dataset.passkey, 'making' in dataset) });
    form.append(answer);
    form.requestSubmit();
  } catch {
    if (typed) typed.disabled = false;
    failed.hidden = wrong;
  }
});
