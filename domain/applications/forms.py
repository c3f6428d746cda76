"""STEP 8, the form 紀錄冊: what it asks, and what is wrong with an answer."""

from dataclasses import dataclass
from uuid import UUID

from db.choices import IssueKind
from db.models import Application

from .. import validation
from ..cases.application_fields import FIELDS


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
