// 接續上次的申請.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { who: String, step: Number, note: String, address: String, photo: String },
  template: `
    <section class="lb-card lb-resume">
      <span class="ph"><img v-if="photo" :src="photo" alt="" /><lb-icon v-else name="user" size="24" /></span>
      <div><h2>接續上次的申請：{{ who }}</h2><p>停在 <b>STEP {{ step }}</b>　{{ note }}</p></div>
      <a class="q-btn lb-btn bg-primary" :href="address">從 STEP {{ step }} 繼續<lb-icon name="arrow" /></a>
    </section>
  `,
};
