// 補件標記 of the open case: what is being asked for, and in the second round the old beside the new, to be confirmed.
import exchanges from '/static/exchanges.js';
import icon from '/static/icons.js';
import { desk, hush, remember, tell, write } from '/static/desk.js';
import * as mirror from '/static/mirror.js';

const side = {
  props: { head: String, text: String, url: String, spot: Object },
  emits: ['looked'],
  template: `
    <div class="lb-side-by">
      <span class="lb-xs mut">{{ head }}</span>
      <button v-if="url" type="button" class="lb-bare" :aria-label="'放大：' + head" @click="$emit('looked')">
        <span class="lb-spotted">
          <img :src="url" alt="" />
          <i v-if="spot" class="lb-spot" :style="{left: spot.x * 100 + '%', top: spot.y * 100 + '%'}"></i>
        </span>
      </button>
      <b v-else>{{ text || '（空白）' }}</b>
    </div>
  `,
};

export default {
  components: { 'lb-icon': icon, exchanges, side },
  props: {
    marks: Array,
    reasons: Object,
    criteria: Array,
    markable: Boolean,
    turn: Number,
    refused: Boolean,
    sheet: String,
    written: Object,
    kept: Object,
  },
  emits: ['typed', 'marked', 'withdrawn', 'accepted', 'reopened'],
  data() {
    return { again: 0, words: '', seen: null };
  },
  template: `
    <section
      v-show="marks.length"
      class="lb-card lb-marks"
      :class="{done: !answered.length && !open.length}"
      aria-labelledby="marks-title"
    >
      <header>
        <lb-icon :name="answered.length || open.length ? 'flag' : 'ok'" size="18" />
        <h2 id="marks-title">{{ title }}</h2>
        <span class="lb-away" role="status">{{ title }}</span>
        <button
          v-if="answered.length && markable"
          type="button"
          class="lb-btn q-btn lb-outline"
          @click="$emit('accepted', { seen: answered.map((m) => [m.id, m.digest]) })"
        >
          <lb-icon name="check" size="16" />全部確認
        </button>
      </header>
      <ol>
        <li v-for="m in sorted" :key="m.id" :class="m.status">
          <div class="hd">
            <b>{{ m.label }}</b>
            <span class="lb-chip">{{ m.reason_label }}</span>
            <span v-if="!markable || m.status !== 'open'" class="lb-chip" :class="m.tone">
              <lb-icon :name="m.symbol" size="14" />{{ m.state }}
            </span>
            <span class="remark">{{ m.text }}</span>
            <span v-if="markable && m.status === 'open'" class="acts">
              <button type="button" class="lb-link" :aria-label="'修改標記：' + m.label" @click="write(m.key)">修改</button>
              <button
                type="button"
                class="lb-link"
                :aria-label="'撤銷標記：' + m.label"
                @click="withdraw(m)"
              >
                撤銷
              </button>
            </span>
          </div>
          <div v-if="m.answered" class="lb-compared">
            <side head="送審時" :text="m.old.text" :url="m.old.url" :spot="m.spot" @looked="look(m, m.old.url, m.spot)" />
            <lb-icon name="arrow" size="18" />
            <side
              :head="m.changed ? '補正後' : '補正後（沒有更動）'"
              :text="m.now.text"
              :url="m.now.url"
              @looked="look(m, m.now.url, null)"
            />
            <p class="answer">
              <b>單位回覆</b> {{ m.answer || '（沒有說明）' }}<small v-if="m.who" class="line mut">{{ m.who }}</small>
            </p>
            <div v-if="markable && m.waits" class="acts">
              <button
                type="button"
                class="lb-btn q-btn lb-outline"
                :aria-label="'確認：' + m.label"
                @click="$emit('accepted', { id: m.id, digest: m.digest })"
              >
                <lb-icon name="check" size="16" />確認
              </button>
              <button
                type="button"
                class="lb-btn q-btn lb-flat"
                :aria-label="'仍需補正：' + m.label"
                :aria-expanded="again === m.id"
                @click="reopen(m)"
              >
                仍需補正
              </button>
              <button
                type="button"
                class="lb-btn q-btn lb-flat"
                :aria-label="'撤銷標記：' + m.label"
                @click="withdraw(m)"
              >
                撤銷
              </button>
            </div>
          </div>
          <exchanges :of="m.earlier" />
          <form
            v-if="again === m.id"
            class="lb-why"
            @submit.prevent="reopened(m)"
            @keydown.esc.stop="again = 0"
          >
            <p><label :for="'again-' + m.id">還要補正什麼</label></p>
            <textarea
              :id="'again-' + m.id"
              v-model="words"
              maxlength="300"
              rows="2"
              required
              @input="remember('again:' + m.id, {label: m.label, text: words})"
              @change="tell('again:' + m.id)"
            ></textarea>
            <div class="acts">
              <button type="submit" class="lb-btn q-btn bg-negative">再請補正</button>
              <button type="button" class="lb-btn q-btn lb-flat" @click="giveUp">取消</button>
            </div>
          </form>
        </li>
      </ol>
      <q-dialog :model-value="!!seen" @update:model-value="seen = null" aria-label="放大的圖片">
        <div v-if="seen" class="lb-picture">
          <span class="lb-spotted">
            <img :src="seen.url" :alt="seen.label" />
            <i
              v-if="seen.spot"
              class="lb-spot"
              :style="{left: seen.spot.x * 100 + '%', top: seen.spot.y * 100 + '%'}"
            ></i>
          </span>
          <button type="button" class="q-btn lb-btn bg-primary" autofocus @click="seen = null">關閉</button>
        </div>
      </q-dialog>
    </section>
  `,
  computed: {
    answered() {
      return this.marks.filter((m) => m.waits);
    },
    open() {
      return this.marks.filter((m) => m.status === 'open');
    },
    sorted() {
      const rank = (m) => (m.waits ? 0 : m.status === 'open' ? 1 : 2);
      return [...this.marks].sort((a, b) => rank(a) - rank(b));
    },
    title() {
      if (this.answered.length && !this.markable) return `單位已回覆 ${this.answered.length} 項補正`;
      if (this.answered.length)
        return `只需再看 ${this.answered.length} 項補正${this.open.length ? `，另有 ${this.open.length} 項要補件` : ''}`;
      return this.open.length ? `已標記 ${this.open.length} 項補件` : '補正都已結清';
    },
  },
  watch: {
    marks: {
      immediate: true,
      handler(marks) {
        desk.marks = marks;
      },
    },
    markable: {
      immediate: true,
      handler(now) {
        desk.markable = now;
        if (now) this.goOn();
        else desk.writing = '';
      },
    },
    kept() {
      for (const [key, turn] of Object.entries(this.kept)) mirror.drop(this.sheet, key, turn);
    },
    // The text stays open until the server has accepted it.
    turn() {
      const { sent } = desk;
      desk.sent = '';
      if (this.refused && desk.words[sent]) remember(sent, desk.words[sent]);
      if (this.refused || !sent) return;
      remember(sent);
      if (desk.writing === sent) desk.writing = '';
      if (sent === 'again:' + this.again) this.again = 0;
    },
  },
  created() {
    Object.assign(desk, {
      reasons: this.reasons,
      criteria: this.criteria,
      send: (event, what) => this.$emit(event, what),
      sheet: this.sheet,
      words: { ...this.written },
    });
    for (const [key, { value }] of Object.entries(mirror.all(this.sheet))) remember(key, value);
    this.goOn();
  },
  methods: {
    remember,
    tell,
    // The form that was being written opens again; on a slow page marks may be made only a moment after it has come.
    goOn() {
      const begun = Object.keys(desk.words).findLast((key) => desk.words[key].reason);
      if (begun && desk.markable && !desk.writing) write(begun);
      const again = this.answered.findLast((m) => desk.words['again:' + m.id]);
      if (again && desk.markable && !this.again) this.openAgain(again);
    },
    openAgain(m) {
      this.again = m.id;
      this.words = desk.words['again:' + m.id]?.text ?? m.text;
    },
    reopened(m) {
      hush('again:' + m.id);
      this.$emit('reopened', { id: m.id, text: this.words });
    },
    withdraw(m) {
      desk.sent = m.key;
      this.$emit('withdrawn', m.id);
    },
    giveUp() {
      remember('again:' + this.again);
      this.again = 0;
    },
    write(key) {
      if (desk.writing !== key) write(key);
      this.$nextTick(() => document.querySelector('.lb-why textarea')?.focus());
    },
    look(m, url, spot) {
      this.seen = { url, spot, label: m.label };
    },
    reopen(m) {
      if (this.again === m.id) return (this.again = 0);
      this.openAgain(m);
      this.$nextTick(() => document.getElementById('again-' + m.id)?.focus());
    },
  },
};
