"""教育訓練課程: the fields of a course, for one volunteer or for several."""

from nicegui import html

from domain import directory
from domain.model import Account, TrainingKind
from domain.trainings import FIELDS, TrainingDetails

from .card import card
from .form import form
from .form.fields import check_field, choice_field, date_field, number_field, text_area, text_field

HALF_HOURS = {0: '0', 30: '30'}


async def course_fields(in_form: form, account: Account) -> None:
    """受訓單位 to 備註."""
    unit = account.host_unit
    units = {unit.id: unit.name} if unit else {}
    fields = {each.id: each.name for each in await directory.fields()}
    with card(), html.div().classes('lb-grid'):
        choice_field(FIELDS['trained_for_id'].caption, in_form, 'trained_for_id', units, required=True, searchable=True)
        text_field(FIELDS['title'].caption, in_form, 'title', required=True, maxlength=100)
        with html.div().classes('lb-range full'):
            date_field(FIELDS['starts_on'].caption, in_form, 'starts_on', required=True)
            html.span('～').classes('lb-to')
            date_field(FIELDS['ends_on'].caption, in_form, 'ends_on', required=True)
        text_field(FIELDS['provider'].caption, in_form, 'provider', required=True, maxlength=100)
        choice_field(FIELDS['kind'].caption, in_form, 'kind', TrainingKind.labels(), required=True)
        choice_field(FIELDS['field_id'].caption, in_form, 'field_id', fields, required=True, searchable=True)
        number_field(FIELDS['sessions'].caption, in_form, 'sessions', required=True, suffix='次')
        with html.div().classes('lb-duration full'):
            number_field(FIELDS['hours'].caption, in_form, 'hours', required=True, suffix='小時')
            choice_field(FIELDS['extra_minutes'].caption, in_form, 'extra_minutes', HALF_HOURS, hidden_label=True)
            html.span('分鐘').classes('lb-to')
        text_area(FIELDS['remarks'].caption, in_form, 'remarks', wide=True)


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
