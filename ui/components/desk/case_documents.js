// The photo and both sides of each certificate beside what was registered: zoom, turn; 補件 marks a spot by a click.
// The full screen shows one of them whole, and goes on by the arrow keys.
import facts from '/static/facts.js';
import icon from '/static/icons.js';
import { desk, marksAt, why, write } from '/static/desk.js';

const ZOOMS = [1, 1.5, 2, 3, 4];
const LANDSCAPE = 1.41; // until a picture has told its own shape, so that nothing moves when it comes

const sheet = {
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
      <div class="lb-sheet-view" tabindex="0" role="region" :aria-label="doc.label" ref="view">
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
        <span v-else class="lb-empty"><b>尚未上傳</b></span>
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
          :class="{on: writing || marks.length}"
          :aria-expanded="writing"
          :aria-label="doc.label + '補件'"
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

export default {
  components: { facts, 'lb-icon': icon, sheet },
  props: { photo: Object, person: Array, trainings: Array },
  data() {
    return { desk, at: 0, last: this.trainings.length ? 1 : 0 };
  },
  template: `
    <div class="lb-documents">
      <div class="lb-photos"><sheet :doc="photo" tall ref="photo" @full="enlarge(0)" /></div>
      <div class="lb-certificates">
        <div v-if="trainings.length > 1" class="lb-seg fill" role="group" aria-label="結業證書">
          <button
            v-for="(t, i) in trainings"
            :key="t.front.key"
            type="button"
            :class="{on: i === at}"
            :aria-pressed="i === at"
            @click="at = i"
          >
            {{ t.label }}<span v-if="flagged(t)" class="lb-dot"><span class="lb-away">有補件標記</span></span>
          </button>
        </div>
        <section
          v-for="(t, i) in trainings"
          :key="t.front.key"
          class="lb-training"
          :class="{here: i === at}"
          :aria-label="t.label"
        >
          <sheet :doc="t.front" ref="sheets" @full="enlarge(2 * i + 1)" />
          <sheet :doc="t.back" ref="sheets" @full="enlarge(2 * i + 2)" />
          <div class="lb-card lb-box"><h2>{{ t.title }}</h2><facts :facts="t.facts" /></div>
        </section>
        <div v-if="!trainings.length" class="lb-card lb-empty"><b>沒有教育訓練</b></div>
      </div>
      <q-dialog v-model="desk.full" maximized :aria-label="'全螢幕：' + whole.label" @hide="leave">
        <div class="lb-card lb-whole" @keydown="go">
          <sheet :doc="whole" full :tall="!last" :key="whole.key" />
          <aside>
            <nav aria-label="上一份、下一份">
              <button
                v-for="w in [[-1, '上一份', '←'], [1, '下一份', '→']]"
                :key="w[0]"
                type="button"
                class="lb-btn q-btn lb-outline"
                :disabled="!all[last + w[0]]"
                @click="turn(w[0])"
              >
                <kbd aria-hidden="true">{{ w[2] }}</kbd>{{ w[1] }}
              </button>
              <span role="status">第 {{ last + 1 }}／{{ all.length }} 份</span>
              <button type="button" class="lb-btn q-btn bg-primary" autofocus @click="desk.full = false">關閉</button>
            </nav>
            <h2>登錄的資料</h2>
            <facts :facts="person" full />
            <template v-if="of">
              <h2>{{ of.title }}</h2>
              <facts :facts="of.facts" full />
            </template>
          </aside>
        </div>
      </q-dialog>
    </div>
  `,
  computed: {
    all() {
      return [this.photo, ...this.trainings.flatMap((t) => [t.front, t.back])];
    },
    whole() {
      return this.all[this.last] || this.photo;
    },
    of() {
      return this.trainings[Math.floor((this.last - 1) / 2)];
    },
  },
  mounted() {
    this.show = (event) => (desk.full ? this.enlarge(event.detail) : this.open(event.detail));
    this.widen = () => (desk.full ? (desk.full = false) : this.enlarge(this.last));
    this.narrow = () => document.fullscreenElement || (desk.full = false);
    document.addEventListener('desk-document', this.show);
    document.addEventListener('desk-full', this.widen);
    document.addEventListener('fullscreenchange', this.narrow);
  },
  beforeUnmount() {
    document.removeEventListener('desk-document', this.show);
    document.removeEventListener('desk-full', this.widen);
    document.removeEventListener('fullscreenchange', this.narrow);
  },
  methods: {
    flagged(t) {
      return marksAt(t.front.key).length + marksAt(t.back.key).length;
    },
    // Opens the n-th document. 0 is the photo, then come both sides of each certificate.
    open(n) {
      if (!this.all[n]) return;
      this.last = n;
      if (n) this.at = Math.floor((n - 1) / 2);
      this.$nextTick(() => {
        const sheets = [this.$refs.photo, ...(this.$refs.sheets || [])];
        const { view } = sheets.find((one) => one.doc === this.all[n]).$refs;
        view.scrollIntoView({ block: 'nearest' });
        view.focus({ preventScroll: true });
      });
    },
    enlarge(n) {
      if (!this.all[n]) return;
      this.last = n;
      desk.full = true;
      if (!document.fullscreenElement) document.documentElement.requestFullscreen?.().catch(() => {});
    },
    leave() {
      if (document.fullscreenElement) document.exitFullscreen();
      this.open(this.last);
    },
    turn(by) {
      if (this.all[this.last + by]) this.last += by;
    },
    go(event) {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by || event.isComposing || event.target.closest('input, textarea')) return;
      event.preventDefault();
      this.turn(by);
    },
  },
};
