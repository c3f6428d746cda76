// The sections of an office's pages in their groups; the one that is shown is marked.
export default {
  props: { label: String, groups: Array, here: String, counts: Object },
  template: `
    <nav class="lb-sections" :aria-label="label">
      <div v-for="([group, links], i) in groups" :key="group" class="lb-pills" role="group" :aria-labelledby="id(i)">
        <span :id="id(i)" class="l">{{ group }}</span>
        <a
          v-for="[key, text, address] in links"
          :key="key"
          class="nicegui-link lb-pill"
          :class="{ on: key === here }"
          :href="address"
          :aria-current="key === here ? 'page' : null"
        >{{ counts[key] ? text + ' ' + counts[key] : text }}</a>
      </div>
    </nav>
  `,
  methods: {
    id(i) {
      return 'section-group-' + i;
    },
  },
};
