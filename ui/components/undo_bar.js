// 「已核可 周小晴，10 秒內可復原」: counts down, then hides.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { text: String, then: String, seconds: Number, turn: Number },
  emits: ['undone'],
  data() {
    return { left: 0, timer: 0 };
  },
  template: `
    <div v-show="left > 0" class="lb-toast lb-undo">
      <lb-icon name="ok" size="20" />
      <span>
        <b role="status">{{ left > 0 ? text : '' }}</b>
        <span aria-hidden="true">{{ left }} 秒內可復原，之後才{{ then }}</span>
      </span>
      <button type="button" class="q-btn lb-btn" @click="undo"><lb-icon name="rotate" size="16" />復原</button>
    </div>
  `,
  watch: { turn: 'begin' },
  mounted() {
    this.begin();
  },
  beforeUnmount() {
    clearInterval(this.timer);
  },
  methods: {
    begin() {
      clearInterval(this.timer);
      const until = performance.now() + this.seconds * 1000;
      const tick = () => {
        this.left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
        if (!this.left) clearInterval(this.timer);
      };
      tick();
      this.timer = setInterval(tick, 200);
    },
    undo() {
      clearInterval(this.timer);
      this.left = 0;
      this.$emit('undone');
    },
  },
};
