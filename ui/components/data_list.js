// Facts in groups: a label and a value each; a masked identity number can be revealed, which is logged.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { title: String, groups: Array },
  emits: ['revealed'],
  template: `
    <section class="lb-card lb-box"><div class="hd"><h2 class="grow">{{ title }}</h2></div>
      <template v-for="g in groups"><h3 class="lb-data-head">{{ g.title }}</h3><dl class="lb-data"><div v-for="f in g.facts"><dt>{{ f.label }}</dt>
        <dd><a v-if="f.href" :href="f.href" target="_blank">{{ f.text }}</a><template v-else>{{ f.text }}</template>
          <button v-if="f.secret" type="button" class="lb-mini" :aria-label="'顯示完整' + f.label + '（會留下紀錄）'" @click="$emit('revealed')"><lb-icon name="eye" size="16"/></button><small v-if="f.note" class="line mut">{{ f.note }}</small></dd></div></dl></template>
    </section>`,
};
