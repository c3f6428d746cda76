"""告知事項 (個人資料保護法 §8): what is collected, for what, how long and by whom; every version is kept."""

from dataclasses import dataclass, field

from db import transaction
from db.models import Account, PrivacyNotice

from .. import permissions, validation
from ..audit import office_history
from ..audit.history import Change
from ..errors import DomainError, Incomplete
from ..fields import Field, by_key

SECTIONS = by_key(
    Field('collector', '蒐集機關'),
    Field('purpose', '蒐集目的'),
    Field('categories', '個人資料類別'),
    Field('period', '利用期間'),
    Field('region', '利用地區'),
    Field('recipients', '利用對象'),
    Field('means', '利用方式'),
    Field('rights', '當事人權利及行使方式'),
    Field('refusal', '不提供的影響'),
    Field('consent', '同意的文字'),
)
MOST = 1000


class Overtaken(DomainError):
    """Another administrator has published a version meanwhile."""

    def __init__(self) -> None:
        super().__init__('另一位系統管理者剛發布了新的版本，所以還沒有發布。請重新整理頁面，看過最新的版本再改。')


@dataclass
class NoticeDetails:
    """The paragraphs of a version, one field each."""

    collector: str = ''
    purpose: str = ''
    categories: str = ''
    period: str = ''
    region: str = ''
    recipients: str = ''
    means: str = ''
    rights: str = ''
    refusal: str = ''
    consent: str = field(default='')

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        return validation.found(
            {
                key: validation.text(each.label, getattr(self, key), most=MOST, needed=True, lines=True)
                for key, each in SECTIONS.items()
            }
        )


async def current() -> PrivacyNotice:
    """The version that holds; the office begins with one."""
    return await PrivacyNotice.all().order_by('-id').first() or PrivacyNotice(id=0, sections={})


async def versions() -> list[PrivacyNotice]:
    """All of them, the newest first, for everybody."""
    return await PrivacyNotice.all().select_related('published_by')


def details_of(notice: PrivacyNotice) -> NoticeDetails:
    """What the form of a next version begins with."""
    return NoticeDetails(**{key: notice.sections.get(key, '') for key in SECTIONS})


def paragraphs(notice: PrivacyNotice) -> list[tuple[str, str]]:
    """(heading, text) in the order of the law, the words of consent last."""
    return [(each.label, notice.sections[key]) for key, each in SECTIONS.items() if notice.sections.get(key)]


async def publish(details: NoticeDetails, *, seen: int, by: Account) -> PrivacyNotice:
    """A new version; every volunteer is asked again. `seen`: the version it was made from.

    Raises Incomplete, Overtaken.
    """
    permissions.require(by, 'consents.notices.publish')
    if problems := details.problems():
        raise Incomplete(problems)
    async with transaction():
        before = await PrivacyNotice.all().order_by('-id').select_for_update().first()
        if before is not None and before.id != seen:
            raise Overtaken
        sections = {key: validation.tidy(getattr(details, key)) for key in SECTIONS}
        if before is not None and sections == before.sections:
            return before
        made = await PrivacyNotice.create(sections=sections, published_by_id=by.id)
        old = before.sections if before else {}
        changes = [
            Change(each, old.get(key, ''), sections[key])
            for key, each in SECTIONS.items()
            if old.get(key, '') != sections[key]
        ]
        await office_history.tell('告知事項', f'第 {made.id} 版', '發布', changes, by=by)
        return made
