// The photo and both sides of each certificate, large: zoom, turn, turn over, full screen; 補件 marks a spot by a click.
import icon from '/static/icons.js';
import { begun, desk, marksAt, why, write } from '/static/desk.js';

const ZOOMS = [1, 1.5, 2, 3, 4];

const sheet = {
  components: { 'lb-icon': icon, why },
  props: { doc: Object, tall: Boolean, sided: Boolean },
  emits: ['flip'],
  data() {
    return { desk, zoom: 0, turns: 0, ratio: 0, full: false };
  },
  watch: {
    'doc.url'() {
      this.zoom = this.turns = this.ratio = 0;
    },
  },
  template: `
    <figure class="lb-doc lb-sheet" :class="{flagged: writing || marks.length, tall}" ref="box">
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
      <why v-if="writing" :at="doc" :key="doc.key" />
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
        ...(this.sided ? [['flip', '翻面', () => this.$emit('flip'), false]] : []),
        ['full', '全螢幕', () => this.enlarge(), false],
      ];
    },
    // The box has the shape of the turned picture, so that it scrolls like any other.
    outer() {
      const shape = this.turns % 2 ? 1 / this.ratio : this.ratio;
      return { width: ZOOMS[this.zoom] * 100 + '%', aspectRatio: this.ratio ? shape : null };
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
    enlarge() {
      if (document.fullscreenElement) document.exitFullscreen();
      else if (document.fullscreenEnabled) this.$refs.box.requestFullscreen();
      else window.open(this.doc.url, '_blank', 'noopener');
    },
  },
};

export default {
  components: { sheet },
  props: { photo: Object, trainings: Array },
  data() {
    return { desk, at: 0, over: false };
  },
  template: `
    <div class="lb-documents">
      <div class="lb-photos"><sheet :doc="photo" tall ref="d0" /></div>
      <div class="lb-certificates">
        <div v-if="trainings.length" class="lb-seg fill" role="group" aria-label="結業證書">
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
        <template v-if="trainings[at]">
          <sheet :doc="sides[0]" sided ref="front" @flip="over = !over" />
          <sheet class="lb-other-side" :doc="sides[1]" sided ref="back" @flip="over = !over" />
        </template>
        <div v-else class="lb-card lb-empty"><b>沒有教育訓練</b></div>
      </div>
    </div>
  `,
  computed: {
    sides() {
      const { front, back } = this.trainings[this.at];
      return this.over ? [back, front] : [front, back];
    },
  },
  mounted() {
    this.show = (event) => this.open(event.detail);
    document.addEventListener('desk-document', this.show);
  },
  beforeUnmount() {
    document.removeEventListener('desk-document', this.show);
  },
  methods: {
    flagged(t) {
      return marksAt(t.front.key).length + marksAt(t.back.key).length;
    },
    // Opens the n-th document. 0 is the photo, then come both sides of each certificate.
    open(n) {
      const training = Math.floor((n - 1) / 2);
      if (n > 0 && !this.trainings[training]) return;
      if (n > 0) {
        this.at = training;
        this.over = n % 2 === 0 && !this.$refs.back?.$el.offsetParent;
      }
      this.$nextTick(() => {
        const view = (n === 0 ? this.$refs.d0 : n % 2 || this.over ? this.$refs.front : this.$refs.back).$refs.view;
        view.scrollIntoView({ block: 'nearest' });
        view.focus({ preventScroll: true });
      });
    },
  },
};
