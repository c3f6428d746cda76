// Single keys that act (/ in the bar, J, K, A … on the reviewer's desk) can be switched off, in this browser (WCAG 2.1.4):
// who dictates, or rests a hand on the keys, presses them unasked.
const OFF = 'desk-keys-off';

export const keys = Vue.reactive({ on: !localStorage.getItem(OFF), listed: false });
export function switchKeys(on) {
  keys.on = on;
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, '1');
}
