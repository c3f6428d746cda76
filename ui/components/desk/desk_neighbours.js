// 上一件, 下一件 in the reviewer's own list, and the keys.
import { desk, neighbours } from '/static/desk.js';
import { keys } from '/static/keys.js';

export default {
  data() {
    return { desk, keys };
  },
  template: `
    <nav class="keys" aria-label="上一件、下一件">
      <component
        v-for="w in ways"
        :key="w.key"
        :is="w.href ? 'a' : 'span'"
        :href="w.href || null"
        class="q-btn lb-btn"
        :class="{off: !w.href}"
        :aria-disabled="w.href ? null : 'true'"
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
        { key: 'K', text: at.previous && at.previous === desk.pages.before ? '上一頁' : '上一件', href: at.previous },
        { key: 'J', text: at.next && at.next === desk.pages.after ? '下一頁' : '下一件', href: at.next },
      ];
    },
  },
};
