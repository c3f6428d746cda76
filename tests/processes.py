"""Other processes of ours in a test, which they do not outlive, however the test ends."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from . import clock

ROOT = Path(__file__).parent.parent


class Processes:
    """Those of one test."""

    def __init__(self) -> None:
        self._begun: list[Process] = []

    async def begin(self, *words: object, stderr: int | None = None) -> Process:
        """`python WORDS` beside us, with pipes in and out."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith(('PYTEST_', 'NICEGUI_'))}
        command = [sys.executable, *map(str, words)]
        begun = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=stderr, cwd=ROOT, env=environ | clock.environ()
        )
        self._begun.append(begun)
        return begun

    async def end(self) -> None:
        """Kill what still runs, and let go of the pipes."""
        for process in self._begun:
            if process.returncode is None:
                process.kill()
            await process.communicate()
