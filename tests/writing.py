"""A registry that takes writes over HTTP, with tokens and requests to it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from promptctl.adapters.token_folder import TokenFolder
from promptctl.core.token import new_token
from tests.serving import Reply, Served
from tests.support import GitRepository


class World:
    """A registry, its server, and tokens."""

    def __init__(self, folder: Path, repository: GitRepository, server: Served) -> None:
        self.folder, self.repository, self.server = folder, repository, server
        self._count = 0

    def token(self, *actions: str, env: str = "staging", lasts: float = 3600, ago: float = 0) -> str:
        self._count += 1
        made = datetime.now(UTC) - timedelta(seconds=ago)
        chance = self._count.to_bytes(6, "big") + bytes(32)
        token, text = new_token("robot", [env], actions, made, timedelta(seconds=lasts), chance)
        TokenFolder(self.folder / "tokens", {}).add(token)
        return text

    def post(self, path: str, body: Any, token: str | None, key: str = "k1", **headers: str) -> Reply:
        given = {"authorization": f"Bearer {token}"} if token else {}
        given |= {"idempotency_key": key} if key else {}
        return self.server.ask(
            path, "POST", json.dumps(body).encode(), content_type="application/json", **given, **headers
        )

    @property
    def refs(self) -> tuple[str, str]:
        """Every ref of the remote and of the server's own clone."""
        local = self.repository.git("for-each-ref", "--format=%(objectname) %(refname)")
        return self.repository.git("ls-remote", "origin"), local

    @property
    def tip(self) -> str:
        return self.repository.git("ls-remote", "origin", "refs/heads/main")
