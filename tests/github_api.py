"""GitHub's API for comments, on loopback: as many as it has, a page at a time, and as unwilling as a test wants it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BOT = "github-actions[bot]"
REPOSITORY = "acorn/shop"


@dataclass
class Api:
    """``comments`` as GitHub lists them. ``faults`` are statuses that the next requests of a method get instead; with
    ``afterwards`` what they asked for happens all the same. ``heard`` are methods and paths, with the tokens."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, list[int]] = field(default_factory=dict)
    afterwards: bool = False
    elsewhere: str = ""
    heard: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, body: str, author: str = BOT) -> None:
        self.comments.append({"id": len(self.comments) + 1, "user": {"login": author}, "body": body})

    @property
    def variables(self) -> dict[str, str]:
        """What a runner tells its steps."""
        return {
            "GITHUB_API_URL": self.url,
            "GITHUB_GRAPHQL_URL": f"{self.url}/graphql",
            "GITHUB_REPOSITORY": REPOSITORY,
            "NO_PROXY": "127.0.0.1",
        }

    def count(self, method: str) -> int:
        return sum(it[0] == method and it[1] != "/graphql" for it in self.heard)

    def answer(self, method: str, path: str, body: Any) -> Any:
        """What GitHub does; None for what it does not know."""
        parts = urlsplit(path)
        if parts.path == "/graphql":
            return {"data": {"viewer": {"login": BOT}}}
        if (method, parts.path) == ("GET", f"/repos/{REPOSITORY}/issues/7/comments"):
            query = parse_qs(parts.query)
            size, page = int(query["per_page"][0]), int(query["page"][0])
            return self.comments[size * (page - 1) : size * page]
        if (method, parts.path) == ("POST", f"/repos/{REPOSITORY}/issues/7/comments"):
            self.add(body["body"])
            return self.comments[-1]
        one = re.fullmatch(rf"/repos/{REPOSITORY}/issues/comments/(\d+)", parts.path)
        found = [it for it in self.comments if one and it["id"] == int(one[1])]
        if found and method == "PATCH":
            found[0]["body"] = body["body"]
            return found[0]
        if found and method == "DELETE":
            self.comments.remove(found[0])
            return {}
        return None


@contextmanager
def github_api() -> Iterator[Api]:
    """An API without comments."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            api.heard.append((self.command, self.path, self.headers.get("authorization", "")))
            faults = api.faults.get(self.command, []) if self.path != "/graphql" else []
            status = faults.pop(0) if faults else 200
            given = api.answer(self.command, self.path, json.loads(body or b"null")) if _does(api, status) else {}
            data = json.dumps(given).encode()
            self.send_response(status if given is not None else 404)
            if status in (301, 307):
                self.send_header("location", f"{api.elsewhere}{self.path}")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_PATCH = do_DELETE = do_GET

        def log_message(self, format: str, *arguments: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        api.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()


def _does(api: Api, status: int) -> bool:
    return status == 200 or (api.afterwards and status >= 500)
