// 「3 項需補正」: each mark with its picture and spot, what the reviewer says, the way to its field; 已補正, 有異議.
// An answer is mirrored in the browser until the server has stored it, as the fields of a form are.
import exchanges from '/static/exchanges.js';
import icon from '/static/icons.js';
import * as mirror from '/static/mirror.js';

const proof = {
  props: { url: String, spot: Object, label: String },
  emits: ['looked'],
  template: `
    <figure>
      <button type="button" class="lb-bare" :aria-label="'放大：' + label" @click="$emit('looked')">
        <span class="lb-spotted">
          <img :src="url" alt="" />
          <i v-if="spot" class="lb-spot" :style="{left: spot.x + '%', top: spot.y + '%'}"></i>
        </span>
      </button>
      <figcaption><slot /></figcaption>
    </figure>
  `,
};

export default {
  components: { 'lb-icon': icon, exchanges, proof },
  props: {
    title: String,
    note: String,
    besides: String,
    past: Boolean,
    marks: Array,
    draft: String,
    refused: Object,
    turn: Number,
  },
  emits: ['answered'],
  data() {
    return { writing: null, disputes: false, words: '', busy: null, seen: null };
  },
  template: `
    <section
      id="corrections"
      tabindex="-1"
      class="lb-card lb-corrections"
      :class="{done: !left && !past, past}"
      aria-labelledby="corrections-title"
    >
      <header>
        <lb-icon :name="left ? 'flag' : 'ok'" size="22" />
        <div><h2 id="corrections-title" aria-live="polite">{{ title }}</h2><p>{{ note }}</p></div>
      </header>
      <p v-if="besides" class="besides">{{ besides }}</p>
      <ol>
        <li
          v-for="(m, i) in marks"
          :key="m.id"
          :id="'correction-' + m.id"
          class="lb-correction"
          :class="m.status"
          tabindex="-1"
          :aria-labelledby="'correction-' + m.id + '-h'"
        >
          <div v-if="m.old.url || (m.changed && m.now.url)" class="lb-proofs">
            <proof
              v-if="m.old.url"
              :url="m.old.url"
              :spot="m.spot"
              :label="m.label + '，送審時'"
              @looked="look(m, m.old.url, m.spot)"
            >
              {{ m.changed && m.now.url ? '送審時' : m.spot ? '圈出的地方' : '送審時' }}
            </proof>
            <proof
              v-if="m.changed && m.now.url"
              :url="m.now.url"
              :label="m.label + '，目前'"
              @looked="look(m, m.now.url, null)"
            >目前</proof>
          </div>
          <div class="what">
            <div class="hd">
              <h3 :id="'correction-' + m.id + '-h'">{{ i + 1 }}. {{ m.label }}</h3>
              <span class="lb-chip">{{ m.reason }}</span>
              <span class="lb-chip" :class="m.tone"><lb-icon :name="m.symbol" size="14" />{{ m.state }}</span>
            </div>
            <p class="remark">{{ m.text }}</p>
            <exchanges :of="m.earlier" />
            <p v-if="m.old.text || m.now.text" class="values">
              <span>送審時：<b>{{ m.old.text || '（空白）' }}</b></span>
              <span v-if="m.changed">　→　目前：<b>{{ m.now.text || '（空白）' }}</b></span>
            </p>
            <p v-if="m.answer" class="answer">您的回覆：{{ m.answer }}</p>
            <p v-if="m.theirs" class="values">{{ m.theirs }}</p>
            <div v-if="m.asks && m.status === 'open'" class="lb-correction-acts">
              <a v-if="!m.changed" class="lb-btn q-btn lb-outline" :href="m.href">
                <lb-icon name="pencil" size="16" />前往修改
              </a>
              <button
                type="button"
                class="lb-btn q-btn"
                :class="m.changed ? 'bg-primary' : 'lb-outline'"
                :disabled="busy !== null"
                :aria-label="'已補正：' + m.label"
                @click="mended(m)"
              >
                <lb-icon name="check" size="16" />已補正
              </button>
              <button
                type="button"
                class="lb-btn q-btn lb-flat"
                :disabled="busy !== null"
                :aria-label="'有異議：' + m.label"
                @click="write(m, true)"
              >
                有異議
              </button>
              <a v-if="m.changed" class="lb-btn q-btn lb-flat" :href="m.href">再修改</a>
            </div>
            <div v-else-if="m.asks" class="lb-correction-acts again">
              <button
                type="button"
                class="lb-btn q-btn lb-flat"
                :disabled="busy !== null"
                :aria-label="'改寫回覆：' + m.label"
                @click="write(m, m.status === 'disputed')"
              >
                改寫回覆
              </button>
              <button
                v-if="m.status === 'disputed'"
                type="button"
                class="lb-btn q-btn lb-flat"
                :disabled="busy !== null"
                :aria-label="'改為已補正：' + m.label"
                @click="mended(m)"
              >
                改為已補正
              </button>
              <button
                v-else
                type="button"
                class="lb-btn q-btn lb-flat"
                :disabled="busy !== null"
                :aria-label="'改為有異議：' + m.label"
                @click="write(m, true)"
              >
                改為有異議
              </button>
              <a class="lb-btn q-btn lb-flat" :href="m.href">再修改</a>
            </div>
            <form v-if="writing === m.id" class="lb-correction-answer" @submit.prevent="send(m, words)">
              <label :for="'answer-' + m.id">{{ disputes ? '為什麼不需要修改？' : '您怎麼處理這一項？' }}</label>
              <span v-if="!disputes" class="lb-hint">
                {{ m.changed ? '可以補充說明。' : '這一項和送審時一樣，還沒有修改或儲存。請先修改，或用幾個字說明您怎麼處理。' }}
              </span>
              <textarea
                :id="'answer-' + m.id"
                v-model="words"
                maxlength="300"
                required
                @input="keep(m)"
                :aria-describedby="refused[m.id] ? 'refused-' + m.id : null"
              ></textarea>
              <div class="lb-correction-acts">
                <button type="submit" class="lb-btn q-btn bg-primary" :disabled="busy !== null || !words.trim()">
                  {{ disputes ? '送出異議' : '送出回覆' }}
                </button>
                <button type="button" class="lb-btn q-btn lb-flat" @click="close(m)">取消</button>
              </div>
            </form>
            <p v-if="refused[m.id]" :id="'refused-' + m.id" class="lb-hint bad" role="alert">
              <lb-icon name="warning" size="15" />
              <span>{{ refused[m.id] }}</span>
            </p>
          </div>
        </li>
      </ol>
      <q-dialog :model-value="!!seen" @update:model-value="seen = null" aria-label="放大的圖片">
        <div v-if="seen" class="lb-picture">
          <span class="lb-spotted">
            <img :src="seen.url" :alt="seen.label" />
            <i v-if="seen.spot" class="lb-spot" :style="{left: seen.spot.x + '%', top: seen.spot.y + '%'}"></i>
          </span>
          <button type="button" class="q-btn lb-btn bg-primary" autofocus @click="seen = null">關閉</button>
        </div>
      </q-dialog>
    </section>
  `,
  computed: {
    left() {
      return this.marks.filter((m) => m.status === 'open').length;
    },
  },
  watch: {
    // The server has answered. An accepted answer leaves the mirror; a refused one stays open.
    turn() {
      const id = this.busy;
      this.busy = null;
      if (id === null || this.refused[id]) return;
      mirror.drop(this.draft, 'answer-' + id);
      if (this.writing === id) this.writing = null;
      this.$nextTick(() => this.go(this.marks.find((m) => m.status === 'open')?.id ?? id));
    },
  },
  mounted() {
    addEventListener('unanswered', () => (this.busy = null));
    const left = this.past ? [] : this.marks.filter((m) => m.asks);
    const begun = left.find((m) => mirror.kept(this.draft, 'answer-' + m.id));
    if (begun) this.write(begun, mirror.kept(this.draft, 'answer-' + begun.id).value.disputes);
    else if (!location.hash && left.length)
      this.$nextTick(() => this.go((left.find((m) => m.status === 'open') || left[0]).id));
  },
  methods: {
    go(id) {
      const item = document.getElementById('correction-' + id);
      item?.focus({ preventScroll: true });
      item?.scrollIntoView({ block: 'nearest' });
    },
    look(m, url, spot) {
      this.seen = { url, spot, label: m.label };
    },
    mended(m) {
      if (m.changed) {
        this.disputes = false;
        this.send(m, '');
      } else this.write(m, false);
    },
    write(m, disputes) {
      this.writing = m.id;
      this.disputes = disputes;
      this.words = mirror.kept(this.draft, 'answer-' + m.id)?.value.words ?? m.answer;
      mirror.hold(this.draft, 'answer-' + m.id); // it is sent by a press
      this.$nextTick(() => document.getElementById('answer-' + m.id)?.focus());
    },
    keep(m) {
      mirror.keep(this.draft, 'answer-' + m.id, { words: this.words, disputes: this.disputes });
    },
    close(m) {
      mirror.drop(this.draft, 'answer-' + m.id);
      this.writing = null;
      this.go(m.id);
    },
    send(m, words) {
      this.busy = m.id;
      this.$emit('answered', { id: m.id, disputes: this.disputes, text: words });
    },
  },
};
