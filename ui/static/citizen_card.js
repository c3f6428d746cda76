// 自然人憑證: has the card in this computer sign a text of ours. The PIN goes to the component on localhost alone.
//
// The component (HiPKI 跨平台網頁元件) sets no CORS headers, so it is asked through a window of its own, which has to be
// opened while a press is handled. The window says {func: 'getTbs'}; we answer with what is to be signed; it says
// {func: 'sign', ret_code, last_error, signature}. Each of them as JSON, by postMessage, from the component's origin.

const PATIENCE = 3500; // milliseconds for the window to say something; then it is looked for whether there is one
const LONGEST = 120000; // for the card: the text to sign is over after three minutes
const GO_BACK = '現在可以改用帳號密碼登入。';
const SITE = '內政部憑證管理中心網站';

const CODES = {
  0x76000006: '讀卡機裡沒有卡片。請插入自然人憑證（晶片朝上），再按一次。',
  0x7600000f: `讀卡元件還不信任本網站（${location.host}）。請在元件跳出的視窗同意加入信任網站，再按一次。`,
  0x76000998: '讀卡元件沒有收到憑證密碼（PIN 碼）。請輸入後再按一次。',
  0x76100003: '找不到讀卡機。請確認讀卡機已接上電腦，再按一次。',
  0x76500002: `卡片上的憑證已過有效期限。請到${SITE}或戶政事務所辦理展期或換卡；${GO_BACK}`,
};
const LOGIN_FAILED = 0x76100006;
const WRONG = 0xa0;
const LOGIN_CODES = {
  0xa2: '憑證密碼（PIN 碼）的長度不對。請確認後再輸入一次。',
  0xa4: `這張卡片輸入錯誤太多次，已經鎖卡。請到${SITE}辦理鎖卡解碼，或到戶政事務所辦理；${GO_BACK}`,
};
const POPUP_BLOCKED = '瀏覽器擋住了讀卡元件的視窗。請在網址列旁允許本網站的彈出式視窗，再按一次。';
const CLOSED = '讀卡元件的視窗關閉了，沒有完成。請再按一次，等視窗自己關閉。';
const SLOW = '讀卡元件太久沒有回應。請把卡片拔出再插入，然後再按一次。';
const ABSENT = `這台電腦沒有安裝跨平台網頁元件，或元件沒有執行。請到${SITE}下載安裝，再按一次；${GO_BACK}`;
const TOO_OLD = `這台電腦的讀卡元件是舊版，不能使用。請到${SITE}下載新版的跨平台網頁元件，安裝後再按一次；${GO_BACK}`;
const SILENT =
  '讀卡元件有在執行，但瀏覽器不讓它回應本頁。請停用擋廣告的外掛，並請資訊人員設定 localhost 不經過 Proxy，再按一次。';
const NOT_ALLOWED =
  '瀏覽器不允許本網站連到這台電腦上的讀卡元件。請按網址列左邊的圖示，允許存取本機網路（本機裝置），再按一次。';
const OFF_LINE = '連不上本系統，這次沒有完成。請確認網路後再按一次。';

class Refused extends Error {
  constructor(sentence, isOfPin = false) {
    super(sentence);
    this.isOfPin = isOfPin;
  }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function sentenceOf({ ret_code: code, last_error: minor }, tries) {
  const major = Number(code) >>> 0;
  if (major !== LOGIN_FAILED) {
    return CODES[major] || `讀卡元件回報錯誤（0x${major.toString(16)}）。請把卡片拔出再插入後重試；${GO_BACK}`;
  }
  if (Number(minor) in LOGIN_CODES) return LOGIN_CODES[Number(minor)];
  return `憑證密碼（PIN 碼）不正確，這裡已錯 ${tries} 次；連續 3 次會鎖卡，不確定時請先停下來。${GO_BACK}`;
}

// What the window of the component has said so far, and to that window alone is said something.
class Conversation {
  constructor(component) {
    this.component = component;
    this.heard = [];
    this.window = open(`${component}/popupForm`, 'citizen-card', 'popup,width=420,height=260');
    if (!this.window) throw new Refused(POPUP_BLOCKED);
    this.listen = (event) => {
      if (event.origin !== component || event.source !== this.window) return;
      try {
        const said = typeof event.data === 'string' ? JSON.parse(event.data) : event.data;
        if (said && typeof said === 'object') this.heard.push(said);
      } catch {
        // no words of the component's
      }
    };
    addEventListener('message', this.listen);
  }
  // What it says next with this `func`; null when it has said nothing for so long.
  async next(func, milliseconds) {
    const end = performance.now() + milliseconds;
    for (;;) {
      const said = this.heard.find((one) => one.func === func);
      if (said) return said;
      if (this.window.closed) throw new Refused(CLOSED);
      if (performance.now() > end) return null;
      await pause(50);
    }
  }
  say(words) {
    this.window.postMessage(JSON.stringify(words), this.component);
  }
  end() {
    removeEventListener('message', this.listen);
    this.window.close();
  }
}

// Whether something answers there: a picture may be shown without CORS, and nothing else may.
function answers(origin) {
  return new Promise((resolve) => {
    const picture = new Image();
    picture.onload = () => resolve(true);
    picture.onerror = () => resolve(false);
    setTimeout(() => resolve(false), PATIENCE);
    picture.src = `${origin}/p11Image.bmp?${Math.random()}`;
  });
}

// Chrome asks before a site of the internet may speak with this computer; once denied, it asks no more.
async function isDenied() {
  for (const name of ['loopback-network', 'local-network-access']) {
    try {
      if ((await navigator.permissions.query({ name })).state === 'denied') return true;
    } catch {
      // a browser that does not know the word does not ask
    }
  }
  return false;
}

async function whyNothing(component, older) {
  if (await isDenied()) return NOT_ALLOWED;
  return (await answers(older)) ? TOO_OLD : ABSENT;
}

async function asked(address, secret) {
  const body = new FormData();
  if (secret !== undefined) body.set('secret', secret);
  let answer;
  try {
    answer = await (await fetch(address, { method: 'POST', body })).json();
  } catch {
    throw new Refused(OFF_LINE);
  }
  if (!answer.text) throw new Refused(answer.sentence || OFF_LINE);
  return answer.text;
}

// [text, signature]. Raises Refused with the sentence for whoever waits.
async function signed({ card, component, older }, pin, secret, tries) {
  const talk = new Conversation(component);
  try {
    const text = await asked(card, secret);
    if (!(await talk.next('getTbs', PATIENCE))) {
      if (!(await answers(component))) throw new Refused(await whyNothing(component, older));
      if (!(await talk.next('getTbs', 4 * PATIENCE))) throw new Refused(SILENT);
    }
    talk.say({
      func: 'MakeSignature',
      signatureType: 'PKCS7',
      tbs: text,
      tbsEncoding: 'NONE',
      hashAlgorithm: 'SHA256',
      withCardSN: 'false',
      pin,
      nonce: '',
    });
    const said = await talk.next('sign', LONGEST);
    if (!said) throw new Refused(SLOW);
    if (Number(said.ret_code) === 0 && said.signature) return [text, String(said.signature)];
    const isOfPin = Number(said.ret_code) >>> 0 === LOGIN_FAILED;
    if (isOfPin && Number(said.last_error) === WRONG) tries.wrong += 1;
    throw new Refused(sentenceOf(said, tries.wrong), isOfPin);
  } finally {
    talk.end();
  }
}

function offer(form) {
  const [pin, secret, said, busy, button] = [
    '[data-pin]',
    '[data-secret]',
    '[data-said]',
    '[data-busy]',
    '[type=submit]',
  ].map((part) => form.querySelector(part));
  const answer = document.getElementById('card-answer');
  const tries = { wrong: 0 };

  function tell(sentence) {
    said.querySelector('span').textContent = sentence;
    said.hidden = !sentence;
  }

  function lacking() {
    if (secret && !secret.value) return [secret, '請輸入目前密碼。'];
    if (!pin.value.trim()) return [pin, '請輸入憑證密碼（PIN 碼）。'];
    return [];
  }

  addEventListener('pagehide', () => (pin.value = '')); // Back must not bring it again

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (!busy.hidden) return;
    document.querySelector('[data-earlier]')?.remove(); // what came of the try before this one
    const [field, sentence] = lacking();
    tell(sentence || '');
    if (field) return field.focus();
    busy.hidden = false;
    button.classList.add('off');
    try {
      const digits = pin.value.normalize('NFKC').trim(); // an input method may write them in full width
      const [text, signature] = await signed(form.dataset, digits, secret?.value, tries);
      answer.elements.text.value = text;
      answer.elements.signature.value = signature;
      answer.requestSubmit();
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
      busy.hidden = true;
      button.classList.remove('off');
      tell(refusal.message);
      if (refusal.isOfPin) pin.value = '';
      pin.focus();
    }
  });
}

for (const form of document.querySelectorAll('form[data-card]')) offer(form);
