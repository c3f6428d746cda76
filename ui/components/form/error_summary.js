// What must be corrected before a form can be saved; each line links to its field.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { title: String, note: String, problems: Array, turn: Number },
  template: `
    <section v-if="problems.length" ref="box" class="lb-summary" tabindex="-1" role="alert">
      <h2><lb-icon name="warning" size="20" />{{ title }}</h2>
      <p>{{ note }}</p>
      <ul><li v-for="(p, i) in problems" :key="i"><a :href="p.href">{{ p.sentence }}</a></li></ul>
    </section>
  `,
  watch: {
    turn() {
      this.$nextTick(() => this.$refs.box?.focus());
    },
  },
};
