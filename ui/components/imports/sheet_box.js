// A file, or a range copied from a spreadsheet, on its way in: chosen, dropped or pasted. It is sent to `address`; the
// answer says where its preview is, and the browser goes there.
import icon from '/static/icons.js';
import { drop, keep, kept } from '/static/mirror.js';

// The page's address has one such box. A range that is larger is pasted again sooner than kept twice.
const WORDS = ['@', 'range'],
  MOST = 100_000;

const isTyping = (target) => Boolean(target.closest?.('input, textarea, [contenteditable]'));

export default {
  components: { 'lb-icon': icon },
  props: {
    address: String,
    accept: String,
    megabytes: Number,
    prompt: String,
    hint: String,
    pastes: Boolean, // whether a range may be pasted
    compact: Boolean, // the button alone
  },
  data() {
    return { busy: false, percent: 0, sentence: '', over: false, words: '' };
  },
  template: `
    <div
      class="lb-sheet-box"
      :class="{over}"
      @dragover.prevent="over = true"
      @dragleave="over = false"
      @drop.prevent.stop="dropped"
    >
      <label v-if="!compact" class="lb-drop" :class="{bad: sentence}">
        <lb-icon name="upload" size="28" />
        <b>{{ prompt }}</b>
        <span>按這裡選擇，也可以把檔案拖曳到這裡</span>
        <span class="lb-xs">{{ hint }}</span>
        <input
          ref="chooser"
          type="file"
          class="lb-away"
          :accept="accept"
          :aria-label="prompt"
          :disabled="busy"
          @change="chosen"
        />
      </label>
      <label v-else class="q-btn lb-btn lb-outline" :class="{off: busy}">
        {{ prompt }}<input
          ref="chooser"
          type="file"
          class="lb-away"
          :accept="accept"
          :aria-label="prompt"
          :disabled="busy"
          @change="chosen"
        />
      </label>
      <div v-if="pastes" class="lb-sheet-paste">
        <label>
          或貼上試算表的範圍
          <textarea
            v-model="words"
            rows="2"
            spellcheck="false"
            aria-describedby="pasted-help"
            :disabled="busy"
            @paste="take_from"
          ></textarea>
        </label>
        <div class="lb-hint" id="pasted-help">
          在試算表選取範圍並複製（包含標題列），再到這裡貼上；貼上後就會讀取。
        </div>
        <button v-if="words.trim()" type="button" class="q-btn lb-btn lb-outline" :disabled="busy" @click="send_words">
          讀取貼上的內容
        </button>
      </div>
      <div v-if="busy" class="lb-busy" role="status">
        <div
          class="lb-meter"
          role="progressbar"
          :aria-valuenow="percent"
          aria-valuemin="0"
          aria-valuemax="100"
          aria-label="上傳進度"
        >
          <b :style="{width: percent + '%'}"></b>
        </div>{{ percent < 100 ? '上傳中 ' + percent + '%' : '檔案收到了，正在開啟…' }}
      </div>
      <div v-if="sentence" class="lb-verdict bad" role="alert">
        <lb-icon name="warning" />
        <span>{{ sentence }}</span>
      </div>
    </div>
  `,
  watch: {
    words(now) {
      if (now && now.length <= MOST) keep(...WORDS, now);
      else drop(...WORDS);
    },
  },
  mounted() {
    if (this.pastes) this.words = kept(...WORDS)?.value || '';
    document.addEventListener('paste', this.pasted);
  },
  beforeUnmount() {
    document.removeEventListener('paste', this.pasted);
  },
  methods: {
    dropped(e) {
      this.over = false;
      this.take(e.dataTransfer.files);
    },
    chosen(e) {
      const files = [...e.target.files];
      e.target.value = '';
      this.take(files);
    },
    // Anywhere on the page but where somebody types; a file copied in a folder counts, too.
    pasted(e) {
      if (this.compact || isTyping(e.target)) return;
      this.take_from(e);
    },
    take_from(e) {
      if (e.clipboardData.files.length && !e.clipboardData.types.includes('text/plain')) {
        e.preventDefault();
        this.take(e.clipboardData.files);
        return;
      }
      const text = e.clipboardData.getData('text/plain');
      if (!this.pastes || !/[\t\n]/.test(text)) return; // one word: it may be the first of several
      e.preventDefault();
      this.words = text;
      this.send_words();
    },
    send_words() {
      this.take([new File([this.words], '貼上的資料.tsv', { type: 'text/tab-separated-values' })], true);
    },
    take(files, is_pasted = false) {
      if (!files.length || this.busy) return;
      this.sentence = '';
      if (files.length > 1) return (this.sentence = '一次只能讀取一個檔案，請再選一次。');
      if (files[0].size > this.megabytes * 1024 * 1024)
        return (this.sentence = `這個檔案超過 ${this.megabytes} MB，請分成幾個檔案，一個一個匯入。`);
      this.send(files[0], is_pasted);
    },
    send(file, is_pasted) {
      const request = new XMLHttpRequest(),
        body = new FormData();
      body.append('file', file, file.name);
      this.busy = true;
      this.percent = 0;
      request.upload.onprogress = (e) => {
        this.percent = Math.round((e.loaded / e.total) * 100);
      };
      request.open('POST', this.address + (is_pasted ? '?pasted=1' : ''));
      request.onload = () => {
        let answer = {};
        try {
          answer = JSON.parse(request.responseText);
        } catch {
          /* a proxy's page, not our answer */
        }
        if (request.status === 200 && answer.address) return location.assign(answer.address);
        this.fail(answer.sentence || '檔案沒有傳成功，請再選一次；沒有寫入任何資料。');
      };
      request.onerror = () => this.fail('連線中斷，檔案沒有傳成功。連線恢復後請再選一次；沒有寫入任何資料。');
      request.send(body);
    },
    fail(sentence) {
      this.busy = false;
      this.sentence = sentence;
      this.$nextTick(() => this.$refs.chooser?.focus());
    },
  },
};
