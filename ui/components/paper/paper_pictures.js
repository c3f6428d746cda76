// Cover and last page of a paper book, each to be zoomed and turned, beside what was typed.
import facts from '/static/facts.js';
import { fullScreen, sheet } from '/static/sheets.js';

export default {
  components: { facts, sheet, whole: fullScreen },
  props: { pictures: Array, groups: Array },
  template: `
    <div class="lb-paper">
      <div class="lb-paper-pictures">
        <sheet v-for="(p, i) in pictures" :key="p.key" :doc="p" tall @full="$refs.screen.open(i)" />
      </div>
      <div class="lb-paper-facts">
        <section v-for="g in groups" :key="g.title" class="lb-card lb-box" :aria-label="g.title">
          <h2>{{ g.title }}</h2>
          <facts :facts="g.facts" />
        </section>
      </div>
      <whole :items="items" ref="screen" />
    </div>
  `,
  computed: {
    items() {
      return this.pictures.map((doc) => ({ doc, tall: true, title: doc.label, groups: this.groups }));
    },
  },
};
