"""體檢 on the reviewer's desk: automatic checks are ticked already, checks by eye have boxes."""

from collections.abc import Awaitable, Callable

from domain.announcements import EyeChecksChanged
from domain.model import Account, Application, ApplicationStatus
from domain.readiness import Check, rules

from ...live import follow, of_case
from ..check_list import check_list


def case_checks(
    account: Account, application: Application, checks: list[Check], renew: Callable[[], Awaitable[None]]
) -> check_list:
    """The checks of a case, kept current when a colleague ticks. A case that is not under review has no boxes.

    `renew` shows the whole case anew: what is ticked is what stands on the page at that moment.
    """

    async def tick(rule_id: int, is_ticked: bool, digest: str) -> None:
        try:
            if is_ticked:
                await rules.tick(application, rule_id, by=account, digest=digest)
            else:
                await rules.untick(application, rule_id, by=account)
        finally:
            await renew()

    is_waiting = application.status is ApplicationStatus.SUBMITTED
    listed = check_list(checks, '體檢', links=False, tick=tick if is_waiting else None)
    follow(EyeChecksChanged, renew, of_case(application.id))
    return listed
