// STEP 3: a group of entries, each a link.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { title: String, entries: Array },
  template: `
    <section class="lb-card lb-group">
      <h2>{{ title }}</h2>
      <a v-for="e in entries" :key="e.address" class="lb-go" :href="e.address">
        <lb-icon :name="e.icon" size="22" />
        <span><b>{{ e.title }}</b><small>{{ e.note }}</small></span>
        <span class="r">
          <span v-if="e.step" class="lb-chip info">{{ e.step }}</span>
          <lb-icon name="next" size="16" />
        </span>
      </a>
    </section>
  `,
};
