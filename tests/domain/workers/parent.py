"""`python -m tests.domain.workers.parent FOLDER`: a server whose workers do not end their jobs; to be killed."""

import asyncio
import sys
from pathlib import Path

from domain.workers import Pool


async def main(folder: Path) -> None:
    pool = Pool('tests.domain.workers.sample_worker', seconds=3600, waiting_seconds=60, jobs_each=10)
    [first, _] = await pool.warm()
    print(first['pid'], flush=True)
    hangs = {'job': 'wait', 'begun': str(folder / 'begun'), 'go': str(folder / 'never')}
    await asyncio.gather(pool.run(hangs), pool.run(hangs | {'begun': str(folder / 'begun too')}))


if __name__ == '__main__':
    asyncio.run(main(Path(sys.argv[1])))
