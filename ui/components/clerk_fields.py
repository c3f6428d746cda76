"""What a clerk sees and does: all of the unit or one 志工隊, and whether the unit's accounts are in his hands."""

from collections.abc import Awaitable, Callable

from domain.accounts import FIELDS
from domain.model import Team

from .form import form
from .form.fields import check_field, choice_field

WHOLE = '整個單位'


class clerk_fields:
    """所屬志工隊 and 單位管理者, bound to `team_id` and `is_unit_administrator`; `teams_of` a unit are offered."""

    def __init__(self, in_form: form, teams_of: Callable[[int], Awaitable[list[Team]]]) -> None:
        self.form, self.teams_of = in_form, teams_of
        self.unit: int | None = None
        self.team = choice_field(
            FIELDS['team_id'].caption,
            in_form,
            'team_id',
            {None: WHOLE},
            placeholder=WHOLE,
            hint='選了志工隊，這個帳號只看得到、只能辦理該隊的志工。',
        )
        self.administrator = check_field(
            FIELDS['is_unit_administrator'].caption,
            in_form,
            'is_unit_administrator',
            wide=True,
            hint='可以開通、停用這個單位承辦人與志工督導的帳號，並寄出設定密碼的連結。',
        )

    async def show(self, unit: int | None) -> None:
        """Offers the teams of this unit; None shows nothing. A team of another unit is let go."""
        self.team.set_visibility(unit is not None)
        self.administrator.set_visibility(unit is not None)
        if unit == self.unit:
            return
        is_first, self.unit = self.unit is None, unit
        teams = await self.teams_of(unit) if unit is not None else []
        offered: dict[int | None, str] = {None: WHOLE} | {team.id: team.name for team in teams}
        self.team.offer(offered)
        chosen = getattr(self.form.details, 'team_id', None)
        if chosen in offered:
            self.team.show(chosen)
        elif not is_first or unit is not None:
            self.team.show(None)
            await self.form.take('team_id', None)
