"""The lock: read and written without loss, and refused with a place when it is malformed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.releases.lockfile import EMPTY, LockEntry, Lockfile, newest, ordered, parse_lock
from promptctl.core.releases.version import Version, version
from promptctl.errors import DocumentError
from tests.core.releases.test_tag import names
from tests.core.releases.test_version import versions

digests = st.integers(0, 16**64 - 1).map(lambda number: f"sha256:{number:064x}")
characters = st.characters(codec="utf-8")


@st.composite
def entries(draw: st.DrawFn) -> LockEntry:
    releases = draw(st.dictionaries(versions, digests, min_size=1, max_size=5))
    current = draw(st.sampled_from(sorted(releases, key=lambda found: found.precedence)))
    return LockEntry(
        version=current,
        digest=releases[current],
        parts=draw(st.dictionaries(st.text(characters, max_size=8), digests, max_size=4)),
        releases=releases,
        retired=draw(st.dictionaries(st.sampled_from(list(releases)), st.text(characters, min_size=1), max_size=3)),
    )


locks = st.dictionaries(names, entries(), max_size=4).map(Lockfile)


@given(locks)
def test_a_lock_is_read_back_as_it_was_written(lock: Lockfile) -> None:
    text = lock.to_text()
    assert parse_lock(text) == lock
    assert parse_lock(text).to_text() == text
    assert json.loads(text)["format"] == 1


@given(locks)
def test_the_text_does_not_depend_on_the_order_things_were_found_in(lock: Lockfile) -> None:
    turned = {
        name: LockEntry(
            version=entry.version,
            digest=entry.digest,
            parts=entry.parts,
            releases=dict(reversed(list(entry.releases.items()))),
            retired=dict(reversed(list(entry.retired.items()))),
        )
        for name, entry in reversed(list(lock.prompts.items()))
    }
    assert Lockfile(turned).to_text() == lock.to_text()


def test_the_empty_lock() -> None:
    assert Lockfile().to_text() == EMPTY
    assert parse_lock(EMPTY) == Lockfile()


DIGEST, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
ENTRY = LockEntry(
    version=version("1.1.0"),
    digest=DIGEST,
    parts={"messages": OTHER},
    releases={version("1.10.0"): OTHER, version("1.1.0"): DIGEST, version("1.1.0-rc.1"): OTHER},
    retired={version("1.10.0"): 'says "no"'},
)
TEXT = f"""\
{{"format": 1, "prompts": {{
  "a/b": {{
    "version": "1.1.0", "digest": "{DIGEST}",
    "parts": {{"messages": "{OTHER}"}},
    "releases": {{
      "1.1.0-rc.1": "{OTHER}",
      "1.1.0": "{DIGEST}",
      "1.10.0": "{OTHER}"}},
    "retired": {{"1.10.0": "says \\"no\\""}}}}}}}}
"""


def test_a_release_has_its_own_line_in_the_order_of_versions() -> None:
    assert Lockfile({"a/b": ENTRY}).to_text() == TEXT


def refused(text: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        parse_lock(text)
    assert caught.value.problem.place
    assert caught.value.problem.place.file == "prompts/prompts.lock"
    return caught.value


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> feature"])
def test_conflict_markers_are_named_with_their_line(marker: str) -> None:
    lines = TEXT.split("\n")
    lines.insert(2, marker)
    error = refused("\n".join(lines))
    assert error.code == "PC016"
    assert "merge conflict markers" in str(error)
    assert str(error.problem.place) == "prompts/prompts.lock:3"
    assert error.hint == "promptctl lock"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TEXT.replace('"retired"', '"releases"'), "'releases' stands twice"),
        (TEXT.replace("1.10.0", "1.1.0"), "'1.1.0' stands twice"),
        (TEXT.replace('"format": 1', '"format": NaN'), "NaN is no JSON number"),
        (TEXT.replace('"format": 1', '"format": -Infinity'), "-Infinity is no JSON number"),
        (TEXT.replace('says \\"no\\"', "\\ud83d"), "half a character"),
        (TEXT[:-3], "not valid JSON"),
        (TEXT + "{}", "not valid JSON"),
        ("", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ('{"format": ' + "1" * 5000 + "}", "not valid JSON"),
    ],
)
def test_what_is_no_lock(text: str, said: str) -> None:
    error = refused(text)
    assert error.code == "PC016"
    assert said in str(error)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "must hold a mapping"),
        ("null", "must hold a mapping"),
        ('{"prompts": {}}', "lacks the key `format`"),
        (EMPTY.replace("1", "2"), "must be `1`"),
        (TEXT.replace('"parts"', '"part"'), "unknown key `part`"),
        (TEXT.replace('"1.10.0": "sha', '"1.010.0": "sha'), "`1.010.0` is not a valid name"),
        (TEXT.replace('"version": "1.1.0"', '"version": "v1.1.0"'), "does not match"),
        (TEXT.replace(DIGEST, "sha256:abc"), "does not match"),
        (TEXT.replace(DIGEST, DIGEST.upper()), "does not match"),
        (TEXT.replace('"a/b"', '"../b"'), "`../b` is not a valid name"),
        (TEXT.replace('"a/b"', '"a/b\\n"'), "is not a valid name"),
        (TEXT.replace('"says \\"no\\""', '""'), "retired"),
    ],
)
def test_a_lock_of_another_shape(text: str, said: str) -> None:
    error = refused(text)
    assert error.code == "PC012"
    assert any(said in problem.message for problem in error.problems)


def test_what_a_lock_knows() -> None:
    lock = Lockfile({"a/b": ENTRY})
    assert lock.release_digest("a/b", version("1.10.0")) == OTHER
    assert lock.release_digest("a/b", version("2.0.0")) is None
    assert lock.release_digest("a", version("1.10.0")) is None
    assert lock.retired("a/b", version("1.10.0")) == 'says "no"'
    assert lock.retired("a/b", version("1.1.0")) is None
    assert lock.retired("a", version("1.1.0")) is None
    assert lock.with_entry("c", ENTRY).prompts == {"a/b": ENTRY, "c": ENTRY}


def entry(releases: dict[str, str], retired: dict[str, str]) -> LockEntry:
    parsed = {version(key): digest for key, digest in releases.items()}
    return LockEntry(
        version=max(parsed, key=lambda found: found.precedence),
        digest=DIGEST,
        parts={},
        releases=parsed,
        retired={version(key): reason for key, reason in retired.items()},
    )


def test_joining_two_sides_keeps_ours_and_what_theirs_withdrew_of_the_same_release() -> None:
    ours = entry({"1.0.0": DIGEST, "1.1.0": DIGEST}, {"1.0.0": "ours"})
    theirs = entry({"1.0.0": DIGEST, "1.1.0": OTHER, "1.2.0": OTHER}, {"1.0.0": "theirs", "1.1.0": "another's"})
    joined = Lockfile({"a": ours}).joined(Lockfile({"a": theirs, "b": theirs}))
    assert joined.prompts["a"] == ours
    assert joined.prompts["b"] == theirs
    same = Lockfile({"a": entry({"1.0.0": DIGEST}, {})}).joined(Lockfile({"a": theirs}))
    assert same.prompts["a"].retired == {version("1.0.0"): "theirs"}


def test_the_newest_of_some_releases() -> None:
    found: dict[Version, str] = {version(text): DIGEST for text in ("1.10.0", "1.9.0", "2.0.0-rc.1")}
    assert newest(found) == version("2.0.0-rc.1")
    assert newest(found, stable=True) == version("1.10.0")
    assert newest({}) is None
    assert ordered(found) == [version(text) for text in ("1.9.0", "1.10.0", "2.0.0-rc.1")]
