// A month of the ROC calendar, since QDate knows no 民國 years. Year and month are selects, days are buttons. Years are
// western inside; `backwards` counts them back from 民國元年 (民國前). Today is Taipei's day, wherever the machine stands.
// Only one day is in the tab order; arrows move by days and weeks, Page Up and Down by months, Enter picks.
const WEEK = ['日', '一', '二', '三', '四', '五', '六'];
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

function taipei() {
  const now = new Date(Date.now() + 8 * 3600e3);
  return [now.getUTCFullYear(), now.getUTCMonth() + 1, now.getUTCDate()];
}

export default {
  props: { value: String, backwards: Boolean },
  emits: ['picked'],
  template: `
    <div class="lb-calendar">
      <div class="lb-calendar-head">
        <button type="button" class="lb-mini" aria-label="上個月" @click="turn(-1)">‹</button>
        <label>
          {{ backwards ? '民國前' : '民國' }}
          <select v-model.number="year" aria-label="年">
            <option v-for="y in years" :key="y" :value="y">{{ counted(y) }}</option>
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
          :aria-label="counted(year) + '年' + month + '月' + d + '日'"
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
        <span>西元 {{ year }} 年</span>
        <button v-if="!backwards" type="button" class="lb-mini" @click="today">今天</button>
      </div>
    </div>
  `,
  data() {
    const now = taipei(),
      found = /^(\d{1,3})\D(\d{1,2})\D(\d{1,2})$/.exec((this.value || '').trim());
    const chosen = found && found.slice(1).map(Number);
    if (chosen) chosen[0] = this.backwards ? 1912 - chosen[0] : chosen[0] + 1911;
    const [year, month, day] = chosen || (this.backwards ? [1911, 12, 31] : now);
    return { week: WEEK, chosen, year, month, day };
  },
  computed: {
    years() {
      const [first, last] = this.backwards ? [1850, 1911] : [1912, taipei()[0] + 5];
      return Array.from({ length: last - first + 1 }, (_, i) => last - i);
    },
    before() {
      return new Date(this.year, this.month - 1, 1).getDay();
    },
    days() {
      return new Date(this.year, this.month, 0).getDate();
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
      return taipei().join() === [this.year, this.month, d].join();
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
        const at = new Date(this.year, this.month - 1, this.stop + STEPS[e.key]);
        this.go(at.getFullYear(), at.getMonth() + 1, at.getDate());
      } else if (e.key === 'PageUp' || e.key === 'PageDown') this.turn(e.key === 'PageUp' ? -1 : 1);
      else return;
      e.preventDefault();
      this.$nextTick(() => this.$el.querySelector('[data-autofocus]').focus());
    },
    today() {
      this.go(...taipei());
      this.pick(this.day);
    },
    counted(year) {
      return this.backwards ? 1912 - year : year - 1911;
    },
    pick(d) {
      const two = (n) => String(n).padStart(2, '0');
      this.$emit('picked', String(this.counted(this.year)).padStart(3, '0') + '/' + two(this.month) + '/' + two(d));
    },
  },
};
