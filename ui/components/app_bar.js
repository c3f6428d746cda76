// The bar over every page: the system's name, search, number of waiting cases, menu of the account.
import { bell, board } from '/static/boards.js';
import icon from '/static/icons.js';
import { keys, switchKeys } from '/static/keys.js';

// 字級, in the bar for volunteers and in the menu of the account for everybody else; 外觀, in the menu.
const SIZES = [
  ['', '標準'],
  ['large', '大'],
  ['larger', '特大'],
];
const APPEARANCES = [
  ['', '依系統'],
  ['light', '淺色'],
  ['dark', '深色'],
];
const oneOf = {
  props: { name: String, of: Array, chosen: String },
  emits: ['chosen'],
  template: `
    <div class="lb-sizes" role="group" :aria-label="name">
      <span>{{ name }}</span>
      <span class="lb-seg">
        <button
          v-for="s in of"
          :key="s[0]"
          type="button"
          :class="{on: chosen === s[0]}"
          :aria-pressed="chosen === s[0]"
          @click="$emit('chosen', s[0])"
        >
          {{ s[1] }}
        </button>
      </span>
    </div>
  `,
};

// Quasar's own icons are words in a font of its own; a path is drawn without, and no screen reader reads it.
const DISC = 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z';
const drawn = {
  arrow: { dropdown: 'M7 10l5 5 5-5z' },
  field: { error: DISC + 'm1 15h-2v-2h2zm0-4h-2V7h2z' },
  type: {
    positive: DISC + 'm-2 15l-5-5 1.4-1.4 3.6 3.6 7.6-7.6L19 8z',
    negative: DISC + 'm1 15h-2v-2h2zm0-4h-2V7h2z',
    warning: 'M1 21h22L12 2zm12-3h-2v-2h2zm0-4h-2v-4h2z',
    info: DISC + 'm1 15h-2v-6h2zm0-8h-2V7h2z',
  },
};

export default {
  mixins: [board],
  components: { 'lb-icon': icon, 'lb-one-of': oneOf },
  created() {
    for (const [kind, icons] of Object.entries(drawn)) Object.assign(this.$q.iconSet[kind], icons);
  },
  props: {
    home: String,
    name: String,
    unit: String,
    waiting: Number,
    waitingHref: String,
    sought: String,
    sizes: Boolean,
    size: String,
    appearance: String,
    phone: String,
    links: Array,
  },
  emits: ['searched', 'sized', 'dressed'],
  data() {
    return { words: '', look: this.appearance, SIZES, APPEARANCES, keys };
  },
  template: `
    <header class="lb-bar">
      <a class="lb-skip" href="#main">跳到主要內容區塊</a>
      <a class="lb-post" href="#top" accesskey="U" title="上方功能區塊" aria-label="上方功能區塊（Alt+U）">:::</a>
      <a id="top" class="lb-brand" :href="home">
        <span class="lb-mark" aria-hidden="true">志</span>
        <span><small>衛生福利部</small><b>志願服務資訊整合系統</b></span>
      </a>
      <span class="sp"></span>
      <lb-one-of v-if="sizes" name="字級" :of="SIZES" :chosen="size" @chosen="$emit('sized', $event)" />
      <form v-if="sought" class="lb-find" role="search" aria-label="全站搜尋" @submit.prevent="$emit('searched', words)">
        <lb-icon name="search" size="16" />
        <input
          ref="find"
          v-model="words"
          type="search"
          aria-label="全站搜尋"
          :placeholder="sought"
          autocomplete="off"
          maxlength="60"
        />
        <kbd v-show="keys.on" aria-hidden="true">/</kbd>
      </form>
      <a v-if="phone" class="lb-call" :href="'tel:' + phone"><lb-icon name="phone" size="20" /><span>客服</span></a>
      <a v-if="waitingHref" class="lb-icon-btn" :href="waitingHref" :aria-label="count + ' 件輪到您'">
        <lb-icon name="bell" size="21" />
        <i v-if="count">{{ count }}</i>
      </a>
      <details class="lb-me-menu" @keydown.esc="$event.currentTarget.open = false; $refs.me.focus()">
        <summary ref="me" class="lb-me">
          <span class="lb-away">帳號選單：</span>
          <span class="lb-ava" aria-hidden="true">{{ name.slice(0, 1) }}</span>
          <span class="who">{{ name }}<small>{{ unit }}</small></span>
          <lb-icon name="down" size="16" />
        </summary>
        <div class="lb-card">
          <a v-for="l in links" :key="l[1]" :href="l[1]">{{ l[0] }}</a>
          <lb-one-of v-if="!sizes" name="字級" :of="SIZES" :chosen="size" @chosen="$emit('sized', $event)" />
          <lb-one-of name="外觀" :of="APPEARANCES" :chosen="look" @chosen="dress" />
          <label v-if="sought" class="lb-keys-on">
            <input type="checkbox" :checked="keys.on" @change="switchKeys($event.target.checked)" />單鍵快速鍵
          </label>
          <form method="post" action="/logout"><button type="submit">登出</button></form>
        </div>
      </details>
    </header>
  `,
  computed: {
    // What has waited when the page was asked for, until somebody counts again: this bar, or the queue of the page.
    count() {
      return bell.waiting ?? this.held?.of.waiting ?? this.waiting;
    },
  },
  methods: {
    switchKeys,
    dress(chosen) {
      this.look = chosen;
      window.chooseAppearance(chosen); // appearance.js
      this.$emit('dressed', chosen);
      if (document.querySelector('canvas')) setTimeout(() => location.reload(), 600); // a drawn chart keeps its colours
    },
  },
  mounted() {
    this.slash = (e) => {
      if (
        e.key === '/' &&
        keys.on &&
        !/INPUT|TEXTAREA|SELECT/.test(document.activeElement?.tagName) &&
        this.$refs.find
      ) {
        e.preventDefault();
        this.$refs.find.focus();
      }
    };
    this.outside = (e) => {
      for (const d of document.querySelectorAll('.lb-me-menu[open]')) if (!d.contains(e.target)) d.open = false;
    };
    document.addEventListener('keydown', this.slash);
    for (const leaving of ['click', 'focusin']) document.addEventListener(leaving, this.outside);
  },
  beforeUnmount() {
    document.removeEventListener('keydown', this.slash);
    for (const leaving of ['click', 'focusin']) document.removeEventListener(leaving, this.outside);
  },
};
