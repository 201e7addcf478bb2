"""Signing by the user's own Git configuration, and what to say where it does not work."""

from __future__ import annotations

from collections.abc import Callable

from promptctl.adapters.git.failure import GitFailure, GitKilled
from promptctl.adapters.git.program import Git
from promptctl.errors import StateError

CANNOT_SIGN = "PC277"
HINT = "git config gpg.format ssh && git config user.signingkey ~/.ssh/id_ed25519.pub"
_SAYS_NOTHING = ("fatal:", "gpg failed to sign", "[GNUPG:]")
"""How lines begin that do not tell why."""


def sign(git: Git, run: Callable[[], str]) -> str:
    """What a command prints that signs what it makes. Raises StateError when it is the signing that fails, else what
    the command raises."""
    try:
        return run()
    except GitKilled:
        raise
    except GitFailure as failure:
        if (said := _signing_fault(git)) is None:
            raise
        raise cannot_sign(git, said or str(failure)) from None


def cannot_sign(git: Git, said: str | None = None) -> StateError:
    """The error for a signature that could not be made."""
    key = git.config.get("user.signingkey")
    what = f"with {key}" if key else "without user.signingkey"
    said = said or _signing_fault(git) or "it made no signature"
    return StateError(CANNOT_SIGN, f"Git cannot sign {what}: {said}", hint=HINT)


def _signing_fault(git: Git) -> str | None:
    """What Git says when it has to sign a commit of nothing, None when it can."""
    nothing = git.run("hash-object", "-t", "tree", "--stdin", stdin=b"").stdout.decode().strip()
    try:
        git.run("commit-tree", nothing, "-S", stdin=b"")
    except GitFailure as failure:
        lines = [line.removeprefix("error: ").rstrip("?") for line in failure.stderr.strip().splitlines()]
        return next((line for line in reversed(lines) if line and not line.startswith(_SAYS_NOTHING)), "")
    return None
