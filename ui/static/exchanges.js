// 先前往返: remarks and answers before a mark was opened again; unit and agency see the same.
export default {
  props: { of: Array },
  template: `
    <ol v-if="of.length" class="earlier" aria-label="先前往返">
      <li v-for="(x, i) in of" :key="i">
        <span>{{ x.remark }}</span>
        <span>{{ x.answer }}</span>
        <span v-if="x.values">{{ x.values }}</span>
        <span v-if="x.old">
          <a :href="x.old" target="_blank">當時的圖片</a>
          <template v-if="x.new">　→　<a :href="x.new" target="_blank">補正後的圖片</a></template>
        </span>
      </li>
    </ol>
  `,
};
