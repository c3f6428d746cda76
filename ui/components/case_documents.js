// The photo and both sides of each certificate, large: zoom, turn, full screen; a tab for each training.
import icon from '/static/icons.js';

const sheet = {
  components: { 'lb-icon': icon },
  props: { label: String, url: String, tall: Boolean },
  data() { return { zoom: 1, turns: 0 }; },
  watch: { url() { this.zoom = 1; this.turns = 0; } },
  template: `
    <figure class="lb-doc lb-sheet" ref="box"><div class="lb-sheet-view" :class="{tall}" tabindex="0" role="region" :aria-label="label">
      <img v-if="url" :src="url" :alt="label" :style="{transform: 'rotate(' + turns * 90 + 'deg) scale(' + (turns % 2 ? 0.75 : 1) + ')', width: zoom * 100 + '%'}">
      <span v-else class="lb-empty"><b>尚未上傳</b></span></div>
      <figcaption class="lb-tools"><b>{{ label }}</b><template v-if="url">
        <button type="button" class="lb-mini" :aria-label="label + '縮小'" @click="zoom = Math.max(1, zoom - 0.5)">－</button>
        <button type="button" class="lb-mini" :aria-label="label + '放大'" @click="zoom = Math.min(4, zoom + 0.5)"><lb-icon name="zoom" size="16"/></button>
        <button type="button" class="lb-mini" :aria-label="label + '旋轉'" @click="turns = (turns + 1) % 4"><lb-icon name="rotate" size="16"/></button>
        <a class="lb-mini" :href="url" target="_blank" :aria-label="label + '：在新分頁看原圖'">原圖</a></template></figcaption></figure>`,
};

export default {
  components: { sheet },
  props: { photo: String, trainings: Array },
  data() { return { at: 0 }; },
  template: `
    <div class="lb-documents"><sheet label="照片" :url="photo" tall/>
      <div class="lb-certificates"><div v-if="trainings.length" class="lb-seg fill" role="group" aria-label="結業證書"><button v-for="(t, i) in trainings" type="button" :class="{on: i === at}" :aria-pressed="i === at" @click="at = i">{{ t.label }}</button></div>
        <template v-if="trainings[at]"><sheet label="正面" :url="trainings[at].front"/><sheet label="反面" :url="trainings[at].back"/></template>
        <div v-else class="lb-card lb-empty"><b>沒有教育訓練</b></div></div></div>`,
};
