// 體檢: the checks of an application, each with its legal source. For the clerk what is missing links to its field. For
// the reviewer the order is: what is not right, the boxes to tick, what was checked automatically.
import icon from '/static/icons.js';

const SYMBOLS = { ok: 'ok', eye: 'eye', advice: 'warning', lacking: 'warning' };

const words = {
  props: { check: Object, note: String },
  template: `
    <span class="what">
      <span>{{ check.label }}</span>
      <small v-if="note">{{ note }}</small>
      <small v-if="check.law" class="law" :class="{ brief: check.law.length < 16 }">
        <span class="lb-away">依據：</span>{{ check.law }}
      </small>
    </span>
  `,
};

export default {
  components: { 'lb-icon': icon, 'lb-words': words },
  props: { title: String, checks: Array, verdict: Boolean, boxes: Boolean },
  emits: ['ticked'],
  template: `
    <section class="lb-card lb-checkup" :aria-label="title">
      <div class="hd">
        <h2>{{ title }}</h2>
        <span v-if="verdict" class="lb-chip" :class="lacking ? 'bad' : 'ok'">
          <lb-icon :name="lacking ? 'warning' : 'check'" size="14" weight="2.4" />
          {{ lacking ? '尚缺 ' + lacking + ' 項' : '可以送審' }}
        </span>
      </div>
      <p class="pcsum">
        <b>{{ passed.length }} 項通過</b>
        <template v-if="!verdict && lacking">，<b class="bad">{{ lacking }} 項不符</b></template>
        <template v-if="advice">，{{ advice }} 項提醒{{ verdict ? '（不影響送審）' : '' }}</template>
        <template v-if="!verdict && unseen">，{{ unseen }} 項請目視</template>
      </p>
      <ul v-if="first.length">
        <li v-for="(c, i) in first" :key="i" :class="c.state">
          <lb-icon :name="symbol(c)" size="17" />
          <lb-words :check="c" :note="c.state === 'ok' ? '' : c.note" />
          <small v-if="c.state === 'ok'" class="note">{{ c.note }}</small>
          <a v-else-if="c.href" :href="c.href" :aria-label="'去補填：' + c.label">去補填</a>
        </li>
      </ul>
      <template v-if="eyed.length">
        <h3>{{ boxes ? '請目視後勾選' : verdict ? '審核人員會再目視' : '目視' }}</h3>
        <ul>
          <li v-for="c in eyed" :key="c.rule" :class="c.state">
            <label v-if="boxes">
              <input
                type="checkbox"
                :checked="c.state === 'ok'"
                @click.prevent="$emit('ticked', { rule: c.rule, on: c.state !== 'ok', digest: c.digest })"
              />
              <lb-words :check="c" :note="note(c)" />
            </label>
            <template v-else><lb-icon :name="symbol(c)" size="17" /><lb-words :check="c" :note="note(c)" /></template>
          </li>
        </ul>
      </template>
      <template v-if="!verdict">
        <h3>系統已檢查</h3>
        <ul>
          <li v-for="(c, i) in passed" :key="i" class="ok">
            <span class="box"><lb-icon name="check" size="13" weight="3" /></span>
            <lb-words :check="c" note="" />
          </li>
        </ul>
      </template>
    </section>
  `,
  computed: {
    machine() {
      return this.checks.filter((c) => !c.rule);
    },
    eyed() {
      return this.checks.filter((c) => c.rule);
    },
    passed() {
      return this.machine.filter((c) => c.state === 'ok');
    },
    first() {
      return this.verdict ? this.machine : this.machine.filter((c) => c.state !== 'ok');
    },
    advice() {
      return this.machine.filter((c) => c.state === 'advice').length;
    },
    lacking() {
      return this.machine.filter((c) => c.state === 'lacking').length;
    },
    unseen() {
      return this.eyed.filter((c) => c.state !== 'ok').length;
    },
  },
  methods: {
    symbol(c) {
      return SYMBOLS[c.state];
    },
    note(c) {
      return c.by ? c.by + ' 已目視' : c.note;
    },
  },
};
