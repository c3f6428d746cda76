// 體檢: the one list that clerk and reviewer both see, each line with its law. What lacks leads the clerk to its field;
// the reviewer finds ticked what the office could tell by itself, and ticks the rest.
import icon from '/static/icons.js';

const SYMBOLS = { ok: 'ok', eye: 'eye', advice: 'warning', lacking: 'warning' };

export default {
  components: { 'lb-icon': icon },
  props: { title: String, checks: Array, verdict: Boolean, boxes: Boolean },
  emits: ['ticked'],
  template: `
    <section class="lb-card lb-checkup" :class="{ boxes }" :aria-label="title">
      <div class="hd"><h2>{{ title }}</h2><span v-if="verdict" class="lb-chip" :class="lacking ? 'bad' : 'ok'"><lb-icon :name="lacking ? 'warning' : 'check'" size="14" weight="2.4"/>{{ lacking ? '尚缺 ' + lacking + ' 項' : '可以送審' }}</span></div>
      <p class="pcsum"><b>{{ count('ok') }} 項通過</b><template v-if="!verdict && lacking">，<b class="bad">{{ lacking }} 項不符</b></template><template v-if="count('advice')">，{{ count('advice') }} 項提醒{{ verdict ? '（不影響送審）' : '' }}</template><template v-if="!verdict && unseen">，{{ unseen }} 項請目視</template></p>
      <ul><li v-for="c in machine" :class="c.state"><span v-if="!verdict && c.state === 'ok'" class="box"><lb-icon name="check" size="13" weight="3"/></span><lb-icon v-else :name="symbol(c)" size="17"/>
        <span class="what">{{ c.label }}<small v-if="c.law" class="law"><span class="lb-away">，依據</span>{{ c.law }}</small><small v-if="c.state !== 'ok'">{{ c.note }}</small></span>
        <small v-if="c.state === 'ok'" class="note">{{ c.note }}</small><a v-else-if="c.href" :href="c.href" :aria-label="'去補填：' + c.label">去補填</a></li></ul>
      <template v-if="eyed.length"><h3>{{ boxes ? '請目視後勾選' : verdict ? '審核人員會再目視' : '目視' }}</h3>
      <ul><li v-for="c in eyed" :key="c.rule" :class="[c.state, 'eyed']">
        <label v-if="boxes"><input type="checkbox" :checked="c.state === 'ok'" @click.prevent="$emit('ticked', { rule: c.rule, on: c.state !== 'ok' })"><span class="what">{{ c.label }}<small v-if="c.law" class="law"><span class="lb-away">，依據</span>{{ c.law }}</small><small v-if="note(c)">{{ note(c) }}</small></span></label>
        <template v-else><lb-icon :name="symbol(c)" size="17"/><span class="what">{{ c.label }}<small v-if="c.law" class="law"><span class="lb-away">，依據</span>{{ c.law }}</small><small v-if="note(c)">{{ note(c) }}</small></span></template></li></ul></template>
    </section>`,
  computed: {
    machine() { return this.checks.filter((c) => !c.rule); },
    eyed() { return this.checks.filter((c) => c.rule); },
    lacking() { return this.machine.filter((c) => c.state === 'lacking').length; },
    unseen() { return this.eyed.filter((c) => c.state !== 'ok').length; },
  },
  methods: {
    count(state) { return this.machine.filter((c) => c.state === state).length; },
    symbol(c) { return SYMBOLS[c.state]; },
    note(c) { return c.by ? c.by + ' 已目視' : c.note; },
  },
};
