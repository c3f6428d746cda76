// 送審進度 and 最新通知.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { title: String, counts: Array, news: Array },
  template: `
    <aside class="lb-card lb-board" :aria-label="title">
      <h2>{{ title }}</h2>
      <a v-for="c in counts" :key="c.word" :href="c.address">
        <span class="lb-chip" :class="c.tone"><lb-icon :name="c.icon" size="14" weight="2.2" />{{ c.word }}</span>
        <span class="w">{{ c.note }}</span>
        <b>{{ c.number }}</b>
      </a>
      <h2>最新通知</h2>
      <div aria-live="polite">
        <a v-for="(n, i) in news" :key="i" class="n" :href="n.address">
          <span>{{ n.text }}<small>{{ n.when }}</small></span>
        </a>
        <p v-if="!news.length">還沒有通知。送審後，機關的審核結果會出現在這裡。</p>
      </div>
    </aside>
  `,
};
