"""STEP 8, the form 紀錄冊: what it asks, and what is wrong with an answer."""

from dataclasses import dataclass
from uuid import UUID

from db.choices import IssueKind
from db.models import Application

from .. import validation


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
                'kind': validation.choice('發冊類別', self.kind, IssueKind),
                'county_code': None if self.county_code else '請選擇發冊縣市。',
                'agency_id': None if self.agency_id else '請選擇發冊機關。',
                'remarks': validation.text('備註', self.remarks, most=1000, lines=True),
            }
        )
