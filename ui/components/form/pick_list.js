// Several of many: search, check boxes, pages; the chosen ones are counted and stay chosen.
import icon from '/static/icons.js';
import * as mirror from '/static/mirror.js';

export default {
  components: { 'lb-icon': icon },
  props: {
    name: String,
    label: String,
    sought: String,
    rows: Array,
    total: Number,
    page: Number,
    per: Number,
    chosen: Array,
    error: String,
    draft: String,
  },
  emits: ['picked', 'restored', 'searched', 'turned'],
  data() {
    return { words: '' };
  },
  template: `
    <fieldset :id="name" class="lb-fieldset lb-field lb-pick" :class="{bad: error}" :aria-describedby="name + '-help'">
      <legend class="lb-label">
        <span class="l"><span class="lb-req">*</span>{{ label }}</span>
        <span class="x" role="status">已選 {{ chosen.length }} 位</span>
      </legend>
      <div class="lb-pick-head">
        <input
          v-model="words"
          type="search"
          :aria-label="label + '：搜尋'"
          :placeholder="sought"
          maxlength="100"
          autocomplete="off"
          @keydown.enter.prevent="$emit('searched', words)"
        />
        <button type="button" class="q-btn lb-btn lb-outline" @click="$emit('searched', words)">
          <lb-icon name="search" />查詢
        </button>
      </div>
      <label v-if="rows.length > 1" class="lb-pick-all">
        <input
          type="checkbox"
          :checked="all"
          @change="pick(rows.map((r) => r.id), $event.target.checked)"
        />這一頁全選</label>
      <ul>
        <li v-for="r in rows" :key="r.id">
          <label>
            <input
              type="checkbox"
              :checked="chosen.includes(r.id)"
              @change="pick([r.id], $event.target.checked)"
            />
            <span><b>{{ r.name }}</b><small>{{ r.note }}</small></span>
          </label>
        </li>
      </ul>
      <p v-if="!rows.length" class="lb-empty"><b>沒有可用的資料</b><span v-if="words">換個{{ sought }}再查詢。</span></p>
      <nav v-if="pages > 1" class="lb-pager" :aria-label="label + '分頁'">
        <span>共 {{ total }} 位</span>
        <span class="sp"></span>
        <button type="button" class="lb-link" :disabled="page <= 1" @click="$emit('turned', page - 1)">前一頁</button>
        <b class="lb-page-now" aria-current="page">{{ page }}</b>
        <button type="button" class="lb-link" :disabled="page >= pages" @click="$emit('turned', page + 1)">後一頁</button>
      </nav>
      <div v-if="error" class="lb-hint bad" :id="name + '-help'" role="alert">
        <lb-icon name="warning" size="15" />
        <span>{{ error }}</span>
      </div>
    </fieldset>
  `,
  computed: {
    pages() {
      return Math.ceil(this.total / this.per);
    },
    all() {
      return this.rows.every((row) => this.chosen.includes(row.id));
    },
  },
  watch: {
    chosen() {
      if (this.draft) mirror.keep(this.draft, this.name, this.chosen);
    },
  },
  mounted() {
    const kept = mirror.kept(this.draft, this.name);
    if (kept?.value.length && String(kept.value) !== String(this.chosen)) this.$emit('restored', kept.value);
  },
  methods: {
    pick(ids, on) {
      const others = this.chosen.filter((id) => !ids.includes(id));
      if (this.draft) mirror.keep(this.draft, this.name, on ? [...others, ...ids] : others);
      this.$emit('picked', { ids, on });
    },
  },
};
