// 「草稿已自動儲存 14:32」. `kept` has, by field, up to which turn the draft has the text; the mirror drops that much.
import icon from '/static/icons.js';
import * as mirror from '/static/mirror.js';

export default {
  components: { 'lb-icon': icon },
  props: { at: String, draft: String, kept: Object, heard: Array },
  template: `
    <span class="lb-saved" role="status">
      <template v-if="at">
        <lb-icon name="check" size="16" weight="2.2" />
        <span>草稿已自動儲存 <span class="nowrap">{{ at }}</span></span>
      </template>
      <span v-if="heard.length">其他人剛更新：{{ heard.slice(-4).join('、') }}</span>
    </span>
  `,
  watch: {
    kept() {
      for (const [name, turn] of Object.entries(this.kept)) mirror.drop(this.draft, name, turn);
      mirror.begun();
    },
  },
  mounted() {
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
