// 名冊: every roster as one line: its name, where it goes or comes from, how many of its people stand where, what is due.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { title: String, rosters: Array, total: Number, page: Number, per: Number, empty: String, hint: String },
  emits: ['turned'],
  template: `
    <section class="lb-card lb-records lb-rosters" :aria-label="title">
      <div class="lb-records-head"><h2>{{ title }}</h2></div>
      <ul v-if="rosters.length"><li v-for="r in rosters" :key="r.id">
        <div class="what"><a :href="r.href">{{ r.title }}</a><small>{{ r.facts }}</small></div>
        <div class="stand"><span v-if="!r.chips.length" class="mut lb-sm">還沒有志工</span>
          <span v-for="c in r.chips" class="lb-chip" :class="c.tone" :title="c.hint || null"><lb-icon :name="c.symbol" size="14" weight="2.2"/>{{ c.text }}<span v-if="c.hint" class="lb-away">，{{ c.hint }}</span></span></div>
        <b class="count">{{ r.count }} 位</b></li></ul>
      <div v-else class="lb-empty"><b>{{ empty }}</b><span>{{ hint }}</span></div>
      <nav v-if="total > per" class="lb-pager" :aria-label="title + '分頁'"><span role="status">共 {{ total }} 份</span><span class="sp"></span>
        <button type="button" class="lb-link" :disabled="page <= 1" @click="$emit('turned', page - 1)">前一頁</button><b class="lb-page-now" aria-current="page">{{ page }}</b>
        <button type="button" class="lb-link" :disabled="page * per >= total" @click="$emit('turned', page + 1)">後一頁</button></nav>
    </section>`,
};
