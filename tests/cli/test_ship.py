"""What people and programs are shown by the commands that ship, word for word."""

from __future__ import annotations

import re
from pathlib import Path

from tests.golden import golden
from tests.shipping import NAME, OTHER, line, promoted, run
from tests.support import GitRepository, Ran
from tests.versioning import breaking, released


def settled(text: str) -> str:
    """Without what differs between runs: commits and times."""
    text = re.sub(r"\b([0-9a-f]{40}|[0-9a-f]{7})\b", "<commit>", text)
    return re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "<time>", text)


def kept(name: str, ran: Ran) -> None:
    """Keeps both streams and the exit code."""
    parts = [ran.out, f"--- standard error\n{ran.err}" if ran.err else "", f"--- exit {ran.code}\n"]
    golden(f"ship/{name}", settled("".join(parts)))


def both(repository: GitRepository, name: str, *arguments: str) -> None:
    """For commands that change nothing: what people see, then what programs get."""
    kept(f"{name}.txt", run(repository, *arguments))
    kept(f"{name}.json", run(repository, *arguments, "--json"))


def test_plan(tmp_path: Path) -> None:
    repository = line(tmp_path)
    promoted(repository, "1.2.0")
    released(repository, {f"prompts/{NAME}/prompt.yaml": breaking("one queue")})
    both(repository, "plan", "plan", "staging")
    both(repository, "plan-refused", "plan", f"{NAME}@1.0.0", "prod")
    both(repository, "plan-nothing", "plan", "nowhere")
    both(repository, "plan-same", "plan", f"{NAME}@1.2.0", "staging")


def test_promote(tmp_path: Path) -> None:
    repository = line(tmp_path)
    kept("promote.txt", run(repository, "promote", f"{NAME}@1.1.0", OTHER, "staging", "--reason", "first"))
    kept("promote.json", run(repository, "promote", NAME, OTHER, "staging", "--json"))
    kept("promote-downgrade.txt", run(repository, "promote", f"{NAME}@1.0.0", "staging"))
    kept("promote-already.txt", run(repository, "promote", f"{NAME}@1.0.0", "staging"))
    both(repository, "promote-refused", "promote", f"{NAME}@1.1.0", "nowhere")
    repository.commit({"own": "1"})
    kept("promote-left-behind.txt", run(repository, "promote", f"{NAME}@1.1.0", "staging"))
    kept("promote-order.json", run(repository, "promote", f"{NAME}@1.2.0", "prod", "--json"))
    kept("promote-here-only.txt", run(repository, "promote", f"{NAME}@1.1.0", "prod", "--no-push"))


def test_rollback(tmp_path: Path) -> None:
    repository = line(tmp_path)
    promoted(repository, "1.0.0", "1.1.0", "1.2.0")
    kept("rollback.txt", run(repository, "rollback", NAME, "staging", "--reason", "wrong queue"))
    kept("rollback.json", run(repository, "rollback", NAME, "staging", "--reason", "wrong queue", "--json"))
    both(repository, "rollback-nothing", "rollback", NAME, "staging", "--reason", "wrong queue")
    (tmp_path / "origin.git").rename(tmp_path / "away.git")
    ran = run(repository, "rollback", f"{NAME}@1.2.0", "staging", "--reason", "wrong queue")
    kept("rollback-not-live.txt", Ran(ran.code, ran.out, ran.err.replace(str(tmp_path), "<folder>")))


def test_remove(tmp_path: Path) -> None:
    repository = line(tmp_path)
    promoted(repository, "1.2.0")
    kept("remove.txt", run(repository, "remove", NAME, "staging", "--reason", "not used"))
    both(repository, "remove-nothing", "remove", NAME, "staging", "--reason", "not used")
    promoted(repository, "1.2.0")
    kept("remove.json", run(repository, "remove", NAME, "staging", "--reason", "not used", "--json"))


def test_freeze(tmp_path: Path) -> None:
    repository = line(tmp_path)
    kept("freeze.txt", run(repository, "freeze", "staging", "--reason", "audit"))
    both(repository, "freeze-already", "freeze", "staging", "--reason", "audit")
    both(repository, "freeze-promote", "promote", NAME, "staging")
    kept("unfreeze.json", run(repository, "unfreeze", "staging", "--reason", "done", "--json"))
    kept("unfreeze-already.txt", run(repository, "unfreeze", "staging", "--reason", "done"))


def test_status(tmp_path: Path) -> None:
    repository = line(tmp_path)
    promoted(repository, "1.1.0", "1.2.0")
    promoted(repository, "1.1.0", environment="prod")
    run(repository, "freeze", "prod", "--reason", "audit")
    run(repository, "rollback", NAME, "staging", "--reason", "x", "--no-push")
    (repository.folder / f"prompts/{NAME}/prompt.yaml").write_text(breaking())
    both(repository, "status", "status")


def test_drift(tmp_path: Path) -> None:
    repository = line(tmp_path)
    both(repository, "drift-notices", "drift")
    promoted(repository, "1.1.0", "1.2.0")
    repository.git("revert", "--no-edit", "HEAD")
    repository.git("push", "-q", "origin", "main")
    (repository.folder / f"prompts/{NAME}/prompt.yaml").write_text(breaking())
    both(repository, "drift", "drift")
