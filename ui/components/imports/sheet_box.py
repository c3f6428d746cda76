"""A file, or a range pasted from a spreadsheet, that is to be imported. The browser sends it to ui/uploads.py."""

from nicegui.element import Element

from domain import links
from domain.imports import most_bytes
from domain.model import ImportKind
from domain.pictures import MEGABYTE

PROMPTS = {ImportKind.PICTURES: '選擇照片或證書的 ZIP 檔'}
SHEETS = '.xlsx,.xls,.ods,.csv,.tsv'
FORMATS = {ImportKind.PICTURES: ('.zip', 'ZIP 檔')}


class sheet_box(Element, component='sheet_box.js'):
    """Chosen, dropped or pasted, it becomes a batch, and the browser goes to its preview.

    `replaces`: the batch that is dropped when the new one is there; then only a button is shown, with `prompt`.
    """

    def __init__(self, kind: ImportKind, *, replaces: object = None, prompt: str = '') -> None:
        super().__init__()
        megabytes = most_bytes(kind) // MEGABYTE
        accept, formats = FORMATS.get(kind, (SHEETS, 'Excel（.xlsx、.xls）、ODS、CSV、TSV'))
        self._props.update({'address': links.upload_import(kind, replaces=replaces), 'accept': accept})
        self._props.update({'megabytes': megabytes, 'hint': f'{formats}，{megabytes} MB 以內'})
        self._props['prompt'] = prompt or PROMPTS.get(kind, '選擇試算表')
        self._props.update({'pastes': accept == SHEETS and replaces is None, 'compact': replaces is not None})
