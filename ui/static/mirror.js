// Typed text is mirrored in sessionStorage, by draft and field, until the server says that the draft has it. So a lost
// connection, a killed server or an ended session loses nothing, and no other draft gets it.
const PREFIX = 'typed:',
  PATIENCE = 4000;
// A form without a draft is `@`: its text is mirrored for its address, until another page opens or it is saved (site.js).
export const isByAddress = (draft) => draft === '@';
const place = () => '@' + encodeURIComponent(location.pathname + location.search);
const key = (draft, name) => `${PREFIX}${isByAddress(draft) ? place() : draft}:${name}`;
let last = 0;

// Mirrors `value`; returns its turn, a rising number that the server sends back when the draft has it. Of a form without
// a draft the first note has what stood there `before`.
export function keep(draft, name, value, before) {
  last = Math.max(last + 1, Date.now());
  const earlier = isByAddress(draft) && kept(draft, name);
  try {
    const word = { value, turn: last, before: earlier ? earlier.before : isByAddress(draft) ? before : undefined };
    if (draft) sessionStorage.setItem(key(draft, name), JSON.stringify(word));
  } catch {
    /* full: the draft holds it in a moment */
  }
  return last;
}

// {value, turn} of what the server has not stored yet, or null.
export const kept = (draft, name) => JSON.parse((draft && sessionStorage.getItem(key(draft, name))) || 'null');

// What of a draft the server has not stored yet, by field.
export const all = (draft) =>
  Object.fromEntries(
    Object.keys(sessionStorage)
      .filter((name) => draft && name.startsWith(key(draft, '')))
      .map((name) => [name.slice(key(draft, '').length), JSON.parse(sessionStorage.getItem(name))]),
  );

// While a page goes away its mirror stays: the next page may have been read before the server had the words. A page that
// stays after all (a download) drops with its next word what it has kept too long.
let isLeaving = false;
addEventListener('beforeunload', () => {
  isLeaving = true;
  setTimeout(() => (isLeaving = false), 10000);
});
addEventListener('pageshow', () => (isLeaving = false));

// Drops the mirror of a field up to `turn`.
export function drop(draft, name, turn = Infinity) {
  if (isLeaving) return;
  const word = kept(draft, name);
  if (word && word.turn <= turn) sessionStorage.removeItem(key(draft, name));
}

// The first change has been stored: from now on the form's address means the draft that is there (links.volunteer_draft).
export function begun() {
  const plain = location.href.replace(/[?&]new=1/, '');
  if (plain !== location.href) history.replaceState(history.state, '', plain);
}

// Notes that the form of `draft` is at this address now. Returns whether another one was here before and this browser
// was not told that it was saved; ui/static/site.js drops the note when it is told, by `?flash=`.
export function opened(draft) {
  const place = 'form:' + (location.pathname + location.search).replace(/[?&]new=1/, ''),
    before = sessionStorage.getItem(place);
  if (draft) sessionStorage.setItem(place, draft);
  return Boolean(draft && before && before !== draft);
}

// What the server has heard and does not store (half a date, say), by field: up to which turn.
const heard = {};
export function hear(draft, name, turn) {
  heard[key(draft, name)] = Math.max(turn, heard[key(draft, name)] || 0);
}

// Fields whose words are not sent yet: a date, a cell of a table, while somebody is still in it. Nothing is late there
// as long as the server is there to be told.
const held = new Set();
export const hold = (draft, name) => held.add(key(draft, name));
export const release = (draft, name) => held.delete(key(draft, name));
const isHeld = (place) => held.has(place) && window.socket?.connected !== false;

const waits = (place, word) => word && word.turn > (heard[place] || 0);

// Whether words of a draft wait for the server longer than usual, or for one that is known to be away: the connection of a
// process that was killed ends at once. A turn is about the time at which it was typed.
const patience = () => (window.socket?.connected === false ? 0 : PATIENCE);
export const isLate = (draft) =>
  Object.entries(all(draft)).some(
    ([name, word]) => waits(key(draft, name), word) && !isHeld(key(draft, name)) && Date.now() - word.turn > patience(),
  );

// Calls `again` after longer and longer pauses, as long as the server has not heard the words of a field.
const timers = {};
export function insist(draft, name, again, pause = PATIENCE) {
  const place = key(draft, name);
  clearTimeout(timers[place]);
  if (!draft || isByAddress(draft)) return;
  timers[place] = setTimeout(() => {
    if (!waits(place, kept(draft, name))) return;
    again();
    insist(draft, name, again, Math.min(1.5 * pause, 30000));
  }, pause);
}
