"""A temporary folder for the time of a session, gone with it."""

from __future__ import annotations

import atexit
import fcntl
import shutil
import tempfile
from pathlib import Path

LOCK = "in-use"


class WorkFolder:
    """Removed by `remove`, or at the latest when Python ends. What a killed process leaves, the next one removes."""

    def __init__(self, prefix: str) -> None:
        remove_abandoned(prefix)
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        self.lock = (self.path / LOCK).open("w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        atexit.register(self.remove)

    def remove(self) -> None:
        atexit.unregister(self.remove)
        shutil.rmtree(self.path, ignore_errors=True)
        self.lock.close()


def remove_abandoned(prefix: str) -> None:
    for lock in Path(tempfile.gettempdir()).glob(f"{prefix}*/{LOCK}"):
        try:
            with lock.open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:
            continue  # in use, somebody else's, or gone already
