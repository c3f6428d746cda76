"""STEP 8, the form 紀錄冊: what it asks, what is wrong with an answer, and what two have answered at once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from db.choices import ApplicationStatus, IssueKind
from db.models import Agency, Application, Roster

from .. import readiness, validation
from ..cases.application_fields import FIELDS
from ..errors import MovedOn
from ..volunteers.merge import three_way


@dataclass
class ApplicationDetails:
    """STEP 8. `attachment` is the id of a kept file."""

    kind: IssueKind | None = IssueKind.FIRST
    county_code: str | None = None
    agency_id: int | None = None
    remarks: str = ''
    attachment: UUID | None = None

    @classmethod
    def from_record(cls, application: Application) -> 'ApplicationDetails':
        """The form as the record has it."""
        return cls(
            application.kind,
            application.county_id,
            application.agency_id,
            application.remarks,
            application.attachment_id,
        )

    def problems(self) -> dict[str, str]:
        """A sentence for each field that cannot be saved as it is."""
        return validation.found(
            {
                'kind': validation.choice(FIELDS['kind'].label, self.kind, IssueKind),
                'county_code': None if self.county_code else f'請選擇{FIELDS["county_code"].label}。',
                'agency_id': None if self.agency_id else f'請選擇{FIELDS["agency_id"].label}。',
                'remarks': validation.text(FIELDS['remarks'].label, self.remarks, most=1000, lines=True),
            }
        )

    def columns(self) -> dict[str, Any]:
        """As the record keeps it."""
        return {
            'kind': validation.member(IssueKind, self.kind),
            'county_id': self.county_code,
            'agency_id': self.agency_id,
            'remarks': validation.tidy(self.remarks),
            'attachment_id': validation.file_id(self.attachment) if self.attachment else None,
        }


async def problems_of(details: ApplicationDetails, application: Application | None) -> dict[str, str]:
    """A sentence for each field that cannot be saved, also for what the records say of the agency and the roster."""
    problems = details.problems()
    if problems:
        return problems
    agency = await Agency.filter(id=validation.record_id(details.agency_id)).first()
    if agency is None or agency.county_id != details.county_code:
        return {'agency_id': '這個發冊機關不在所選的縣市，請重新選擇。'}
    if application is None or application.agency_id != agency.id:
        if not readiness.is_open(agency):
            return {'agency_id': f'{agency.name}已停止受理，請重新選擇。'}
        if application is not None and application.status == ApplicationStatus.RETURNED:
            return {'agency_id': '補件中的案件不能更換發冊機關。若要改送其他機關，請先撤回，再重新申請。'}
    if application is not None and application.roster_id:
        roster = await Roster.get(id=application.roster_id)
        if agency.id != roster.agency_id:
            return {'agency_id': f'此申請在名冊「{roster.title}」中，發冊機關由名冊決定；要送別的機關，請先移出名冊。'}
    return {}


async def merged(
    application: Application, details: ApplicationDetails, seen: ApplicationDetails | None
) -> ApplicationDetails:
    """The form with what a colleague has saved since it was opened; nobody else saves until the transaction ends.

    Raises MovedOn where both have changed the same field.
    """
    if seen is None:
        return details
    now = await Application.filter(id=application.id).select_for_update(no_key=True).get()
    merge = three_way(vars(seen), vars(ApplicationDetails.from_record(now)), vars(details))
    if merge.clashes:
        names = '、'.join(FIELDS[name].label for name in merge.clashes)
        raise MovedOn(
            f'同仁剛儲存了不同的「{names}」，所以還沒有儲存。請重新整理，看過之後再儲存；您填的內容還在草稿裡。'
        )
    return ApplicationDetails(**merge.merged)


async def facts_of(application: Application) -> dict[str, Any]:
    """The form's fields as people read them."""
    await application.fetch_related('county', 'agency', 'attachment')
    return {
        'kind': application.kind,
        'county_code': application.county.name,
        'agency_id': application.agency.name,
        'remarks': application.remarks,
        'attachment': application.attachment,
    }
