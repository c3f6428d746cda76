"""Python imports this by itself at the start of a process whose clock is to be moved; see tests/clock.py."""

import os
from datetime import timedelta

import time_machine

if __name__ == 'sitecustomize':
    time_machine.travel(timedelta(seconds=float(os.environ['CLOCK_AHEAD']))).start()
