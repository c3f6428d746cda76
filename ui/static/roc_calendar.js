// A month of the ROC calendar, since QDate knows no 民國 years. Year and month are selects, days are buttons.
const DAYS = ['日', '一', '二', '三', '四', '五', '六'];

export default {
  props: { value: String, label: String },
  emits: ['picked'],
  template: `
    <div class="lb-calendar" role="dialog" :aria-label="label + '：月曆'">
      <div class="lb-calendar-head">
        <button type="button" class="lb-mini" aria-label="上個月" @click="turn(-1)">‹</button>
        <label>民國 <select v-model.number="year" aria-label="年"><option v-for="y in years" :value="y">{{ y }}</option></select> 年</label>
        <label><select v-model.number="month" aria-label="月"><option v-for="m in 12" :value="m">{{ m }}</option></select> 月</label>
        <button type="button" class="lb-mini" aria-label="下個月" @click="turn(1)">›</button>
      </div>
      <div class="lb-calendar-days">
        <span v-for="d in week" aria-hidden="true">{{ d }}</span>
        <i v-for="n in before"></i>
        <button v-for="d in days" type="button" :class="{on: d === day, today: isToday(d)}" :aria-label="year + '年' + month + '月' + d + '日'"
          :aria-pressed="d === day" @click="pick(d)">{{ d }}</button>
      </div>
      <div class="lb-calendar-foot"><span>西元 {{ year + 1911 }} 年</span><button type="button" class="lb-mini" @click="today">今天</button></div>
    </div>`,
  data() {
    const found = /^(\d{1,3})\D(\d{1,2})\D(\d{1,2})$/.exec((this.value || '').trim());
    const now = new Date();
    return {
      week: DAYS, year: found ? +found[1] : now.getFullYear() - 1911, month: found ? +found[2] : now.getMonth() + 1,
      day: found ? +found[3] : 0,
    };
  },
  computed: {
    years() { const last = new Date().getFullYear() - 1911 + 5; return Array.from({ length: last }, (_, i) => last - i); },
    before() { return new Date(this.year + 1911, this.month - 1, 1).getDay(); },
    days() { return new Date(this.year + 1911, this.month, 0).getDate(); },
  },
  methods: {
    turn(n) { const m = this.month - 1 + n; this.month = ((m + 12) % 12) + 1; this.year += Math.floor(m / 12); this.day = 0; },
    isToday(d) { const t = new Date(); return t.getFullYear() - 1911 === this.year && t.getMonth() + 1 === this.month && t.getDate() === d; },
    today() { const t = new Date(); this.year = t.getFullYear() - 1911; this.month = t.getMonth() + 1; this.pick(t.getDate()); },
    pick(d) { const two = (n) => String(n).padStart(2, '0'); this.$emit('picked', String(this.year).padStart(3, '0') + '/' + two(this.month) + '/' + two(d)); },
  },
};
