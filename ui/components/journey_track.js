// Four stations of an application and the log below, as parcels are tracked.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { stations: Array, log: Array, chip: String, tone: String, icon: String },
  template: `
    <section class="lb-card lb-pad">
      <div class="lb-track-head">
        <h2>申請進度</h2>
        <span v-if="chip" class="lb-chip" :class="tone"><lb-icon :name="icon" size="16" />{{ chip }}</span>
      </div>
      <ol class="lb-track">
        <li v-for="s in stations" :key="s.label" :class="s.state" :aria-current="s.state === 'here' ? 'step' : null">
          <i aria-hidden="true">
            <lb-icon
              :name="s.state === 'todo' ? 'todo' : s.state === 'wait' ? 'clock' : 'check'"
              size="24"
              weight="2.4"
            />
          </i>
          <b>{{ s.label }}</b>
          <small>{{ s.note }}</small>
        </li>
      </ol>
      <ul class="lb-log">
        <li v-for="(l, i) in log" :key="log.length - i" :class="{new: i === 0}">
          <time>{{ l.at }}</time>
          <span><b>{{ l.what }}</b>　{{ l.text }}</span>
        </li>
      </ul>
    </section>
  `,
};
