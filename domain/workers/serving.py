"""The worker's side: a process that confines itself, prepares its work, and does one job after another."""

import ctypes
import gc
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import BinaryIO

from . import confinement
from .messages import LENGTH, Content, Message, decode_head, encode

Handler = Callable[[Content, list[bytes]], tuple[Content, Sequence[bytes]]]

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_LONGEST_REASON = 20_000
_BETWEEN_ALL = 50


def serve(prepare: Callable[[], tuple[Handler, Content]], *, memory: int, niceness: int, seconds: float = 0.0) -> None:
    """Work until the input ends, which it does at the latest when the server does.

    `prepare` does what is slow and is done once; it returns the handler of jobs, and what the server shall know of
    this worker before the first job. A handler that raises anything fails its job, not the worker.
    `memory` is the limit of the address space in bytes; `seconds` of a processor end the process at a job, unless 0.
    """
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), 'wb')
    os.dup2(2, 1)  # what a library prints goes to the log, not between the answers
    is_offline = _confine(memory, niceness)
    handler, ready = prepare()
    _send(answers, {'ready': ready, 'is_offline': is_offline})
    # A job leaves many small objects behind: they are collected between two jobs, not several times within one. All of
    # them are young; to look through what a worker keeps from job to job takes longer than a small job.
    gc.collect()
    gc.freeze()
    gc.disable()
    jobs = 0
    while head := orders.read(LENGTH.size):
        order = _read(orders, *LENGTH.unpack(head))
        # Counted by the kernel, whatever else the machine does meanwhile; the signal ends us (messages.SPENT).
        signal.setitimer(signal.ITIMER_PROF, seconds)
        answer = _answer(handler, order)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _send(answers, *answer)
        jobs += 1
        gc.collect(0 if jobs % _BETWEEN_ALL else 2)


def _answer(handler: Handler, order: Message) -> tuple[Content, Sequence[bytes]]:
    try:
        content, pieces = handler(*order)
    except Exception:  # whatever it is, the server has to be told
        return {'failed': traceback.format_exc()[-_LONGEST_REASON:]}, ()
    return {'done': content}, pieces


def _confine(memory: int, niceness: int) -> bool:
    """Take away what no job needs; whether that includes the network."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to obey
    os.nice(niceness)  # the server's event loop comes first
    with suppress(OSError, ValueError):  # not every system knows this limit
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold what people have sent
    if len(sys.argv) == 3:
        confinement.become(int(sys.argv[1]), int(sys.argv[2]))
    if sys.platform == 'linux':
        # After the change of account, which would take it back.
        # A job that hangs never finds its input ended: the kernel kills this process with the server's main thread.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return confinement.go_offline()


def _read(orders: BinaryIO, length: int) -> Message:
    content, lengths = decode_head(orders.read(length))
    return content, [orders.read(each) for each in lengths]


def _send(answers: BinaryIO, content: Content, pieces: Sequence[bytes] = ()) -> None:
    answers.writelines(encode(content, pieces))
    answers.flush()
