"""The table of routes in the reference of the API: ``python -m tests.docs_http`` writes it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from promptctl.server.openapi import operations
from promptctl.server.routes import described_routes

PAGE = Path(__file__).parent.parent / "docs/reference/http.md"
_TABLE = re.compile(r"(?<=<!-- routes -->\n).*(?=<!-- /routes -->)", re.DOTALL)


def written() -> str:
    """The page with the table as it should be."""
    rows = [f"| `{method} {path}` | {operation['summary']} |" for path, method, operation in _sorted()]
    table = "\n".join(("", "| route | what it does |", "|---|---|", *rows, "", ""))
    return _TABLE.sub(lambda _: table, PAGE.read_text(encoding="utf-8"))


def _sorted() -> list[tuple[str, str, dict[str, str]]]:
    return sorted(operations(described_routes().openapi()), key=lambda it: (it[0], it[1]))


def main() -> int:
    """Writes the page."""
    PAGE.write_text(written(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
