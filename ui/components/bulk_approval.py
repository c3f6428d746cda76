"""核可 of several cases at once is asked about first: how many, and which of them nobody has opened."""

from collections.abc import Collection

from domain.model import Account
from domain.reviews import openings

from .question import is_sure

_NAMED = 8
BY_EYE = '「請目視後勾選」的項目沒有勾也會核可：按下就表示您已看過照片與證書。'


async def is_agreed(application_ids: Collection[int], sentence: str, account: Account) -> bool:
    """Whether the reviewer wants it. Unticked checks by eye stand in nobody's way, which is said here."""
    unseen = await openings.never_opened(application_ids, by=account)
    names = '、'.join(unseen[:_NAMED]) + (f'等 {len(unseen)} 件' if len(unseen) > _NAMED else '')
    warning = f'其中 {len(unseen)} 件送審後還沒有人開啟過：{names}。' if unseen else '每一件都有人開啟過。'
    return await is_sure(f'核可這 {len(application_ids)} 件', f'{warning}{sentence}{BY_EYE}', is_grave=False)
