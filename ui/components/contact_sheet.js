// Photo and certificates of every row of a roster; one opens over the whole screen, and the arrow keys go through all.
import icon from '/static/icons.js';
import { fullScreen } from '/static/sheets.js';

export default {
  components: { whole: fullScreen, 'lb-icon': icon },
  props: { rows: String }, // JSON: {id, n, name, no, href, seen, items}
  emits: ['opened'],
  data() {
    return { shown: {} };
  },
  template: `
    <section
      v-if="all.length"
      class="lb-card lb-pad lb-contact"
      aria-labelledby="contact-title"
    >
      <h2 id="contact-title">影像一覽</h2>
      <p class="mut">待審的 {{ all.length }} 件，{{ all.filter((r) => r.seen).length }} 件已開啟過。點一張放大，旁邊是登錄的資料；方向鍵看下一張。</p>
      <ol>
        <li v-for="r in all" :key="r.id">
          <div class="who">
            <a :href="r.href">{{ r.n }}　{{ r.name }}</a>
            <small>{{ r.no }}</small>
            <span class="lb-chip" :class="{ok: r.seen}">
              <lb-icon :name="r.seen ? 'eye' : 'eye-off'" size="14" />{{ r.seen ? '已開啟' : '未開啟' }}
            </span>
          </div>
          <button
            v-for="i in r.items"
            :key="i.doc.key"
            type="button"
            :class="{tall: i.tall, shown: shown[i.doc.key]}"
            :aria-label="'放大：' + i.title + (shown[i.doc.key] ? '（看過）' : '')"
            :disabled="!i.doc.url"
            @click="$refs.screen.open(flat.indexOf(i))"
          >
            <img v-if="i.doc.url" :src="i.doc.url" alt="" loading="lazy" />
            <small>{{ i.doc.url ? i.doc.label : i.doc.label + '：尚未上傳' }}</small>
          </button>
        </li>
      </ol>
      <whole :items="flat" ref="screen" @shown="look" />
    </section>
  `,
  computed: {
    all() {
      return JSON.parse(this.rows);
    },
    flat() {
      return this.all.flatMap((r) => r.items);
    },
  },
  methods: {
    look(n) {
      const item = this.flat[n];
      this.shown[item.doc.key] = true;
      const row = this.all.find((r) => r.items.includes(item));
      if (!row.seen) this.$emit('opened', row.id);
    },
  },
};
