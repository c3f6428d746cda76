"""How an account stands: in use, closed, or locked by the office's rules, and until when it is for."""

from domain import dates
from domain.model import Account

from .record_table import Cell


def account_state(account: Account) -> Cell:
    """A chip, with why it is locked, or its last day."""
    if account.locked_because is not None:
        return {'text': '已鎖定', 'chip': 'warn', 'icon': 'lock', 'sub': account.locked_because.label}
    if not account.is_active:
        return {'text': '已停用', 'chip': 'plain', 'icon': 'lock'}
    until = {'sub': f'到 {dates.roc(account.ends_on)}'} if account.ends_on else {}
    return {'text': '使用中', 'chip': 'ok', 'icon': 'check', **until}
