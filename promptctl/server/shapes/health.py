"""For those that look after processes."""

from __future__ import annotations

from typing import Literal

from promptctl.server.shapes.shape import Commit, Shape


class Alive(Shape):
    """The process answers."""

    status: Literal["ok"]


class Ready(Shape):
    """What is followed."""

    status: Literal["ok"]
    commit: Commit
    following: bool
