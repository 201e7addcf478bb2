"""Signing by the user's own Git configuration, and what to say where it does not work."""

from __future__ import annotations

from collections.abc import Callable

from promptctl.adapters.git.program import Git, GitFailure, GitKilled
from promptctl.errors import StateError

CANNOT_SIGN = "PC277"
HINT = "git config gpg.format ssh && git config user.signingkey ~/.ssh/id_ed25519.pub"


def sign(git: Git, run: Callable[[str], str]) -> str:
    """What a command prints that signs when it is given ``-S``, and makes the same unsigned with ``--no-gpg-sign``.

    Raises StateError when it is the signing that fails, else what the command raises.
    """
    try:
        return run("-S")
    except GitKilled:
        raise
    except GitFailure as failure:
        run("--no-gpg-sign")
        lines = [line.removeprefix("error: ").rstrip("?") for line in failure.stderr.strip().splitlines()]
        said = [line for line in lines if line and not line.startswith("fatal:")]
        key = git.config.get("user.signingkey")
        what = f"with {key}" if key else "without user.signingkey"
        message = f"Git cannot sign {what}: {said[-1] if said else failure}"
        raise StateError(CANNOT_SIGN, message, hint=HINT) from None
