"""What comes along when a value is copied out of a cell or a sentence: the quotes around it, the stop behind it."""

_QUOTES = ' \t\r\n"\'`“”‘’「」『』'
_STOPS = '.,;、。，；'


def bare(text: str) -> str:
    """The value alone. Not for names: some begin with a glottal stop.

    >>> bare("'A123456789"), bare('"115/3/8"'), bare('wang@example.com。'), bare('「3」，')
    ('A123456789', '115/3/8', 'wang@example.com', '3')
    """
    return text.lstrip(_QUOTES).rstrip(_QUOTES + _STOPS)
