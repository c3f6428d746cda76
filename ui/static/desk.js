// State that the parts of the reviewer's desk share: the filtered list, the marks of the open case, the mark that is
// being written, the keys. A page has one desk, and every navigation loads a new page.
import icon from '/static/icons.js';
import { keys } from '/static/keys.js';
import * as mirror from '/static/mirror.js';

export const desk = Vue.reactive({
  visible: [], // the cases of the queue, in the reviewer's order and under the reviewer's filters
  first: 1, // the place of the first of them in the whole list
  pages: { before: '', after: '' }, // addresses of the page before and after, where the list has several
  chosen: null, // how many there are, where the list has several pages
  view: '', // order and filters, as the query of an address
  selected: 0,
  marks: [],
  reasons: {}, // of a correction: value → {label, text}
  criteria: [], // of the photo
  markable: false,
  writing: '', // the anchor at which a mark is being written
  sheet: '', // under which the mirror has what is being written
  words: {}, // what was begun and not sent, by anchor: {label, reason, text, spot}
  sent: '', // the anchor whose words are on their way
  spot: null, // and the place on its picture, as shares of width and height
  full: false, // whether a document fills the screen
  send: () => {},
});

export const caseAddress = (id) => '/reviews/' + id + desk.view;
export const marksAt = (key) => desk.marks.filter((m) => m.key === key && m.live);

// The cases before and after the open one. When it has left the list, the next one is the first of the list.
export function neighbours() {
  // What was just decided counts until it is released, as everywhere, and is passed over.
  const at = desk.visible.findIndex((c) => c.id === desk.selected);
  const before = desk.visible.slice(0, Math.max(at, 0)).findLast((c) => !c.pending);
  const after = desk.visible.slice(at + 1).find((c) => !c.pending);
  const count = desk.chosen ?? desk.visible.length; // where the list has several pages, `visible` is one
  const previous = before ? caseAddress(before.id) : at < 0 ? '' : desk.pages.before;
  const next = after ? caseAddress(after.id) : desk.pages.after;
  return { previous, next, position: at < 0 ? 0 : at + desk.first, count };
}

export function write(key) {
  desk.writing = desk.writing === key ? '' : key;
  desk.spot = desk.words[key]?.spot || null;
}

// What is said of an anchor whose form is closed over words that were not sent.
export const begun = (key) => (desk.words[key] && desk.writing !== key ? '，寫到一半' : '');

// The server keeps what is being written (domain/half_written.py), and the mirror until then; nothing, to give it up.
const timers = {};
const untold = {};
export function remember(key, words = null) {
  if (words) desk.words[key] = words;
  else delete desk.words[key];
  const turn = mirror.keep(desk.sheet, key, words);
  clearTimeout(timers[key]);
  untold[key] = { key, words, turn };
  timers[key] = setTimeout(tell, words ? 350 : 0, key);
}

// Now, where the field is left: whoever presses a decision next is told of it.
export function tell(key) {
  const what = untold[key];
  delete untold[key];
  if (what) desk.send('typed', what);
}

// Its words are on their way as a mark: told later than that, they would be begun anew.
export function hush(key) {
  desk.sent = key;
  clearTimeout(timers[key]);
  delete untold[key];
}

// The form of a mark, below its field: a reason is chosen by a press or by the keys 1 to 9 and fills the text.
export const why = {
  components: { 'lb-icon': icon },
  props: { at: Object }, // {key, label, anchor, reasons}
  data() {
    const open = marksAt(this.at.key).find((m) => m.status === 'open');
    const { reason, text } = desk.words[this.at.key] || open || {};
    return { desk, open, reason: reason || '', text: text || '', own: !!open || text !== desk.reasons[reason]?.text };
  },
  template: `
    <form class="lb-why" @submit.prevent="send" @keydown.esc.stop="close">
      <p :id="id">補件原因：{{ at.label }}</p>
      <div role="group" :aria-labelledby="id">
        <button
          v-for="(r, i) in at.reasons"
          :key="r"
          type="button"
          class="lb-reason"
          :class="{on: r === reason}"
          :aria-pressed="r === reason"
          @click="choose(r)"
        >
          <kbd aria-hidden="true">{{ i + 1 }}</kbd>{{ desk.reasons[r].label }}
        </button>
      </div>
      <ul v-if="at.anchor.field === 'photo'" class="criteria" aria-label="照片的標準">
        <li v-for="c in desk.criteria" :key="c">{{ c }}</li>
      </ul>
      <p v-if="at.picture" class="tip" role="status">{{ desk.spot ? '位置已標在影像上；再點一下可以改。' : '可在影像上點一下，標出位置。' }}</p>
      <template v-if="reason">
        <label class="lb-away" :for="id + '-text'">給單位的說明</label>
        <textarea
          :id="id + '-text'"
          ref="text"
          v-model="text"
          maxlength="300"
          rows="3"
          required
          @input="own = true; keep()"
          @change="tell(at.key)"
        ></textarea>
        <div ref="acts" class="acts">
          <button type="submit" class="lb-btn q-btn bg-negative">
            <lb-icon name="flag" size="15" />{{ open ? '修改標記' : '標記補件' }}
          </button>
          <button type="button" class="lb-btn q-btn lb-flat" @click="giveUp">取消</button>
        </div>
      </template>
    </form>
  `,
  watch: {
    // Answered, and the form is still there: the reviewer was told what stands there now.
    'desk.sent'(sent) {
      if (!sent) this.open = marksAt(this.at.key).find((m) => m.status === 'open');
    },
    'desk.spot'() {
      if (this.reason && desk.writing === this.at.key) this.keep();
    },
  },
  mounted() {
    this.$nextTick(() => this.$el.scrollIntoView({ block: 'nearest' }));
  },
  computed: {
    id() {
      return 'why-' + this.at.key.replace(/\W/g, '-');
    },
  },
  methods: {
    tell,
    choose(reason) {
      this.reason = reason;
      if (!this.own || !this.text) this.text = desk.reasons[reason].text;
      this.keep();
      this.$nextTick(() => {
        this.$refs.text.focus({ preventScroll: true });
        this.$refs.acts.scrollIntoView({ block: 'nearest' });
      });
    },
    send() {
      hush(this.at.key);
      const spot = desk.spot ? { spot_x: desk.spot.x, spot_y: desk.spot.y } : {};
      const { id, reason, text } = this.open || { id: 0 };
      const seen = id ? { reason, text } : null;
      desk.send('marked', { id, ...this.at.anchor, ...spot, reason: this.reason, text: this.text, seen });
    },
    keep() {
      const { reason, text } = this;
      remember(this.at.key, { label: this.at.label, reason, text, spot: desk.spot });
    },
    giveUp() {
      remember(this.at.key);
      this.close();
    },
    close() {
      write(this.at.key);
    },
  },
};

// Keys work only while they are switched on, never in a field and never behind a dialog; but for U, whose bar stands
// beside a dialog.
const ACTS = {
  j: () => go(desk.selected || !desk.visible.length ? neighbours().next : caseAddress(desk.visible[0].id)),
  k: () => go(desk.selected ? neighbours().previous : desk.pages.before),
  a: () => decide('.lb-approve'),
  r: () => decide('.lb-return'),
  u: () => document.querySelector('.lb-undo button')?.click(),
  f: () => document.dispatchEvent(new CustomEvent('desk-full')),
};
function go(address) {
  if (address) location.assign(address);
}
// On a page that has just come the key was meant for the case before, as a press of the mouse is (site.js).
function decide(button) {
  if (!document.documentElement.dataset.fresh) document.querySelector(`.lb-decide ${button}`)?.click();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (event.target.closest?.('input:not([type=checkbox]), textarea, select, [contenteditable]')) return;
  const isAsked = document.querySelector('.q-dialog') && !desk.full;
  if (isAsked && event.key.toLowerCase() !== 'u') return;
  if (event.key === '?' && !desk.full) {
    keys.listed = true;
    event.preventDefault();
    return;
  }
  if (!keys.on) return;
  const key = event.key.toLowerCase();
  const act = ACTS[key];
  if (act && (!desk.full || key === 'f')) {
    event.preventDefault();
    act();
  }
  if (/^[1-9]$/.test(event.key)) {
    const reasons = document.querySelectorAll('.lb-why .lb-reason');
    event.preventDefault();
    if (desk.writing) reasons[event.key - 1]?.click();
    else document.dispatchEvent(new CustomEvent('desk-document', { detail: event.key - 1 }));
  }
});
