// The placeholders of a mail template; a press inserts one at the last position of the cursor.
export default {
  props: { hints: Array, fields: Array },
  data() {
    return { last: null, wrote: '' };
  },
  template: `
    <section class="lb-card lb-pad lb-usable" aria-label="可用的欄位">
      <div class="lb-sec"><h2>可用的欄位</h2><span class="lb-note">(按一下，寫進游標所在的地方)</span></div>
      <ul>
        <li v-for="h in hints" :key="h.spelled">
          <button type="button" class="lb-pill" :aria-label="'寫入' + h.name" @mousedown.prevent @click="write(h)">
            {{ h.name }}
          </button>
          <small>{{ h.meaning }}</small>
        </li>
      </ul>
      <p class="lb-away" role="status">{{ wrote }}</p>
    </section>
  `,
  mounted() {
    this.remember = (e) => {
      if (this.fields.includes(e.target.id)) this.last = e.target;
    };
    document.addEventListener('focusin', this.remember);
  },
  beforeUnmount() {
    document.removeEventListener('focusin', this.remember);
  },
  methods: {
    write(hint) {
      const field = this.last?.isConnected ? this.last : document.getElementById(this.fields.at(-1));
      if (!field) return;
      field.focus();
      field.setRangeText(hint.spelled, field.selectionStart, field.selectionEnd, 'end');
      field.dispatchEvent(new Event('input', { bubbles: true }));
      this.wrote = '已寫入' + hint.name;
    },
  },
};
