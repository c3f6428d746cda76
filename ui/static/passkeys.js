// 通行金鑰: has this device's key sign a text of ours. Forms with `data-passkey` are shown where the browser knows how.
(() => {
  const CANCELLED = '沒有完成：取消了，或等待太久。請再按一次，或改用其他方式。';
  const KNOWN = '這個裝置已經有您的通行金鑰了，不需要再新增。';
  const OFF_LINE = '連不上本系統，這次沒有完成。請確認網路後再按一次。';

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .replace(/=+$/, '');
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  // What the device says to the `options` of the server, as JSON.
  async function signed(options) {
    const publicKey = { ...options, challenge: bytes(options.challenge) };
    const isNew = Boolean(options.user);
    if (isNew) {
      publicKey.user = { ...options.user, id: bytes(options.user.id) };
      publicKey.excludeCredentials = named(options.excludeCredentials);
    } else publicKey.allowCredentials = named(options.allowCredentials);
    const made = await navigator.credentials[isNew ? 'create' : 'get']({ publicKey });
    const response = { clientDataJSON: text(made.response.clientDataJSON) };
    for (const part of ['attestationObject', 'authenticatorData', 'signature', 'userHandle'])
      if (made.response[part]) response[part] = text(made.response[part]);
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
  }

  // `body`: what was typed beside it, for the way back from the page where one shows first who one is.
  async function asked(address, body = new FormData()) {
    let answer;
    try {
      answer = await (await fetch(address, { method: 'POST', body })).json();
    } catch {
      throw new Error(OFF_LINE);
    }
    if (answer.proof) {
      location.assign(answer.proof);
      return new Promise(() => {});
    }
    if (!answer.options) throw new Error(answer.sentence || OFF_LINE);
    return signed(JSON.parse(answer.options));
  }

  const sentenceOf = (trouble) =>
    trouble.name === 'InvalidStateError' ? KNOWN : trouble instanceof DOMException ? CANCELLED : trouble.message;

  // For a page whose session is over: what this device says, in order to sign in. Raises an Error with the sentence.
  window.passkeyToEnter = () =>
    asked('/login/passkey/challenge').catch((trouble) => {
      throw new Error(sentenceOf(trouble));
    });

  // For a page that stays: '' when the server believes it, else why not.
  window.provePasskey = async () => {
    try {
      const body = new FormData();
      body.set('answer', await asked('/account/proof/passkey'));
      const answer = await fetch('/account/proof/passkey/answer', { method: 'POST', body });
      return answer.ok ? '' : (await answer.json()).sentence;
    } catch (trouble) {
      return sentenceOf(trouble);
    }
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    if (!window.PublicKeyCredential) continue;
    const said = form.querySelector('[data-said]');
    form.hidden = false;
    form.addEventListener('submit', async (event) => {
      if (form.elements.answer.value) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      said.hidden = true;
      try {
        form.elements.answer.value = await asked(form.dataset.passkey, new FormData(form));
        form.submit();
        form.elements.answer.value = ''; // after Back it is asked for anew
      } catch (trouble) {
        said.querySelector('span').textContent = sentenceOf(trouble);
        said.hidden = false;
        delete form.dataset.sent; // as public.js has marked it
        for (const button of form.querySelectorAll('button.off')) button.classList.remove('off');
      }
    });
  }
})();
