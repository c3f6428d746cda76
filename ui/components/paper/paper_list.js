// Paper books that wait for their agency: pictures beside what was typed; several can be chosen and confirmed.
import icon from '/static/icons.js';
import { fullScreen } from '/static/sheets.js';
import { turn, turning } from '/static/turning.js';

export default {
  mixins: [turning],
  components: { 'lb-icon': icon, whole: fullScreen },
  props: {
    title: String,
    rows: String, // JSON: see paper_list.py
    total: Number,
    page: Number,
    pages: Number,
    busy: Boolean,
    empty: String,
    hint: String,
  },
  emits: ['acted'],
  data() {
    return { picked: {} };
  },
  template: `
    <section class="lb-card lb-roster lb-papers" :aria-label="title">
      <div class="lb-roster-head"><h2>{{ title }}</h2><span class="mut">共 {{ total }} 冊</span></div>
      <div v-if="able.length" class="lb-roster-bar">
        <label>
          <input
            type="checkbox"
            :checked="able.every((r) => picked[r.id])"
            :indeterminate.prop="chosen.length > 0 && chosen.length < able.length"
            @change="choose(able, $event.target.checked)"
          />
          <span>全選這一頁 {{ able.length }} 冊</span>
        </label>
        <span class="sp"></span>
        <button
          v-if="total > able.length"
          type="button"
          class="q-btn lb-btn lb-outline"
          :disabled="busy"
          @click="$emit('acted', {all: true, ids: []})"
        >
          整批確認全部 {{ total }} 冊
        </button>
        <button
          type="button"
          class="q-btn lb-btn"
          :class="chosen.length ? 'bg-primary' : 'lb-outline'"
          :disabled="busy || !chosen.length"
          :aria-busy="busy"
          @click="$emit('acted', {all: false, ids: chosen.map((r) => [r.id, r.version])})"
        >
          <lb-icon name="check" />{{ chosen.length ? '確認選取的 ' + chosen.length + ' 冊' : '請先勾選要確認的' }}
        </button>
      </div>
      <ol v-if="all.length">
        <li v-for="r in all" :key="r.id" :class="{on: r.can && picked[r.id]}">
          <span class="pick">
            <input
              v-if="r.can"
              type="checkbox"
              :aria-label="'選取 ' + r.name"
              :checked="!!picked[r.id]"
              @change="choose([r], $event.target.checked)"
            />
          </span>
          <div class="pictures">
            <button
              v-for="p in r.pictures"
              :key="p.key"
              type="button"
              :disabled="!p.url"
              :aria-label="p.url ? '放大' + r.name + '的' + p.label : r.name + '沒有' + p.label + '的圖片'"
              @click="$refs.screen.open(flat.findIndex((i) => i.doc.key === p.key))"
            >
              <img v-if="p.url" :src="p.url" alt="" loading="lazy" />
              <small>{{ p.url ? p.label : '沒有' + p.label }}</small>
            </button>
          </div>
          <div class="who">
            <a :href="r.href">{{ r.name }}</a>
            <small>{{ r.masked }}</small>
            <small>{{ r.unit }}</small>
          </div>
          <div class="typed">
            <b>{{ r.number }}</b>
            <span>{{ r.day }}</span>
            <small>{{ r.body }}</small>
          </div>
          <div class="state">
            <span>
              <span class="lb-chip" :class="r.tone">
                <lb-icon :name="r.symbol" size="14" weight="2.2" />{{ r.word }}
              </span>
            </span>
            <small>{{ r.decided || r.sent }}</small>
            <p v-for="w in r.warnings" :key="w" class="bad"><lb-icon name="warning" size="16" /><span>{{ w }}</span></p>
            <p v-if="r.reason">{{ r.reason }}</p>
          </div>
        </li>
      </ol>
      <div v-else class="lb-empty"><b>{{ empty }}</b><span v-if="hint">{{ hint }}</span></div>
      <nav v-if="pages > 1" class="lb-pager" :aria-label="title + '分頁'">
        <span class="sp"></span>
        <button type="button" class="lb-link" :disabled="page <= 1" @click="turn('turned', page - 1)">前一頁</button>
        <b class="lb-page-now" aria-current="page">{{ page }}／{{ pages }}</b>
        <button type="button" class="lb-link" :disabled="page >= pages" @click="turn('turned', page + 1)">後一頁</button>
      </nav>
      <whole :items="flat" ref="screen" />
    </section>
  `,
  computed: {
    all() {
      return JSON.parse(this.rows);
    },
    able() {
      return this.all.filter((r) => r.can);
    },
    chosen() {
      return this.able.filter((r) => this.picked[r.id]);
    },
    flat() {
      return this.all.flatMap((r) =>
        r.pictures
          .filter((p) => p.url)
          .map((p) => ({ doc: p, tall: true, title: r.name + '　' + p.label, groups: r.groups })),
      );
    },
  },
  methods: {
    turn,
    choose(rows, on) {
      for (const r of rows) this.picked[r.id] = on;
    },
  },
};
