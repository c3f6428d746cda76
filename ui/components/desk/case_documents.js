// The photo and both sides of each certificate beside what was registered, one after the other over the whole screen.
import facts from '/static/facts.js';
import { desk, marksAt } from '/static/desk.js';
import { fullScreen, sheet } from '/static/sheets.js';

export default {
  components: { facts, sheet, whole: fullScreen },
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
      <whole :items="items" ref="screen" @shown="last = $event" @left="open" />
    </div>
  `,
  computed: {
    all() {
      return [this.photo, ...this.trainings.flatMap((t) => [t.front, t.back])];
    },
    items() {
      const person = { title: '登錄的資料', facts: this.person };
      return this.all.map((doc, n) => {
        const t = n && this.trainings[Math.floor((n - 1) / 2)];
        return { doc, tall: !n, title: doc.label, groups: t ? [person, { title: t.title, facts: t.facts }] : [person] };
      });
    },
  },
  mounted() {
    this.show = (event) => (desk.full ? this.enlarge(event.detail) : this.open(event.detail));
    this.widen = () => (desk.full ? (desk.full = false) : this.enlarge(this.last));
    document.addEventListener('desk-document', this.show);
    document.addEventListener('desk-full', this.widen);
  },
  beforeUnmount() {
    document.removeEventListener('desk-document', this.show);
    document.removeEventListener('desk-full', this.widen);
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
      this.$refs.screen.open(n);
    },
  },
};
