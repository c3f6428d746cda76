// 該打的電話: whom to call, about what, and how the call went, with one tap.
import { board } from '/static/boards.js';
import icon from '/static/icons.js';

export default {
  mixins: [board],
  components: { 'lb-icon': icon },
  props: { results: Array },
  emits: ['called', 'resend'],
  data() {
    return { busy: false, all: false };
  },
  template: `
    <section v-if="tasks && tasks.length" class="lb-card lb-pad lb-calls" aria-label="該打的電話">
      <h2><lb-icon name="phone" size="20" />該打的電話 <b>{{ tasks.length }}</b></h2>
      <p class="mut">打過電話後，按通話結果；已告知或已留話的會從這裡消失。電子郵件沒有寄達的，也可以更正後重寄。</p>
      <ul>
        <li v-for="t in all ? tasks : tasks.slice(0, few)" :key="t.key">
          <div class="who">
            <b>{{ t.who }}</b>
            <a v-if="t.phone" :href="'tel:' + t.phone.replace(/[^+\\d,]/g, '')">{{ t.phone }}</a>
            <span v-else class="mut">沒有登錄電話</span>
          </div>
          <div class="what"><a :href="t.address">{{ t.about }}</a><small>{{ t.since }}　{{ t.trouble }}</small>
            <small v-if="t.tried" class="tried">{{ t.tried }}</small></div>
          <div class="acts" role="group" :aria-label="'通話結果：' + t.who">
            <button
              v-for="r in results"
              :key="r.value"
              type="button"
              :disabled="busy"
              @click="once(() => $emit('called', {key: t.key, result: r.value}))"
            >
              {{ r.label }}
            </button>
            <button
              v-if="t.resends"
              type="button"
              class="lb-link"
              :disabled="busy"
              @click="once(() => $emit('resend', t.key))"
            >
              重寄
            </button>
          </div>
        </li>
      </ul>
      <button v-if="tasks.length > few" type="button" class="lb-link" :aria-expanded="all" @click="all = !all">
        {{ all ? '只看前 ' + few + ' 通' : '顯示全部 ' + tasks.length + ' 通' }}
      </button>
    </section>
  `,
  computed: {
    tasks() {
      return this.held?.of.tasks;
    },
    few() {
      return 5;
    },
  },
  watch: {
    // The next call slides under the pointer: a second press is not meant for it.
    tasks() {
      setTimeout(() => (this.busy = false), 1000);
    },
  },
  methods: {
    once(act) {
      if (this.busy) return;
      this.busy = true;
      setTimeout(() => (this.busy = false), 2000);
      act();
    },
  },
};
