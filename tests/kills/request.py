"""One write over HTTP as a program: serves this folder, asks once, and ends as the command of that name would.

``python -m tests.kills.request PATH BODY``: the server, what it starts and who asks are struck together.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from promptctl.errors import PromptctlError
from tests.serving import serving
from tests.writing import World


def main(path: str, body: str) -> int:
    """0 for what was done, 3 for what was refused, 4 for what nobody can tell."""
    above = Path.cwd().parent
    store = f"sqlite:{above / 'calls.sqlite3'}"
    with serving(Path.cwd(), tokens=str(above / "data/tokens"), writable=True, store=store) as server:
        world = World(above / "data", None, server)  # type: ignore[arg-type]
        token = world.token("promote", "rollback", "split", "freeze", "feedback", "events")
        reply = world.post(path, json.loads(body), token, os.urandom(8).hex())
    if reply.status < 400:
        return 0
    told = reply.json
    print(f"error[{told['code']}]: {told['detail']} {told.get('hint') or ''}", file=sys.stderr)
    return 4 if reply.status >= 500 else 3


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except PromptctlError as refused:
        print(f"error[{refused.code}]: {refused}", file=sys.stderr)
        sys.exit(refused.exit_code)
