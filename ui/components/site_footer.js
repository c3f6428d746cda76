// What stands below every page.
export default {
  props: { links: Array, updated: String, phone: String },
  template: `
    <footer class="lb-footer">
      <a class="lb-post" href="#foot" accesskey="B" title="下方功能區塊" aria-label="下方功能區塊（Alt+B）">:::</a>
      <a v-for="[text, address] in links" :key="address" class="nicegui-link" :href="address">{{ text }}</a>
      <a class="nicegui-link" :href="'tel:' + phone">客服諮詢專線 {{ phone }}</a>
      <span>更新日期：{{ updated }}</span>
    </footer>
  `,
};
