"""教育訓練課程: the fields of a course, for one volunteer or for several; and what fills them in at one press."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from nicegui import html, ui

from domain import directory
from domain.guide import courses
from domain.model import Account, TrainingKind
from domain.trainings import FIELDS, TrainingDetails

from .card import card
from .form import form
from .form.field import field
from .form.fields import check_field, choice_field, date_field, hours_field, number_field, text_area, text_field
from .unfolding import on_first_opening

HALF_HOURS = {0: '0', 30: '30'}


async def course_fields(in_form: form, account: Account) -> None:
    """受訓單位 to 備註; above them what fills them in."""
    unit = account.host_unit
    units = {unit.id: unit.name} if unit else {}
    fields = {each.id: each.name for each in await directory.fields()}
    with card(), html.div().classes('lb-grid'):
        await _at_one_press(in_form, account)
        choice_field(FIELDS['trained_for_id'].caption, in_form, 'trained_for_id', units, required=True, searchable=True)
        text_field(FIELDS['title'].caption, in_form, 'title', required=True, maxlength=100)
        _days(in_form)
        text_field(FIELDS['provider'].caption, in_form, 'provider', required=True, maxlength=100)
        choice_field(FIELDS['kind'].caption, in_form, 'kind', TrainingKind.labels(), required=True)
        choice_field(FIELDS['field_id'].caption, in_form, 'field_id', fields, required=True, searchable=True)
        number_field(FIELDS['sessions'].caption, in_form, 'sessions', required=True, suffix='次')
        with html.div().classes('lb-duration full'):
            hours = hours_field(FIELDS['hours'].caption, in_form, 'hours', required=True, suffix='小時')
            of_form = in_form.details
            minutes = HALF_HOURS | {each: str(each) for each in (getattr(of_form, 'extra_minutes', 0),) if each}
            hours.minutes = choice_field(
                FIELDS['extra_minutes'].caption, in_form, 'extra_minutes', minutes, hidden_label=True
            )
            html.span('分鐘').classes('lb-to')
        text_area(FIELDS['remarks'].caption, in_form, 'remarks', wide=True)


async def _at_one_press(in_form: form, account: Account) -> None:
    """基礎訓練 and 特殊訓練, which set course, hours and field; and the unit's last courses, with their days."""
    listed = await courses.last(by=account)

    async def list_them() -> None:
        with html.div().classes('lb-at-once'):
            for course in listed:
                _filling(course.label, in_form, course.values)

    with html.div().classes('lb-at-once full').props('role=group aria-label=一次帶入課程資料'):
        for kind in (TrainingKind.BASIC, TrainingKind.SPECIAL):
            _filling(kind.label, in_form, partial(courses.usual, kind, by=account))
        if listed:
            with html.details() as folded:
                html.summary('最近的課程')
            on_first_opening(folded, list_them)


def _filling(text: str, in_form: form, values: Mapping[str, Any] | Callable[[], Awaitable[Mapping[str, Any]]]) -> None:
    """A button that fills the fields in; `values`, or what reads them when it is pressed."""

    async def fill() -> None:
        for name, value in (await values() if callable(values) else values).items():
            await in_form.take(name, value)
            shown = in_form.fields.get(name)
            if isinstance(shown, field):
                shown.show(value)
                in_form.touch(name)

    ui.button(text, on_click=fill, color=None).props('outline no-caps')


def _days(in_form: form) -> None:
    """訓練日期 ～: a course of one day ends on the day on which it starts."""
    details: Any = in_form.details
    with html.div().classes('lb-range full'):
        date_field(FIELDS['starts_on'].caption, in_form, 'starts_on', required=True)
        html.span('～').classes('lb-to')
        end = date_field(FIELDS['ends_on'].caption, in_form, 'ends_on', required=True)
    seen = details.starts_on

    async def follow() -> None:
        nonlocal seen
        before, seen = seen, details.starts_on
        if seen is not None and seen != before and details.ends_on in (None, before):
            end.show(seen)
            await in_form.take('ends_on', seen)

    in_form.on_change(follow)


def approval_fields(in_form: form, details: TrainingDetails) -> None:
    """核定資訊: the day and reference of the approval, unless the unit has none."""
    with card('核定資訊'), html.div().classes('lb-grid'):
        check_field(FIELDS['has_no_approval'].caption, in_form, 'has_no_approval', wide=True)
        approved = date_field(FIELDS['approved_on'].caption, in_form, 'approved_on')
        reference = text_field(FIELDS['approval_reference'].caption, in_form, 'approval_reference', maxlength=60)

    def renew() -> None:
        approved.set_readonly(details.has_no_approval)
        reference.set_readonly(details.has_no_approval)

    in_form.on_change(renew)
    renew()
