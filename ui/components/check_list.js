// 送審前體檢: the one list that clerk and reviewer both see; what lacks leads to its field.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { title: String, checks: Array, verdict: Boolean },
  template: `
    <section class="lb-card lb-checkup" :aria-label="title">
      <div class="hd"><h2>{{ title }}</h2><span v-if="verdict" class="lb-chip" :class="lacking ? 'bad' : 'ok'"><lb-icon :name="lacking ? 'warning' : 'check'" size="14" weight="2.4"/>{{ lacking ? '尚缺 ' + lacking + ' 項' : '可以送審' }}</span></div>
      <p class="pcsum"><b>{{ passed }} 項通過</b><template v-if="advice">，{{ advice }} 項提醒（不影響送審）</template></p>
      <ul><li v-for="c in checks" :class="c.state"><lb-icon :name="c.state === 'ok' ? 'ok' : 'warning'" size="17"/>
        <span>{{ c.label }}<small v-if="c.state !== 'ok'">{{ c.note }}</small></span>
        <small v-if="c.state === 'ok'">{{ c.note }}</small><a v-else-if="c.href" :href="c.href" :aria-label="'去補填：' + c.label">去補填</a></li></ul>
    </section>`,
  computed: {
    passed() { return this.checks.filter((c) => c.state === 'ok').length; },
    advice() { return this.checks.filter((c) => c.state === 'advice').length; },
    lacking() { return this.checks.filter((c) => c.state === 'lacking').length; },
  },
};
