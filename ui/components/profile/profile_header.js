// The header of a volunteer's pages: photo, name, masked number, five facts, and the ten tabs as links.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: {
    name: String,
    number: String,
    photo: String,
    facts: Array,
    listed: Object,
    tabs: Array,
    tab: String,
    base: String,
  },
  emits: ['revealed'],
  template: `
    <div>
      <section class="lb-card lb-facts" aria-label="志工">
        <div class="lb-who">
          <span class="ph">
            <img v-if="photo" :src="photo" :alt="name + '的照片'" />
            <lb-icon v-else name="user" size="32" />
          </span>
          <div>
            <h1>{{ name }}</h1>
            <span class="mut lb-reveal">
              <span>{{ number }}</span>
              <button type="button" class="lb-bare" aria-label="顯示完整證號（會留下紀錄）" @click="$emit('revealed')">
                <lb-icon name="eye" size="16" />
              </button>
            </span>
          </div>
        </div>
        <dl v-for="f in facts" :key="f.label">
          <dt>{{ f.label }}：</dt>
          <dd :class="{none: f.none}">
            <span v-if="f.tone" class="lb-chip" :class="f.tone">
              <lb-icon :name="f.tone === 'ok' ? 'check' : 'warning'" size="14" weight="2.4" />{{ f.text }}
            </span>
            <template v-else>{{ f.text }}<small v-if="f.note" class="mut">（{{ f.note }}）</small></template>
          </dd>
        </dl>
        <p v-if="listed" class="lb-listed">
          <lb-icon name="people" size="16" />
          <span>{{ listed.text }}<a :href="listed.href">回名冊</a></span>
        </p>
      </section>
      <nav class="lb-tabs lb-scroll" aria-label="志工資料頁籤">
        <a
          v-for="t in tabs"
          :key="t.key"
          :href="base + '/' + t.key"
          :class="{on: t.key === tab}"
          :aria-current="t.key === tab ? 'page' : null"
        >
          {{ t.label }}
        </a>
      </nav>
    </div>
  `,
  mounted() {
    this.$el.querySelector('.lb-tabs .on')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  },
};
