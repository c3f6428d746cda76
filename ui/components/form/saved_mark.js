// 「草稿已自動儲存 14:32」. `kept` has, by field, up to which turn the draft has the text; the mirror drops that much.
// `heard`: up to which turn the server has heard a text that it does not store. What it has not heard for a while is
// 尚未儲存; its field sends it again.
import icon from '/static/icons.js';
import * as mirror from '/static/mirror.js';

export default {
  components: { 'lb-icon': icon },
  props: { at: String, draft: String, kept: Object, heard: Object, others: Array },
  template: `
    <span class="lb-saved" :class="{late}" role="status">
      <template v-if="late">
        <lb-icon name="warning" size="16" weight="2.2" />
        <span>尚未儲存，系統會自動再送出</span>
      </template>
      <template v-else-if="at">
        <lb-icon name="check" size="16" weight="2.2" />
        <span>草稿已自動儲存 <span class="nowrap">{{ at }}</span></span>
      </template>
      <span v-if="others.length">其他人剛更新：{{ others.slice(-4).join('、') }}</span>
    </span>
  `,
  data() {
    return { late: false, timer: null };
  },
  watch: {
    heard() {
      for (const [name, turn] of Object.entries(this.heard)) mirror.hear(this.draft, name, turn);
      this.look();
    },
    kept() {
      for (const [name, turn] of Object.entries(this.kept)) mirror.drop(this.draft, name, turn);
      mirror.begun();
      this.look();
    },
  },
  methods: {
    look() {
      this.late = mirror.isLate(this.draft);
    },
  },
  beforeUnmount() {
    clearInterval(this.timer);
  },
  mounted() {
    this.timer = setInterval(this.look, 1000);
    if (!mirror.opened(this.draft)) return;
    Quasar.Notify.create({
      message:
        '您剛才在這裡填的那一筆已經儲存，或已由同事送出、刪除。這是另一筆新的資料；請先到清單確認，不需要重新輸入。',
      type: 'info',
      position: 'top',
      multiLine: true,
      timeout: 0,
      actions: [{ label: '知道了', color: 'white' }],
    });
  },
};
