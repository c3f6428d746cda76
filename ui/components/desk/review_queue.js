// The reviewer's live list: overdue first, chips for the deadline, who reads what, what has just arrived in orange.
import { bell, board } from '/static/boards.js';
import icon from '/static/icons.js';
import { caseAddress, desk } from '/static/desk.js';
import { keys, switchKeys } from '/static/keys.js';

const MOST_AT_ONCE = 200;
// Another filter or order begins with its first page.
const fromTheFirst = {
  flush: 'sync',
  handler() {
    this.page = 1;
  },
};
const sending = (c) => c.id + ':' + c.sent;

export default {
  mixins: [board],
  components: { 'lb-icon': icon },
  // `now`: {cases, first, more, units, tabs, pills, chosen, away}; `pills` and `chosen` are counted by the server where the
  // list has several pages. `view`: {tab, order, due, unit, roster, q, page}. `opened`: when, in milliseconds.
  props: {
    selected: Number,
    view: Object,
    words: String,
    orders: Object,
    me: Number,
    turn: Number,
    opened: Number,
  },
  emits: ['viewed', 'sought', 'approved'],
  data() {
    const { tab, order, due, unit, roster, page } = this.view;
    return {
      keys,
      tab,
      order,
      due,
      unit,
      roster,
      page,
      known: new Set(JSON.parse(this.board).of.cases.map(sending)),
      fresh: [],
      picks: false,
      picked: [],
    };
  },
  template: `
    <section class="lb-queue" :class="{picks}" aria-label="待審清單">
      <div class="lb-queue-head">
        <nav class="lb-crumbs" aria-label="所在位置">
          <a href="/volunteer-data">志工資料管理</a>
          <lb-icon name="next" size="12" />
          <span aria-current="page">志工紀錄冊審核</span>
        </nav>
        <div class="lb-queue-title">
          <component :is="selected ? 'h2' : 'h1'">志工紀錄冊審核</component>
          <span class="lb-live" role="status">即時更新</span>
        </div>
      </div>
      <nav class="lb-queue-tabs" aria-label="案件狀態">
        <a
          v-for="t in now.tabs"
          :key="t.key"
          :href="'/reviews' + (t.key === 'submitted' ? '' : '?status=' + t.key)"
          :class="{on: t.key === tab}"
          :aria-current="t.key === tab ? 'page' : null"
        >
          {{ t.label }}<span class="lb-count">{{ t.count }}</span>
        </a>
      </nav>
      <div class="lb-queue-filters">
        <form class="lb-queue-find" role="search" @submit.prevent="$emit('sought', $refs.sought.value)">
          <input
            ref="sought"
            type="search"
            :value="words"
            aria-label="在清單中查詢"
            placeholder="姓名、證號、單位或電話"
            autocomplete="off"
            maxlength="60"
          />
          <button type="submit" class="lb-btn q-btn lb-outline">查詢</button>
        </form>
        <div v-if="waits" class="lb-pills" role="group" aria-label="期限">
          <button
            v-for="p in pills"
            :key="p.key"
            type="button"
            class="lb-pill"
            :class="{on: due === p.key}"
            :aria-pressed="due === p.key"
            @click="due = p.key"
          >
            {{ p.label }}<span class="lb-count">{{ p.count }}</span>
          </button>
          <button
            type="button"
            class="lb-pill lb-picks"
            :class="{on: picks}"
            :aria-pressed="picks"
            @click="picks = !picks"
          >
            選取
          </button>
        </div>
        <div class="two-up">
          <select v-model="unit" aria-label="運用單位">
            <option :value="0">全部運用單位</option>
            <option v-for="u in now.units" :key="u[0]" :value="u[0]">{{ u[1] }}</option>
          </select>
          <select v-if="waits" v-model="order" aria-label="排序">
            <option v-for="(label, key) in orders" :key="key" :value="key">{{ label }}</option>
          </select>
          <span v-else class="lb-order">最近的在前</span>
        </div>
        <p v-if="roster" class="lb-roster-on">
          <span>名冊：{{ rosterTitle }}</span>
          <button type="button" class="lb-link" @click="roster = 0">看全部案件</button>
        </p>
      </div>
      <div class="lb-arrived" role="status" aria-live="polite" v-show="fresh.length">
        <lb-icon name="bolt" size="16" />
        <span v-if="fresh.length">{{ fresh[0].time }} 新送件 {{ fresh.length }} 件：{{ fresh[0].name }}</span>
        <a v-if="fresh.length" :href="address(fresh[0].id)">查看</a>
      </div>
      <p v-for="a in now.away || []" :key="a[2]" class="lb-away-note">
        {{ a[2] }}請假至 {{ a[3] }}，由{{ a[0] === me ? '您' : a[1] }}代理。
      </p>
      <ol class="lb-list" tabindex="0" aria-label="案件" ref="list">
        <li
          v-for="c in visible"
          :key="c.id"
          class="lb-item"
          :class="{on: c.id === selected, new: isNew(c), held: c.pending || (holder(c) && holder(c)[0] !== me)}"
          :aria-current="c.id === selected ? 'true' : null"
        >
          <input
            v-if="picks"
            type="checkbox"
            class="lb-item-pick"
            :aria-label="'選取 ' + c.name"
            :checked="picked.includes(c.id)"
            :disabled="!!c.pending"
            @change="pick(c.id, $event.target.checked)"
          />
          <a class="lb-item-link" :href="address(c.id)">
            <span class="n">{{ c.name }}</span>
            <span class="id">{{ c.masked }}</span>
            <span class="id no">{{ c.no }}</span>
          </a>
          <span class="lb-chip" :class="c.tone" :title="c.hint || null">
            <lb-icon :name="c.symbol" size="14" weight="2.2" />{{ c.chip }}<span
              v-if="c.hint"
              class="lb-away"
            >，{{ c.hint }}</span>
          </span>
          <div class="s">
            <span>{{ c.unit }}</span>
            <span v-if="c.turn !== c.chip" class="turn">{{ c.turn }}</span>
            <time>{{ c.at }}</time>
          </div>
          <div v-if="hasMore(c)" class="p">
            <span v-if="c.pending" class="lb-chip info">
              <lb-icon name="check" size="14" />{{ c.pending[0] === me ? '您' : c.pending[1] }}已{{ c.pending[2] }}
            </span>
            <span v-if="!c.pending && holder(c)" class="lb-here" :class="{me: holder(c)[0] === me}">
              <i aria-hidden="true">{{ holder(c)[1].slice(0, 1) }}</i>
              {{ holder(c)[0] === me ? '您正在審' : holder(c)[1] + ' 正在審' }}
            </span>
            <span v-if="c.assignee" class="lb-chip" :class="{info: c.assignee[0] === me}">
              {{ c.assignee[0] === me ? '您' : c.assignee[1] }}承辦
            </span>
            <span v-if="c.stood.length" class="lb-chip info">{{ acts(c.stood) }}</span>
            <span v-if="c.problem" class="lb-chip bad"><lb-icon name="warning" size="14" />未能生效</span>
            <span v-if="c.changed" class="lb-chip" :class="c.changed[1]">
              <lb-icon :name="c.changed[2]" size="14" />{{ c.changed[0] }}
            </span>
            <span v-if="isNew(c)" class="lb-chip accent"><lb-icon name="bolt" size="14" />新送件</span>
            <span v-if="c.answered" class="lb-chip">補件再送 {{ c.answered }} 項</span>
            <span v-else-if="c.round > 1 && waits" class="lb-chip">補件再送</span>
            <span v-if="c.open" class="lb-chip warn"><lb-icon name="flag" size="14" />標記 {{ c.open }} 項</span>
          </div>
        </li>
        <li v-if="!visible.length" class="lb-empty">
          <b>沒有案件</b>
          <span>{{ cases.length || words ? '換一個篩選條件看看。' : '有新送件時會自動出現在這裡，不必重新整理。' }}</span>
        </li>
        <li v-if="now.more || page > 1" class="lb-empty lb-queue-pages">
          <a v-if="page > 1" :href="paged(page - 1)">前一頁</a>
          <span v-if="cases.length">
            第 {{ now.first }} 至 {{ now.first + cases.length - 1 }} 件{{ now.chosen ? '，共 ' + now.chosen + ' 件' : '' }}
          </span>
          <a v-if="now.more" :href="paged(page + 1)">後一頁</a>
        </li>
      </ol>
      <div v-if="picks" class="lb-bulk">
        <label>
          <input
            type="checkbox"
            :checked="!!able.length && able.every((c) => picked.includes(c.id))"
            @change="picked = $event.target.checked ? able.map((c) => c.id) : []"
          />全選
        </label>
        <button
          type="button"
          class="lb-btn q-btn bg-primary"
          :disabled="!chosen.length"
          @click="$emit('approved', chosen.map((c) => [c.id, c.version]))"
        >
          <lb-icon name="check" />核可選取的 {{ chosen.length }} 件
        </button>
      </div>
      <q-dialog v-model="keys.listed" aria-labelledby="keys-title">
        <div class="lb-card lb-pad lb-question lb-key-list">
          <h2 id="keys-title">快速鍵</h2>
          <dl>
            <div v-for="k in list" :key="k[1]">
              <dt><kbd v-for="one in k[0]" :key="one">{{ one }}</kbd></dt>
              <dd>{{ k[1] }}</dd>
            </div>
          </dl>
          <label>
            <input type="checkbox" :checked="keys.on" @change="switchKeys($event.target.checked)" />
            使用單鍵快速鍵（在欄位裡打字時不會作用）
          </label>
          <div class="lb-acts">
            <button type="button" class="lb-btn q-btn bg-primary" autofocus @click="keys.listed = false">知道了</button>
          </div>
        </div>
      </q-dialog>
    </section>
  `,
  computed: {
    now() {
      return this.held.of;
    },
    cases() {
      return this.now.cases;
    },
    waits() {
      return this.tab === 'submitted';
    },
    pills() {
      const ofAll = this.now.pills;
      const count = (key) =>
        ofAll ? ofAll[key] : this.cases.filter((c) => (!key || c.due === key) && this.isOfRoster(c)).length;
      return [
        ['', '全部'],
        ['overdue', '逾期'],
        ['today', '今日到期'],
      ].map(([key, label]) => ({ key, label, count: count(key) }));
    },
    visible() {
      return this.cases.filter(
        (c) => (!this.due || c.due === this.due) && (!this.unit || c.unit_id === this.unit) && this.isOfRoster(c),
      );
    },
    able() {
      return this.visible.filter((c) => !c.pending).slice(0, MOST_AT_ONCE);
    },
    chosen() {
      return this.able.filter((c) => this.picked.includes(c.id));
    },
    rosterTitle() {
      return this.cases.find((c) => c.roster_id === this.roster)?.roster || '（這份名冊沒有這類案件）';
    },
    query() {
      const chosen = {
        status: this.waits ? '' : this.tab,
        order: this.order === 'due' ? '' : this.order,
        due: this.due,
        unit: this.unit || '',
        roster: this.roster || '',
        q: this.view.q,
        page: this.page > 1 ? this.page : '',
      };
      const query = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value)).toString();
      return query && '?' + query;
    },
    list() {
      return [
        [['J'], '下一件；這一頁的最後一件之後是下一頁'],
        [['K'], '上一件；這一頁的第一件之前是上一頁'],
        [['A'], '核可（生效前可復原）'],
        [['R'], '通知補件'],
        [['U'], '復原最後一個決定（生效前）'],
        [['1', '～', '9'], '標記補件時：第幾個原因；否則：看第幾份文件（1 照片，2 正面，3 反面，…）'],
        [['F'], '全螢幕看文件，旁邊是登錄的資料；再按一次關閉'],
        [['←', '→'], '全螢幕時：上一份、下一份'],
        [['?'], '這張清單'],
      ];
    },
  },
  watch: {
    // The bell needs no news of its own: what waits is counted with the list.
    'now.tabs': {
      immediate: true,
      handler(tabs) {
        bell.waiting = tabs.find((t) => t.key === 'submitted').count;
      },
    },
    cases(now) {
      if (this.waits) {
        // Another order or filter shows other cases, and one more moves up for each that goes: they have not just arrived.
        const arrived = now.filter((c) => c.sent >= this.opened && !this.known.has(sending(c)));
        this.fresh = [...arrived, ...this.fresh.filter((f) => now.some((c) => c.id === f.id))];
      }
      for (const c of now) this.known.add(sending(c));
    },
    order: fromTheFirst,
    due: fromTheFirst,
    unit: fromTheFirst,
    roster: fromTheFirst,
    visible: {
      immediate: true,
      handler(list) {
        desk.visible = list;
        desk.first = this.now.first;
        desk.chosen = this.now.chosen;
        desk.pages = {
          before: this.page > 1 ? this.paged(this.page - 1) : '',
          after: this.now.more ? this.paged(this.page + 1) : '',
        };
      },
    },
    turn() {
      this.picked = [];
      this.picks = false;
    },
    query: {
      immediate: true,
      handler(query, before) {
        desk.view = query;
        if (before === undefined) return;
        history.replaceState(history.state, '', location.pathname + query);
        const { order, due, unit, roster, page } = this;
        this.$emit('viewed', { order, due, unit, roster, page });
      },
    },
  },
  created() {
    desk.selected = this.selected;
  },
  mounted() {
    const list = this.$refs.list,
      item = list.querySelector('.on');
    if (item) list.scrollTop = item.offsetTop - list.clientHeight / 3;
  },
  methods: {
    switchKeys,
    address: caseAddress,
    paged(page) {
      const query = new URLSearchParams(this.query);
      query.set('page', page);
      return `/reviews?${query}`;
    },
    isNew(c) {
      return this.fresh.some((f) => f.id === c.id) && c.id !== this.selected;
    },
    isOfRoster(c) {
      return !this.roster || c.roster_id === this.roster;
    },
    holder(c) {
      return c.readers[0];
    },
    // `stood`: who acts for whom, [id, name, name].
    acts([id, name, absent]) {
      return (id === this.me ? '您' : name) + '代理' + absent;
    },
    hasMore(c) {
      return (
        c.pending ||
        c.stood.length ||
        c.assignee ||
        c.readers.length ||
        c.problem ||
        c.changed ||
        this.isNew(c) ||
        c.open ||
        c.answered ||
        (c.round > 1 && this.waits)
      );
    },
    pick(id, on) {
      this.picked = on ? [...this.picked, id] : this.picked.filter((one) => one !== id);
    },
  },
};
