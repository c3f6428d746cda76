// The reviewer's marks, beside their field.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { id: String, marks: Array },
  template: `
    <div class="lb-marked" :id="id">
      <p v-for="m in marks" :key="m.id" :class="{answered: m.answered}">
        <lb-icon :name="m.answered ? 'check' : 'flag'" size="15" />
        <span><b>{{ m.answered || '需補正' }}：{{ m.reason }}</b> {{ m.text }}</span>
      </p>
    </div>
  `,
};
