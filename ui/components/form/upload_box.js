// Choose, check and preview one file: by its words, drag and drop, paste, camera; progress, a plain verdict. Of a
// certificate both sides can be given at once. A photo is sent as the 3:4 frame proposes, which can be moved
// afterwards. The file is sent to /uploads; the page gets its id.
import icon from '/static/icons.js';
import marks from '/static/marks.js';
import * as mirror from '/static/mirror.js';
import upright from '/static/upright.js';

// The front before the back, as the names say, or as they are ordered.
const backs = (file) => Number(/反|背|back/i.test(file.name));
const sides = (files) =>
  files.sort((a, b) => backs(a) - backs(b) || a.name.localeCompare(b.name, 'zh-Hant', { numeric: true }));

export default {
  components: { 'lb-icon': icon, 'lb-marks': marks },
  props: {
    id: String,
    name: String,
    kind: String,
    label: String,
    value: Object,
    error: String,
    accept: String,
    megabytes: Number,
    hint: String,
    prompt: String,
    frame: Boolean,
    disabled: Boolean,
    needed: Boolean,
    draft: String,
    marks: Array,
    paired: String, // what is said where the other side has a box, too
  },
  emits: ['chosen', 'pending'],
  data() {
    return {
      busy: false,
      percent: 0,
      sentence: '',
      over: false,
      framing: false, // the frame is being moved
      shooting: false,
      source: null,
      file: null,
      zoom: 1,
      x: 0.5,
      y: 0.35,
      shape: 1,
      large: false,
      held: null, // where the pointer took hold of the photo
    };
  },
  template: `
    <div
      :id="id"
      class="lb-upload"
      :class="[kind, {marked: marks, over}]"
      :data-open="!value && kind !== 'attachment' ? name : null"
      @dragover.prevent="over = true"
      @dragleave="over = false"
      @drop.prevent="dropped"
    >
      <div class="lb-label">
        <span class="l">{{ label }}</span>
        <span v-if="kind === 'certificate'" class="x lb-chip" :class="value ? 'ok' : 'bad'">
          <lb-icon v-if="value" name="check" size="14" weight="2.4" />{{ value ? '已上傳' : '尚未上傳' }}
        </span>
      </div>
      <lb-marks v-if="marks" :id="name + '-marks'" :marks="marks" />
      <div
        v-if="framing || (busy && source)"
        class="lb-photo lb-crop"
        @pointerdown="grab"
        @pointermove="drag"
        @pointerup="held = null"
        @wheel.prevent="wheel"
      >
        <img :src="source" alt="待上傳的照片" :style="placement" draggable="false" />
        <span class="guide" aria-hidden="true"></span>
      </div>
      <div v-else-if="value && kind !== 'attachment'" class="lb-doc" :class="{'lb-photo': kind === 'photo'}">
        <button
          v-if="value.media_type !== 'application/pdf'"
          type="button"
          class="lb-bare lb-look"
          :aria-label="'放大：' + label"
          @click="large = true"
        >
          <span :class="spots.length ? 'lb-spotted' : 'lb-unspotted'">
            <img :src="value.url" :alt="label + '：' + value.name" />
            <i v-for="m in spots" :key="m.id" class="lb-spot" :style="{left: m.spot.x + '%', top: m.spot.y + '%'}"></i>
          </span>
        </button>
        <a v-else class="lb-pdf" :href="value.url" target="_blank">
          <lb-icon name="cards" size="28" />{{ value.name }}
        </a>
      </div>
      <label v-else-if="kind !== 'attachment'" class="lb-drop" :class="{bad: needed || error}" :for="name">
        <lb-icon :name="kind === 'photo' ? 'camera' : 'upload'" size="28" />
        <b>{{ prompt }}</b>
        <span>按這裡選擇，也可以把檔案拖曳或貼上到這裡</span>
        <span v-if="paired">{{ paired }}</span>
        <span class="lb-xs">{{ hint }}</span>
      </label>
      <div v-if="framing" class="lb-crop-tools">
        <label>大小 <input type="range" min="1" max="3" step="0.05" v-model.number="zoom" aria-label="照片大小" /></label>
        <label>左右 <input type="range" min="0" max="1" step="0.02" v-model.number="x" aria-label="左右位置" /></label>
        <label>上下 <input type="range" min="0" max="1" step="0.02" v-model.number="y" aria-label="上下位置" /></label>
      </div>
      <div v-if="busy" class="lb-busy" role="status">
        <div
          class="lb-meter"
          role="progressbar"
          :aria-valuenow="percent"
          aria-valuemin="0"
          aria-valuemax="100"
          :aria-label="label + '：上傳進度'"
        >
          <b :style="{width: percent + '%'}"></b>
        </div>{{ percent < 100 ? '上傳中 ' + percent + '%' : '檢查檔案中…' }}
      </div>
      <div v-if="sentence || error" class="lb-verdict bad" role="alert">
        <lb-icon name="warning" />
        <span>{{ sentence || error }}</span>
      </div>
      <div
        v-else-if="value && value.verdict && value.verdict.length && !framing"
        class="lb-verdict"
        :class="good ? 'ok' : 'warn'"
        role="status"
      >
        <lb-icon :name="good ? 'ok' : 'warning'" />
        <span>
          <b>{{ good ? '自動檢查通過' : '請看一下這張照片' }}</b>
          <span v-for="n in value.verdict" :key="n.label" class="line">{{ n.is_met ? n.label : n.advice }}</span>
        </span>
      </div>
      <div class="lb-upload-acts">
        <template v-if="framing">
          <button ref="use" type="button" class="q-btn lb-btn bg-primary" :disabled="busy" @click="crop">使用這張照片</button>
          <button type="button" class="q-btn lb-btn lb-flat" :disabled="busy" @click="framing = false; refocus()">
            不調整
          </button>
        </template>
        <template v-else>
          <label class="q-btn lb-btn lb-outline" :class="{off: busy || disabled}">
            <lb-icon name="upload" />{{ button }}<input
              ref="chooser"
              type="file"
              :id="name"
              class="lb-away"
              :accept="accept"
              :multiple="!!paired"
              :disabled="busy || disabled"
              :aria-label="label + '：' + button"
              @change="chosen"
            />
          </label>
          <label v-if="kind !== 'attachment'" class="q-btn lb-btn lb-outline lb-touch" :class="{off: busy || disabled}">
            <lb-icon name="camera" />拍照<input
              type="file"
              class="lb-away"
              accept="image/*"
              :capture="kind === 'photo' ? 'user' : 'environment'"
              :disabled="busy || disabled"
              :aria-label="label + '：拍照'"
              @change="chosen"
            />
          </label>
          <button
            v-if="shoots"
            type="button"
            class="q-btn lb-btn lb-outline lb-mouse"
            :aria-label="label + '：拍照'"
            :disabled="busy || disabled"
            @click="aim"
          >
            <lb-icon name="camera" />拍照
          </button>
          <button
            v-if="source && value"
            type="button"
            class="q-btn lb-btn lb-outline"
            :disabled="busy"
            @click="frame_again"
          >
            調整位置
          </button>
          <button
            v-if="value && kind !== 'photo' && value.media_type !== 'application/pdf'"
            type="button"
            class="q-btn lb-btn lb-outline"
            @click="large = true"
          >
            放大
          </button>
          <button
            v-if="value && kind === 'attachment'"
            type="button"
            class="q-btn lb-btn lb-flat"
            @click="choose([])"
          >
            移除
          </button>
          <span v-if="kind === 'attachment'" class="lb-sm mut">
            <a v-if="value" :href="value.url" target="_blank">{{ value.name }}</a>
            <template v-else>未選擇任何檔案</template>
          </span>
        </template>
      </div>
      <div v-if="kind === 'attachment' && hint" class="lb-hint">{{ hint }}</div>
      <q-dialog v-model="shooting" :aria-label="label + '：拍照'" @show="look" @hide="put_away">
        <div class="lb-picture">
          <video ref="video" autoplay playsinline muted></video>
          <span class="lb-upload-acts">
            <button type="button" class="q-btn lb-btn bg-primary" autofocus @click="shoot">拍照</button>
            <button type="button" class="q-btn lb-btn lb-flat" @click="shooting = false">取消</button>
          </span>
        </div>
      </q-dialog>
      <q-dialog v-if="value" v-model="large" :aria-label="label">
        <div class="lb-picture">
          <span :class="spots.length ? 'lb-spotted' : 'lb-unspotted'">
            <img :src="value.url" :alt="label + '：' + value.name" />
            <i v-for="m in spots" :key="m.id" class="lb-spot" :style="{left: m.spot.x + '%', top: m.spot.y + '%'}"></i>
          </span>
          <button type="button" class="q-btn lb-btn bg-primary" autofocus @click="large = false">關閉</button>
        </div>
      </q-dialog>
    </div>
  `,
  computed: {
    // Marks on this picture, not on an earlier one.
    spots() {
      return (this.marks || []).filter((m) => m.spot && m.file === this.value?.id);
    },
    good() {
      return this.value.verdict.every((n) => n.is_met);
    },
    // A camera that a computer lends to the page; a phone opens its own.
    shoots() {
      return this.kind !== 'attachment' && Boolean(navigator.mediaDevices?.getUserMedia);
    },
    pending() {
      return this.framing || this.busy;
    },
    button() {
      return this.value && this.kind !== 'attachment' ? '更換' : this.kind === 'photo' ? '上傳照片' : '選擇檔案';
    },
    // The part of the picture inside the 3:4 frame, as fractions of the upright picture.
    share() {
      const frame = 3 / 4,
        w = Math.min(1, frame / this.shape) / this.zoom,
        h = Math.min(1, this.shape / frame) / this.zoom;
      return { w, h, left: (1 - w) * this.x, top: (1 - h) * this.y };
    },
    placement() {
      const s = this.share;
      return {
        width: 100 / s.w + '%',
        height: 100 / s.h + '%',
        left: (-s.left / s.w) * 100 + '%',
        top: (-s.top / s.h) * 100 + '%',
      };
    },
  },
  watch: {
    pending(is_pending) {
      this.$emit('pending', is_pending);
    },
  },
  mounted() {
    document.addEventListener('paste', this.pasted);
    const kept = mirror.kept(this.draft, this.name);
    if (!kept) return;
    if (kept.value[0] === this.value?.id) return mirror.drop(this.draft, this.name);
    this.$emit('chosen', { ids: kept.value, turn: kept.turn });
  },
  beforeUnmount() {
    document.removeEventListener('paste', this.pasted);
    this.forget();
    this.put_away();
  },
  methods: {
    choose(ids, both = false) {
      const told = { ids, both, turn: mirror.keep(this.draft, this.name, ids) };
      this.$emit('chosen', told);
      mirror.insist(this.draft, this.name, () => this.$emit('chosen', told));
    },
    dropped(e) {
      this.over = false;
      this.take(e.dataTransfer.files);
    },
    chosen(e) {
      this.take(e.target.files);
      e.target.value = '';
    },
    // Into the first box that is empty, the one with the focus before the others; else in place of what it has.
    pasted(e) {
      const here = document.activeElement?.closest('.lb-upload'),
        at = here?.dataset.open ? here : document.querySelector('.lb-upload[data-open]') || here;
      if (!e.clipboardData.files.length || at !== this.$el) return;
      e.preventDefault();
      this.take(e.clipboardData.files);
    },
    take(given) {
      const files = sides([...given]).slice(0, this.paired ? 2 : 1);
      if (!files.length || this.disabled || this.busy) return;
      this.sentence = '';
      if (files.some((file) => file.size > this.megabytes * 1024 * 1024))
        return (this.sentence = `這個檔案超過 ${this.megabytes} MB，請改選小一點的檔案；已填的資料都還在。`);
      this.forget();
      this.send(async () => {
        const query = this.frame ? await this.proposed(files[0]) : '';
        return this.sent(this.name.endsWith('_back') ? files.reverse() : files, query);
      });
    },
    // The frame that a photo gets at first; none for one that this browser cannot show.
    async proposed(file) {
      const picture = new Image();
      this.source = picture.src = URL.createObjectURL(await upright(file));
      return new Promise((done) => {
        picture.onerror = () => {
          this.forget();
          done('');
        };
        picture.onload = () => {
          this.file = file;
          this.shape = picture.naturalWidth / picture.naturalHeight;
          [this.zoom, this.x, this.y] = [1, 0.5, 0.35];
          done(this.framed());
        };
      });
    },
    framed() {
      const s = this.share;
      return '?crop=' + [s.left, s.top, s.w, s.h].map((n) => n.toFixed(4)).join(',');
    },
    frame_again() {
      this.framing = true;
      this.refocus();
    },
    grab(e) {
      this.held = { x: e.clientX, y: e.clientY, fx: this.x, fy: this.y };
      e.target.setPointerCapture?.(e.pointerId);
    },
    drag(e) {
      if (!this.held) return;
      const box = e.currentTarget.getBoundingClientRect(),
        s = this.share,
        clamp = (n) => Math.min(1, Math.max(0, n));
      if (s.w < 1) this.x = clamp(this.held.fx - ((e.clientX - this.held.x) / box.width) * (s.w / (1 - s.w)));
      if (s.h < 1) this.y = clamp(this.held.fy - ((e.clientY - this.held.y) / box.height) * (s.h / (1 - s.h)));
    },
    wheel(e) {
      this.zoom = Math.min(3, Math.max(1, this.zoom - e.deltaY / 500));
    },
    crop() {
      this.send(() => this.sent([this.file], this.framed()));
    },
    // For 儲存: what is framed is taken, what is under way arrives. The ids, or null when nothing came.
    async settle() {
      if (this.framing && !this.busy) this.crop();
      return (await this.sending) || null;
    },
    async aim() {
      this.sentence = '';
      try {
        this.stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1920 } } });
        this.shooting = true;
      } catch {
        this.sentence = '這部電腦沒有可以使用的相機，或尚未允許使用。請改為選擇檔案；已填的資料都還在。';
      }
    },
    look() {
      this.$refs.video.srcObject = this.stream;
    },
    shoot() {
      const video = this.$refs.video,
        still = document.createElement('canvas');
      still.width = video.videoWidth;
      still.height = video.videoHeight;
      still.getContext('2d').drawImage(video, 0, 0);
      still.toBlob((blob) => this.take([new File([blob], '拍照.jpg', { type: 'image/jpeg' })]), 'image/jpeg', 0.92);
      this.shooting = false;
    },
    put_away() {
      for (const track of this.stream?.getTracks() || []) track.stop();
    },
    // The pressed control disappears or is disabled: the focus moves to the one in its place.
    refocus() {
      this.$nextTick(() => {
        const at = document.activeElement;
        if (at === document.body || this.$el.contains(at))
          (this.$refs.use || this.$refs.chooser)?.focus({ preventScroll: true });
      });
    },
    forget() {
      if (this.source) URL.revokeObjectURL(this.source);
      this.source = this.file = null;
      this.framing = false;
    },
    send(work) {
      this.busy = true;
      this.percent = 0;
      this.sentence = '';
      this.sending = work().finally(() => {
        this.busy = false;
        this.refocus();
      });
    },
    // One after the other: this side, then the other one.
    async sent(files, query) {
      const ids = [];
      for (const file of files) {
        const got = await this.posted(file, query);
        if (!got) return null;
        ids.push(...(files.length > 1 ? got.slice(0, 1) : got));
      }
      this.framing = false;
      this.choose(ids, files.length > 1);
      return ids;
    },
    // The ids of a file and its second page; null, and a sentence, when it was not taken.
    posted(file, query) {
      const request = new XMLHttpRequest(),
        body = new FormData();
      body.append('file', file, file.name);
      this.percent = 0;
      request.upload.onprogress = (e) => {
        this.percent = Math.round((e.loaded / e.total) * 100);
      };
      request.open('POST', '/uploads/' + this.kind + query);
      request.send(body);
      return new Promise((done) => {
        request.onload = () => {
          let answer = {};
          try {
            answer = JSON.parse(request.responseText);
          } catch {
            /* a proxy's page, not our answer */
          }
          if (request.status === 200) return done(answer.files.map((one) => one.id));
          this.sentence = answer.sentence || '檔案沒有傳成功，請再選一次；已填的資料都還在。';
          done(null);
        };
        request.onerror = () => {
          this.sentence = '連線中斷，檔案沒有傳成功。連線恢復後請再按一次；已填的資料都還在。';
          done(null);
        };
      });
    },
  },
};
