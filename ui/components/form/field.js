// One labelled field: label above, control, help or error below. Typed text is mirrored in the browser until the
// draft has it, so that a lost connection or a killed server loses nothing. Lists open and close without transition:
// after one, Quasar returns the focus to the field even when another has it by then.
import icon from '/static/icons.js';
import marks from '/static/marks.js';
import calendar from '/static/roc_calendar.js';
import * as mirror from '/static/mirror.js';

// Which texts a control takes; where a field takes less, it says so beside it, and nothing that was pasted is lost.
const LONGEST = 8000;

export default {
  components: { 'lb-icon': icon, 'lb-marks': marks, 'roc-calendar': calendar },
  inheritAttrs: false,
  props: {
    id: String,
    kind: String,
    name: String,
    label: String,
    required: Boolean,
    unstarred: Boolean, // required by a label that has no star
    value: null,
    revision: Number,
    error: String,
    hint: String,
    hintState: String,
    options: Array,
    placeholder: String,
    prefix: String,
    suffix: String,
    autocomplete: String,
    readonly: Boolean,
    draft: String,
    maxlength: Number,
    rules: Array,
    wide: Boolean,
    hiddenLabel: Boolean,
    searchable: Boolean,
    inputmode: String,
    classes: String,
    group: String,
    recorded: String,
    backwards: Boolean,
    marks: Array,
  },
  emits: ['typed', 'left', 'entered'],
  template: `
    <div
      :id="id"
      class="lb-field"
      :class="[{bad: error, full: wide, marked: marks}, 'lb-' + kind, classes]"
      @focusout="typed && leave($event)"
    >
      <div v-if="group" class="lb-label"><span class="l">{{ group }}</span></div>
      <lb-marks v-if="marks" :id="name + '-marks'" :marks="marks" />
      <q-checkbox
        v-if="kind === 'check'"
        :model-value="!!text"
        :id="name"
        :disable="readonly"
        :aria-describedby="describedby"
        :aria-invalid="!!error"
        @update:model-value="choose"
      >
        <span v-if="required" class="lb-req" aria-hidden="true">*</span>{{ label }}
      </q-checkbox>
      <component
        v-else
        :is="grouped ? 'fieldset' : 'div'"
        class="lb-fieldset"
        :aria-describedby="grouped ? describedby : null"
      >
        <component
          :is="grouped ? 'legend' : 'label'"
          class="lb-label"
          :class="{'lb-away': hiddenLabel}"
          :for="grouped ? null : name"
        >
          <span class="l"><span v-if="required && !unstarred" class="lb-req">*</span>{{ label }}</span>
        </component>
        <div v-if="kind === 'radio'" class="lb-choices">
          <label v-for="(o, i) in options" :key="String(o.value)" class="lb-choice">
            <input
              type="radio"
              :id="i ? null : name"
              :name="id"
              :checked="text === o.value"
              :disabled="readonly"
              @change="choose(o.value)"
            />{{ o.label }}
          </label>
        </div>
        <div v-else-if="kind === 'segments'" class="lb-seg">
          <label v-for="(o, i) in options" :key="o.value" :class="{on: text === o.value}">
            <input
              type="radio"
              :id="i ? null : name"
              :name="id"
              :checked="text === o.value"
              :disabled="readonly"
              @change="choose(o.value)"
            />{{ o.label }}
          </label>
        </div>
        <q-select
          v-else-if="kind === 'select' || kind === 'combo'"
          outlined
          dense
          options-dense
          emit-value
          map-options
          behavior="menu"
          :transition-duration="0"
          :model-value="text"
          :options="offered"
          :for="name"
          :readonly="readonly"
          :aria-label="label"
          :use-input="searchable"
          :fill-input="searchable"
          :hide-selected="searchable"
          input-debounce="0"
          :placeholder="text === null || text === '' ? placeholder || '請選擇' : undefined"
          :error="!!error"
          :aria-invalid="error ? 'true' : null"
          hide-bottom-space
          :aria-describedby="describedby"
          :aria-required="(searchable && required) || null"
          @filter="filter"
          :maxlength="maxlength || longest"
          @input-value="write"
          @update:model-value="choose"
        >
          <template v-if="text === null || text === ''" v-slot:selected>
            <span v-if="!searchable" class="lb-placeholder">{{ placeholder || '請選擇' }}</span>
          </template>
          <template v-if="kind === 'select'" v-slot:no-option>
            <q-item><q-item-section>沒有符合的選項</q-item-section></q-item>
          </template>
        </q-select>
        <q-input
          v-else
          outlined
          dense
          :model-value="text"
          :for="name"
          :type="type"
          :autogrow="kind === 'textarea'"
          :placeholder="placeholder"
          :prefix="prefix"
          :suffix="suffix"
          :readonly="readonly"
          :maxlength="maxlength || longest"
          :autocomplete="autocomplete || 'off'"
          :inputmode="inputmode"
          :error="!!error"
          :aria-invalid="error ? 'true' : null"
          hide-bottom-space
          :aria-describedby="describedby"
          :aria-required="required || null"
          spellcheck="false"
          @update:model-value="type_in"
          @keydown.enter="enter"
        >
          <template v-if="kind === 'password'" v-slot:append>
            <button
              type="button"
              class="lb-bare"
              :aria-label="peeking ? '隱藏密碼' : '顯示密碼'"
              :aria-pressed="peeking"
              @click="peeking = !peeking"
            >
              <lb-icon :name="peeking ? 'eye-off' : 'eye'" />
            </button>
          </template>
          <template v-else-if="kind === 'date' && !readonly" v-slot:append>
            <span>
              <button
                type="button"
                class="lb-bare"
                tabindex="0"
                :aria-label="label + '：開啟月曆'"
                aria-haspopup="dialog"
                :aria-expanded="open"
                @click="open = !open"
              >
                <lb-icon name="calendar" />
              </button>
              <q-menu
                v-model="open"
                no-parent-event
                :transition-duration="0"
                anchor="bottom right"
                self="top right"
                role="dialog"
                aria-modal="true"
                :aria-label="label + '：月曆'"
              >
                <roc-calendar :value="text || ''" :backwards="backwards" @picked="pick" />
              </q-menu>
            </span>
          </template>
        </q-input>
      </component>
      <ul v-if="rules" class="lb-rules" :id="name + '-rules'">
        <li v-for="r in rules" :key="r.label" :class="{ok: r.met}">
          <lb-icon :name="r.met ? 'check' : 'todo'" size="14" weight="2.4" />{{ r.label }}<span class="lb-away">
            {{ r.met ? '：符合' : '：尚未符合' }}
          </span>
        </li>
      </ul>
      <div v-if="recorded" class="lb-hint" :id="name + '-recorded'">尚未儲存。目前登錄：{{ recorded }}</div>
      <div v-if="error" class="lb-hint bad" :id="name + '-help'" role="alert">
        <lb-icon name="warning" size="15" />
        <span>{{ error }}</span>
      </div>
      <div v-else-if="hint" class="lb-hint" :class="hintState" :id="name + '-help'" aria-live="polite">
        <lb-icon v-if="hintState" :name="hintState === 'ok' ? 'check' : 'warning'" size="15" weight="2.2" />
        <span>{{ hint }}</span>
      </div>
      <slot />
    </div>
  `,
  data() {
    return { longest: LONGEST, text: this.value, open: false, peeking: false, offered: this.options, timer: null };
  },
  computed: {
    // These fields are left by the native focusout; Quasar's blur comes only after the click that follows.
    typed() {
      return !this.grouped && this.kind !== 'select' && this.kind !== 'check';
    },
    grouped() {
      return this.kind === 'radio' || this.kind === 'segments';
    },
    type() {
      return this.kind === 'password'
        ? this.peeking
          ? 'text'
          : 'password'
        : this.kind === 'textarea'
          ? 'textarea'
          : this.kind === 'email'
            ? 'email'
            : 'text';
    },
    describedby() {
      return (
        [
          this.marks && this.name + '-marks',
          this.rules && this.name + '-rules',
          this.recorded && this.name + '-recorded',
          (this.error || this.hint) && this.name + '-help',
        ]
          .filter(Boolean)
          .join(' ') || null
      );
    },
  },
  watch: {
    // Not over text that is being typed. What comes into an empty field where the cursor stands is chosen, so that the
    // next key replaces it.
    revision() {
      if (this.timer !== null) return;
      const wasEmpty = !this.text;
      this.text = this.value;
      const at = document.activeElement;
      if (wasEmpty && this.$el.contains(at) && at.select) this.$nextTick(() => at.select());
    },
    options() {
      this.offered = this.options;
    },
  },
  mounted() {
    addEventListener('pagehide', this.flush);
    const kept = mirror.kept(this.draft, this.name);
    if (!kept) return;
    if (kept.value === this.text) return mirror.drop(this.draft, this.name);
    if (mirror.isByAddress(this.draft)) this.tellOfOthers(kept);
    this.text = kept.value;
    this.turn = kept.turn;
    this.send();
    this.$emit('left');
  },
  beforeUnmount() {
    removeEventListener('pagehide', this.flush);
    this.flush();
  },
  methods: {
    mirror() {
      this.turn = mirror.keep(this.draft, this.name, this.text, this.value);
    },
    // Without a draft nobody keeps both: what is typed goes over what is on record, so its writer is told.
    tellOfOthers({ before }) {
      if (JSON.stringify(before ?? null) === JSON.stringify(this.value ?? null)) return;
      Quasar.Notify.create({
        message: `「${this.label}」在您輸入之後已有別的內容儲存；這裡放回的是您輸入的，請看過再儲存。`,
        type: 'warning',
        position: 'top',
        multiLine: true,
        timeout: 0,
        actions: [{ label: '知道了', color: 'white' }],
      });
    },
    flush() {
      if (this.timer !== null) this.send();
    },
    send() {
      clearTimeout(this.timer);
      this.timer = null;
      if (mirror.release(this.draft, this.name)) this.mirror(); // it is on its way from now on
      this.tell();
      mirror.insist(this.draft, this.name, () => this.timer === null && this.tell());
    },
    tell() {
      this.$emit('typed', { value: this.text, turn: this.turn || 0 });
    },
    type_in(text) {
      this.text = text;
      this.mirror();
      clearTimeout(this.timer);
      // A date is sent when the field is left, other text 350 ms after the last key.
      this.timer = this.kind === 'date' ? -1 : setTimeout(() => this.send(), 350);
      if (this.kind === 'date') mirror.hold(this.draft, this.name);
    },
    // The text is the value of a combo, whether it is an option or not.
    write(words) {
      if (this.kind === 'combo' && words !== (this.text || '')) this.type_in(words);
    },
    choose(value) {
      this.text = value;
      this.mirror();
      this.send();
      this.$emit('left');
    },
    // The eye and the calendar belong to the field: a focus there does not leave it.
    leave(e) {
      this.flush();
      if (!this.open && !this.$el.contains(e.relatedTarget)) this.$emit('left');
    },
    enter() {
      if (this.kind === 'textarea') return;
      this.flush();
      this.$emit('entered');
    },
    pick(text) {
      this.open = false;
      this.choose(text);
    },
    filter(words, update) {
      update(() => {
        const needle = (this.searchable ? words : '').replaceAll('台', '臺').toLowerCase();
        this.offered = needle ? this.options.filter((o) => o.label.toLowerCase().includes(needle)) : this.options;
      });
    },
  },
};
