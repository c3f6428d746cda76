"""What /healthz answers: that the process works, and how its loops fare. Read from memory only, open to anybody.

And /readyz, for the networks that may watch: whether it can serve people, so that a proxy passes it by when it cannot.
"""

import asyncio
from typing import Any

from starlette.responses import JSONResponse, Response

from domain import viruses
from domain.audit import retention
from domain.operations import vitals
from domain.repeating import Heartbeat, heartbeats

_turn = asyncio.Lock()


async def readiness() -> Response:
    """JSON with status 200, or 503 and in `lacking` what keeps it from serving: database, keys, workers.

    `virus_scanner`: 'answers', 'away' (then no file is taken; the pages work all the same), or 'none'.
    `log`: whether the role of the application could do more to the journals than add to them (deploy/README.md).
    Late loops are told and are no reason: the pages work, and every other process would fail by them too.
    """
    async with _turn:  # one question at a time, however many ask
        lacking = await vitals.lacking()
        scanner = 'none' if not viruses.is_asked() else 'answers' if await viruses.answers() else 'away'
    body = _loops() | {'status': 'unready' if lacking else 'ready', 'lacking': lacking, 'virus_scanner': scanner}
    if not lacking:
        body['log'] = 'guarded by triggers alone' if await retention.could_alter() else 'only added to'
    return JSONResponse(body, 503 if lacking else 200, headers={'Cache-Control': 'no-store'})


def answer() -> Response:
    """JSON with status 200, also when loops fail: pages still work, and a restart would interrupt whoever types.

    `status` is "ok", or "degraded" when loops are late, which `degraded` names. Times are ISO 8601 with offset.
    """
    loops = _loops()
    body = {'status': 'degraded' if loops['degraded'] else 'ok'} | loops
    return JSONResponse(body, headers={'Cache-Control': 'no-store'})


def _loops() -> dict[str, Any]:
    loops = heartbeats()
    late = [loop.name for loop in loops if loop.is_late]
    return {'degraded': late, 'loops': {loop.name: _as_json(loop) for loop in loops}}


def _as_json(loop: Heartbeat) -> dict[str, Any]:
    return {
        'every_seconds': loop.every,
        'last_success': loop.succeeded_at and loop.succeeded_at.isoformat(),
        'last_failure': loop.failed_at and loop.failed_at.isoformat(),
        'successes': loop.successes,
        'failures': loop.failures,
        'failures_in_a_row': loop.failures_in_a_row,
    }
