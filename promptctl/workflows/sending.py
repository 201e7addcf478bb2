"""How a commit reaches the others: pushed, kept here until later, or on a branch that people merge."""

from __future__ import annotations

from dataclasses import dataclass

_REASONED = frozenset(
    "freeze|unfreeze|rollback|remove|rollout pause|rollout resume|rollout abort|experiment pause|experiment abort|"
    "experiment conclude".split("|")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """``push``: to the remote, where there is one; else it stays here. ``branch`` is a new branch that holds the commit
    until people merge it into the state branch, where it counts from then on; None: the state branch itself."""

    push: bool = True
    branch: str | None = None


AT_ONCE = Sending()


def again(operation: str) -> str:
    """The line that repeats a command that a commit or the journal tells of: why it was given is in neither."""
    one, two, *_ = f"{operation}  ".split(" ")
    return f"promptctl {operation}{' --reason …' if {one, f'{one} {two}'} & _REASONED else ''}"
