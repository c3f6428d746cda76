"""How a case's state and its time left look, on every page the same: word, tone and icon."""

from domain.model import ApplicationStatus

TONES = {
    ApplicationStatus.DRAFT: ('', 'pencil'),
    ApplicationStatus.SUBMITTED: ('info', 'clock'),
    ApplicationStatus.RETURNED: ('bad', 'flag'),
    ApplicationStatus.APPROVED: ('ok', 'check'),
    ApplicationStatus.REJECTED: ('bad', 'warning'),
    ApplicationStatus.WITHDRAWN: ('', 'warning'),
}


def deadline(days_left: int | None) -> tuple[str, str, str, str]:
    """How long a case has left: the chip's text, tone and icon, and the filter it falls under."""
    if days_left is None:
        return '', '', 'clock', ''
    if days_left < 0:
        return f'逾期{-days_left}日', 'solid', 'clock', 'late'
    if days_left == 0:
        return '今日到期', 'warn', 'clock', 'today'
    return f'剩{days_left}日', '', 'clock', 'later'
