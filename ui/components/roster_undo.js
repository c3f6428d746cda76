// 「已核可 12 件，還有 9 秒可以復原」: counts down by itself and goes when the time is over.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { text: String, seconds: Number, turn: Number },
  emits: ['undone'],
  data() { return { left: 0, timer: 0 }; },
  template: `
    <div v-show="left > 0" class="lb-card lb-roster-undo"><lb-icon name="ok" size="22"/><b role="status">{{ left > 0 ? text : '' }}</b>
      <span aria-hidden="true">還有 {{ left }} 秒可以復原，之後才會通知運用單位</span><span class="sp"></span>
      <button type="button" class="q-btn lb-btn lb-outline" @click="undo"><lb-icon name="rotate"/>復原</button></div>`,
  watch: { turn: 'begin' },
  mounted() { this.begin(); },
  beforeUnmount() { clearInterval(this.timer); },
  methods: {
    begin() {
      clearInterval(this.timer);
      const until = performance.now() + this.seconds * 1000;
      const tick = () => { this.left = Math.max(0, Math.ceil((until - performance.now()) / 1000)); if (!this.left) clearInterval(this.timer); };
      tick();
      this.timer = setInterval(tick, 200);
    },
    undo() { clearInterval(this.timer); this.left = 0; this.$emit('undone'); },
  },
};
