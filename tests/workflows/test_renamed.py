"""A prompt that got another name: what the new and the old name mean from files to production, and who wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.core.moves.bundle import parse_bundle
from promptctl.core.releases.version import Version
from promptctl.errors import DocumentError
from promptctl.runtime.snapshot import Snapshot
from promptctl.workflows.approvals import authors
from promptctl.workflows.bundle import bundle
from promptctl.workflows.releases import read_release, witnesses
from promptctl.workflows.resolve import resolve
from promptctl.workflows.why import why
from tests.shipping import NAME, copied, done, hint, line, refused, run
from tests.support import GitRepository, build_files
from tests.versioning import LOCK, locked, opened, plain, proposed, released, releases_of, text, version_of

NEW = "support/router"


def renamed(repository: GitRepository, old: str, new: str, *formerly: str) -> None:
    """Moves a prompt's folder, and says what it was called; nothing is committed."""
    repository.git("mv", f"prompts/{old}", f"prompts/{new}")
    path = repository.folder / f"prompts/{new}/prompt.yaml"
    kept = [it for it in path.read_text().splitlines() if not it.startswith("formerly")]
    path.write_text("\n".join([f"formerly: [{', '.join(formerly)}]", *kept, ""]))


def shipped(folder: Path) -> GitRepository:
    """Staging serves 1.2.0 by the old name and 1.2.0 by the new one; the text was Grace's before it was renamed."""
    repository = line(folder, staged=("1.1.0", "1.2.0"))
    repository.git("pull", "-q")
    repository.git("config", "user.email", "grace@example.org")
    repository.commit({f"prompts/{NAME}/prompt.yaml": text("a kind queue")}, "Be kind (#7)")
    repository.git("config", "user.email", "ada@example.org")
    renamed(repository, NAME, NEW, NAME)
    released(repository)
    done(repository, "promote", NEW, "staging")
    return repository


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    return shipped(tmp_path_factory.mktemp("renamed"))


@pytest.mark.parametrize(
    ("asked", "name", "version", "note"),
    [
        (f"{NAME}@1.1.0", NAME, "1.1.0", None),
        (f"{NEW}@1.1.0", NAME, "1.1.0", f"{NEW} was called {NAME} then"),
        (f"{NEW}@1.3.0", NEW, "1.3.0", None),
        (f"{NAME}@1.3.0", NEW, "1.3.0", f"`{NAME}` is called {NEW} now"),
        (f"{NAME}@staging", NAME, "1.2.0", None),
        (f"{NEW}@staging", NEW, "1.3.0", None),
        (f"{NAME}@latest", NEW, "1.3.0", f"`{NAME}` is called {NEW} now"),
        (NAME, NEW, "None", None),
    ],
)
def test_what_both_names_mean(repository: GitRepository, asked: str, name: str, version: str, note: str | None) -> None:
    found = resolve(opened(repository), asked)
    assert (found.name, str(found.version), found.note) == (name, version, note)


def test_a_tag_of_the_old_name_is_no_release_where_the_prompt_has_the_new_one(tmp_path: Path) -> None:
    made = copied(shipped(tmp_path / "made").folder.parent, tmp_path / "other")
    message = made.git("for-each-ref", "--format=%(contents)", f"refs/tags/prompts/{NEW}@v1.3.0")
    tag = f"prompts/{NAME}@v1.0.0"
    made.git("tag", "-f", "-a", "-F", "-", tag, f"prompts/{NEW}@v1.3.0^{{}}", stdin=message.replace(NEW, NAME))
    said = run(made, "verify", f"{NAME}@1.0.0", "--json").data["findings"]
    assert [(it["kind"], it["version"]) for it in said] == [("tag-foreign", "1.0.0")]
    assert f"{NAME} is called {NEW} there" in said[0]["message"]


@pytest.mark.parametrize("became", ["renamed", "removed"])
def test_what_was_retired_stays_so_where_the_lock_has_its_name_no_more(tmp_path: Path, became: str) -> None:
    made = line(tmp_path, staged=("1.0.0", "1.1.0"))
    made.git("pull", "-q")
    done(made, "retire", f"{NAME}@1.0.0", "--reason", "leaks addresses")
    made.commit(message="Retire 1.0.0")
    if became == "renamed":
        renamed(made, NAME, NEW, NAME)
        released(made)
    else:
        made.git("rm", "-qr", f"prompts/{NAME}", LOCK)
        made.commit(message="Nobody needs it")
        made.git("push", "-q")
    refused(made, "promote", f"{NAME}@1.0.0", "staging", error="PC104")
    refused(made, "rollback", NAME, "staging", "--reason", "x", error="PC110")
    done(made, "rollback", f"{NAME}@1.0.0", "staging", "--reason", "x")
    assert "retired-served" in {it["kind"] for it in run(made, "drift", "--json").data["findings"]}


def test_the_version_carries_over_and_old_releases_stay(repository: GitRepository) -> None:
    assert (version_of(repository, NEW), releases_of(repository, NEW)) == ("1.3.0", ["1.3.0"])
    assert "5 releases verified" in done(repository, "verify").out
    assert " 1.1.0 " in done(repository, "history", NAME).out
    assert done(repository, "diff", f"{NEW}@1.2.0", f"{NEW}@1.3.0").out.startswith(
        f"{NAME}@1.2.0 -> {NEW}@1.3.0  minor"
    )
    assert "0 errors" in done(repository, "drift").out


def test_whoever_wrote_it_by_its_old_name_wrote_it(repository: GitRepository) -> None:
    release = read_release(opened(repository), NEW, resolved_version(repository), witnesses(opened(repository)))
    assert "grace@example.org" in authors(opened(repository), release, None)
    found = why(opened(repository), f"{NEW}@1.3.0", None)  # type: ignore[arg-type]
    assert str(found.after) == "1.2.0"
    assert [(change.subject, found.pull_requests.get(change.commit)) for change in found.changes] == [
        ("lock", None),
        ("Be kind (#7)", "#7"),
    ]


def resolved_version(repository: GitRepository) -> Version:
    found = resolve(opened(repository), f"{NEW}@staging").version
    assert found
    return found


def test_applications_get_what_the_name_that_they_ask_for_is_served(repository: GitRepository, tmp_path: Path) -> None:
    copy = copied(repository.folder.parent, tmp_path)
    assert served(copy) == {NAME: (NAME, "1.2.0", set()), NEW: (NEW, "1.3.0", set())}
    assert f"promptctl remove {NAME} staging --reason renamed" in done(copy, "promote", NEW, "staging").err
    done(copy, "remove", NAME, "staging", "--reason", "renamed")
    assert served(copy) == {NAME: (NEW, "1.3.0", {"renamed"}), NEW: (NEW, "1.3.0", set())}
    assert hint(refused(copy, "promote", NAME, "staging")) == f"promptctl promote {NEW} staging"
    done(copy, "rollback", NAME, "staging", "--reason", "callers")
    assert served(copy)[NAME] == (NAME, "1.2.0", set())


def served(repository: GitRepository) -> dict[str, tuple[str, str, set[str]]]:
    snapshot = Snapshot(parse_bundle(bundle(opened(repository), "staging").data, "b.json"), "sha256:0", "source")
    found = {name: snapshot.plain[name] for name in (NAME, NEW)}
    return {name: (it.name, it.version, set(it.notes)) for name, it in found.items()}


def test_two_that_claim_one_name_are_refused_before_anything_is_written(
    repository: GitRepository, tmp_path: Path
) -> None:
    copy = copied(repository.folder.parent, tmp_path)
    before = (copy.folder / LOCK).read_text()
    build_files(copy.folder, {"prompts/support/other/prompt.yaml": f"formerly: [{NAME}]\n{plain()}"})
    with pytest.raises(DocumentError) as caught:
        locked(copy)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place and problem.place.line) == ("PC297", 1)
    assert (copy.folder / LOCK).read_text() == before
    assert f"[PC297]: `{NAME}` was the name of support/other and of {NEW}" in refused(copy, "show", NAME, code=2).err
    assert "L012" in run(copy, "lint").out
    done(copy, "show", f"{NAME}@1.1.0")


def test_another_prompt_takes_the_old_name(repository: GitRepository, tmp_path: Path) -> None:
    copy = copied(repository.folder.parent, tmp_path)
    path = copy.folder / f"prompts/{NEW}/prompt.yaml"
    path.write_text(path.read_text().replace(f"formerly: [{NAME}]\n", ""))
    build_files(copy.folder, {f"prompts/{NAME}/prompt.yaml": plain("Something else.")})
    assert "L012" not in run(copy, "lint").out
    proposed(copy)
    # Its releases go on where the old ones ended: no version means two texts.
    assert (version_of(copy), version_of(copy, NEW)) == ("2.0.0", "1.3.0")
    assert resolve(opened(copy), NAME).name == NAME
    with pytest.raises(Exception, match=r"1\.1\.0 is not released"):
        resolve(opened(copy), f"{NEW}@1.1.0")


def test_it_gets_its_old_name_back(repository: GitRepository, tmp_path: Path) -> None:
    copy = copied(repository.folder.parent, tmp_path)
    renamed(copy, NEW, NAME, NEW)
    released(copy)
    assert (version_of(copy), releases_of(copy)) == ("1.3.0", ["1.0.0", "1.1.0", "1.2.0", "1.3.0"])
    found = {ref: resolve(opened(copy), ref).name for ref in (NEW, f"{NEW}@1.3.0", f"{NEW}@1.0.0", f"{NAME}@1.3.0")}
    assert found == {NEW: NAME, f"{NEW}@1.3.0": NEW, f"{NEW}@1.0.0": NAME, f"{NAME}@1.3.0": NAME}
    assert "0 errors" in done(copy, "drift").out


def test_a_name_in_between_leads_on(repository: GitRepository, tmp_path: Path) -> None:
    copy = copied(repository.folder.parent, tmp_path)
    renamed(copy, NEW, "support/dispatch", NAME, NEW)
    released(copy)
    done(copy, "promote", "support/dispatch", "staging")
    done(copy, "remove", NAME, "staging", "--reason", "renamed")
    former = bundle(opened(copy), "staging").bundle.former
    assert former == {NAME: "support/dispatch"}
    assert resolve(opened(copy), "support/dispatch@1.1.0").name == NAME
    assert resolve(opened(copy), "support/dispatch@1.3.0").name == "support/dispatch"
