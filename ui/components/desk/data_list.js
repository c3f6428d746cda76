// Facts in groups, each with its flag; a masked identity number can be revealed.
import facts from '/static/facts.js';

export default {
  components: { facts },
  props: { title: String, groups: Array },
  emits: ['revealed', 'previewed'],
  template: `
    <section class="lb-card lb-box">
      <div class="hd"><h2 class="grow">{{ title }}</h2></div>
      <template v-for="(g, i) in groups" :key="i">
        <h3 class="lb-data-head">{{ g.title }}</h3>
        <facts :facts="g.facts" @revealed="$emit('revealed')" @previewed="$emit('previewed')" />
      </template>
    </section>
  `,
};
