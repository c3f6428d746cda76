"""電子郵件: the one rule for what is an address for mail, used by every form, by the settings and before sending.

Only the syntax is checked (RFC 5321, RFC 5322 by `email-validator`); no name server is asked. The part before the @ is
ASCII, since only mail servers with SMTPUTF8 (RFC 6531) take others and we cannot know whose server will pass a mail on.
A domain of other letters is kept as ASCII (RFC 5891), which every server takes.
"""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

from . import copied, invisible

MOST = 254  # RFC 5321 §4.5.3.1.3: 256 octets with the brackets around it


def parse(text: str) -> str | None:
    """The address as it is kept and sent to; None for what is no address.

    Understood are full-width letters and signs, a 。 for the dot, blanks around the address or its @, quotes around it
    and a stop behind it.

    >>> parse(' Wang.Mei＠Example。TW　'), parse('wang @ example.tw'), parse('wang@市府.tw')
    ('Wang.Mei@example.tw', 'wang@example.tw', 'wang@xn--7st6m.tw')
    >>> parse('wang@example'), parse('wang mei@example.tw'), parse('王@example.tw')
    (None, None, None)
    """
    narrow = unicodedata.normalize('NFKC', invisible.removed(text[: 2 * MOST])).replace('。', '.')
    try:
        found = validate_email(
            re.sub(r'\s*@\s*', '@', copied.bare(narrow)), check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError:
        return None
    return found.ascii_email


def tidy(text: str) -> str:
    """The address as it is kept; what is no address only loses the blanks at its ends.

    >>> tidy(' wang＠example.tw'), tidy(' 王'), tidy('　')
    ('wang@example.tw', '王', '')
    """
    return parse(text) or invisible.removed(text).strip()


def masked(address: str) -> str:
    """The address for those who know it: enough to recognise it, too little to write to it.

    >>> masked('wang.mei@example.tw'), masked('')
    ('w*****@example.tw', '')
    """
    name, at, domain = address.rpartition('@')
    return f'{name[:1]}*****@{domain}' if at else '*****' if address else ''
