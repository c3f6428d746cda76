// 名冊: one line for each roster: name, unit or agency, the number of its cases in each list, the next deadline.
import icon from '/static/icons.js';
import { turn, turning } from '/static/turning.js';

export default {
  mixins: [turning],
  components: { 'lb-icon': icon },
  props: {
    title: String,
    rosters: Array,
    total: Number,
    page: Number,
    per: Number,
    empty: String,
    hint: String,
    sought: String,
    text: String,
    only: Boolean, // 輪到您
  },
  emits: ['asked'],
  data() {
    return { words: this.text, typing: null };
  },
  template: `
    <section class="lb-card lb-records lb-rosters" :aria-label="title">
      <div class="lb-roster-head">
        <h2>{{ title }}</h2>
        <template v-if="total > per || asks || only">
          <div class="lb-pills" role="group" aria-label="篩選">
            <button
              v-for="one in [false, true]"
              :key="one"
              type="button"
              class="lb-pill"
              :class="{on: only === one}"
              :aria-pressed="only === one"
              @click="ask({turn: one})"
            >
              {{ one ? '輪到您' : '全部' }}
            </button>
          </div>
          <label class="lb-roster-find">
            <span class="lb-away">{{ sought }}</span>
            <lb-icon name="search" />
            <input
              v-model="words"
              type="search"
              maxlength="100"
              :placeholder="sought"
              autocomplete="off"
              @input="wait"
              @keydown.enter.prevent="ask({})"
            />
          </label>
        </template>
      </div>
      <ul v-if="rosters.length">
        <li v-for="r in rosters" :key="r.id">
          <div class="what">
            <a :href="r.href">{{ r.title }}</a>
            <small><span v-for="(f, i) in r.facts" :key="i">{{ f }}</span></small>
          </div>
          <div class="stand">
            <span v-if="!r.chips.length" class="mut lb-sm">還沒有志工</span>
            <span v-for="c in r.chips" :key="c.text" class="lb-chip" :class="c.tone" :title="c.hint || null">
              <lb-icon :name="c.symbol" size="14" weight="2.2" />{{ c.text }}<span
                v-if="c.hint"
                class="lb-away"
              >，{{ c.hint }}</span>
            </span>
          </div>
          <b class="count">{{ r.count }} 位</b>
        </li>
      </ul>
      <div v-else class="lb-empty">
        <template v-if="asks || only"><b>沒有符合條件的名冊</b><span>換個名稱或姓名看看，或按「全部」。</span></template>
        <template v-else><b>{{ empty }}</b><span>{{ hint }}</span></template>
      </div>
      <nav v-if="total > per" class="lb-pager" :aria-label="title + '分頁'">
        <span role="status">共 {{ total }} 份</span>
        <span class="sp"></span>
        <button type="button" class="lb-link" :disabled="page <= 1" @click="turn('turned', page - 1)">前一頁</button>
        <b class="lb-page-now" aria-current="page">{{ page }}</b>
        <button type="button" class="lb-link" :disabled="page * per >= total" @click="turn('turned', page + 1)">
          後一頁
        </button>
      </nav>
    </section>
  `,
  computed: {
    asks() {
      return this.words.trim() !== '' || this.text !== '';
    },
  },
  methods: {
    turn,
    wait() {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.ask({}), 300);
    },
    ask({ turn = this.only }) {
      clearTimeout(this.typing);
      this.$emit('asked', { text: this.words.trim(), turn });
    },
  },
};
