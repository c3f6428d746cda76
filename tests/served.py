"""A server of ours in a process of its own, which ends with the test whatever happens."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import clock
from .patience import SECONDS

ROOT = Path(__file__).parent.parent
SECONDS_TO_START = 600  # a busy machine takes its time

_claimed: list[socket.socket] = []


class Served:
    """`python -m module`, which finds its PORT in the environment; its words go to `log`."""

    def __init__(self, module: str, log: Path, **environ: str) -> None:
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(('PYTEST', 'NICEGUI', 'COVERAGE'))}
        self.environ = inherited | clock.environ() | {'PORT': str(self.port)} | environ
        self._command = [sys.executable, '-m', module]
        self._log = log
        self.begin()

    def begin(self) -> None:
        """Start the process."""
        with self._log.open('ab') as log:
            self.process = subprocess.Popen(self._command, cwd=ROOT, env=self.environ, stdout=log, stderr=log)

    def wait(self) -> None:
        """Until it answers. Raises RuntimeError with its last words, and leaves nothing running."""
        try:
            until = time.monotonic() + SECONDS_TO_START
            while not self._answers():
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(self.said()[-4000:])
                time.sleep(0.05)
        except BaseException:
            self.kill()
            raise

    def said(self) -> str:
        """Its log."""
        return self._log.read_text()

    def kill(self) -> None:
        """kill -9, as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        self.process.terminate()
        try:
            self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f'{self.url}/healthz', timeout=10).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True


def free_port() -> int:
    """A TCP port of the loopback that nobody uses, and that is given to no other test while this process lives.

    It is below those that outgoing connections take. The UDP port of the same number, held on to, is the claim.
    """
    for port in random.sample(range(20_000, 32_000), 1000):
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind(('127.0.0.1', port))
            with socket.socket() as probe:
                probe.bind(('127.0.0.1', port))
        except OSError:
            claim.close()
            continue
        _claimed.append(claim)
        return port
    raise RuntimeError('no port is free')
