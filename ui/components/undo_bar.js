// 「已核可 周小晴，10 秒內可復原」: counts down, then hides. The focus is offered; U takes the last one back.
import icon from '/static/icons.js';
import '/static/desk.js'; // the keys

export default {
  components: { 'lb-icon': icon },
  props: { text: String, last: Object, count: Number, then: String, note: String, seconds: Number, turn: Number },
  emits: ['undone'],
  data() {
    return { left: 0, timer: 0 };
  },
  template: `
    <div v-show="left > 0" class="lb-toast lb-undo">
      <lb-icon name="ok" size="20" />
      <span>
        <span role="status">
          <template v-if="left > 0"><b>{{ text }}</b><template v-if="note">{{ note }}</template></template>
        </span>
        <span aria-hidden="true">{{ left }} 秒內可復原，之後才{{ then }}</span>
      </span>
      <template v-if="left > 0">
        <button ref="undo" type="button" class="q-btn lb-btn" @click="undo(last.id)">
          <lb-icon name="rotate" size="16" />復原{{ count > 1 ? ' ' + last.who : '' }}<kbd aria-hidden="true">U</kbd>
        </button>
        <button v-if="count > 1" type="button" class="q-btn lb-btn" @click="undo(0)">全部復原 {{ count }} 件</button>
      </template>
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
      // Where nothing has it: what is being read or typed keeps it.
      this.$nextTick(() => document.activeElement === document.body && this.$refs.undo?.focus({ preventScroll: true }));
    },
    undo(id) {
      clearInterval(this.timer);
      this.left = 0;
      this.$emit('undone', id);
    },
  },
};
