"""What tests of drift do all day: a line that is live everywhere, broken by hand, looked at, repaired as told."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from promptctl.core.moves.drift import LEVELS
from tests.copying import kept_folder, packed
from tests.shipping import NAME, OTHER, copied, done, line, run, shell
from tests.support import GitRepository


@cache
def _built() -> Path:
    folder = kept_folder()
    found = line(folder, staged=("1.0.0", "1.1.0", "1.2.0"))
    done(found, "promote", OTHER, "staging")
    done(found, "promote", NAME, OTHER, "prod")
    return packed(folder)


def live_everywhere(folder: Path) -> GitRepository:
    """Both prompts are live everywhere, after 1.0.0 and 1.1.0 were live in staging."""
    return copied(_built(), folder)


def findings(repository: GitRepository, code: int = 1) -> list[dict[str, Any]]:
    """Everything that drift finds, which must exit with this code."""
    ran = run(repository, "drift", "--json")
    assert ran.code == code, ran
    found: list[dict[str, Any]] = ran.data["findings"]
    assert all(finding["level"] == LEVELS[finding["kind"]] and finding["repair"] for finding in found)
    return found


def only(repository: GitRepository, kind: str) -> dict[str, Any]:
    """The one finding there is; errors exit 1, notices 0."""
    found = findings(repository, 1 if LEVELS[kind] == "error" else 0)
    assert [finding["kind"] for finding in found] == [kind], found
    return found[0]


def pushed(repository: GitRepository, files: dict[str, str | bytes] | None = None) -> None:
    """Puts files on the remote's main by hand."""
    repository.commit(files, "by hand")
    repository.git("push", "-q", "origin", "main")


def repaired(repository: GitRepository, finding: dict[str, Any]) -> None:
    """Runs the repair as printed: shell lines in a shell, our own commands in this process."""
    repair = finding["repair"]
    if repair.startswith("promptctl "):
        done(repository, *repair.split()[1:])
    else:
        shell(repository, repair)
    assert findings(repository, 0) == []


def released_digest(repository: GitRepository, version: str) -> str:
    """The digest that a release's tag claims."""
    body = repository.git("for-each-ref", "--format=%(contents:body)", f"refs/tags/prompts/{NAME}@v{version}")
    return body.split("Digest: ")[1].split("\n")[0]
