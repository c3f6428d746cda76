// Volunteer, unit, readers and place in the reviewer's list; a banner when a colleague is reviewing the case.
import icon from '/static/icons.js';
import { desk, neighbours } from '/static/desk.js';

export default {
  components: { 'lb-icon': icon },
  props: {
    name: String,
    masked: String,
    chips: Array,
    facts: Array,
    phone: String,
    readers: Array,
    me: Number,
    alert: String,
  },
  emits: ['taken'],
  data() {
    return { desk };
  },
  template: `
    <div class="lb-case-top">
      <header class="lb-case-head">
        <div class="grow">
          <div class="l1">
            <a class="lb-back-to-list" :href="'/reviews' + desk.view">‹ 清單</a>
            <h1>{{ name }}</h1>
            <span class="mut">{{ masked }}</span>
            <span v-for="c in chips" :key="c[0]" class="lb-chip" :class="c[1]" :title="c[3] || null">
              <lb-icon v-if="c[2]" :name="c[2]" size="14" weight="2.2" />{{ c[0] }}<span
                v-if="c[3]"
                class="lb-away"
              >，{{ c[3] }}</span>
            </span>
          </div>
          <div class="lb-facts-line">
            <span v-for="f in facts" :key="f">{{ f }}</span>
            <span>
              電話 <a v-if="phone" :href="'tel:' + phone.replace(/[^+\\d,]/g, '')">{{ phone }}</a>
              <template v-else>未登錄</template>
            </span>
          </div>
        </div>
        <span class="lb-readers" role="status">
          <span v-for="r in readers" :key="r.id" class="lb-here" :class="{me: r.id === me}">
            <i aria-hidden="true">{{ r.name.slice(0, 1) }}</i>{{ describe(r) }}
          </span>
        </span>
        <span v-if="at.position" class="lb-sm mut nowrap lb-position">第 {{ at.position }}／{{ at.count }} 件</span>
      </header>
      <div v-if="alert" class="lb-banner bad" role="alert">
        <lb-icon name="warning" size="18" />
        <span class="grow">{{ alert }}</span>
      </div>
      <div v-if="holder" class="lb-banner" role="status">
        <lb-icon name="eye" size="18" />
        <span class="grow">{{ holder.name }} {{ holder.since }} 起正在審這個案件。您可以看；要由您來審，請按「接手」。</span>
        <button type="button" class="lb-btn q-btn lb-outline" @click="$emit('taken')">接手</button>
      </div>
    </div>
  `,
  // What comes above what the pointer is on moves nothing below it.
  mounted() {
    const news = document.querySelector('.lb-case-news');
    let height = news.offsetHeight;
    this.sizes = new ResizeObserver(() => {
      const grown = news.offsetHeight - height;
      height += grown;
      if (news.parentElement.matches(':hover') && !news.matches(':hover')) news.parentElement.scrollTop += grown;
    });
    this.sizes.observe(news);
  },
  beforeUnmount() {
    this.sizes?.disconnect();
  },
  computed: {
    at() {
      return neighbours();
    },
    holder() {
      const first = this.readers[0];
      return first && first.id !== this.me && this.readers.some((r) => r.id === this.me) ? first : null;
    },
  },
  methods: {
    describe(reader) {
      const holds = reader === this.readers[0];
      return (reader.id === this.me ? '您' : reader.name + ' ') + (holds ? '正在審' : '也在看');
    },
  },
};
