"""Where a server's tokens are kept: a file each, in a folder that is its owner's alone, outside every repository."""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
from collections.abc import Mapping
from pathlib import Path

from promptctl.adapters.files import read_bytes
from promptctl.adapters.trust import data_folder
from promptctl.adapters.writing import refused_as, write_file
from promptctl.core.files.strict_json import strict_json
from promptctl.core.token import Token, token_from
from promptctl.errors import Place, StateError, UsageError

UNREADABLE, OPEN_TO_OTHERS, NO_TOKEN = "PC313", "PC314", "PC315"
_MAX_BYTES = 1 << 16
_ID = re.compile(r"[0-9a-f]{12}", re.ASCII)


class TokenFolder:
    """The folder that is named, else the one among the user's data. Nothing is written before a token is."""

    def __init__(self, named: Path | None, environment: Mapping[str, str]) -> None:
        self.path = named or data_folder(environment) / "tokens"
        self._mark: int | None = None
        self._tokens: dict[str, Token] = {}

    def tokens(self) -> dict[str, Token]:
        """Every token by its id, read again when one came or went.

        Raises StateError where others may use the folder, UsageError for a file that is no token.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return {}
        self._require_own(found)
        if found.st_mtime_ns != self._mark:
            paths = sorted(path for path in self.path.glob("*.json") if _ID.fullmatch(path.stem))
            self._tokens = {path.stem: _read(path) for path in paths}
            self._mark = found.st_mtime_ns
        return self._tokens

    def add(self, token: Token) -> None:
        """Keeps a token. Raises StateError where others may use the folder, OutsideError where it cannot be written."""
        with refused_as(str(self.path)):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._require_own(self.path.stat())
        data = json.dumps({"format": 1, **token.to_dict()}, indent=2) + "\n"
        write_file(self.path / f"{token.id}.json", data.encode(), private=True)

    def _require_own(self, found: os.stat_result) -> None:
        if not stat.S_ISDIR(found.st_mode) or (os.name != "nt" and found.st_mode & 0o077):
            away = f"chmod 700 {shlex.quote(str(self.path))}"
            raise StateError(OPEN_TO_OTHERS, f"others may use {self.path}", hint=away)

    def remove(self, called: str) -> Token:
        """Takes a token away. Raises UsageError where there is none of that id."""
        token = self.tokens().get(called)
        if token is None:
            raise UsageError(NO_TOKEN, f"there is no token {called}", hint="promptctl token list")
        with refused_as(str(self.path)):
            (self.path / f"{called}.json").unlink(missing_ok=True)
        return token


def _read(path: Path) -> Token:
    try:
        token = token_from(strict_json(read_bytes(path, str(path), _MAX_BYTES).decode()))
        if token.id != path.stem:
            raise ValueError("it is not the token that its name says")
    except (ValueError, KeyError, TypeError) as error:
        message = f"{path} is no token: {error}"
        raise UsageError(UNREADABLE, message, place=Place(str(path)), hint=f"rm {shlex.quote(str(path))}") from None
    return token
