// The reviewer's live list: overdue first, chips for the deadline, what has just arrived in orange until it was seen.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { tab: String, selected: Number, queue: String }, // `queue`: {cases, more, units, tabs} as JSON, one text for all open queues
  emits: ['tabbed'],
  data() { return { due: 'all', unit: '', order: 'due', known: new Set(JSON.parse(this.queue).cases.map((c) => c.id)), fresh: [] }; },
  template: `
    <section class="lb-queue" aria-label="待審清單">
      <div class="lb-queue-head"><nav class="lb-crumbs" aria-label="所在位置"><a href="/volunteer-data">志工資料管理</a><lb-icon name="next" size="12"/><span aria-current="page">志工紀錄冊審核</span></nav>
        <div class="lb-queue-title"><component :is="selected ? 'h2' : 'h1'">志工紀錄冊審核</component><span class="lb-live" role="status">即時更新</span></div></div>
      <nav class="lb-queue-tabs" aria-label="案件狀態"><a v-for="t in tabs" :href="'/reviews?status=' + t.key" :class="{on: t.key === tab}" :aria-current="t.key === tab ? 'page' : null">{{ t.label }}<span class="lb-count">{{ t.count }}</span></a></nav>
      <div class="lb-queue-filters"><div v-if="tab === 'submitted'" class="lb-pills" role="group" aria-label="期限">
          <button v-for="p in pills" type="button" class="lb-pill" :class="{on: due === p.key}" :aria-pressed="due === p.key" @click="due = p.key">{{ p.label }}<span class="lb-count">{{ p.count }}</span></button></div>
        <div class="two-up"><select v-model="unit" aria-label="運用單位"><option value="">全部運用單位</option><option v-for="u in units" :value="u">{{ u }}</option></select>
          <select v-model="order" aria-label="排序"><option value="due">期限近的在前</option><option value="new">新送件在前</option><option value="name">依姓名</option></select></div></div>
      <div class="lb-arrived" role="status" aria-live="polite" v-show="fresh.length"><lb-icon name="bolt" size="16"/><span v-if="fresh.length">{{ fresh[0].time }} 新送件 {{ fresh.length }} 件：{{ fresh[0].name }}</span><a v-if="fresh.length" :href="'/reviews/' + fresh[0].id">查看</a></div>
      <ol class="lb-list" tabindex="0" aria-label="案件">
        <li v-for="c in shown" :key="c.id" class="lb-item" :class="{on: c.id === selected, new: isNew(c)}" :aria-current="c.id === selected ? 'true' : null">
          <a class="lb-item-link" :href="'/reviews/' + c.id + '?status=' + tab"><span class="n">{{ c.name }}</span><span class="id">{{ c.masked }}</span></a>
          <span class="lb-chip" :class="c.tone"><lb-icon :name="c.symbol" size="14" weight="2.2"/>{{ c.chip }}</span>
          <div class="s"><span>{{ c.unit }}</span><time>{{ c.at }}</time></div>
          <div v-if="isNew(c) || c.round > 1" class="p"><span v-if="isNew(c)" class="lb-chip accent"><lb-icon name="bolt" size="14"/>新送件</span><span v-if="c.round > 1" class="lb-chip">補件再送</span></div></li>
        <li v-if="!shown.length" class="lb-empty"><b>沒有案件</b><span>{{ cases.length ? '換一個篩選條件看看。' : '有新送件時會自動出現在這裡，不必重新整理。' }}</span></li>
        <li v-if="more" class="lb-empty"><span>{{ tab === 'submitted' ? '這裡列出最急的' : '這裡列出最近的' }} {{ cases.length }} 件，另有 {{ more }} 件沒有列出{{ tab === 'submitted' ? '；前面的審完就會接上' : '' }}。</span></li>
      </ol>
    </section>`,
  computed: {
    now() { return JSON.parse(this.queue); },
    cases() { return this.now.cases; },
    more() { return this.now.more; },
    units() { return this.now.units; },
    tabs() { return this.now.tabs; },
    pills() {
      const count = (key) => this.cases.filter((c) => key === 'all' || c.due === key).length;
      return [['all', '全部'], ['late', '逾期'], ['today', '今日到期']].map(([key, label]) => ({ key, label, count: count(key) }));
    },
    shown() {
      const list = this.cases.filter((c) => (this.due === 'all' || c.due === this.due) && (!this.unit || c.unit === this.unit));
      const by = { due: (a, b) => a.rank - b.rank, new: (a, b) => b.rank - a.rank, name: (a, b) => a.name.localeCompare(b.name, 'zh-Hant') };
      return list.sort(by[this.order]);
    },
  },
  watch: {
    cases(now) {
      if (this.tab === 'submitted') {
        const arrived = now.filter((c) => !this.known.has(c.id));
        this.fresh = [...arrived, ...this.fresh.filter((f) => now.some((c) => c.id === f.id))];
      }
      for (const c of now) this.known.add(c.id);
      for (const id of [...this.known]) if (!now.some((c) => c.id === id)) this.known.delete(id);
    },
  },
  methods: { isNew(c) { return this.fresh.some((f) => f.id === c.id) && c.id !== this.selected; } },
};
