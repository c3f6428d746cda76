// The rail of STEP 1 to 8: what is done, what is open (each a link to its field), what is to come. The step of the page
// is marked as such whether it is done or not, so that the count is of those that say 已完成.
// On a phone it is a compact bar that opens to the whole list.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { who: String, steps: Array, now: Number, foot: String },
  emits: ['away'],
  data() {
    return { open: false };
  },
  template: `
    <aside class="lb-rail" :class="{open}" aria-label="紀錄冊線上申請步驟">
      <div class="lb-rail-phone">
        <div class="h">
          <b>STEP {{ now }}</b>
          <span>已完成 {{ done }}／8<template v-if="who">　{{ who }}</template></span>
          <button
            type="button"
            class="lb-bare"
            :aria-expanded="open"
            aria-controls="all-steps"
            @click="open = !open"
          >全部步驟<lb-icon name="down" size="16" /></button>
        </div>
        <div class="segs" aria-hidden="true">
          <i v-for="s in steps" :key="s.n" :class="{d: s.done, n: s.n === now}"></i>
        </div>
        <p>{{ steps[now - 1].lines[0] }}</p>
        <div v-if="left.length" class="left">
          <b>尚餘 {{ left.length }} 項</b>
          <a v-for="l in left.slice(0, 3)" :key="l.href + l.text" :href="l.href">{{ l.text }}</a>
          <button v-if="left.length > 3" type="button" class="lb-bare" @click="open = true">
            還有 {{ left.length - 3 }} 項
          </button>
        </div>
      </div>
      <div class="lb-rail-full" id="all-steps">
        <h2>紀錄冊線上申請</h2>
        <p class="lb-rail-who">{{ who || '新的申請' }}</p>
        <div class="lb-progress">
          <div
            class="lb-meter"
            role="progressbar"
            :aria-valuenow="done"
            aria-valuemin="0"
            aria-valuemax="8"
            aria-label="完成進度"
          >
            <b :style="{width: done * 12.5 + '%'}"></b>
          </div>已完成 {{ done }}／8</div>
        <ol class="lb-steps">
          <li
            v-for="s in steps"
            :key="s.n"
            class="lb-step"
            :class="{done: s.done && s.n !== now, now: s.n === now}"
            :aria-current="s.n === now ? 'step' : null"
          >
            <i aria-hidden="true">
              <lb-icon v-if="s.done" name="check" size="14" weight="2.6" />
              <template v-else>{{ s.n }}</template>
            </i>
            <div v-if="s.n === now">
              <b>STEP {{ s.n }}<em>{{ s.done ? '已完成' : '進行中' }}</em></b>
              <span v-for="line in s.lines" :key="line" class="line">{{ line }}</span>
            </div>
            <p v-else-if="s.done" :title="s.lines.join(' ')">
              <b>STEP {{ s.n }}<em>已完成</em></b>
              <component :is="s.href ? 'a' : 'span'" :href="s.href || null">{{ s.lines[0] }}</component>
            </p>
            <template v-else>
              <b><a v-if="s.href" :href="s.href">STEP {{ s.n }}</a><template v-else>STEP {{ s.n }}</template></b>
              <span v-for="line in s.lines" :key="line" class="line">{{ line }}</span>
            </template>
            <ul v-if="s.left.length" class="lb-left">
              <li class="h">尚餘 {{ s.left.length }} 項</li>
              <li v-for="l in s.left" :key="l.href + l.text">
                <lb-icon name="next" size="14" weight="2.4" />
                <a :href="l.href">{{ l.text }}</a>
              </li>
            </ul>
          </li>
        </ol>
        <p class="lb-rail-foot">
          <span>{{ foot }}</span>
          <button type="button" class="lb-link" @click="$emit('away')">收起步驟引導</button>
        </p>
      </div>
    </aside>
  `,
  computed: {
    // What is open here, then what other steps lack.
    left() {
      const here = this.steps[this.now - 1];
      return [here, ...this.steps.filter((s) => s !== here)].flatMap((s) => s.left);
    },
    done() {
      return this.steps.filter((s) => s.done).length;
    },
  },
};
