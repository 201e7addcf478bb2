"""Asks the process of ``tests.forking`` for a run of the program; as a script it stands for the program in a shell.

Of the standard library it loads what a start of Python has loaded anyway: the rest takes longer than a run.
"""

from __future__ import annotations

import os
import sys
from _socket import AF_UNIX, SCM_RIGHTS, SHUT_WR, SOL_SOCKET, socket


def ask(address: str, words: list[str], folder: str, environment: list[bytes], streams: list[int]) -> int:
    """The exit code of a run with these standard streams and settings; negative when a signal ended it."""
    asked = [os.fsencode(folder), b"%d" % len(words), *map(os.fsencode, words), *environment]
    handed = b"".join(stream.to_bytes(4, sys.byteorder) for stream in streams)
    line = socket(AF_UNIX)
    try:
        line.connect(address)
        line.sendmsg([b"?"], [(SOL_SOCKET, SCM_RIGHTS, handed)])
        line.sendall(b"\0".join(asked))
        line.shutdown(SHUT_WR)
        return int(line.recv(16))
    finally:
        line.close()


if __name__ == "__main__":
    settings = [name + b"=" + value for name, value in os.environb.items()]
    code = ask(sys.argv[1], sys.argv[2:], os.getcwd(), settings, [0, 1, 2])  # noqa: PTH109 - Path takes as long to load as a run
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)
