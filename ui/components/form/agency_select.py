"""發冊縣市 → 發冊機關: only the agencies of the chosen county; preset to 臺中市 / 臺中市政府文化局 by the details."""

from typing import Any

from domain import directory
from domain.applications import FIELDS

from . import form
from .fields import choice_field


class agency_select:
    """Two cascading selects bound to `county_code` and `agency_id` of the form's details."""

    def __init__(self, in_form: form, counties: dict[str, str], agencies: dict[int, str], *, readonly: bool) -> None:
        self.form = in_form
        self.county = choice_field(
            FIELDS['county_code'].caption,
            in_form,
            'county_code',
            counties,
            searchable=True,
            readonly=readonly,
            required=True,
            starred=False,  # STEP 8 names it without the star
        )
        self.agency = choice_field(
            FIELDS['agency_id'].caption,
            in_form,
            'agency_id',
            agencies,
            required=True,
            searchable=True,
            readonly=readonly,
        )
        self.county_code = self.details.county_code
        self._advise()
        in_form.on_change(self._follow)

    @classmethod
    async def build(cls, in_form: form, *, readonly: bool) -> 'agency_select':
        """Places both selects with their options."""
        details: Any = in_form.details
        counties, agencies = await directory.issuing(details.county_code)
        return cls(in_form, counties, agencies, readonly=readonly)

    @property
    def details(self) -> Any:
        """The form's details."""
        return self.form.details

    async def _follow(self) -> None:
        if self.details.county_code == self.county_code:
            return
        self.county_code = self.details.county_code
        _, agencies = await directory.issuing(self.county_code)
        self.agency.offer(agencies)
        self._advise()
        chosen = self.details.agency_id if self.details.agency_id in agencies else None
        self.agency.show(chosen)
        if chosen != self.details.agency_id:
            await self.form.take('agency_id', chosen)

    def _advise(self) -> None:
        county = self.county.text_of(self.county_code)
        self.agency.advise(f'只列出{county}的發冊機關' if county else '請先選擇發冊縣市')
