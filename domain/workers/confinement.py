"""What a worker cannot do, so that a hostile file that takes over a decoder finds little: another account, no network.

Where the server is root, its workers become a locked account of the system that owns nothing, not even what PostgreSQL
owns. In any case they can open no socket (a seccomp filter, or a network of their own where there is no filter), trace
no process and enter no namespace. SECURITY.md says what holds where.
"""

import ctypes
import logging
import os
import platform
import struct
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import jinja2

from db import server_account
from db.server_account import Account, NotStarted

log = logging.getLogger(__name__)

NAME = 'recordbook-worker'

# <linux/prctl.h>, <linux/seccomp.h>, <linux/bpf_common.h>, <sched.h>
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050001  # refuse: EPERM
_LOAD, _IS, _IS_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_X32 = 0x40000000

# By machine: its number in <linux/audit.h>, and the calls that are refused: socket, socketpair, io_uring_setup (which
# opens sockets, too), ptrace, process_vm_readv, process_vm_writev, pidfd_getfd, unshare, setns, mount, bpf,
# perf_event_open, add_key, request_key, keyctl.
_REFUSED = {
    'x86_64': (0xC000003E, (41, 53, 425, 101, 310, 311, 438, 272, 308, 165, 321, 298, 248, 249, 250)),
    'aarch64': (0xC00000B7, (198, 199, 425, 117, 270, 271, 438, 97, 268, 40, 280, 241, 217, 218, 219)),
}


@cache
def account() -> Account | None:
    """As whom workers run; None: as we do, since we are nobody special, or there is no account that could."""
    if os.geteuid() != 0:
        return None
    project = Path(__file__).parents[2]
    try:
        found = server_account.system_account(NAME)
        # Until its first job a worker imports; later it reads templates, pictures and what is imported late.
        server_account.let_in(found, project, *{Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()})
        for needed in (__file__, os.__file__, jinja2.__file__):
            if server_account.run(found, 'test', '-r', needed).returncode:
                raise LookupError(f'it may not read {needed}')
    except (LookupError, NotStarted) as reason:
        log.warning('workers run as root, since %s cannot be used: %s', NAME, str(reason).splitlines()[-1])
        return None
    return found


def hand_over(folder: Path, account: Account) -> None:
    """Make `folder` the worker's own, and let it in there."""
    os.chown(folder, account.uid, account.gid)
    try:
        server_account.let_in(account, folder)
    except NotStarted:
        log.warning('workers cannot reach %s for their temporary files; set TMPDIR to a folder open to all', folder)


def become(uid: int, gid: int) -> None:
    """Be that account for good; its files are in TMPDIR."""
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    os.environ['HOME'] = os.environ['XDG_CACHE_HOME'] = os.environ['TMPDIR']


def go_offline() -> bool:
    """Open no socket from now on; whether that is so."""
    if sys.platform != 'linux':
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    with suppress(KeyError):
        program = _filter(platform.machine())
        steps = ctypes.create_string_buffer(program)
        told = ctypes.create_string_buffer(struct.pack('HP', len(program) // 8, ctypes.addressof(steps)))
        if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, told, 0, 0) == 0:
            return True
    return bool(libc.unshare(_NEW_USER | _NEW_NETWORK) == 0)


def _filter(machine: str) -> bytes:
    """Berkeley packet filter: each step is code, jump if true, jump if false, operand. Raises KeyError."""
    audit, calls = _REFUSED[machine]
    steps = [(_LOAD, 0, 0, 4), (_IS, 1, 0, audit), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    steps.append((_IS_LEAST, len(calls) + 1, 0, _X32))  # to the last step
    steps += [(_IS, len(calls) - number, 0, call) for number, call in enumerate(calls)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b''.join(struct.pack('HBBI', *step) for step in steps)
