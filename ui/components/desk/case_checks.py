"""體檢 on the reviewer's desk: automatic checks are ticked already, checks by eye have boxes."""

from domain import applications, readiness
from domain.announcements import EyeChecksChanged
from domain.model import Account, Application, ApplicationStatus
from domain.readiness import Check, rules

from ...live import follow, of_case
from ..check_list import check_list


def case_checks(account: Account, application: Application, checks: list[Check]) -> check_list:
    """The checks of a case, kept current when a colleague ticks. A case that is not under review has no boxes."""

    async def tick(rule_id: int, is_ticked: bool) -> None:
        await (rules.tick if is_ticked else rules.untick)(application, rule_id, by=account)
        await renew()

    async def renew() -> None:
        listed.show(await readiness.checks(await applications.get(application.id, by=account), by=account))

    is_waiting = application.status is ApplicationStatus.SUBMITTED
    listed = check_list(checks, '體檢', links=False, tick=tick if is_waiting else None)
    follow(EyeChecksChanged, renew, of_case(application.id))
    return listed
