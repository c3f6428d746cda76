"""核可, 通知補件, 駁回: the bar at the bottom of the desk. 核可 shows the number it will take."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from nicegui import html, ui
from nicegui.element import Element

from domain import dates, half_written, reviews, validation
from domain.cases.transitions import VERBS
from domain.corrections import Marked
from domain.errors import Incomplete
from domain.half_written import Sheet, begun_marks
from domain.model import Account, Application, ApplicationStatus, Correction, CorrectionStatus, Decision
from domain.reviews import Case, decisions

from ..action_button import Look, action_button
from ..form import form
from ..form.fields import text_area
from ..icon import icon
from ..question import is_sure, question
from .desk_marks import anchor_key
from .desk_neighbours import desk_neighbours

# What the browser shows when a button is pressed. A press that was delivered late belongs to what was seen then.
_SEEN = '(event) => emit(event.currentTarget.closest(".lb-decide").dataset.seen)'

# As the buttons of desk.js and desk_marks.js are called.
_MARK, _AMEND, _AGAIN = '按「標記補件」', '按「修改標記」', '按「再請補正」'
_TO_BE_SAID = '（原因）'
# Builds a question around what is written down of its answer, with a place for the marks that were begun.
Asking = Callable[[Mapping[str, Any]], tuple[ui.dialog, html.div]]
APPROVED, RETURNED, REJECTED = ApplicationStatus.APPROVED, ApplicationStatus.RETURNED, ApplicationStatus.REJECTED


class Reason:
    """The text that the unit reads besides the marks, under the name of the decision it is for."""

    def __init__(self, name: str, text: str) -> None:
        setattr(self, name, text)

    def problems(self) -> dict[str, str]:
        """The service checks it when it is sent."""
        return {}


class desk_decisions(Element):
    """Calls `decided` after a decision; it leads to the next case.

    The questions after a reason are built when they are first asked: most cases that are opened are approved.
    """

    marked: html.ol | None = None  # in the question of 通知補件, once it is there
    return_note: html.p

    def __init__(
        self,
        account: Account,
        case: Case,
        decided: Callable[[], Awaitable[None]],
        sheet: Sheet,
    ) -> None:
        super().__init__('div')
        self.sheet = sheet
        self.classes('lb-decide')
        self.account, self.decided = account, decided
        self.application: Application = case.application
        self.seen = ''
        self.to_mend: list[Marked] = []
        with self:
            self.outcome = html.span().classes('strong grow')
            self.acts = html.div().classes('lb-decide-acts')
            desk_neighbours()
        if case.application.status is ApplicationStatus.SUBMITTED:  # in another one it is another page
            with self.acts:
                self._place_acts()

    def show(self, case: Case, marks: Sequence[Marked], pending: Decision | None) -> None:
        """Shows the buttons of an open case, or the decision of a closed one."""
        self.application = case.application
        self._props['data-seen'] = f'{case.application.version} {case.digest}'
        self.update()
        is_open = case.application.status is ApplicationStatus.SUBMITTED and pending is None
        self.outcome._text = '' if is_open else _outcome(case, pending)
        self.outcome.update()
        self.acts.set_visibility(is_open)
        if case.application.status is not ApplicationStatus.SUBMITTED:
            return
        self.to_mend = [each for each in marks if each.correction.status is CorrectionStatus.OPEN]
        to_mend = len(self.to_mend)
        to_see = sum(each.waits for each in marks)
        number = f'將取號 {case.number}' if case.number else '沿用原紀錄冊號'
        waits = f'還有 {to_see} 項補正沒有確認' if to_see else f'已標記 {to_mend} 項補件'
        waits = '資料有變更，請先看過' if case.changes else waits
        unticked = sum(check.is_unticked for check in case.checks)
        number += f'；目視 {unticked} 項未勾' if unticked else ''
        _set_text(self.number, waits if to_see or to_mend or case.changes else number)
        _set_text(self.asked, f'已標記 {to_mend} 項' if to_mend else '尚未標記')
        _mark(self.approve, 'off', to_see + to_mend + len(case.changes) > 0)
        _mark(self.send_back, 'on', to_mend > 0)
        self._list_marks()

    def _list_marks(self) -> None:
        """What the unit is told of, in the question of 通知補件."""
        if self.marked is None:
            return
        self.marked.clear()
        with self.marked:
            for each in self.to_mend:
                html.li(f'{each.correction.label}（{each.correction.reason.label}）：{each.correction.text}')
        self.marked.set_visibility(bool(self.to_mend))
        note = '單位承辦人會收到這段文字，請寫明要改哪一項、怎麼改；也可以先在各項按旗子標記。'
        if self.to_mend:
            note = f'單位承辦人會收到下列 {len(self.to_mend)} 項；需要時可再補充。'
        _set_text(self.return_note, note)

    def _place_acts(self) -> None:
        with action_button('', self._approve, told=_SEEN).classes('lb-approve') as self.approve:
            icon('check', 20)
            with html.span().classes('two'):
                html.span('核可')
                self.number = html.small()
            html.kbd('A').props('aria-hidden=true')
        asked = partial(self._question, RETURNED, '', '補充說明（沒有標記時必填）', has_marks=True)
        with self._opener(asked, RETURNED, 'outline').classes('lb-return') as self.send_back:
            icon('flag')
            with html.span().classes('two'):
                html.span('通知補件')
                self.asked = html.small()
            html.kbd('R').props('aria-hidden=true')
        asked = partial(self._question, REJECTED, '案件到此結束，單位可以另送新案。單位承辦人會收到這段文字。', '原因')
        with self._opener(asked, REJECTED, 'flat').classes('lb-reject'):
            html.span('駁回')

    def _opener(self, asked: Asking, to: ApplicationStatus, look: Look) -> action_button:
        """Opens the question about what is seen at this moment: what comes while the reason is written is another.

        What cannot be decided now is refused before anything is typed.
        """

        dialog: ui.dialog | None = None
        begun: html.div

        async def open_it() -> None:
            nonlocal dialog, begun
            version, digest = _read(opener.said)
            case_id, by = self.application.id, self.account
            await reviews.require_decidable(case_id, to, version, by=by, reason=_TO_BE_SAID, digest=digest)
            self.seen = opener.said
            written = await half_written.written(self.sheet)  # now: the browser may have told later words since
            if dialog is None:
                with self.acts:
                    dialog, begun = asked(written)
            marks = [each.correction for each in self.to_mend]
            _list_begun(begun, written, ways_to_add(begun_marks(written), marks) if to is RETURNED else [])
            dialog.open()

        opener = action_button('', open_it, look, told=_SEEN)
        return opener

    def _question(
        self, to: ApplicationStatus, sentence: str, label: str, written: Mapping[str, Any], *, has_marks: bool = False
    ) -> tuple[ui.dialog, html.div]:
        words, act = Reason(to.value, str(written.get(to.value, ''))), VERBS[to]

        async def send() -> None:
            try:
                await self._decide(to, self.seen, getattr(words, to.value))
            except Incomplete as refusal:  # each of the two questions has a field of its own for it
                raise Incomplete({to.value: refusal.problems['reason']}) from None

        with question(f'{act}：原因') as dialog:
            note = html.p(sentence)
            if has_marks:
                self.return_note = note
                self.marked = html.ol().classes('lb-marked-list')
                self._list_marks()
            begun = html.div().props('role=status')
            in_form = form(words, self.sheet, summary=False)
            text_area(label, in_form, to.value, required=not has_marks, maxlength=500)
            with html.div().classes('lb-acts'):
                action_button(f'確定{act}', send, 'bad', in_form)
                ui.button('再看一下', on_click=dialog.close, color=None).props('flat no-caps')
                in_form.saved_mark()
        return dialog, begun

    async def _approve(self) -> None:
        said = self.approve.said
        if begun := begun_marks(await half_written.written(self.sheet)):
            labels = '、'.join(label for label, _ in begun.values())
            sentence = f'「{labels}」的補件標記寫到一半，還沒有加入。核可後，單位不會收到。'
            if not await is_sure('核可', sentence, is_grave=False):
                return
        await self._decide(APPROVED, said)

    async def _decide(self, to: ApplicationStatus, seen: Any, reason: str = '') -> None:
        version, digest = _read(seen)
        await decisions.decide(self.application.id, to, version, by=self.account, reason=reason, digest=digest)
        await self.decided()


def ways_to_add(begun: Collection[str], marks: Iterable[Correction]) -> list[str]:
    """By which buttons the marks are added that were begun in these fields; `marks` are open.

    >>> ways_to_add(['basics::photo', 'again:7'], [])
    ['按「標記補件」', '按「再請補正」']
    """
    marked = {anchor_key(each.place, each.field, each.training_id) for each in marks}
    ways = [_AGAIN if each.startswith('again:') else _AMEND if each in marked else _MARK for each in begun]
    return list(dict.fromkeys(ways))


def _list_begun(place: html.div, written: Mapping[str, Any], ways: Sequence[str]) -> None:
    """What the unit would not be told of; by which `ways` it could be, if that is possible."""
    place.clear()
    begun = begun_marks(written)
    place.set_visibility(bool(begun))
    if not begun:
        return
    with place, html.div().classes('lb-verdict warn'):
        icon('warning')
        with html.div():
            way = f'要一併通知，請按「再看一下」，先{"、".join(ways)}把它加入。' if ways else ''
            html.p(f'另有 {len(begun)} 項標記寫到一半、還沒有加入，單位不會收到。{way}')
            with html.ul():
                for label, text in begun.values():
                    html.li(f'{label}：{text}')


def _read(seen: Any) -> tuple[int, str]:
    """Version and digest as the browser told them; of anything else what no case has."""
    version, _, digest = str(seen).partition(' ')
    return validation.number_in(version), digest


def _mark(element: Element, name: str, is_so: bool) -> None:
    element.classes(add=name) if is_so else element.classes(remove=name)


def _set_text(element: Element, text: str) -> None:
    element._text = text
    element.update()


def _outcome(case: Case, pending: Decision | None) -> str:
    application = case.application
    if pending is not None:
        return f'{pending.by.name} 已於 {dates.roc_instant(pending.at)[-5:]} {VERBS[pending.to]}，稍後生效'
    ended = case.steps[-1] if case.steps else None  # of a withdrawn case it is the unit's, of others the reviewer's
    who, when = (ended.by.name, dates.roc_instant(ended.at)) if ended else ('', '')
    number = f'，紀錄冊號 {case.number}' if case.number and application.status is APPROVED else ''
    return f'{application.status.label}{number}　{who} {when}'
