"""Asks the process of ``tests.forking`` for a run of the program; as a script it stands for the program in a shell."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping, Sequence


def ask(address: str, words: Sequence[str], folder: str, environment: Mapping[bytes, bytes], streams: list[int]) -> int:
    """The exit code of a run with these standard streams; negative when a signal ended it."""
    settings = [name + b"=" + value for name, value in environment.items()]
    asked = [os.fsencode(folder), b"%d" % len(words), *map(os.fsencode, words), *settings]
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(address)
        socket.send_fds(line, [b"?"], streams)
        line.sendall(b"\0".join(asked))
        line.shutdown(socket.SHUT_WR)
        return int(line.recv(16))


if __name__ == "__main__":
    code = ask(sys.argv[1], sys.argv[2:], os.getcwd(), os.environb, [0, 1, 2])  # noqa: PTH109 - Path takes as long to load as a run
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)
