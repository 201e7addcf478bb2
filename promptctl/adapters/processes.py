"""What this machine says about other processes."""

from __future__ import annotations

import os
from pathlib import Path


def is_alive(process: int) -> bool:
    """Whether a process of this machine still runs; True where that cannot be told."""
    if process == os.getpid() or os.name == "nt":
        # On Windows signal 0 is Ctrl-C: asking would end the process that is asked about.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def host() -> str:
    """The machine's name."""
    if hasattr(os, "uname"):
        return os.uname().nodename
    import platform

    return platform.node()


def boot() -> str:
    """Names this start of the machine, where it can be known: a process id means nothing after the next."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
