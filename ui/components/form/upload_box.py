"""Choose, check and preview one file. The browser sends it to ui/uploads.py; the form keeps its id."""

from typing import Any
from uuid import UUID

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import files, links
from domain.errors import DomainError
from domain.model import Account, FileKind, StoredFile
from domain.pictures import MOST_MEGABYTES

from ..notices import showing_refusals
from . import form

PICTURES = 'image/jpeg,image/png,image/webp,image/heic,.heic'
ACCEPT = {
    FileKind.PHOTO: PICTURES,
    FileKind.CERTIFICATE: f'{PICTURES},application/pdf',
    FileKind.ATTACHMENT: f'{PICTURES},application/pdf',
    FileKind.PAPER_BOOK: f'{PICTURES},application/pdf',
}
FORMATS = {
    FileKind.PHOTO: 'JPG、PNG、WebP、HEIC',
    FileKind.CERTIFICATE: 'JPG、PNG、PDF',
    FileKind.ATTACHMENT: 'PDF、JPG、PNG',
    FileKind.PAPER_BOOK: 'JPG、PNG、PDF',
}


# What is said of two boxes that take both files at once.
PAIRED = {
    FileKind.CERTIFICATE.value: '正反面兩個檔案可以一次選',
    FileKind.PAPER_BOOK.value: '封面與末頁兩個檔案可以一次選',
}
SETTLES_WITHIN = 60.0  # seconds, as long as a file is received


class Unarrived(DomainError):
    """A file was still on its way when its form was to be saved, and did not arrive."""

    def __init__(self) -> None:
        super().__init__('檔案還沒有傳成功，所以還沒有儲存。請看檔案旁的說明，再按一次；已填的資料都還在。')


class upload_box(Element, component='upload_box.js'):
    """The file of one field. `beside` is the other side of a certificate: a second file or page goes there.

    `hint` stands before the formats and the size that the kind may have.
    """

    unread = excess = ''

    def __init__(
        self,
        label: str,
        in_form: form,
        name: str,
        kind: FileKind,
        *,
        account: Account,
        kept: StoredFile | None,
        prompt: str = '選擇檔案',
        hint: str = '',
    ) -> None:
        super().__init__()
        self.form = in_form
        self.name = name
        self.label = f'*教育訓練證書檔案：{label}' if kind is FileKind.CERTIFICATE else label
        self.account = account
        self.beside: upload_box | None = None
        self.is_pending = False
        in_form.fields[name] = self
        megabytes = MOST_MEGABYTES[kind]
        hint = f'{hint}{FORMATS[kind]}，{megabytes} MB 以內'
        self._props.update({'name': name, 'kind': kind.value, 'label': label, 'prompt': prompt, 'hint': hint})
        self._props.update({'accept': ACCEPT[kind], 'megabytes': megabytes, 'frame': kind is FileKind.PHOTO})
        self._props['value'] = _as_props(kept)
        self._props['draft'] = in_form.draft_name
        if marks := in_form.marks_at(name):
            self._props['marks'] = marks
        self.on('chosen', self._chosen)
        self.on('pending', self._pends)

    def pair(self, beside: 'upload_box') -> None:
        """These are the two sides of one certificate: both can be given to either box."""
        for one, other in ((self, beside), (beside, self)):
            one.beside = other
            one._props['paired'] = PAIRED.get(one._props['kind'], '')

    def fault(self, sentence: str | None) -> None:
        """Show `sentence` in the box, or that it is right."""
        if self._props.get('error') != sentence:
            self._props['error'] = sentence
            self.update()

    async def take(self, file_id: UUID | None, turn: int = 0) -> None:
        """Shows this file and stores its id. The id comes from the browser: `files` checks whose it is."""
        await self.hear(file_id)
        await self.form.take(self.name, file_id, turn)
        self.form.touch(self.name)

    async def hear(self, value: UUID | None) -> None:
        """Shows this file."""
        kept = await files.get(value, by=self.account) if value else None
        self._props['value'] = _as_props(kept)
        self.update()

    def describe(self, value: Any) -> str:
        """A file is seen, not read."""
        return '另一個檔案' if value else ''

    async def settled(self) -> None:
        """Waits for what is being framed or sent, and takes it. Raises Unarrived."""
        if not self.is_pending:
            return
        try:
            ids = await self.run_method('settle', timeout=SETTLES_WITHIN)
        except TimeoutError:
            raise Unarrived from None
        if not isinstance(ids, list) or not ids:
            raise Unarrived
        await self._take_all(ids, is_pair=False)

    def _pends(self, event: GenericEventArguments) -> None:
        self.is_pending = event.args is True

    async def _chosen(self, event: GenericEventArguments) -> None:
        """`ids`: the uploaded file, then perhaps its second page; empty when the file was removed."""
        given = event.args if isinstance(event.args, dict) else {}
        ids, turn = given.get('ids'), given.get('turn')
        if isinstance(ids, list) and isinstance(turn, int):
            with showing_refusals():
                await self._take_all(ids, turn, is_pair=given.get('both') is True)

    async def _take_all(self, given: list[Any], turn: int = 0, *, is_pair: bool) -> None:
        """What is no id of a file is not what our own page sends. A second page takes no place that is taken."""
        try:
            ids = [UUID(one) for one in given[:2]]
        except (TypeError, ValueError, AttributeError):
            return
        other = self.beside
        if len(ids) > 1 and other and (is_pair or getattr(self.form.details, other.name) is None):
            await other.take(ids[1])
        await self.take(ids[0] if ids else None, turn)


def _as_props(kept: StoredFile | None) -> dict[str, Any] | None:
    if kept is None:
        return None
    return {
        'id': str(kept.id),
        'url': links.file(kept.id),
        'name': kept.name,
        'media_type': kept.media_type,
        'verdict': kept.verdict,
    }
