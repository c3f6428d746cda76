"""`python -m tests.domain.workers.sample_worker`: a worker that does what a test asks for, good and bad."""

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from domain.workers.messages import Content
from domain.workers.serving import Handler, serve

MOST_MEMORY = 2**30
MOST_SECONDS = 2.0


def prepare() -> tuple[Handler, Content]:
    return _answer, {'pid': os.getpid()}


def _answer(order: Content, pieces: list[bytes]) -> tuple[Content, list[bytes]]:
    match order['job']:
        case 'wait':  # `begun` is where it says that it has begun; it ends when there is `go`
            Path(order['begun']).touch()
            while not Path(order['go']).exists():
                time.sleep(0.005)
        case 'die':
            os.kill(os.getpid(), signal.SIGKILL)
        case 'die once' if not Path(order['begun']).exists():
            Path(order['begun']).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        case 'raise':
            raise ZeroDivisionError('so it goes')
        case 'print':
            print('noise', flush=True)
        case 'allocate':
            bytearray(order['bytes'])
        case 'look around':
            return {'environment': dict(os.environ), 'pid': os.getpid()}, []
        case 'spend':  # a processor, until it is taken away
            while True:
                pass
        case 'reach out':
            return {'refused': [name for name, attempt in ATTEMPTS.items() if _is_refused(attempt)]}, []
        case 'who':
            return {'user': os.getresuid(), 'group': os.getresgid(), 'groups': os.getgroups()}, []
        case 'take over':  # what code in a hostile file could do: write anything to every pipe there is
            for descriptor in range(3, 20):
                try:
                    os.write(descriptor, pieces[0])
                except OSError:
                    continue
            time.sleep(3600)
    return order | {'pid': os.getpid()}, pieces


ATTEMPTS: dict[str, Callable[[], object]] = {
    'network': lambda: socket.create_connection(('127.0.0.1', 9), 1),
    'datagrams': lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
    'sockets of the machine': lambda: socket.socket(socket.AF_UNIX),
    'other processes': lambda: Path('/proc/1/environ').read_bytes(),
}


def _is_refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


if __name__ == '__main__':
    serve(prepare, memory=MOST_MEMORY, niceness=1, seconds=MOST_SECONDS)
