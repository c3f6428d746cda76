// What was typed is mirrored in sessionStorage, by draft and field, until the server says that the draft holds it.
// So a lost connection, a killed server or an ended session loses no word; another draft never sees it.
const PREFIX = 'typed:';
const key = (draft, name) => `${PREFIX}${draft}:${name}`;
let last = 0;

// Keep `value`; returns its turn, by which the server names it when the draft holds it.
export function keep(draft, name, value) {
  last = Math.max(last + 1, Date.now());
  try {
    if (draft) sessionStorage.setItem(key(draft, name), JSON.stringify({ value, turn: last }));
  } catch {
    /* full: the draft holds it in a moment */
  }
  return last;
}

// {value, turn} of what the server has not taken yet, or null.
export const kept = (draft, name) => JSON.parse((draft && sessionStorage.getItem(key(draft, name))) || 'null');

// The draft holds this field up to `turn`.
export function drop(draft, name, turn = Infinity) {
  const word = kept(draft, name);
  if (word && word.turn <= turn) sessionStorage.removeItem(key(draft, name));
}

// The form of `draft` stands at this address now. Says whether another one stood here before, of which nobody told this
// browser that it was saved: when that is told (`?flash=`), ui/static/site.js forgets it.
export function opened(draft) {
  const place = 'form:' + location.pathname + location.search,
    before = sessionStorage.getItem(place);
  if (draft) sessionStorage.setItem(place, draft);
  return Boolean(draft && before && before !== draft);
}
