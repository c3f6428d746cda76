// What many open pages show alike (ui/boards.py). The property `board` of a component has all of it as JSON, {board, at, of}:
// its number, its version, its parts. What changes afterwards comes as an event of the socket, the same bytes for every page:
// {board, from, at, of}. Whoever is not at `from` asks for all of it.
const shown = new Set();
const newest = new Map(); // board → the latest version heard of
let listens = false;
// What the queue of a page says to its bar: how many cases wait.
export const bell = Vue.reactive({ waiting: null });

function listen() {
  if (listens || !window.socket) return;
  listens = true;
  window.socket.on('board', (news) => {
    newest.set(news.board, Math.max(newest.get(news.board) || 0, news.at));
    for (const one of shown) one.hear(news);
  });
}

// `put`: [place, row], those that are new or changed, in the order of their places; `order`: all ids, where others moved.
function mended(rows, { gone, put, order }) {
  const fresh = new Map(put.map(([, row]) => [row.id, row]));
  const left = new Set(gone);
  const now = rows.filter((row) => !left.has(row.id)).map((row) => fresh.get(row.id) || row);
  const known = new Set(rows.map((row) => row.id));
  for (const [place, row] of put) if (!known.has(row.id)) now.splice(place, 0, row);
  if (!order) return now;
  const places = new Map(order.map((id, place) => [id, place]));
  return now.sort((a, b) => places.get(a.id) - places.get(b.id));
}

export function changed(parts, change) {
  const now = { ...parts };
  for (const [name, what] of Object.entries(change)) now[name] = 'is' in what ? what.is : mended(parts[name], what);
  return now;
}

// Mixed into a component: `held.of` has the parts.
export const board = {
  props: { board: String },
  emits: ['asked'],
  data() {
    return { held: this.board ? Vue.markRaw(JSON.parse(this.board)) : null };
  },
  watch: {
    board(text) {
      const given = JSON.parse(text);
      // An older copy that news have overtaken, or that was sent again after a reconnect.
      if (given.board === this.held?.board && given.at <= this.held.at) return;
      this.held = Vue.markRaw(given);
      if (newest.get(given.board) > given.at) this.$emit('asked');
    },
  },
  created() {
    shown.add(this);
  },
  mounted() {
    this.$nextTick(listen); // NiceGUI opens the socket once everything is mounted
  },
  beforeUnmount() {
    shown.delete(this);
  },
  methods: {
    hear(news) {
      if (news.board !== this.held?.board || news.at <= this.held.at) return;
      if (news.from !== this.held.at) this.$emit('asked');
      else this.held = Vue.markRaw({ ...news, of: changed(this.held.of, news.of) });
    },
  },
};
