// Kept mails: subject, receiver, text, attachment. Only addresses of this site become links.
import icon from '/static/icons.js';

export default {
  components: { 'lb-icon': icon },
  props: { letters: Array },
  emits: ['wanted'],
  template: `
    <div class="lb-mails">
      <details v-for="(l, i) in letters" :key="i" class="lb-card lb-mail" :open="i === 0">
        <summary>
          <lb-icon name="mail" size="20" />
          <span><b>{{ l.subject }}</b><small>收件人 {{ l.to || '（沒有電子郵件）' }}</small></span>
          <span class="r">
            <span class="lb-chip" :class="l.trouble ? 'bad' : ''">{{ l.status }}</span>
            <time>{{ l.when }}</time>
          </span>
        </summary>
        <p v-if="l.trouble" class="lb-verdict bad"><lb-icon name="warning" /><span>{{ l.trouble }}</span></p>
        <div class="body">
          <template v-for="(part, n) in parts(l.body)" :key="n">
            <a v-if="part.href" :href="part.href">{{ part.text }}</a>
            <template v-else>{{ part.text }}</template>
          </template>
        </div>
        <button v-if="l.attachment" type="button" class="q-btn lb-btn lb-outline" @click="$emit('wanted', i)">
          <lb-icon name="download" />{{ l.attachment }}
        </button>
      </details>
      <div v-if="!letters.length" class="lb-card lb-empty"><b>還沒有信件</b><span>送審、通知補件、核可時，系統寫的信會出現在這裡。</span></div>
    </div>
  `,
  methods: {
    parts(text) {
      return text
        .split(/(https?:\/\/[^\s）)]+)/)
        .map((part) => ({ text: part, href: part.startsWith(location.origin + '/') ? part : '' }));
    },
  },
};
