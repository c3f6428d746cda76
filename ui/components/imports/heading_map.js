// 欄位對應: the headings of the file and what each is taken for; what is not known is chosen by hand.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { headings: Array, columns: Array, note: String, locked: Boolean },
  emits: ['mapped'],
  data() {
    return { whole: false };
  },
  template: `
    <section class="lb-card lb-import-map" aria-label="欄位對應">
      <div class="lb-sec">
        <h2>欄位對應</h2>
        <span class="lb-note">{{ note }}</span>
        <button v-if="same.length" type="button" class="lb-link" :aria-expanded="whole" @click="whole = !whole">
          {{ whole ? '收合' : '展開全部並修改' }}
        </button>
      </div>
      <ul class="lb-map" aria-label="標題與欄位">
        <li v-for="h in listed" :key="h.position" :class="{open: !h.column}">
          <span class="s">{{ h.text }}</span>
          <lb-icon name="arrow" size="14" />
          <select
            v-if="whole || !h.column"
            :value="h.column"
            :aria-label="h.text + '對應到'"
            :disabled="locked"
            @change="$emit('mapped', {position: h.position, column: $event.target.value})"
          >
            <option value="">請選擇，或不匯入</option>
            <option v-for="c in columns" :key="c.key" :value="c.key">{{ c.label }}{{ taken(c, h) }}</option>
          </select>
          <b v-else>{{ label_of(h.column) }}</b>
        </li>
        <li v-if="!whole && same.length" class="all">其餘 {{ same.length }} 欄標題相同</li>
        <li v-for="c in lacking" :key="c.key" class="open">
          <lb-icon name="warning" size="14" />檔案裡沒有「{{ c.label }}」
        </li>
      </ul>
    </section>
  `,
  computed: {
    same() {
      return this.headings.filter((h) => h.column && this.label_of(h.column) === h.text);
    },
    listed() {
      return this.whole ? this.headings : this.headings.filter((h) => !this.same.includes(h));
    },
    lacking() {
      const there = this.headings.map((h) => h.column);
      return this.columns.filter((c) => c.needed && !there.includes(c.key));
    },
  },
  methods: {
    label_of(key) {
      return this.columns.find((c) => c.key === key)?.label ?? '';
    },
    taken(column, heading) {
      const other = this.headings.find((h) => h.column === column.key && h.position !== heading.position);
      return other ? `（現在是「${other.text}」）` : '';
    },
  },
};
