"""What is open to everybody: signing in, asking for an account, help, policies."""

from .addresses import asking


def home() -> str:
    """Leads each role to where its work begins."""
    return '/'


def login(wanted: str = '') -> str:
    """一般模式登入作業; afterwards to the address `wanted`."""
    return asking('/login', next=wanted)


def certificate_login() -> str:
    """自然人憑證登入."""
    return '/login/certificate'


def certificate_challenge() -> str:
    """Asks for the text that a card signs in order to sign in; a POST."""
    return '/login/certificate/challenge'


def passkey_login() -> str:
    """Signs in by passkey alone; a POST."""
    return '/login/passkey'


def passkey_challenge() -> str:
    """Asks for what a passkey signs in order to sign in; a POST."""
    return '/login/passkey/challenge'


def second_step(wanted: str = '') -> str:
    """The second step of a login, then on to the address `wanted`; its parts are POSTs."""
    return asking('/login/second', next=wanted)


def second_step_part(step: str) -> str:
    """`step`: passkey, passkey-options, set-up, leave; POSTs."""
    return f'/login/second/{step}'


def login_again() -> str:
    """Signs the same person in again from a page whose session is over; a POST."""
    return '/login/again'


def counter_code() -> str:
    """登入碼: where a volunteer signs in by the code that the unit has just printed."""
    return '/login/code'


def logout() -> str:
    """Ends the session; a POST."""
    return '/logout'


def request_account() -> str:
    """帳號申請."""
    return '/account/request'


def confirm_request(token: str = '') -> str:
    """Where the applicant confirms a 帳號申請, from the mail."""
    return asking('/account/request/confirm', token=token)


def correct_request(token: str = '') -> str:
    """Where the applicant corrects a 帳號申請 that came back, from the mail."""
    return asking('/account/request/correction', token=token)


def forgotten_password() -> str:
    """忘記密碼."""
    return '/account/forgotten'


def reset_password(token: str = '') -> str:
    """Where the owner of a `token` sets a new password."""
    return asking('/account/reset', token=token)


def paper_code() -> str:
    """Where a volunteer uses the code that the unit has printed."""
    return '/code'


def confirm_email(token: str = '') -> str:
    """Where the owner of a `token` agrees to another address, or does not."""
    return asking('/account/email', token=token)


def sign_off(token: str = '') -> str:
    """簽核: what a unit's 志工督導 is asked to agree to, from the mail."""
    return asking('/sign-off', token=token)


def sign_off_picture(token: str = '', file_id: object = None) -> str:
    """A picture of what the link shows."""
    return asking('/sign-off/picture', token=token, file=file_id)


def downloads() -> str:
    """下載專區."""
    return '/downloads'


def teaching() -> str:
    """※教學影片: the eight steps in pictures."""
    return '/teaching'


def blank_roster() -> str:
    """名冊範本, as a spreadsheet."""
    return '/downloads/roster.ods'


def import_template(kind: str, form: str) -> str:
    """The template of a kind, `form` ods or xlsx."""
    return f'/downloads/imports/{kind}.{form}'


def site_map() -> str:
    """網站導覽."""
    return '/site-map'


def privacy() -> str:
    """隱私權政策."""
    return '/privacy'


def security() -> str:
    """資訊安全政策."""
    return '/security'
