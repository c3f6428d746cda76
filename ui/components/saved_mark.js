// 「草稿已自動儲存 14:32」, and the moment at which a mirrored word may be forgotten because the draft holds it.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { at: String, name: String, turn: Number },
  template: `<span class="lb-saved" role="status"><template v-if="at"><lb-icon name="check" size="16" weight="2.2"/><span>草稿已自動儲存 <span class="nowrap">{{ at }}</span></span></template></span>`,
  watch: {
    turn() {
      const key = 'typed:' + location.pathname + ':' + this.name;
      const kept = sessionStorage.getItem(key);
      if (kept && JSON.parse(kept).turn <= this.turn) sessionStorage.removeItem(key);
    },
  },
};
