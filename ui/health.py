"""What /healthz answers: that the process works, and how its loops fare. Read from memory only, open to anybody."""

from typing import Any

from starlette.responses import JSONResponse, Response

from domain.repeating import Heartbeat, heartbeats


def answer() -> Response:
    """JSON with status 200, also when loops fail: pages still work, and a restart would interrupt whoever types.

    `status` is "ok", or "degraded" when loops are late, which `degraded` names. Times are ISO 8601 with offset.
    """
    loops = heartbeats()
    late = [loop.name for loop in loops if loop.is_late]
    body = {
        'status': 'degraded' if late else 'ok',
        'degraded': late,
        'loops': {loop.name: _as_json(loop) for loop in loops},
    }
    return JSONResponse(body, headers={'Cache-Control': 'no-store'})


def _as_json(loop: Heartbeat) -> dict[str, Any]:
    return {
        'every_seconds': loop.every,
        'last_success': loop.succeeded_at and loop.succeeded_at.isoformat(),
        'last_failure': loop.failed_at and loop.failed_at.isoformat(),
        'successes': loop.successes,
        'failures': loop.failures,
        'failures_in_a_row': loop.failures_in_a_row,
    }
