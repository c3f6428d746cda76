// A month of the ROC calendar, since QDate knows no 民國 years. Year and month are selects, days are buttons.
// Only one day is in the tab order; arrows move by days and weeks, Page Up and Down by months, Enter picks.
const WEEK = ['日', '一', '二', '三', '四', '五', '六'];
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

export default {
  props: { value: String },
  emits: ['picked'],
  template: `
    <div class="lb-calendar">
      <div class="lb-calendar-head">
        <button type="button" class="lb-mini" aria-label="上個月" @click="turn(-1)">‹</button>
        <label>
          民國
          <select v-model.number="year" aria-label="年">
            <option v-for="y in years" :key="y" :value="y">{{ y }}</option>
          </select>
          年
        </label>
        <label>
          <select v-model.number="month" aria-label="月">
            <option v-for="m in 12" :key="m" :value="m">{{ m }}</option>
          </select>
          月
        </label>
        <button type="button" class="lb-mini" aria-label="下個月" @click="turn(1)">›</button>
      </div>
      <div class="lb-calendar-days" @keydown="move">
        <span v-for="d in week" :key="d" aria-hidden="true">{{ d }}</span>
        <i v-for="n in before" :key="n"></i>
        <button
          v-for="d in days"
          :key="d"
          type="button"
          :class="{on: isChosen(d), today: isToday(d)}"
          :aria-label="year + '年' + month + '月' + d + '日'"
          :aria-pressed="isChosen(d)"
          :aria-current="isToday(d) ? 'date' : null"
          :tabindex="d === stop ? 0 : -1"
          :data-autofocus="d === stop || null"
          @click="pick(d)"
        >
          {{ d }}
        </button>
      </div>
      <div class="lb-calendar-foot">
        <span>西元 {{ year + 1911 }} 年</span>
        <button type="button" class="lb-mini" @click="today">今天</button>
      </div>
    </div>
  `,
  data() {
    const now = new Date(),
      found = /^(\d{1,3})\D(\d{1,2})\D(\d{1,2})$/.exec((this.value || '').trim());
    const chosen = found && found.slice(1).map(Number);
    const [year, month, day] = chosen || [now.getFullYear() - 1911, now.getMonth() + 1, now.getDate()];
    return { week: WEEK, chosen, year, month, day };
  },
  computed: {
    years() {
      const last = new Date().getFullYear() - 1911 + 5;
      return Array.from({ length: last }, (_, i) => last - i);
    },
    before() {
      return new Date(this.year + 1911, this.month - 1, 1).getDay();
    },
    days() {
      return new Date(this.year + 1911, this.month, 0).getDate();
    },
    stop() {
      return Math.min(this.day, this.days);
    },
  },
  methods: {
    isChosen(d) {
      return !!this.chosen && this.chosen.join() === [this.year, this.month, d].join();
    },
    isToday(d) {
      const t = new Date();
      return t.getFullYear() - 1911 === this.year && t.getMonth() + 1 === this.month && t.getDate() === d;
    },
    turn(n) {
      const m = this.month - 1 + n;
      this.go(this.year + Math.floor(m / 12), ((m + 12) % 12) + 1, this.day);
    },
    go(year, month, day) {
      if (this.years.includes(year)) Object.assign(this, { year, month, day });
    },
    move(e) {
      if (e.key in STEPS) {
        const at = new Date(this.year + 1911, this.month - 1, this.stop + STEPS[e.key]);
        this.go(at.getFullYear() - 1911, at.getMonth() + 1, at.getDate());
      } else if (e.key === 'PageUp' || e.key === 'PageDown') this.turn(e.key === 'PageUp' ? -1 : 1);
      else return;
      e.preventDefault();
      this.$nextTick(() => this.$el.querySelector('[data-autofocus]').focus());
    },
    today() {
      const t = new Date();
      this.go(t.getFullYear() - 1911, t.getMonth() + 1, t.getDate());
      this.pick(this.day);
    },
    pick(d) {
      const two = (n) => String(n).padStart(2, '0');
      this.$emit('picked', String(this.year).padStart(3, '0') + '/' + two(this.month) + '/' + two(d));
    },
  },
};
