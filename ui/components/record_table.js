// 查詢結果: a native table, paged by the server; on a phone each row is a card with its column names.
import icon from '/static/icons.js';
import { turn, turning } from '/static/turning.js';

// A cell is a text, or {text, href, chip, icon, hint, act, strong, sub}, or {acts: [{text, act, label}]}.
const cell = {
  components: { 'lb-icon': icon },
  props: { cell: null },
  emits: ['acted'],
  template: `
    <template v-if="cell === null || typeof cell !== 'object'">{{ cell }}</template>
    <span v-else-if="cell.href">
      <a :href="cell.href" :class="{strong: cell.strong}">{{ cell.text }}</a>
      <small v-if="cell.sub" class="mut lb-xs lb-cell-sub">{{ cell.sub }}</small>
    </span>
    <span v-else-if="cell.acts" class="lb-cell-acts">
      <button
        v-for="a in cell.acts"
        :key="a.act"
        type="button"
        class="lb-link"
        :aria-label="a.label"
        @click="$emit('acted', a.act)"
      >
        {{ a.text }}
      </button>
    </span>
    <button v-else-if="cell.act" type="button" class="lb-link" @click="$emit('acted', cell.act)">
      {{ cell.text }}
    </button>
    <span v-else-if="cell.chip">
      <span class="lb-chip" :class="cell.chip" :title="cell.hint || null">
        <lb-icon v-if="cell.icon" :name="cell.icon" size="14" weight="2.2" />{{ cell.text }}<span
          v-if="cell.hint"
          class="lb-away"
        >，{{ cell.hint }}</span>
      </span>
      <small v-if="cell.sub" class="mut lb-xs lb-cell-sub">{{ cell.sub }}</small>
    </span>
    <span v-else :class="{strong: cell.strong}">
      {{ cell.text }}<small v-if="cell.sub" class="mut lb-xs lb-cell-sub">{{ cell.sub }}</small>
    </span>
  `,
};

export default {
  mixins: [turning],
  components: { 'lb-icon': icon, 'lb-cell': cell },
  props: {
    title: String,
    columns: Array,
    rows: Array,
    total: Number,
    page: Number,
    perPage: Number,
    empty: String,
    emptyHint: String,
    emptyHref: String,
    emptyLink: String,
    bare: Boolean,
    sort: String,
  },
  emits: ['acted'],
  data() {
    return { opened: {} };
  },
  template: `
    <section class="lb-card lb-records">
      <div class="lb-records-head">
        <h2 :class="{'lb-q': title.startsWith('Q')}">{{ title }}</h2>
        <label v-if="sorts.length" class="lb-sort">
          排序
          <select :value="sort || sorts[0][0]" @change="turn('sorted', $event.target.value)">
            <option v-for="s in sorts" :key="s[0]" :value="s[0]">{{ s[1] }}</option>
          </select>
        </label>
        <label v-if="!bare">
          每頁顯示
          <select :value="perPage" @change="turn('sized', +$event.target.value)">
            <option v-for="n in [10, 25, 50]" :key="n" :value="n">{{ n }}</option>
          </select>
          項結果
        </label>
      </div>
      <div class="lb-scroll" tabindex="0" role="region" :aria-label="title">
        <table class="q-table">
          <thead>
            <tr>
              <th v-for="c in columns" :key="c.name" scope="col" :class="c.align" :aria-sort="direction(c)">
                <button v-if="c.sorts" type="button" class="lb-sort-by" @click="turn('sorted', other(c))">
                  {{ c.label }}<lb-icon v-if="direction(c)" :name="sort === c.name ? 'up' : 'down'" size="14" />
                </button>
                <template v-else>{{ c.label }}</template>
              </th>
            </tr>
          </thead>
          <tbody>
            <template v-for="r in rows" :key="r.key">
              <tr :class="r.tone">
                <td
                  v-for="(c, i) in columns"
                  :key="c.name"
                  :class="[c.align, {blank: r[c.name] === '' || r[c.name] === null}]"
                  :data-label="r.is_sum ? null : c.label"
                >
                  <button
                    v-if="i === 0 && r.more"
                    type="button"
                    class="lb-table-open"
                    :aria-expanded="!!opened[r.key]"
                    :aria-label="'展開 ' + (r[c.name]?.text ?? r[c.name])"
                    @click="opened[r.key] = !opened[r.key]"
                  >
                    <lb-icon :name="opened[r.key] ? 'down' : 'next'" size="16" />
                  </button>
                  <lb-cell :cell="r[c.name]" @acted="(what) => $emit('acted', {key: r.key, what})" />
                </td>
              </tr>
              <tr v-if="r.more && opened[r.key]">
                <td :colspan="columns.length" class="lb-sub">
                  <div v-for="(m, i) in r.more" :key="i" class="lb-course">
                    <span v-for="(cell, n) in m" :key="n">
                      <lb-cell :cell="cell" @acted="(what) => $emit('acted', {key: r.key, what})" />
                    </span>
                  </div>
                </td>
              </tr>
            </template>
            <tr v-if="!rows.length">
              <td :colspan="columns.length">
                <div class="lb-empty">
                  <b>{{ empty }}</b>
                  <span v-if="emptyHint">{{ emptyHint }}</span>
                  <a v-if="emptyHref" :href="emptyHref">{{ emptyLink }}</a>
                </div>
              </td>
            </tr>
          </tbody>
        </table>
      </div>
      <nav class="lb-pager" :aria-label="title + '分頁'" v-if="!bare">
        <span role="status">顯示第 {{ first }} 至 {{ last }} 項結果，共 {{ total }} 項</span>
        <span class="sp"></span>
        <button type="button" class="lb-link" :disabled="page <= 1" @click="turn('turned', page - 1)">前一頁</button>
        <b class="lb-page-now" aria-current="page">{{ page }}</b>
        <button type="button" class="lb-link" :disabled="last >= total" @click="turn('turned', page + 1)">後一頁</button>
      </nav>
    </section>
  `,
  methods: {
    turn,
    direction(column) {
      return { [column.name]: 'ascending', [`-${column.name}`]: 'descending' }[this.sort] ?? null;
    },
    other(column) {
      return this.asked.sort === column.name ? `-${column.name}` : column.name; // also before it is shown
    },
  },
  computed: {
    sorts() {
      return this.columns
        .filter((c) => c.sorts)
        .flatMap((c) => [
          [c.name, c.label],
          [`-${c.name}`, `${c.label}（反向）`],
        ]);
    },
    first() {
      return this.total ? (this.page - 1) * this.perPage + 1 : 0;
    },
    last() {
      return Math.min(this.total, this.page * this.perPage);
    },
  },
  created() {
    for (const row of this.rows) if (row.opened) this.opened[row.key] = true;
  },
};
