// A mail template filled with each sample case, or why it cannot be used.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { samples: Array, problem: String },
  data() {
    return { at: 0 };
  },
  template: `
    <section class="lb-card lb-mail-preview" aria-label="預覽">
      <div class="lb-sec"><h2>預覽</h2><span class="lb-note">(用虛構的資料試寫)</span></div>
      <div v-if="samples.length > 1" class="lb-pills" role="group" aria-label="試寫的例子">
        <button
          v-for="(s, i) in samples"
          :key="s.case"
          type="button"
          class="lb-pill"
          :class="{on: i === now}"
          :aria-pressed="i === now"
          @click="at = i"
        >
          {{ s.case }}
        </button>
      </div>
      <p v-if="problem" class="lb-verdict bad" role="alert"><lb-icon name="warning" /><span>{{ problem }}</span></p>
      <div v-if="letter" class="letter" :class="{old: problem}" tabindex="0" role="region" aria-label="試寫的信">
        <p v-if="problem" class="mut">上一次可用的內容：</p>
        <b>{{ letter.subject }}</b>
        <div>{{ letter.body }}</div>
      </div>
    </section>
  `,
  computed: {
    now() {
      return Math.min(this.at, this.samples.length - 1);
    },
    letter() {
      return this.samples[this.now];
    },
  },
};
