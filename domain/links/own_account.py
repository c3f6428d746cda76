"""One's own account: password, factors, cards, sessions, and showing again who one is."""

from .addresses import asking


def change_password() -> str:
    """變更密碼."""
    return '/account/password'


def mail_settings() -> str:
    """通知信設定."""
    return '/account/mail'


def undo_settings() -> str:
    """復原時間."""
    return '/account/undo'


def deputy() -> str:
    """職務代理, of a reviewer."""
    return '/account/deputy'


def show_guide() -> str:
    """顯示步驟引導: fetches the guide back."""
    return '/account/guide'


def own_sessions() -> str:
    """我的登入: where one is signed in."""
    return '/account/sessions'


def end_session() -> str:
    """Ends one of one's own sessions, or all others; a POST."""
    return '/account/sessions/end'


def own_factors(wanted: str = '', *, kept: str = '', name: str = '') -> str:
    """登入驗證: what one shows at the login besides the password; then on to the address `wanted`.

    `kept` goes on with the app that was being set up, `name` with the passkey, after one has shown who one is.
    """
    return asking('/account/factors', next=wanted, kept=kept, name=name)


def factor(act: str) -> str:
    """Adds or removes one's own factor (`act`: app, app-removal, passkey, passkey-options, passkey-removal, codes)."""
    return f'/account/factors/{act}'


def citizen_certificates() -> str:
    """自然人憑證 of one's own account."""
    return '/account/certificates'


def binding_challenge() -> str:
    """Asks for the text that a card signs in order to be bound; a POST."""
    return '/account/certificates/challenge'


def unbind() -> str:
    """Removes a card from one's own account; a POST."""
    return '/account/certificates/removal'


def proof(wanted: str = '', back: str = '') -> str:
    """再次確認本人, then on to the address `wanted`."""
    return asking('/account/proof', next=wanted, back=back)


def proof_by_passkey() -> str:
    """Asks for what a passkey signs in order to prove who it is; a POST."""
    return '/account/proof/passkey'


def passkey_proof() -> str:
    """Where the answer of the passkey goes; a POST."""
    return '/account/proof/passkey/answer'


def card_proof(wanted: str = '', back: str = '') -> str:
    """The same by 自然人憑證; without `wanted` in a tab of its own, beside the page that waits."""
    return asking('/account/proof/card', next=wanted, back=back)


def card_proof_challenge() -> str:
    """Asks for the text that a card signs in order to show whose it is; a POST."""
    return '/account/proof/card/challenge'


def shown_beside() -> str:
    """Says that the page in the other tab goes on."""
    return '/account/proof/done'
