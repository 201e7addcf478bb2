"""The key that seals entries of a shared cache: this user's alone, or named where the application runs."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from promptctl.adapters.trust import data_folder
from promptctl.errors import OutsideError, UsageError

BAD_KEY, NO_KEY_FILE = "PC241", "PC242"
VARIABLE = "PROMPTCTL_CACHE_KEY"
_LEAST = 16


def shared_cache_key(environment: Mapping[str, str]) -> bytes:
    """``PROMPTCTL_CACHE_KEY``, else the content of ``cache-key`` in the user's data folder, made when it is missing.

    Raises UsageError for a key that is too short to be one, OutsideError when the file cannot be made or is not the
    user's own.
    """
    named = environment.get(VARIABLE, "").strip()
    if named:
        if len(named) < _LEAST:
            hint = "make one with: openssl rand -hex 32"
            raise UsageError(BAD_KEY, f"{VARIABLE} is shorter than {_LEAST} characters", hint=hint)
        return named.encode("utf-8", "surrogateescape")
    path = data_folder(environment) / "cache-key"
    try:
        return _read(path) or _make(path)
    except OSError as error:
        hint = f"make the folder writable, or set {VARIABLE}"
        raise OutsideError(
            NO_KEY_FILE, f"the key {path} cannot be used: {error.strerror or error}", hint=hint
        ) from None


def _read(path: Path) -> bytes | None:
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return None
    with os.fdopen(file, "rb") as stream:
        if hasattr(os, "getuid") and os.fstat(file).st_uid != os.getuid():
            raise PermissionError("it is not a file of this user")
        key = stream.read(1000).strip()
    if len(key) < _LEAST:
        raise PermissionError("it is too short to be a key")
    return key


def _make(path: Path) -> bytes:
    """Makes the key whole or not at all; that of another process that was first counts."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
            stream.write(secrets.token_hex(32).encode() + b"\n")
        with contextlib.suppress(FileExistsError):
            os.link(new, path)
    finally:
        new.unlink(missing_ok=True)
    return _read(path) or b""
