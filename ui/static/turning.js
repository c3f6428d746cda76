// The part of a list that is shown stands in the address: its page, how long that is, its order. Each turn is an entry of
// the browser's history, so that Back turns back, here as well as from another page; a filter is none.
const USUAL = { page: 1, per: 10, sort: '' };
const NAMES = Object.entries({ turned: 'page', sized: 'per', sorted: 'sort' });
const OF_TURN = /(^|-)(page|per|sort)$/; // also of a second list

const readBy = {
  page: (text) => Number(text) || USUAL.page,
  per: (text) => Number(text) || USUAL.per,
  sort: (text) => text || USUAL.sort,
};
const read = (before) => {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(NAMES.map(([, name]) => [name, readBy[name](query.get(before + name))]));
};
const isSame = (one, other) => NAMES.every(([, name]) => one[name] === other[name]);

function write(part, before, act) {
  if (isSame(part, read(before))) return;
  const query = new URLSearchParams(location.search);
  for (const [, name] of NAMES) {
    if (part[name] === USUAL[name]) query.delete(before + name);
    else query.set(before + name, part[name]);
  }
  const asked = query.toString().replaceAll('%2F', '/');
  history[act]({}, '', location.pathname + (asked && '?' + asked) + location.hash);
}

// What else the address asks: the filter. `filtered` is that of the list that is shown. Nothing tells of an entry's being
// replaced, as by a filter, and when Back is heard the address is another one already.
const ofFilter = () =>
  new URLSearchParams([...new URLSearchParams(location.search)].filter(([name]) => !OF_TURN.test(name))).toString();
let filtered = ofFilter();
const replace = history.replaceState;
history.replaceState = (...entry) => {
  replace.apply(history, entry);
  filtered = ofFilter();
};

// A method of the list: one of the events of a turn, {turned: page, sized: length, sorted: order}.
export function turn(event, value) {
  this.asked = { ...this.part, page: 1, [Object.fromEntries(NAMES)[event]]: value };
  write(this.asked, this.before, 'pushState');
  this.$emit(event, value);
}

// Mixed into a list. `named` tells a second list of a page from the first. Back and Forward ask for the part that the
// address says: `returned` {page, per, sort}.
export const turning = {
  props: { page: Number, perPage: { type: Number, default: USUAL.per }, sort: String, named: String },
  emits: ['turned', 'sized', 'sorted', 'returned'],
  data() {
    return { asked: null };
  },
  computed: {
    part() {
      return { page: this.page, per: this.perPage, sort: this.sort || '' };
    },
    before() {
      return this.named ? this.named + '-' : '';
    },
  },
  watch: {
    part(part) {
      this.asked = part;
      write(part, this.before, 'replaceState');
    },
  },
  created() {
    this.asked = this.part;
  },
  mounted() {
    if (!this.bare) addEventListener('popstate', this.goBack); // a list that is never turned
  },
  beforeUnmount() {
    removeEventListener('popstate', this.goBack);
  },
  methods: {
    // Where the filter was another the page is opened anew, as its address says. A link within the page makes an entry,
    // too, and nothing else is shown there.
    goBack() {
      const part = read(this.before);
      if (ofFilter() !== filtered) return location.reload();
      if (isSame(part, this.asked)) return;
      this.asked = part;
      this.$emit('returned', part);
    },
  },
};
