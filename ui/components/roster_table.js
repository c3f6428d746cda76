// The rows of a roster: whose turn, what is missing with a link, what is due. Several can be chosen and acted on.
import icon from '/static/icons.js';

// The filters in the order of what is to be done; a row's group is one of them.
const GROUPS = ['可以送審', '待補件', '尚缺資料', '輪到您', '剛決定', '審核中', '已核可', '駁回', '撤回'];

export default {
  components: { 'lb-icon': icon },
  props: { title: String, rows: String, act: String, unit: String, busy: Boolean, empty: String, hint: String }, // `rows`: a JSON text
  emits: ['acted'],
  data() {
    return { filter: 'all', words: '', touched: {}, here: location.hash.slice(1) };
  },
  mounted() {
    this.goHere();
  },
  template: `
    <section class="lb-card lb-roster" :class="{plain: !all.some((r) => r.can)}" :aria-label="title">
      <div class="lb-roster-head">
        <h2>{{ title }}</h2>
        <div v-if="all.length" class="lb-pills" role="group" aria-label="篩選">
          <button
            v-for="g in groups"
            :key="g.key"
            type="button"
            class="lb-pill"
            :class="{on: filter === g.key}"
            :aria-pressed="filter === g.key"
            @click="filter = g.key"
          >
            {{ g.key === 'all' ? '全部' : g.key }}<span class="lb-count">{{ g.count }}</span>
          </button>
        </div>
        <label v-if="all.length > 10" class="lb-roster-find">
          <span class="lb-away">依姓名或證號篩選</span>
          <lb-icon name="search" />
          <input v-model="words" type="search" maxlength="60" placeholder="姓名或證號末碼" autocomplete="off" />
        </label>
      </div>
      <div v-if="all.some((r) => r.can)" class="lb-roster-bar">
        <label>
          <input
            type="checkbox"
            :checked="able.length > 0 && able.every(chosen)"
            :indeterminate.prop="able.some(chosen) && !able.every(chosen)"
            :disabled="!able.length"
            @change="choose(able, $event.target.checked)"
          />
          <span>全選<span class="long">可{{ act }}的</span> {{ able.length }} {{ unit }}</span>
        </label>
        <span class="sp"></span>
        <button
          type="button"
          class="q-btn lb-btn"
          :class="picked.length ? 'bg-primary' : 'lb-outline'"
          :disabled="busy || !picked.length"
          :aria-busy="busy"
          @click="$emit('acted', {what: 'all', ids: picked.map((r) => r.id)})"
        >
          <lb-icon name="check" />
          {{ picked.length ? act + '選取的 ' + picked.length + ' ' + unit : '請先勾選要' + act + '的志工' }}
        </button>
      </div>
      <ol v-if="visible.length">
        <li
          v-for="r in visible"
          :key="r.id"
          :id="'case-' + r.id"
          :class="{on: chosen(r), here: here === 'case-' + r.id}"
          tabindex="-1"
        >
          <span class="pick">
            <input
              v-if="r.can"
              type="checkbox"
              :aria-label="'選取 ' + r.name"
              :checked="chosen(r)"
              @change="choose([r], $event.target.checked)"
            />
          </span>
          <span class="no">{{ r.n }}</span>
          <div class="who">
            <a :href="r.href">{{ r.name }}</a>
            <small>{{ r.masked }}　{{ r.kind }}</small>
            <small>{{ r.no }}{{ r.seen && '　' + r.seen }}</small>
          </div>
          <div class="turn">
            <span class="lb-chip" :class="r.tone"><lb-icon :name="r.symbol" size="14" weight="2.2" />{{ r.word }}</span>
            <small v-if="r.why">{{ r.why }}</small>
            <span v-if="r.due" class="lb-chip" :class="r.due.tone" :title="r.due.hint || null">
              <lb-icon name="clock" size="14" weight="2.2" />{{ r.due.text }}<span
                v-if="r.due.hint"
                class="lb-away"
              >，{{ r.due.hint }}</span>
            </span>
          </div>
          <div class="state">
            <span v-if="r.fine" class="fine"><lb-icon name="check" size="16" weight="2.2" />{{ r.fine }}</span>
            <span v-if="r.fact" class="mut">{{ r.fact }}</span>
            <p v-if="r.note" :class="r.noteTone"><lb-icon name="warning" size="16" /><span>{{ r.note }}</span></p>
            <ul v-if="r.lacking.length" :aria-label="r.name + '：尚缺'">
              <li v-for="(l, i) in r.lacking" :key="i">
                <component :is="l.href ? 'a' : 'span'" :href="l.href || null">{{ l.label }}</component>
                <small>{{ l.note }}</small>
              </li>
            </ul>
          </div>
          <div class="acts">
            <button
              v-if="r.goes"
              type="button"
              class="lb-link"
              :aria-label="'把' + r.name + '移出名冊'"
              @click="$emit('acted', {what: 'remove', ids: [r.id]})"
            >
              移出
            </button>
          </div>
        </li>
      </ol>
      <div v-else class="lb-empty">
        <b>{{ all.length ? '沒有符合條件的志工' : empty }}</b>
        <span>{{ all.length ? '換一個篩選條件看看。' : hint }}</span>
      </div>
    </section>
  `,
  computed: {
    all() {
      return JSON.parse(this.rows).sort((a, b) => b.yours - a.yours || a.n - b.n);
    }, // one's own turn first
    groups() {
      const keys = GROUPS.filter((key) => this.all.some((r) => r.group === key));
      return ['all', ...keys].map((key) => ({
        key,
        count: this.all.filter((r) => key === 'all' || r.group === key).length,
      }));
    },
    visible() {
      const words = this.words.trim();
      return this.all.filter(
        (r) =>
          (this.filter === 'all' || r.group === this.filter) &&
          (!words || r.name.includes(words) || r.masked.endsWith(words)),
      );
    },
    able() {
      return this.visible.filter((r) => r.can);
    },
    picked() {
      return this.all.filter((r) => r.can && this.chosen(r));
    },
  },
  watch: {
    groups(now) {
      if (!now.some((g) => g.key === this.filter)) this.filter = 'all';
    },
  },
  methods: {
    goHere() {
      // back from a volunteer's pages: focus the row
      const row = this.here && [...this.$el.querySelectorAll('ol > li')].find((li) => li.id === this.here);
      if (row) {
        row.scrollIntoView({ block: 'center' });
        row.focus({ preventScroll: true });
      }
    },
    chosen(r) {
      return r.can && (this.touched[r.id] ?? r.on);
    },
    choose(rows, on) {
      for (const r of rows) this.touched[r.id] = on;
    },
  },
};
