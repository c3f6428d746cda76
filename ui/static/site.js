// A link to a field (`#name`) puts the cursor into it, also when it comes from another page.
function goToField() {
  const name = decodeURIComponent(location.hash.slice(1));
  const field = name && document.getElementById(name);
  if (!field) return false;
  const control = field.matches('input, select, textarea, button, a, [tabindex]') ? field : field.querySelector('input, textarea, button, a');
  (control || field).focus();
  field.scrollIntoView({ block: 'center' });
  return true;
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (link && link.getAttribute('href').length > 1) setTimeout(goToField);
});
addEventListener('hashchange', goToField);
addEventListener('load', () => {
  if (!location.hash) return;
  let tries = 50; // the page is drawn a moment after it has loaded
  const again = () => { if (!goToField() && tries--) setTimeout(again, 100); };
  again();
});

// Quasar's list boxes hold plain wrappers, and its dialogs no name: mended for screen readers.
new MutationObserver(() => {
  for (const wrapper of document.querySelectorAll('.q-menu[role=listbox] .q-virtual-scroll__content, .q-menu[role=listbox] .q-virtual-scroll__padding')) {
    wrapper.setAttribute('role', 'presentation');
    wrapper.removeAttribute('tabindex');
  }
}).observe(document.documentElement, { childList: true, subtree: true });
