// 字級 and 外觀 before anybody has signed in: kept in this browser. Who chooses here and signs in within ten minutes takes
// the choice along, whatever the account had before (cookies.py); who chooses nothing has it as the account says.
const bodyClasses = document.body.className;
const sizes = [...document.querySelectorAll('[data-size]')];
const looks = [...document.querySelectorAll('[data-look]')];
function press(buttons, isChosen) {
  for (const one of buttons) {
    one.closest('.lb-sizes').hidden = false;
    one.setAttribute('aria-pressed', String(isChosen(one)));
    one.classList.toggle('on', isChosen(one));
  }
}
const isNobody = document.documentElement.dataset.appearance === undefined;
function choose(what, value) {
  const secure = location.protocol === 'https:' ? '; secure' : '';
  if (isNobody) document.cookie = `chosen-${what}=${value}; path=/; max-age=600; samesite=lax${secure}`;
}
function enlarge(size) {
  document.body.className = `${bodyClasses} ${size}`;
  press(sizes, (one) => one.dataset.size === size);
}
for (const one of sizes) {
  one.addEventListener('click', () => {
    enlarge(one.dataset.size);
    localStorage.setItem('size', one.dataset.size);
    choose('size', one.dataset.size.split('-').pop());
  });
}
if (sizes.length) enlarge(localStorage.getItem('size') || '');
const showLook = () => press(looks, (one) => one.dataset.look === window.chosenAppearance()); // appearance.js
for (const one of looks) {
  one.addEventListener('click', () => {
    window.chooseAppearance(one.dataset.look);
    choose('look', one.dataset.look);
    showLook();
  });
}
showLook();

// What the page before has left (ui/flash.py) is shown once: a reload does not ask for it again.
if (new URLSearchParams(location.search).has('flash')) {
  const plain = location.href.replace(/([?&])(?:flash=[^&#]*&?)+/g, '$1').replace(/[?&](?=#|$)/, '');
  history.replaceState(history.state, '', plain);
}

// The plain pages: a button shows the password, rules are ticked while typing, a form is sent once.
for (const eye of document.querySelectorAll('[data-peek]')) {
  const input = document.getElementById(eye.dataset.peek);
  eye.hidden = false;
  eye.addEventListener('click', () => {
    const peeking = input.type === 'password';
    input.type = peeking ? 'text' : 'password';
    eye.setAttribute('aria-label', peeking ? '隱藏密碼' : '顯示密碼');
    eye.setAttribute('aria-pressed', String(peeking));
    input.focus();
  });
}

for (const form of document.querySelectorAll('form[method=post]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
    for (const button of form.querySelectorAll('button[type=submit]')) button.classList.add('off');
  });
}
// After Back the page is as it was left: its form may be sent again.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('button.off')) button.classList.remove('off');
  }
});

const RULES = {
  length: (text) => [...text].length >= 12,
  digit: (text) => /[0-9]/.test(text),
  lower: (text) => /[a-z]/.test(text),
  upper: (text) => /[A-Z]/.test(text),
};
for (const list of document.querySelectorAll('[data-rules-of]')) {
  const input = document.getElementById(list.dataset.rulesOf);
  const renew = () => {
    for (const line of list.querySelectorAll('[data-rule]')) {
      const met = RULES[line.dataset.rule](input.value);
      line.classList.toggle('ok', met);
      line.querySelector('.lb-away').textContent = met ? '：符合' : '：尚未符合';
    }
  };
  input.addEventListener('input', renew);
  renew();
}
