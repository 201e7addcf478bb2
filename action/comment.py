"""Keeps one comment of a pull request as a file has it: finds it by its first line, makes it, changes it.

A step of the action runs this after the judgement, with the job's token, which no other step gets. It needs Python
alone. Whatever happens, the outcome of the check stays: what could not be posted is told in the job's summary.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

MARKER = re.compile(r"<!-- [a-z ]+ -->")
PAGE, MOST_PAGES, MAX_BYTES = 100, 100, 64 * 1024 * 1024
"""Comments that are asked for at once, how often, and bytes of one answer."""
SECONDS, PAUSE = 30, 1
LOOPBACK = ("127.0.0.1", "localhost", "::1")
VIEWER = json.dumps({"query": "query { viewer { login } }"}).encode()


class NotPosted(Exception):
    """Why there is no comment, in words of this program."""


class Unavailable(NotPosted):
    """What may be otherwise in a moment."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token goes to no other address than the one it is for."""

    def redirect_request(self, *_: object) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """GitHub, for one repository. ``rest`` and ``graphql`` are the addresses that the runner names."""

    rest: str
    graphql: str
    repository: str
    token: str

    def ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
        """The answer of the REST API. Raises NotPosted."""
        data = None if body is None else json.dumps(body).encode()
        return self._ask(method, f"{self.rest}/repos/{self.repository}/{path}", data)

    def login(self) -> str:
        """Whose token this is: what its comments have as author. Raises NotPosted."""
        found = self._ask("POST", self.graphql, VIEWER)
        try:
            return str(found["data"]["viewer"]["login"])
        except (KeyError, TypeError):
            raise NotPosted("GitHub does not say whose token this is") from None

    def _ask(self, method: str, url: str, data: bytes | None) -> Any:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise NotPosted("GitHub's address is not one of https")
        request = urllib.request.Request(url, data, method=method)  # noqa: S310 - the scheme is looked at above
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("Content-Type", "application/json")
        request.add_header("User-Agent", "promptctl")
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as response:
                text = response.read(MAX_BYTES + 1)
        except urllib.error.HTTPError as error:
            raise (Unavailable if error.code >= 500 else NotPosted)(f"GitHub answered {error.code}") from None
        except (urllib.error.URLError, TimeoutError, OSError):
            raise Unavailable("GitHub did not answer") from None
        return read_answer(text[:MAX_BYTES])


def read_answer(text: bytes) -> Any:
    """The JSON of an answer, None for an empty one. Raises Unavailable."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        raise Unavailable("GitHub's answer cannot be read") from None


def keep(host: Host, number: int, body: str) -> str:
    """Makes the comment, or changes it where there is one: "created", "updated" or "unchanged".

    Only comments of the token's own author count, whatever the first line of others is. Raises NotPosted.
    """
    marker = body.partition("\n")[0]
    mine = list(_mine(host, number, marker))
    if not mine:
        host.ask("POST", f"issues/{number}/comments", {"body": body})
        return "created"
    (first, text), *more = mine
    same = _plain(text) == _plain(body)
    if not same:
        host.ask("PATCH", f"issues/comments/{first}", {"body": body})
    for double, _ in more:
        host.ask("DELETE", f"issues/comments/{double}")
    return "unchanged" if same else "updated"


def _mine(host: Host, number: int, marker: str) -> Iterator[tuple[int, str]]:
    """The ids and texts of comments that this made, the oldest first."""
    login = host.login()
    for page in range(1, MOST_PAGES + 1):
        found = host.ask("GET", f"issues/{number}/comments?per_page={PAGE}&page={page}")
        if not isinstance(found, list):
            raise NotPosted("GitHub's list of comments cannot be read")
        for it in found:
            try:
                called, author, text = int(it["id"]), (it["user"] or {}).get("login"), it["body"] or ""
            except (ValueError, KeyError, TypeError, AttributeError):
                raise NotPosted("GitHub's list of comments cannot be read") from None
            if author == login and _plain(str(text)).partition("\n")[0] == marker:
                yield called, str(text)
        if len(found) < PAGE:
            return
    raise NotPosted("there are too many comments to find the one")


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _post(environment: Mapping[str, str], pause: float) -> str:
    """What became of the comment. Raises NotPosted."""
    body = Path(environment["ACTION_COMMENT_FILE"]).read_text(encoding="utf-8")
    if not MARKER.fullmatch(body.partition("\n")[0]):
        raise NotPosted("the text does not begin with the line that finds it again")
    try:
        event = json.loads(Path(environment.get("GITHUB_EVENT_PATH", "")).read_text(encoding="utf-8"))
        number = int(event["pull_request"]["number"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "not wanted: this is no pull request"
    if not environment.get("ACTION_TOKEN"):
        raise NotPosted("there is no token")
    host = Host(
        rest=environment.get("GITHUB_API_URL", ""),
        graphql=environment.get("GITHUB_GRAPHQL_URL", ""),
        repository=environment.get("GITHUB_REPOSITORY", ""),
        token=environment["ACTION_TOKEN"],
    )
    try:
        return keep(host, number, body)
    except Unavailable:
        # The whole of it again: what was not answered may have happened all the same.
        time.sleep(pause)
        return keep(host, number, body)


def main(environment: Mapping[str, str], pause: float = PAUSE) -> None:
    """Posts, and says what became of it in the log, and in the summary where nothing was posted."""
    try:
        print(f"comment: {_post(environment, pause)}")
    except NotPosted as fault:
        print(f"comment: not posted: {fault}")
        hint = "A fork's token may only read; other jobs need `permissions: {pull-requests: write}`."
        if environment.get("GITHUB_STEP_SUMMARY"):
            with Path(environment["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as summary:
                summary.write(f"\n⚠️ The comment was not posted: {fault}. {hint}\n")


if __name__ == "__main__":
    main(os.environ)
    sys.exit(0)
