// A session that is over does not take the page away: its user signs in again over it, and it loads anew with what was
// typed (drafts and mirror.js). Nothing of the page can be read meanwhile. Loaded by site.js.
(() => {
  const OFF_LINE = '連不上本系統，還沒有登入。請確認網路後再按一次；您輸入的內容都還在。';

  const CARD_LOGIN = `/login/certificate?next=${encodeURIComponent('/account/proof/done')}`;
  const BESIDE = 2000; // milliseconds between two looks whether somebody has signed in in the other tab

  function made(name, facts = {}, ...inside) {
    const element = Object.assign(document.createElement(name), facts);
    element.append(...inside);
    return element;
  }

  function field(id, label, facts) {
    const input = made('input', { id, ...facts });
    const box = made('span', { className: 'lb-box-in' }, input);
    const text = made('label', { className: 'lb-label', htmlFor: id }, label);
    return [made('div', { className: 'lb-field' }, text, box), input];
  }

  window.sessionOver = () => {
    window.socket?.disconnect();
    const { again: mark, who } = document.querySelector('[data-again]')?.dataset || {};
    if (document.getElementById('again')) return;
    if (!mark || !window.HTMLDialogElement) return void location.reload();
    const [passwordField, password] = field('again-password', '密碼', {
      type: 'password',
      autocomplete: 'current-password',
    });
    const [codeField, code] = field('again-code', '驗證碼（驗證器 App 或復原碼）', {
      type: 'text',
      autocomplete: 'one-time-code',
      maxLength: 20,
    });
    codeField.hidden = true;
    const words = made(
      'p',
      {},
      `${who}您好，您有一段時間沒有操作，登入已經結束。輸入密碼後會回到這一頁，您輸入的內容都還在。`,
    );
    const byKey = made(
      'button',
      { type: 'button', className: 'q-btn lb-btn lb-outline', hidden: true },
      '使用通行金鑰',
    );
    // The card is asked on a page of its own: no other may open its component (ui/README.md).
    const byCard = made(
      'a',
      { className: 'q-btn lb-btn lb-outline', hidden: true, target: '_blank', href: CARD_LOGIN },
      '使用自然人憑證',
    );
    const said = made('p', { className: 'lb-verdict bad', hidden: true });
    said.setAttribute('role', 'alert');
    const go = made('button', { type: 'submit', className: 'q-btn lb-btn bg-primary' }, '登入並繼續');
    const leave = made('button', { type: 'button', className: 'q-btn lb-btn lb-flat' }, '到登入頁');
    const form = made(
      'form',
      { className: 'lb-card lb-pad lb-stack', noValidate: true },
      made('h2', { id: 'again-title' }, '請重新登入，再繼續'),
      words,
      passwordField,
      codeField,
      said,
      made('div', { className: 'lb-acts' }, go, byKey, byCard, leave),
    );
    const dialog = made('dialog', { id: 'again', className: 'lb-again' }, form);
    dialog.setAttribute('aria-labelledby', 'again-title');
    dialog.addEventListener('cancel', (event) => event.preventDefault());
    leave.addEventListener('click', () => location.reload());

    function tell(sentence) {
      said.textContent = sentence;
      said.hidden = !sentence;
    }
    async function asked(facts = {}) {
      const body = new FormData();
      for (const [name, value] of Object.entries({ mark, ...facts })) body.set(name, value);
      return (await fetch('/login/again', { method: 'POST', body })).json();
    }
    // What else this person can show: a passkey of this device, a card; who has no password is not asked for one.
    async function offer() {
      const { done, needs, offers = [] } = await asked();
      if (done || needs === 'login') return location.reload();
      byKey.hidden = !offers.includes('passkey') || !window.PublicKeyCredential;
      byCard.hidden = !offers.includes('card');
      if (needs !== 'other') return;
      passwordField.hidden = go.hidden = true;
      words.textContent = `${who}您好，您有一段時間沒有操作，登入已經結束。再次登入後會回到這一頁，您輸入的內容都還在。`;
      (byKey.hidden ? byCard : byKey).focus();
    }
    async function send(facts) {
      const answer = await asked(facts);
      if (answer.done || answer.needs === 'login') return location.reload();
      if (answer.needs === 'code') {
        codeField.hidden = false;
        tell('');
        return code.focus();
      }
      if (answer.needs === 'passkey') {
        tell('這個帳號還需要通行金鑰。請按「使用通行金鑰」。');
        return byKey.focus();
      }
      tell(answer.sentence || '請輸入密碼。');
      (codeField.hidden || !answer.sentence ? password : code).select();
    }
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (go.disabled) return;
      go.disabled = true;
      await send({ password: password.value, code: code.value }).catch(() => tell(OFF_LINE));
      go.disabled = false;
    });
    byKey.addEventListener('click', async () => {
      tell('');
      const answer = await window.passkeyToEnter().catch((trouble) => tell(trouble.message));
      if (answer) await send({ answer }).catch(() => tell(OFF_LINE));
    });
    byCard.addEventListener(
      'click',
      () => {
        tell('');
        setInterval(async () => (await asked().catch(() => ({}))).done && location.reload(), BESIDE);
      },
      { once: true },
    );
    document.body.append(dialog);
    dialog.showModal();
    password.focus();
    offer().catch(() => tell(''));
  };
})();
