// 子系統入口: one large tile with its entries, and small ones. All are links.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { main: Object, group: String, entries: Array, others: Array },
  template: `
    <div class="lb-tiles">
      <section v-if="main" class="lb-card lb-main-tile">
        <a :href="main.address">
          <span class="lb-gl"><lb-icon :name="main.icon" size="24" /></span>
          <span v-if="main.step" class="lb-chip info">{{ main.step }}</span>
          <h2>{{ main.title }}</h2>
          <p>{{ main.note }}</p>
          <span class="q-btn lb-btn bg-primary">進入</span>
        </a>
        <div class="lb-entries">
          <h3>{{ group }}</h3>
          <a v-for="e in entries" :key="e.address" class="lb-go" :href="e.address">
            <lb-icon :name="e.icon" size="22" />
            <span><b>{{ e.title }}</b><small>{{ e.note }}</small></span>
            <span class="r">
              <span v-if="e.step" class="lb-chip info">{{ e.step }}</span>
              <lb-icon name="next" size="16" />
            </span>
          </a>
        </div>
      </section>
      <a v-for="t in others" :key="t.address" class="lb-card lb-tile" :href="t.address">
        <span class="lb-gl"><lb-icon :name="t.icon" size="22" /></span>
        <h2>{{ t.title }}</h2>
        <p>{{ t.note }}</p>
      </a>
    </div>
  `,
};
