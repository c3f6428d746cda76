// Several of a few options, all in sight: a fieldset of native check boxes.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { name: String, label: String, hint: String, options: Array, chosen: Array, error: String },
  emits: ['picked'],
  template: `
    <div class="lb-field full lb-check-boxes" :class="{bad: error}">
      <fieldset class="lb-fieldset" :aria-describedby="name + '-help'">
        <legend class="lb-label"><span class="l">{{ label }}</span></legend>
        <div class="lb-choices">
          <label v-for="(o, i) in options" :key="o.value" class="lb-choice">
            <input
              type="checkbox"
              :id="i ? null : name"
              :checked="chosen.includes(o.value)"
              @change="$emit('picked', {value: o.value, on: $event.target.checked})"
            />{{ o.label }}
          </label>
        </div>
      </fieldset>
      <div v-if="error" class="lb-hint bad" :id="name + '-help'" role="alert">
        <lb-icon name="warning" size="15" />
        <span>{{ error }}</span>
      </div>
      <div v-else class="lb-hint" :id="name + '-help'" aria-live="polite">{{ hint }}</div>
    </div>
  `,
};
