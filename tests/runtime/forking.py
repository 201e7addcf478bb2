"""Work in a forked child, as servers with workers do it."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable
from typing import Any


def in_child(act: Callable[[], Any]) -> Any:
    """What ``act`` gives in a forked process."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # Newer Pythons warn of forks in processes with threads: that is what is tried here.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            os.write(writer, json.dumps(act()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return json.loads(said)


class Worker:
    """A process that is forked now and does its work when it is told to ``go``."""

    def __init__(self, act: Callable[[], Any]) -> None:
        told, self._tell = os.pipe()
        self._said, say = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self._child = os.fork()
        if self._child == 0:
            try:
                os.read(told, 1)
                os.write(say, json.dumps(act()).encode())
            finally:
                os._exit(0)
        os.close(told)
        os.close(say)

    def go(self) -> None:
        """Lets it work."""
        os.write(self._tell, b"g")
        os.close(self._tell)

    def result(self) -> Any:
        """What it found, once it is done."""
        with os.fdopen(self._said, "rb") as pipe:
            said = pipe.read()
        os.waitpid(self._child, 0)
        return json.loads(said)
