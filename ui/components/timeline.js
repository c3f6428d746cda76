// 案件歷程: the latest first; a mail that did not arrive can be sent again, a call is logged with one tap.
import icon from '/static/icons.js';

const FEW = 6;

export default {
  components: { 'lb-icon': icon },
  props: { entries: Array, results: Array, callee: String, phone: String, title: String, heading: Boolean },
  emits: ['resend', 'called'],
  data() {
    return { all: false, note: '', busy: false };
  },
  template: `
    <section class="lb-timeline" :aria-label="title">
      <h3 v-if="heading">{{ title }}</h3>
      <div v-if="results.length" class="calls" role="group" :aria-label="'電話通知' + callee">
        <p>
          <lb-icon name="phone" size="16" />
          <span>電話通知 {{ callee }}</span>
          <a v-if="phone" :href="'tel:' + dial">{{ phone }}</a>
          <span v-else class="mut">沒有登錄電話</span>
        </p>
        <label><span>通話備註</span><input v-model="note" maxlength="200" placeholder="可不填，例如：請林小姐下午回電" /></label>
        <div class="acts">
          <button v-for="r in results" :key="r.value" type="button" :disabled="busy" @click="call(r.value)">
            {{ r.label }}
          </button>
        </div>
      </div>
      <ol aria-live="polite">
        <li v-for="e in visible" :key="e.key" :class="[e.kind, e.tone]">
          <i aria-hidden="true"><lb-icon :name="e.symbol || 'todo'" size="14" weight="2.2" /></i>
          <div>
            <p class="h"><b>{{ e.what }}</b><span v-if="e.actor">{{ e.actor }}</span><time>{{ e.at }}</time></p>
            <p v-if="e.note" class="n">{{ e.note }}</p>
            <button
              v-if="e.mail"
              type="button"
              class="lb-link"
              :disabled="busy"
              :aria-label="'重寄：' + e.note"
              @click="resend(e.mail)"
            >
              重寄
            </button>
          </div>
        </li>
      </ol>
      <button v-if="entries.length > few" type="button" class="lb-link more" :aria-expanded="all" @click="all = !all">
        {{ all ? '只看最近 ' + few + ' 筆' : '顯示全部 ' + entries.length + ' 筆' }}
      </button>
    </section>
  `,
  computed: {
    few() {
      return FEW;
    },
    visible() {
      return this.all ? this.entries : this.entries.slice(0, FEW);
    },
    dial() {
      return this.phone.replace(/[^+\d,]/g, '');
    },
  },
  watch: {
    entries() {
      this.busy = false;
    },
  },
  methods: {
    call(result) {
      this.once(() => this.$emit('called', { result, note: this.note }));
      this.note = '';
    },
    resend(mail) {
      this.once(() => this.$emit('resend', mail));
    },
    once(act) {
      if (this.busy) return;
      this.busy = true;
      setTimeout(() => (this.busy = false), 2000);
      act();
    },
  },
};
