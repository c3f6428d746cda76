"""Where tests keep what they throw away: in memory, if there is room for it.

ext4 passes over all inodes that were deleted in the last minutes whenever a file is made, and a database has a
thousand files: a fresh one for each test took up to 0.4 s of a processor on disk, and takes 0.02 s in memory.
"""

import os
import shutil
import tempfile
from pathlib import Path

import psutil

MEMORY = Path('/dev/shm')
ROOM = 8_000_000_000  # bytes; the three processes of a run use up to 3 GB


def chosen() -> None:
    """Let temporary folders be made in memory from now on, also by pytest and by whatever we start."""
    if 'TMPDIR' in os.environ or not os.access(MEMORY, os.W_OK):
        return
    if min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) > ROOM:
        os.environ['TMPDIR'] = str(MEMORY)
        tempfile.tempdir = None
