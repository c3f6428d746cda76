// A document large: zoom, turn; 補件 marks a spot by a click. And one of several over the whole screen.
import facts from '/static/facts.js';
import icon from '/static/icons.js';
import { begun, desk, marksAt, why, write } from '/static/desk.js';

const ZOOMS = [1, 1.5, 2, 3, 4];
const LANDSCAPE = 1.41; // until a picture has told its own shape, so that nothing moves when it comes

export const sheet = {
  components: { 'lb-icon': icon, why },
  props: { doc: Object, tall: Boolean, full: Boolean },
  emits: ['full'],
  data() {
    return { desk, zoom: 0, turns: 0, ratio: 0 };
  },
  watch: {
    'doc.url'() {
      this.zoom = this.turns = this.ratio = 0;
    },
  },
  template: `
    <figure class="lb-doc lb-sheet" :class="{flagged: writing || marks.length, tall, whole: full}">
      <div
        class="lb-sheet-view"
        tabindex="0"
        role="region"
        :aria-label="full ? doc.label + '，全螢幕' : doc.label"
        ref="view"
      >
        <div v-if="doc.url" class="lb-sheet-turn" :style="outer">
          <div class="lb-sheet-picture" :class="{aims: writing}" :style="inner">
            <img
              :src="doc.url"
              :alt="doc.label"
              @load="ratio = $event.target.naturalWidth / $event.target.naturalHeight"
              @click="aim"
            />
            <i
              v-for="m in spots"
              :key="m.x + ' ' + m.y"
              class="lb-spot"
              :class="{now: m.now}"
              :style="{left: m.x * 100 + '%', top: m.y * 100 + '%'}"
            ></i>
          </div>
        </div>
        <span v-else class="lb-empty"><b>{{ doc.none || '尚未上傳' }}</b></span>
      </div>
      <figcaption class="lb-tools">
        <b>{{ doc.label }}</b>
        <template v-if="doc.url">
          <button
            v-for="t in tools"
            :key="t[0]"
            type="button"
            class="lb-mini"
            :title="t[1]"
            :aria-label="doc.label + t[1]"
            :disabled="t[3]"
            @click="t[2]"
          >
            <lb-icon :name="t[0]" size="17" />
          </button>
        </template>
        <button
          v-if="desk.markable"
          type="button"
          class="lb-mini"
          :class="{on: writing || begun(doc.key) || marks.length}"
          :aria-expanded="writing"
          :aria-label="doc.label + '補件' + begun(doc.key)"
          @click="write(doc.key)"
        >
          <lb-icon name="flag" size="15" />補件
        </button>
      </figcaption>
      <p v-for="m in marks" :key="m.id" v-show="!writing" class="lb-flagged">
        <b>{{ m.reason_label }}</b> {{ m.text }}
      </p>
      <why v-if="writing && desk.full === full" :at="doc" :key="doc.key" />
    </figure>
  `,
  computed: {
    writing() {
      return desk.writing === this.doc.key;
    },
    marks() {
      return marksAt(this.doc.key);
    },
    spots() {
      const marked = this.marks.filter((m) => m.spot && !(this.writing && desk.spot)).map((m) => m.spot);
      return this.writing && desk.spot ? [...marked, { ...desk.spot, now: true }] : marked;
    },
    tools() {
      const most = ZOOMS.length - 1;
      return [
        ['zoom-out', '縮小', () => this.zoom--, this.zoom === 0],
        ['zoom', '放大', () => this.zoom++, this.zoom === most],
        ['rotate', '旋轉', () => (this.turns = (this.turns + 1) % 4), false],
        ...(this.full ? [] : [['full', '全螢幕', () => this.$emit('full'), false]]),
      ];
    },
    // The box has the shape of the turned picture, so that it scrolls like any other.
    outer() {
      const ratio = this.ratio || (this.tall ? 0.78 : LANDSCAPE);
      const shape = this.turns % 2 ? 1 / ratio : ratio;
      const whole = this.full ? `min(100%, var(--lb-whole) * ${shape})` : '100%';
      return { width: `calc(${whole} * ${ZOOMS[this.zoom]})`, aspectRatio: shape };
    },
    inner() {
      const width = this.turns % 2 ? this.ratio * 100 : 100;
      return this.ratio
        ? {
            position: 'absolute',
            left: '50%',
            top: '50%',
            width: width + '%',
            transform: 'translate(-50%, -50%) rotate(' + this.turns * 90 + 'deg)',
          }
        : {};
    },
  },
  methods: {
    begun,
    write,
    aim(event) {
      if (!this.writing) return;
      const share = (at, whole) => Math.min(1, Math.max(0, at / whole));
      desk.spot = {
        x: share(event.offsetX, event.target.offsetWidth),
        y: share(event.offsetY, event.target.offsetHeight),
      };
    },
  },
};

// One of several documents over the whole screen, what was registered beside it; the arrow keys go on.
export const fullScreen = {
  components: { facts, 'lb-icon': icon, sheet },
  props: { items: Array }, // {doc, tall, title, groups: [{title, facts}]}
  emits: ['shown', 'left'],
  data() {
    return { desk, at: 0 };
  },
  template: `
    <q-dialog v-if="one" v-model="desk.full" maximized :aria-label="'全螢幕：' + one.title" @hide="leave">
      <div class="lb-card lb-whole" @keydown="go">
        <sheet :doc="one.doc" full :tall="one.tall" :key="one.doc.key" />
        <aside>
          <nav aria-label="上一份、下一份">
            <button
              v-for="w in [[-1, '上一份', '←'], [1, '下一份', '→']]"
              :key="w[0]"
              type="button"
              class="lb-btn q-btn lb-outline"
              :disabled="!items[at + w[0]]"
              @click="turn(w[0])"
            >
              <kbd aria-hidden="true">{{ w[2] }}</kbd>{{ w[1] }}
            </button>
            <span role="status">第 {{ at + 1 }}／{{ items.length }} 份</span>
            <button type="button" class="lb-btn q-btn bg-primary" autofocus @click="desk.full = false">關閉</button>
          </nav>
          <template v-for="g in one.groups" :key="g.title">
            <h2>{{ g.title }}</h2>
            <facts :facts="g.facts" full />
          </template>
        </aside>
      </div>
    </q-dialog>
  `,
  computed: {
    one() {
      return this.items[this.at] || this.items[0];
    },
  },
  mounted() {
    this.narrow = () => document.fullscreenElement || (desk.full = false);
    document.addEventListener('fullscreenchange', this.narrow);
  },
  beforeUnmount() {
    document.removeEventListener('fullscreenchange', this.narrow);
  },
  methods: {
    open(n) {
      if (!this.items[n]) return;
      this.at = n;
      desk.full = true;
      if (!document.fullscreenElement) document.documentElement.requestFullscreen?.().catch(() => {});
      this.$emit('shown', n);
    },
    turn(by) {
      this.open(this.at + by);
    },
    leave() {
      if (document.fullscreenElement) document.exitFullscreen();
      this.$emit('left', this.at);
    },
    go(event) {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by || event.isComposing || event.target.closest('input, textarea')) return;
      event.preventDefault();
      this.turn(by);
    },
  },
};
