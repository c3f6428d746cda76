// Numbers or names pasted from wherever: who was found, who was not, and which names several people bear.
import icon from '/static/icons.js';
import { drop, keep, kept } from '/static/mirror.js';

// The page's address has one such box.
const WORDS = ['@', 'pasted'];

export default {
  components: { 'lb-icon': icon },
  props: { found: Number, missing: Array, several: Array, error: String, most: Number, turn: Number },
  emits: ['pasted', 'picked'],
  data() {
    return { words: '', timer: null };
  },
  template: `
    <div class="lb-field full lb-paste" :class="{bad: error}">
      <label class="lb-label">
        <span class="l">貼上證號或姓名</span>
        <textarea
          v-model="words"
          rows="3"
          spellcheck="false"
          autocomplete="off"
          :maxlength="most"
          :aria-invalid="!!error || null"
          aria-describedby="paste-help"
          @input="wait"
          @change="tell"
        ></textarea>
      </label>
      <div v-if="error" class="lb-hint bad" id="paste-help" role="alert">
        <lb-icon name="warning" size="15" />
        <span>{{ error }}</span>
      </div>
      <div v-else class="lb-hint" id="paste-help">一行一位；可以從試算表複製一欄，直接貼在這裡。</div>
      <div role="status">
        <div v-if="found" class="lb-verdict ok">
          <lb-icon name="ok" /><span>找到 {{ found }} 位，已勾選。</span>
        </div>
        <div v-if="missing.length" class="lb-verdict warn">
          <lb-icon name="warning" />
          <span>
            <b>找不到 {{ missing.length }} 筆，請確認證號、姓名，或先建立志工資料：</b>
            <span class="line">{{ missing.join('、') }}</span>
          </span>
        </div>
      </div>
      <fieldset v-for="s in several" :key="s.name" class="lb-fieldset">
        <legend class="lb-label"><span class="l">「{{ s.name }}」有 {{ s.people.length }} 位，請選</span></legend>
        <div class="lb-choices">
          <label v-for="p in s.people" :key="p.id" class="lb-choice">
            <input
              type="checkbox"
              :checked="s.chosen.includes(p.id)"
              @change="$emit('picked', {id: p.id, on: $event.target.checked})"
            />{{ p.text }}
          </label>
        </div>
      </fieldset>
    </div>
  `,
  watch: {
    turn() {
      this.words = '';
      drop(...WORDS);
    },
  },
  mounted() {
    this.words = kept(...WORDS)?.value || '';
    if (this.words) this.tell();
  },
  beforeUnmount() {
    clearTimeout(this.timer);
  },
  methods: {
    wait() {
      keep(...WORDS, this.words);
      clearTimeout(this.timer);
      this.timer = setTimeout(this.tell, 300);
    },
    tell() {
      clearTimeout(this.timer);
      this.$emit('pasted', this.words);
    },
  },
};
