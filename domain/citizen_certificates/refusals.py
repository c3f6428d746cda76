"""Why a card is refused: each says what happened, what to do, and that the password still works."""

from ..errors import DomainError

_OTHER_WAY = '也可以改用帳號密碼登入。'


class CardRefused(DomainError):
    """Nobody was signed in, and nothing was bound."""


class ChallengeOver(CardRefused):
    """The challenge was used, is too old, belongs to another browser or another act, or never was one."""

    def __init__(self) -> None:
        super().__init__('這次驗證已逾時、已用過，或不是在這個瀏覽器開始的。請再按一次，重新驗證。')


class UnfitSignature(CardRefused):
    """What was sent is no signature, is damaged, or signs something else."""

    def __init__(self) -> None:
        super().__init__(f'元件送來的簽章不完整或不正確，沒有收下。請再試一次；{_OTHER_WAY}')


class NotACitizensCard(CardRefused):
    """The certificate was issued by none of the authorities we trust, or is of another kind."""

    def __init__(self) -> None:
        super().__init__(
            '這張卡片不是可以用來登入的自然人憑證（工商憑證、機關憑證、健保卡等不能使用）。'
            f'請改插內政部發給您本人的自然人憑證；{_OTHER_WAY}'
        )


class CardExpired(CardRefused):
    """The certificate is not valid yet, or not any more."""

    def __init__(self) -> None:
        super().__init__(
            f'這張自然人憑證已過有效期限，或還沒有生效。請到戶政事務所或內政部憑證管理中心網站辦理；{_OTHER_WAY}'
        )


class CardRevoked(CardRefused):
    """The certificate stands in the revocation list."""

    why = '憑證已廢止'

    def __init__(self) -> None:
        super().__init__(f'這張自然人憑證已廢止或停用，不能登入。請到戶政事務所辦理新卡或復用；{_OTHER_WAY}')


class RevocationUnknown(CardRefused):
    """There is no revocation list that holds today: nobody knows whether the card was lost."""

    why = '沒有廢止清冊'

    def __init__(self) -> None:
        super().__init__(
            '系統目前拿不到最新的憑證廢止清冊，無法確認卡片是否已掛失，所以暫時不能用憑證登入。'
            '請改用帳號密碼登入，或稍後再試。'
        )


class NotBound(CardRefused):
    """The card is good, and belongs to no account here. `may_type`: a volunteer's number may be typed instead."""

    why = '沒有綁定帳號'

    def __init__(self, *, may_type: bool = False) -> None:
        typing = (
            '志工第一次使用，請填寫身分證字號再試一次，姓名和號碼後四碼要和登記的相同；其他人請' if may_type else '請'
        )
        super().__init__(
            f'這張自然人憑證還沒有綁定帳號（換發的新卡要重新綁定）。{typing}先用帳號密碼登入，'
            '再從右上角的「自然人憑證」綁定；下次就可以直接用憑證登入。'
        )


class AccountClosed(CardRefused):
    """The account that the card is bound to is closed; told only to the holder of the card."""

    why = '帳號已停用'

    def __init__(self) -> None:
        super().__init__('這張自然人憑證綁定的帳號已停用，不能登入。資料都還在；如需使用，請洽系統管理者。')


class CardTaken(CardRefused):
    """The card is bound to another account."""

    def __init__(self) -> None:
        super().__init__('這張自然人憑證已經綁定另一個帳號。請先登入那個帳號移除綁定，再回來綁定。')


class NotTheirCard(CardRefused):
    """The last four digits on the card are not those of the volunteer."""

    def __init__(self) -> None:
        super().__init__('這張自然人憑證的身分證字號後四碼和您登記的不同，沒有綁定。請確認插的是您本人的卡片。')


class NotTheirs(CardRefused):
    """The card is good, but not bound to the account that is signed in."""

    why = '不是本人綁定的卡片'

    def __init__(self) -> None:
        super().__init__('這張自然人憑證沒有綁定您的帳號，沒有通過。請改插您綁定的卡片，或改用密碼確認。')


class TooManyCards(CardRefused):
    """The account has as many cards as it may."""

    def __init__(self, most: int) -> None:
        super().__init__(f'一個帳號最多綁定 {most} 張自然人憑證。請先移除不再使用的卡片。')


class NotOffered(DomainError):
    """The office has configured no authority whose cards it takes."""

    def __init__(self) -> None:
        super().__init__('這個系統尚未開放以自然人憑證登入，請使用帳號密碼登入。')
