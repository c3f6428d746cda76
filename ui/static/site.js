// Scripts that few pages need, and late: loaded when they are asked for, under the address that changes with them.
const STAMP = new URL(document.currentScript.src).search;
const loading = {};
function loaded(address) {
  loading[address] ??= new Promise((done, failed) => {
    const script = document.createElement('script');
    Object.assign(script, { src: address + STAMP, onload: done, onerror: failed });
    document.head.append(script);
  });
  loading[address].catch(() => delete loading[address]);
  return loading[address];
}
// The key of this device (passkeys.js); and signing in over a page whose session is over (again.js), which is there
// after a minute: it is asked for when a line may be bad, and without it there is a login page.
const NOT_LOADED = '連不上本系統，這次沒有完成。請確認網路後再按一次。';
window.passkeyToEnter = () =>
  loaded('/static/passkeys.js').then(
    () => window.passkeyToEnter(),
    () => Promise.reject(new Error(NOT_LOADED)),
  );
window.provePasskey = () =>
  loaded('/static/passkeys.js').then(
    () => window.provePasskey(),
    () => NOT_LOADED,
  );
window.sessionOver = () =>
  loaded('/static/again.js').then(
    () => window.sessionOver(),
    () => location.reload(),
  );
setTimeout(() => loaded('/static/again.js').catch(() => {}), 60_000);

// A page that comes back after its session was over (a computer that slept) hears it from its socket (ui/door/gate.py).
const waiting = setInterval(() => {
  if (!window.socket) return;
  clearInterval(waiting);
  window.socket.on('connect_error', ({ message }) => message === 'Session is over' && window.sessionOver());
}, 200);

// A link to a field (`#name`) puts the cursor into it, also when it comes from another page.
function goToField() {
  const name = decodeURIComponent(location.hash.slice(1));
  const field = name && document.getElementById(name);
  if (!field) return false;
  const control = field.matches('input, select, textarea, button, a, [tabindex]')
    ? field
    : field.querySelector('input, textarea, button, a');
  (control || field).focus();
  field.scrollIntoView({ block: 'center' });
  return true;
}

// The page is drawn a moment after it has loaded, and one that takes long (ui/slow_pages.py) much later.
function onceDrawn(found, tries = 50) {
  const isDrawn = document.querySelector('#app main:not([aria-busy=true])');
  if (!found() && (!isDrawn || tries)) setTimeout(onceDrawn, 100, found, isDrawn ? tries - 1 : tries);
}

// The second press of a hand that pressed twice meets the next page: what decides takes none yet (pages/desk.css).
const SETTLED_AFTER = 900;
const { dataset } = document.documentElement;
dataset.fresh = 'yes';
onceDrawn(() => {
  const isDrawn = Boolean(document.querySelector('#app main:not([aria-busy=true])'));
  if (isDrawn) setTimeout(() => delete dataset.fresh, SETTLED_AFTER);
  return isDrawn;
});

// A picture that the disk has lost, or that does not come now, says so in its place (elements.css).
document.addEventListener(
  'error',
  ({ target }) => {
    if (target.tagName !== 'IMG' || !/^\/(files|reviews)\//.test(new URL(target.src, location).pathname)) return;
    target.dataset.lost = target.clientWidth < 120 ? 'small' : 'whole';
    target.alt = '圖片打不開';
    tellWhy(target, target.src);
  },
  true,
);
// An image does not say why: where the files are away for a while (503), nothing is lost, and nobody uploads it again.
async function tellWhy(image, address) {
  const status = await fetch(address).then(
    (answer) => answer.status,
    () => 0,
  );
  if (image.src !== address || !('lost' in image.dataset) || [200, 404, 410].includes(status)) return;
  image.dataset.away = 'yes';
  image.alt = '圖片暫時打不開';
}
document.addEventListener(
  'load',
  ({ target }) => {
    if (target.tagName !== 'IMG') return;
    delete target.dataset.lost;
    delete target.dataset.away;
  },
  true,
);

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (link && link.getAttribute('href').length > 1) setTimeout(goToField);
});
addEventListener('hashchange', goToField);
addEventListener('load', () => {
  if (location.hash) onceDrawn(goToField);
});

// What was shown while the scripts were loading (ui/loading_shell.py) goes in the moment the page itself is there.
new MutationObserver((_, watch) => {
  watch.disconnect();
  document.getElementById('loading-shell')?.remove();
}).observe(document.getElementById('app'), { childList: true });

// Quasar's list boxes have wrappers with a role of their own: screen readers must not see them.
new MutationObserver(() => {
  for (const wrapper of document.querySelectorAll(
    '.q-menu[role=listbox] .q-virtual-scroll__content, .q-menu[role=listbox] .q-virtual-scroll__padding',
  )) {
    wrapper.setAttribute('role', 'presentation');
    wrapper.removeAttribute('tabindex');
  }
}).observe(document.documentElement, { childList: true, subtree: true });

// What forms mirror in this tab (ui/static/mirror.js) is removed at logout, so that the next user finds nothing. The
// note of an open form is removed when the server says, by `?flash=`, that it was saved.
function forget(...prefixes) {
  for (const key of Object.keys(sessionStorage))
    if (prefixes.some((one) => key.startsWith(one))) sessionStorage.removeItem(key);
}
// What was typed into a form without a draft is there for its own address alone: whoever goes on has saved or left it.
if (new URLSearchParams(location.search).has('flash')) {
  forget('form:');
  // What it says is shown once: a reload, or Back, does not ask for it again.
  const plain = location.href.replace(/([?&])(?:flash=[^&#]*&?)+/g, '$1').replace(/[?&](?=#|$)/, '');
  history.replaceState(history.state, '', plain);
}
const ofThisPage = 'typed:@' + encodeURIComponent(location.pathname + location.search) + ':';
for (const key of Object.keys(sessionStorage))
  if (key.startsWith('typed:@') && !key.startsWith(ofThisPage)) sessionStorage.removeItem(key);
// Of a form whose page stays after it was sent.
window.forgetTyped = () => forget('typed:@' + encodeURIComponent(location.pathname + location.search) + ':');
document.addEventListener('submit', (event) => {
  if (event.target.getAttribute('action') === '/logout' && isOnline()) forget('typed:', 'form:');
});
// Called by the page of an unknown address: if this tab had a form with a draft there, the form has been saved.
window.leaveIfGone = () => {
  if (!sessionStorage.getItem('form:' + (location.pathname + location.search).replace(/[?&]new=1/, ''))) return;
  const isCourse = location.pathname === '/batch/trainings';
  location.replace(isCourse ? '/batch/trainings?flash=course-gone' : '/volunteers?flash=draft-gone');
};

// The process of this page is about to end, and another one has the page in a moment (draining.py). It goes over when
// nobody is just typing or pressing, nothing typed waits for the server, and no file is on its way; else in a while.
let touched = 0;
for (const type of ['keydown', 'input', 'pointerdown'])
  addEventListener(type, () => (touched = performance.now()), true);
window.goOver = () => {
  const isTyping = performance.now() - touched < 1200;
  const waits = Object.keys(sessionStorage).some((key) => key.startsWith('typed:') && !key.startsWith('typed:@'));
  const isBusy = document.querySelector('.lb-busy, .q-btn .q-spinner');
  if (isTyping || waits || isBusy) setTimeout(window.goOver, 300);
  else location.reload();
};

// NiceGUI delivers a press made off line when the connection is back, perhaps long after. It is stopped instead, and
// the user is told.
const isOnline = () => document.getElementById('popup')?.ariaHidden !== 'false';
document.addEventListener(
  'click',
  (event) => {
    const button = event.target.closest?.('.q-btn-item');
    if (isOnline() || !button || button.closest('.q-notification')) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    Quasar.Notify.create({
      message: '連線中斷，這次沒有送出。連線恢復後請再按一次；您輸入的內容都還在。',
      type: 'negative',
      position: 'center',
      multiLine: true,
    });
  },
  true,
);

// Notifications have the signs of our plain pages: Quasar's are a font, which is not there when the line is down. Whoever
// presses again and again is told the same: one notice is enough, without a count.
const SIGNS = {
  positive: 'M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0M8 12.3l2.8 2.8L16 9.6',
  negative: 'M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0M12 7.5v5.5M12 16.2v.1',
  warning: 'M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0M12 7.5v5.5M12 16.2v.1',
  info: 'M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0M12 11v5.5M12 7.7v.1',
};
addEventListener('load', () => {
  for (const [type, path] of Object.entries(SIGNS)) {
    const icon = path + '@@fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round';
    Quasar.Notify.registerType(type, { icon, color: type, textColor: 'white', group: true, badgeClass: 'hidden' });
  }
});

// A dialog takes the cursor to its first field; Quasar gives the focus to the dialog as a whole, and so does the browser
// when a press meets a text in it: that goes nowhere.
document.addEventListener('focusin', ({ target }) => {
  if (!isPressing && target.matches?.('.q-dialog__inner')) target.querySelector('input, textarea, select')?.focus();
});

// A press that nothing answers: a half-open network swallows it without a word, half a minute long. Each press asks the
// server for a receipt; where none comes, nor any news, the connection is made anew, so that it can be pressed again.
const PATIENCE = 3000;
let pressed = -Infinity;
for (const type of ['click', 'keydown'])
  addEventListener(
    type,
    (event) => {
      if (type === 'keydown' && event.key !== 'Enter') return;
      pressed = performance.now();
      if (window.socket && !window.socket.expects) expectAnswers(window.socket);
    },
    true,
  );
function expectAnswers(socket) {
  const emit = socket.emit.bind(socket);
  socket.expects = true;
  socket.emit = (name, ...words) => {
    if (name !== 'event' || !socket.connected || performance.now() - pressed > 100) return emit(name, ...words);
    const { engine } = socket.io,
      timer = setTimeout(unanswered, PATIENCE, engine);
    engine.once('packet', () => clearTimeout(timer));
    return emit(name, ...words, () => clearTimeout(timer));
  };
}
function unanswered(engine) {
  dispatchEvent(new Event('unanswered'));
  if (isOnline())
    Quasar.Notify.create({
      message: '按下後三秒沒有回應，可能是網路中斷，這次不一定送出。正在重新連線，請再按一次；您輸入的內容都還在。',
      type: 'negative',
      position: 'top',
      multiLine: true,
    });
  engine.close();
}

// Keys that choose or confirm what an input method proposes (注音, 倉頡) are its own: nothing of the page hears them.
// Safari ends a composition before its last key, which has then only the old code 229.
const composed = new Set();
for (const type of ['keydown', 'keypress', 'keyup'])
  addEventListener(
    type,
    (event) => {
      const isOurs = !event.isComposing && event.keyCode !== 229;
      if (type === 'keydown') composed[isOurs ? 'delete' : 'add'](event.code);
      if (!isOurs || (type === 'keyup' && composed.delete(event.code))) event.stopImmediatePropagation();
    },
    true,
  );

// 「還有 1 分 55 秒」 in the warning (endings.py) goes on by itself; as an attribute, so that it is not read out again
// each second.
const LEFT = /（還有 (?:(\d+) 分 )?(\d+) 秒）/;
setInterval(() => {
  for (const told of document.querySelectorAll('.q-notification__message')) {
    const said = LEFT.exec(told.textContent);
    if (said) {
      told.dataset.until = Date.now() + 1000 * (60 * Number(said[1] || 0) + Number(said[2]));
      told.textContent = told.textContent.replace(LEFT, '');
    }
    if (!told.dataset.until) continue;
    const left = Math.max(0, Math.round((told.dataset.until - Date.now()) / 1000));
    told.dataset.left = `還有 ${Math.floor(left / 60)} 分 ${left % 60} 秒`;
  }
}, 1000);

// After a reload the cursor is where it was.
addEventListener('pagehide', () => sessionStorage.setItem('cursor', document.activeElement?.id || ''));
addEventListener('load', () => {
  const name = performance.getEntriesByType('navigation')[0]?.type === 'reload' && sessionStorage.getItem('cursor');
  if (!name) return;
  onceDrawn(() => {
    const control = document.getElementById(name);
    if (!control) return false;
    if (!control.matches('input, textarea') || ![null, document.body].includes(document.activeElement)) return true;
    control.focus({ preventScroll: false });
    if (/text|email/.test(control.type)) control.setSelectionRange(control.value.length, control.value.length);
    return true;
  });
});

// What gets the focus is not left under a notice (WCAG 2.4.11); by a press only when that is over: what moves away from
// under the mouse is not pressed.
let isPressing = false,
  pressedOn = null;
addEventListener('mousedown', () => ((isPressing = true), (pressedOn = null)), true);
for (const type of ['mouseup', 'keydown']) addEventListener(type, () => (isPressing = false), true);
document.addEventListener('focusin', ({ target }) => (isPressing ? (pressedOn = target) : keepClear(target)));
addEventListener('click', () =>
  setTimeout(() => pressedOn && pressedOn === document.activeElement && keepClear(pressedOn)),
);
function keepClear(focused) {
  if (focused.closest('.q-notification')) return;
  const at = focused.getBoundingClientRect();
  for (const notice of document.querySelectorAll('.q-notification')) {
    const over = notice.getBoundingClientRect();
    if (at.left < over.right && at.right > over.left && at.top < over.bottom && at.bottom > over.top)
      focused.scrollIntoView({ block: 'center' });
  }
}

// What moves away while the mouse is held down on it (a sentence appears below the field that was left, news come in) is
// pressed all the same when the mouse is let go where it was.
let held = null;
addEventListener(
  'mousedown',
  (event) => {
    const control = isPlain(event) && event.target.closest?.('button, a[href], label, [role=checkbox], [role=option]');
    held = control ? { control, at: control.getBoundingClientRect() } : null;
  },
  true,
);
addEventListener(
  'mouseup',
  (event) => {
    if (!held) return;
    const { control, at } = held,
      now = control.getBoundingClientRect();
    held = null;
    const isThere =
      event.clientX >= at.left && event.clientX <= at.right && event.clientY >= at.top && event.clientY <= at.bottom;
    const hasMoved = now.left !== at.left || now.top !== at.top;
    if (control.isConnected && hasMoved && isThere && isPlain(event) && !control.contains(event.target))
      control.click();
  },
  true,
);
function isPlain({ button, ctrlKey, metaKey, shiftKey, altKey }) {
  return !button && !ctrlKey && !metaKey && !shiftKey && !altKey;
}
