// The rows of an import before it is confirmed: the reason at its cell, mended in place, one of two answers where there is
// a doubt. On a phone each row is a card. What is typed is mirrored until the server has it.
import icon from '/static/icons.js';
import * as mirror from '/static/mirror.js';
import { turn, turning } from '/static/turning.js';

// A cell to write in, or to choose in where the column has its words.
const box = {
  props: { box: Object, text: String, label: String, describedby: String },
  emits: ['typed', 'mended', 'entered'],
  template: `
    <select
      v-if="box.options.length"
      :data-box="box.key"
      :class="{bad: box.bad}"
      :value="text"
      :aria-label="label"
      :aria-invalid="box.bad || null"
      :aria-describedby="describedby"
      @change="$emit('mended', $event.target.value)"
    >
      <option v-if="!box.options.includes(text)" :value="text">{{ text || '請選擇' }}</option>
      <option v-for="o in box.options" :key="o" :value="o">{{ o }}</option>
    </select>
    <input
      v-else
      type="text"
      :data-box="box.key"
      :class="{bad: box.bad}"
      :value="text"
      :placeholder="box.masked"
      :aria-label="label"
      :aria-invalid="box.bad || null"
      :aria-describedby="describedby"
      :maxlength="2000"
      autocomplete="off"
      spellcheck="false"
      @input="$emit('typed', $event.target.value)"
      @change="$emit('mended', $event.target.value)"
      @keydown.enter="$emit('entered', $event)"
    />
  `,
};

const row_of = (element) => {
  const { row, all } = element.closest('tr').dataset;
  return row || all;
};

export default {
  mixins: [turning],
  components: { 'lb-icon': icon, 'lb-box': box },
  props: {
    rows: String, // a JSON text
    groups: Array,
    total: Number,
    page: Number,
    perPage: Number,
    note: String,
    empty: String,
    draft: String,
    heard: Object,
    locked: Boolean,
    grades: Array,
    grade: String,
    doubts: Array,
    said: String, // to a screen reader: what became of the row that was mended
  },
  emits: ['graded', 'asked', 'mended', 'alike', 'restored', 'answered'],
  data() {
    return { typed: {}, opened: {}, late: false };
  },
  template: `
    <div>
      <div class="lb-grades">
        <div class="lb-pills" role="group" aria-label="只看">
          <button
            v-for="g in grades"
            :key="g.key"
            type="button"
            class="lb-pill"
            :class="[g.tone, {on: g.key === grade}]"
            :aria-pressed="g.key === grade"
            @click="$emit('graded', g.key)"
          >
            <lb-icon v-if="g.icon" :name="g.icon" size="16" weight="2.2" />{{ g.label }}<b>{{ g.count }}</b>
          </button>
        </div>
        <button v-for="d in doubts" :key="d.key" type="button" class="lb-link" @click="$emit('asked', d.key)">
          {{ d.text }}
        </button>
      </div>
      <section class="lb-card lb-records lb-import">
        <div class="lb-scroll" tabindex="0" role="region" aria-label="匯入的列">
          <table class="q-table">
            <thead>
              <tr>
                <th scope="col" class="num">列號</th>
                <th v-for="g in groups" :key="g" scope="col">{{ g }}</th>
                <th scope="col">狀態</th>
              </tr>
            </thead>
            <tbody>
              <template v-for="r in all" :key="r.n">
                <tr :class="{'lb-r-bad': r.tone === 'bad', 'lb-r-warn': r.tone === 'warn'}" :data-row="r.n">
                  <td class="num" data-label="列號">{{ r.n }}</td>
                  <td v-for="(c, i) in r.cells" :key="groups[i]" :data-label="groups[i]" :class="{blank: c.blank}">
                    <div class="lb-import-cell">
                      <a v-if="c.picture" class="lb-import-picture" :href="c.picture.url" target="_blank">
                        <img :src="c.picture.url" :alt="c.picture.alt" loading="lazy" />
                      </a>
                      <span v-if="c.main" :class="{strong: c.strong}">{{ c.main }}</span>
                      <template v-if="!opened[r.n] && !locked">
                        <label v-for="b in c.boxes" :key="b.key">
                          <small v-if="b.caption">{{ b.label }}</small>
                          <lb-box
                            :box="b"
                            :text="shown(r, b)"
                            :label="'第 ' + r.n + ' 列 ' + b.label"
                            :describedby="c.marks.length ? 'why-' + r.n + '-' + i : null"
                            @typed="(text) => type_in(r, b, text)"
                            @mended="(text) => mend(r, b.key, text)"
                            @entered="go_on"
                          />
                        </label>
                      </template>
                      <small v-for="(s, k) in c.sub" :key="k">{{ s }}</small>
                      <div :id="'why-' + r.n + '-' + i">
                        <div v-for="(m, k) in c.marks" :key="k" class="lb-why-cell" :class="m.tone">
                          <lb-icon :name="m.tone === 'ok' ? 'check' : 'warning'" size="14" weight="2" />
                          <span>
                            <template v-if="m.was">原為 <s>{{ m.was }}</s></template>{{ m.text }}
                            <button
                              v-if="m.fix && !locked"
                              type="button"
                              class="lb-link"
                              :aria-label="'第 ' + r.n + ' 列 ' + m.fixLabel + '：' + m.fix"
                              @click="mend(r, m.key, m.fix)"
                            >
                              {{ m.fixLabel }}
                            </button>
                            <button
                              v-if="m.alike && !locked"
                              type="button"
                              class="lb-link"
                              :aria-label="m.alike + '：第 ' + r.n + ' 列，' + m.fixLabel"
                              @click="$emit('alike', {row: r.n, column: m.key, text: m.fix})"
                            >
                              {{ m.alike }}
                            </button>
                            <a v-if="m.href" :href="m.href">{{ m.hrefLabel }}</a>
                          </span>
                        </div>
                      </div>
                    </div>
                  </td>
                  <td data-label="狀態">
                    <div class="lb-import-cell">
                      <span>
                        <span class="lb-chip" :class="r.chip.tone">
                          <lb-icon :name="r.chip.icon" size="14" weight="2.2" />{{ r.chip.text }}
                        </span>
                      </span>
                      <div v-for="(m, k) in r.why" :key="k" class="lb-why-cell" :class="m.tone">
                        <lb-icon name="warning" size="14" weight="2" /><span>{{ m.text }}</span>
                      </div>
                      <div
                        v-if="r.doubt"
                        class="lb-seg small"
                        role="radiogroup"
                        :aria-label="'第 ' + r.n + ' 列如何處理'"
                      >
                        <label v-for="(o, k) in r.doubt.options" :key="o" :class="{on: r.doubt.takes === !!k}">
                          <input
                            type="radio"
                            :name="'answer-' + r.n"
                            :checked="r.doubt.takes === !!k"
                            :disabled="locked"
                            @change="$emit('answered', {row: r.n, takes: !!k})"
                          />{{ o }}
                        </label>
                      </div>
                      <div v-if="!locked" class="lb-import-acts">
                        <button
                          v-if="r.mended"
                          type="button"
                          class="lb-link"
                          :aria-label="'第 ' + r.n + ' 列還原'"
                          @click="restore(r)"
                        >
                          還原
                        </button>
                        <button
                          type="button"
                          class="lb-link"
                          :aria-label="'第 ' + r.n + ' 列' + (opened[r.n] ? '收合' : '全部欄位')"
                          :aria-expanded="!!opened[r.n]"
                          @click="open(r)"
                        >
                          {{ opened[r.n] ? '收合' : '全部欄位' }}
                        </button>
                      </div>
                    </div>
                  </td>
                </tr>
                <tr v-if="opened[r.n] && !locked" :data-all="r.n">
                  <td :colspan="groups.length + 2" class="lb-import-all">
                    <div>
                      <label v-for="b in r.all" :key="b.key">
                        <span>{{ b.label }}</span>
                        <lb-box
                          :box="b"
                          :text="shown(r, b)"
                          :label="'第 ' + r.n + ' 列 ' + b.label"
                          @typed="(text) => type_in(r, b, text)"
                          @mended="(text) => mend(r, b.key, text)"
                          @entered="go_on"
                        />
                      </label>
                    </div>
                  </td>
                </tr>
              </template>
              <tr v-if="!all.length">
                <td :colspan="groups.length + 2"><div class="lb-empty"><b>{{ empty }}</b></div></td>
              </tr>
            </tbody>
          </table>
        </div>
        <div class="lb-away" role="status">{{ said }}</div>
        <div v-if="late" class="lb-verdict warn" role="status">
          <lb-icon name="warning" />
          <span>剛才改的內容尚未儲存，連線恢復後會自動送出；請先不要關閉這個頁面。</span>
        </div>
        <nav class="lb-pager" aria-label="匯入的列分頁">
          <span role="status">{{ note }}第 {{ first }} 至 {{ last }} 列，共 {{ total.toLocaleString() }} 列</span>
          <label>
            每頁
            <select :value="perPage" @change="turn('sized', +$event.target.value)">
              <option v-for="n in [10, 25, 50]" :key="n" :value="n">{{ n }}</option>
            </select>
            列
          </label>
          <span class="sp"></span>
          <button type="button" class="lb-link" :disabled="page <= 1" @click="turn('turned', page - 1)">前一頁</button>
          <b class="lb-page-now" aria-current="page">{{ page }}</b>
          <button type="button" class="lb-link" :disabled="last >= total" @click="turn('turned', page + 1)">
            後一頁
          </button>
        </nav>
      </section>
    </div>
  `,
  computed: {
    all() {
      return JSON.parse(this.rows);
    },
    first() {
      return this.total ? (this.page - 1) * this.perPage + 1 : 0;
    },
    last() {
      return Math.min(this.total, this.page * this.perPage);
    },
  },
  watch: {
    // What was mended goes below the errors, and what is moved loses the focus: it is kept, or goes to the next error.
    rows() {
      const at = document.activeElement;
      if (!this.$el.querySelector('tbody').contains(at)) return;
      const place = at.dataset.box && { row: row_of(at), key: at.dataset.box },
        after = this.wrong_boxes()
          .filter((one) => at.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)
          .map((one) => ({ row: row_of(one), key: one.dataset.box }));
      this.$nextTick(() => {
        if (document.activeElement !== document.body && document.activeElement !== null) return;
        const next =
          (place && this.box_at(place)) || after.map(this.box_at).find((one) => one?.classList.contains('bad'));
        (next || this.wrong_boxes()[0] || (at.isConnected ? at : this.$el.querySelector('.lb-scroll'))).focus();
      });
    },
    heard: {
      deep: true,
      handler(now) {
        for (const [name, turn] of Object.entries(now)) {
          mirror.drop(this.draft, name, turn);
          mirror.hear(this.draft, name, turn);
          if (this.typed[name] && !(this.typed[name].turn > turn)) delete this.typed[name];
        }
      },
    },
  },
  // What the server did not get before this page was loaded anew.
  mounted() {
    for (const [name, word] of Object.entries(mirror.all(this.draft))) {
      const at = name.indexOf(':');
      this.tell(name, Number(name.slice(0, at)), name.slice(at + 1), word.value);
    }
    this.timer = setInterval(() => (this.late = mirror.isLate(this.draft)), 2000);
  },
  beforeUnmount() {
    clearInterval(this.timer);
  },
  methods: {
    turn,
    name_of: (row, key) => `${row.n}:${key}`,
    shown(row, box) {
      return this.typed[this.name_of(row, box.key)]?.text ?? box.value;
    },
    type_in(row, box, text) {
      const name = this.name_of(row, box.key);
      this.typed[name] = { text, turn: mirror.keep(this.draft, name, text) };
      mirror.hold(this.draft, name);
    },
    mend(row, key, text) {
      this.tell(this.name_of(row, key), row.n, key, text);
    },
    tell(name, row, column, text) {
      mirror.release(this.draft, name);
      const turn = mirror.keep(this.draft, name, text),
        told = { row, column, text, turn };
      this.typed[name] = { text, turn };
      this.$emit('mended', told);
      mirror.insist(this.draft, name, () => this.$emit('mended', told));
    },
    restore(row) {
      for (const box of row.all) {
        delete this.typed[this.name_of(row, box.key)];
        mirror.release(this.draft, this.name_of(row, box.key));
        mirror.drop(this.draft, this.name_of(row, box.key));
      }
      this.$emit('restored', row.n);
    },
    open(row) {
      this.opened[row.n] = !this.opened[row.n];
      if (this.opened[row.n])
        this.$nextTick(() =>
          this.$el.querySelector(`[data-all="${row.n}"] :is(input, select)`)?.focus({ preventScroll: true }),
        );
    },
    wrong_boxes() {
      return [...this.$el.querySelectorAll('tbody .bad[data-box]')];
    },
    box_at({ row, key }) {
      return this.$el.querySelector(`:is([data-row="${row}"], [data-all="${row}"]) [data-box="${key}"]`);
    },
    // Enter leads to the next box that is wrong, so that a whole page is mended without the mouse.
    go_on(e) {
      if (e.isComposing) return;
      const boxes = [...this.$el.querySelectorAll('input[type=text], tbody select')],
        next = boxes.slice(boxes.indexOf(e.target) + 1).find((one) => one.classList.contains('bad'));
      if (next) next.focus();
      else e.target.blur();
    },
  },
};
