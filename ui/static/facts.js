// Facts with a flag at each that may be marked; a masked identity number can be revealed, which is logged.
import icon from '/static/icons.js';
import { begun, desk, marksAt, why, write } from '/static/desk.js';

export default {
  components: { 'lb-icon': icon, why },
  props: { facts: Array, full: Boolean }, // `full`: on the full screen; a mark is written there or on the page, once
  emits: ['revealed', 'previewed'],
  data() {
    return { desk };
  },
  template: `
    <dl class="lb-data">
      <div v-for="f in facts" :key="f.label" :class="{flagged: f.key && marksAt(f.key).length}">
        <dt>{{ f.label }}</dt>
        <dd>
          <a v-if="f.href" :href="f.href" target="_blank">{{ f.text }}</a>
          <b v-else-if="f.strong">{{ f.text }}</b>
          <template v-else>{{ f.text }}</template>
          <small v-if="f.note" class="line mut">{{ f.note }}</small>
          <small v-for="m in f.key ? marksAt(f.key) : []" :key="m.id" class="line lb-flagged">
            <b>{{ m.reason_label }}</b> {{ m.text }}
          </small>
        </dd>
        <dd class="acts">
          <button
            v-if="f.secret"
            type="button"
            class="lb-mini"
            title="顯示（會留下紀錄）"
            :aria-label="'顯示完整' + f.label + '（會留下紀錄）'"
            @click="$emit('revealed')"
          >
            <lb-icon name="eye" size="16" />
          </button>
          <button v-if="f.preview" type="button" class="lb-mini" aria-label="預覽紀錄冊頁面" @click="$emit('previewed')">
            <lb-icon name="eye" size="16" />預覽
          </button>
          <button
            v-if="f.key && desk.markable"
            type="button"
            class="lb-mini"
            :class="{on: desk.writing === f.key || begun(f.key) || marksAt(f.key).length}"
            :title="'補件：' + f.label"
            :aria-label="f.label + '補件' + begun(f.key)"
            :aria-expanded="desk.writing === f.key"
            @click="write(f.key)"
          >
            <lb-icon name="flag" size="15" />
          </button>
        </dd>
        <dd v-if="f.key && desk.writing === f.key && desk.full === full" class="wide"><why :at="f" :key="f.key" /></dd>
      </div>
    </dl>
  `,
  methods: { begun, marksAt, write },
};
