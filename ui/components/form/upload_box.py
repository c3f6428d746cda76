"""Choose, check and preview one file. The browser sends it to ui/uploads.py; the form keeps its id."""

from typing import Any
from uuid import UUID

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import files, links
from domain.errors import DomainError
from domain.model import Account, FileKind, StoredFile
from domain.pictures import MOST_MEGABYTES

from ..notices import refuse
from . import form

PICTURES = 'image/jpeg,image/png,image/webp,image/heic,.heic'
ACCEPT = {
    FileKind.PHOTO: PICTURES,
    FileKind.CERTIFICATE: f'{PICTURES},application/pdf',
    FileKind.ATTACHMENT: f'{PICTURES},application/pdf',
}
FORMATS = {
    FileKind.PHOTO: 'JPG、PNG、WebP、HEIC',
    FileKind.CERTIFICATE: 'JPG、PNG、PDF',
    FileKind.ATTACHMENT: 'PDF、JPG、PNG',
}


class upload_box(Element, component='upload_box.js'):
    """The file of one field. `beside` is the other side of a certificate, filled by a PDF's second page.

    `hint` stands before the formats and the size that the kind may have.
    """

    unread = ''

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
        beside: 'upload_box | None' = None,
    ) -> None:
        super().__init__()
        self.form = in_form
        self.name = name
        self.label = f'*教育訓練證書檔案：{label}' if kind is FileKind.CERTIFICATE else label
        self.account = account
        self.beside = beside
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

    def fault(self, sentence: str | None) -> None:
        """Show `sentence` in the box, or that it is right."""
        if self._props.get('error') != sentence:
            self._props['error'] = sentence
            self.update()

    async def take(self, file_id: UUID | None, turn: int = 0) -> None:
        """Shows this file and stores its id. The id comes from the browser: `files` checks whose it is."""
        kept = await files.get(file_id, by=self.account) if file_id else None
        self._props['value'] = _as_props(kept)
        self.update()
        await self.form.take(self.name, file_id, turn)
        self.form.touch(self.name)

    async def _chosen(self, event: GenericEventArguments) -> None:
        """`ids`: the uploaded file, then perhaps its second page; empty when the file was removed."""
        try:
            ids = [UUID(one) for one in event.args['ids'][:2]]
            turn = int(event.args['turn'])
        except (KeyError, TypeError, ValueError, AttributeError):
            return  # not what our own page sends
        try:
            if len(ids) > 1 and self.beside is not None and getattr(self.form.details, self.beside.name) is None:
                await self.beside.take(ids[1])
            await self.take(ids[0] if ids else None, turn)
        except DomainError as refusal:
            refuse(refusal)


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
