"""The whole line, from a new prompt to what a server tells of it, in repositories of other kinds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from promptctl import Prompts
from tests.matrix.checkouts import CHECKOUTS, reachable
from tests.matrix.states import STATES
from tests.serving import serving
from tests.shipping import NAME, done, hint, refused, shell
from tests.support import GitRepository, build_files
from tests.versioning import TONE

KINDS = ("sha256", "reftable", "trusted owner", "alternates", "case folding", "ident", "linked")


def lived(repository: GitRepository, bundle: Path) -> None:
    """Every step by its command; whatever is left at the end agrees with everything else."""
    done(repository, "new", "added/one")
    done(repository, "eval", "added/one")
    done(repository, "lock")
    repository.commit(message="one more")
    repository.git("push", "-q", "origin", "HEAD:main")
    done(repository, "release")
    for version in ("1.0.0", "1.2.0"):
        name = NAME if version == "1.2.0" else "added/one"
        done(repository, "promote", f"{name}@{version}", "staging")
    done(repository, "rollback", NAME, "staging", "--reason", "why")
    done(repository, "bundle", "staging", "-o", str(bundle))
    with Prompts("staging", source=bundle, refresh_every=0) as prompts:
        assert prompts.get(NAME).version == "1.1.0"
        assert prompts.get("added/one").version == "1.0.0"
    with serving(repository.folder) as server:
        found = server.ask(f"/api/v1/environments/staging/prompts/{NAME}").json
        assert found["version"] == "1.1.0"
    repository.git("pull", "-q", "--rebase", "origin", "main")
    for words in (("drift",), ("verify",), ("ci",), ("status",), ("lock", "--check"), ("eval", "verify")):
        done(repository, *words)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_line(kind: str) -> None:
    with reachable() as place:
        (place / "at").mkdir()
        lived(GitRepository(STATES[kind](place / "at")), place / "staging.json")


def test_who_does_not_own_a_repository_is_told_what_to_do() -> None:
    with reachable() as place:
        folder = STATES["foreign owner"](place)
        ran = refused(folder, "status", code=4)
        said = re.search(r"if you trust what is in it: (git config --global --add safe\.directory (\S+))", ran.err)
        assert said, ran
        assert Path(said[2]).samefile(folder)
        GitRepository(folder).git(*said[1].split()[1:])
        done(folder, "status")


def test_a_file_that_git_stores_otherwise_is_not_locked() -> None:
    with reachable() as place:
        repository = GitRepository(STATES["ident"](place))
        build_files(repository.folder, {TONE: "Be kind. $Id: 1 $\n"})
        shell(repository, hint(refused(repository, "lock", error="PC269")))
        done(repository, "lock")
        repository.commit()
        repository.git("push", "-q", "origin", "main")
        done(repository, "release")


def test_every_kind_is_a_state() -> None:
    assert set(KINDS) - {"linked"} <= CHECKOUTS.keys()
