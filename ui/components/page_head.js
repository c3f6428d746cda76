// What stands first in a page: the post 「:::」, 子系統入口 › 志工資料管理 › 這一頁, its title and 「*為必填」.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  inheritAttrs: false,
  props: { crumbs: Array, title: String, heading: Boolean },
  template: `
    <a class="lb-post" href="#main" accesskey="C" title="中央內容區塊" aria-label="中央內容區塊（Alt+C）">:::</a>
    <nav v-if="crumbs.length" class="lb-crumbs" aria-label="所在位置">
      <template v-for="[text, address] in crumbs" :key="address">
        <a class="nicegui-link" :href="address">{{ text }}</a>
        <lb-icon name="next" :size="12" />
      </template>
      <span aria-current="page">{{ title }}</span>
    </nav>
    <div v-if="heading" class="lb-head">
      <h1>{{ title }}</h1>
      <span class="lb-required-note"><span class="lb-req">*</span><span>為必填</span></span>
    </div>
    <span v-else class="lb-required-note"><span class="lb-req">*</span><span>為必填</span></span>
  `,
};
