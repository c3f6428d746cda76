// The file of an import: its name, what was read of it, how far the work under way has come, which sheet is meant.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: {
    name: String,
    facts: String,
    chip: Object,
    sheets: Array,
    sheet: String,
    work: Object, // {text, done, total}, or null: nothing is under way
    why: String,
    said: Object, // {tone, text, rows}: how it ended
  },
  emits: ['chosen'],
  template: `
    <section class="lb-card lb-import-file" aria-label="檔案">
      <span class="symbol"><lb-icon name="file" size="24" /></span>
      <div class="what">
        <b>{{ name }}</b>
        <p>{{ facts }}</p>
      </div>
      <label v-if="sheets.length > 1">
        工作表
        <select :value="sheet" @change="$emit('chosen', $event.target.value)">
          <option v-for="s in sheets" :key="s" :value="s">{{ s }}</option>
        </select>
      </label>
      <span role="status">
        <span class="lb-chip" :class="chip.tone">
          <lb-icon :name="chip.icon" size="14" weight="2.2" />{{ chip.text }}
        </span>
      </span>
      <slot />
      <div v-if="work" class="wide lb-busy">
        <div
          class="lb-meter"
          role="progressbar"
          :aria-valuenow="percent"
          aria-valuemin="0"
          aria-valuemax="100"
          :aria-label="chip.text"
        >
          <b :style="{width: percent + '%'}"></b>
        </div>{{ work.text }}
      </div>
      <div v-if="why" class="wide lb-verdict bad" role="alert">
        <lb-icon name="warning" />
        <span>{{ why }}</span>
      </div>
      <div v-if="said" class="wide lb-verdict" :class="said.tone" role="status">
        <lb-icon :name="said.tone === 'ok' ? 'ok' : 'warning'" />
        <span>
          <b>{{ said.text }}</b>
          <span v-for="r in said.rows" :key="r" class="line">{{ r }}</span>
        </span>
      </div>
    </section>
  `,
  computed: {
    percent() {
      return this.work?.total ? Math.min(100, Math.round((100 * this.work.done) / this.work.total)) : 0;
    },
  },
};
