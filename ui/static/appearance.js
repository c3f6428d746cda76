// 外觀: light or dark, before anything is drawn, so that no page flashes. Read in the head, and not deferred.
// The account says which (`data-appearance`); before anybody has signed in, this browser; '' is as the system has it.
(() => {
  const page = document.documentElement;
  const KEPT = 'appearance';
  const system = matchMedia('(prefers-color-scheme: dark)');
  function kept() {
    try {
      return localStorage.getItem(KEPT) || '';
    } catch {
      return '';
    }
  }
  function show() {
    const chosen = page.dataset.appearance ?? kept();
    page.classList.toggle('dark', chosen ? chosen === 'dark' : system.matches);
  }
  window.chooseAppearance = (chosen) => {
    try {
      localStorage.setItem(KEPT, chosen);
    } catch {
      // a browser that keeps nothing shows it until the page is left
    }
    page.dataset.appearance = chosen;
    show();
  };
  window.chosenAppearance = () => page.dataset.appearance ?? kept();
  // the login page looks as the last who signed in here has it
  if (page.dataset.appearance !== undefined) window.chooseAppearance(page.dataset.appearance);
  if (page.dataset.textSize !== undefined) {
    try {
      localStorage.setItem('size', { large: 'lb-large', larger: 'lb-large lb-larger' }[page.dataset.textSize] || '');
    } catch {
      // as above
    }
  }
  show();
  system.addEventListener('change', show);
})();
