"""教育訓練課程: the fields of a course, for one volunteer or for several."""

from nicegui import html

from domain import directory
from domain.model import Account, TrainingKind
from domain.trainings import TrainingDetails

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
        choice_field('受訓單位', in_form, 'trained_for_id', units, required=True, searchable=True)
        text_field('課程名稱', in_form, 'title', required=True, maxlength=100)
        with html.div().classes('lb-range full'):
            date_field('訓練日期', in_form, 'starts_on', required=True)
            html.span('～').classes('lb-to')
            date_field('訓練日期（迄）', in_form, 'ends_on', required=True)
        text_field('訓練單位', in_form, 'provider', required=True, maxlength=100)
        choice_field('訓練課程', in_form, 'kind', TrainingKind.labels(), required=True)
        choice_field('課程領域', in_form, 'field_id', fields, required=True, searchable=True)
        number_field('訓練次數', in_form, 'sessions', required=True, suffix='次')
        with html.div().classes('lb-duration full'):
            number_field('訓練時數', in_form, 'hours', required=True, suffix='小時')
            choice_field('訓練時數：分鐘', in_form, 'extra_minutes', HALF_HOURS, hidden_label=True)
            html.span('分鐘').classes('lb-to')
        text_area('備註', in_form, 'remarks', wide=True)


def approval_fields(in_form: form, details: TrainingDetails) -> None:
    """核定資訊: the day and reference of the approval, unless the unit has none."""
    with card('核定資訊'), html.div().classes('lb-grid'):
        check_field('本單位無核定日期與字號', in_form, 'has_no_approval', wide=True)
        approved = date_field('核定日期', in_form, 'approved_on')
        reference = text_field('核定字號', in_form, 'approval_reference', maxlength=60)

    def renew() -> None:
        approved.set_readonly(details.has_no_approval)
        reference.set_readonly(details.has_no_approval)

    in_form.on_change(renew)
    renew()
