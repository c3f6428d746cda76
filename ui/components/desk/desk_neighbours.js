// 上一件, 下一件 in the reviewer's own list, and the keys.
import { caseAddress, desk, keys, neighbours } from '/static/desk.js';

export default {
  data() {
    return { desk, keys };
  },
  template: `
    <nav class="keys" aria-label="上一件、下一件">
      <component
        v-for="w in ways"
        :key="w.key"
        :is="w.id ? 'a' : 'span'"
        :href="w.id ? address(w.id) : null"
        class="q-btn lb-btn"
        :class="{off: !w.id}"
        :aria-disabled="w.id ? null : 'true'"
      >
        <kbd aria-hidden="true">{{ w.key }}</kbd>{{ w.text }}
      </component>
      <button type="button" class="q-btn lb-btn" aria-label="快速鍵" @click="keys.listed = true">
        <kbd aria-hidden="true">?</kbd>
      </button>
    </nav>
  `,
  computed: {
    ways() {
      const at = neighbours();
      return [
        { key: 'K', text: '上一件', id: at.previous },
        { key: 'J', text: '下一件', id: at.next },
      ];
    },
  },
  methods: { address: caseAddress },
};
