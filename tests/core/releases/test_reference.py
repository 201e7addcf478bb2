"""References: which kind a text is, in the order they are tried."""

from __future__ import annotations

import pytest

from promptctl.core.releases.reference import Reference, parse_reference
from promptctl.core.releases.version import version
from promptctl.errors import UsageError


@pytest.mark.parametrize(
    ("text", "name", "ref"),
    [
        ("a/b", "a/b", "work"),
        ("a@work", "a", "work"),
        ("a@1.0.0", "a", "1.0.0"),
        ("a@prod@{2026-01-01T00:00Z}", "a", "prod@{2026-01-01T00:00Z}"),
        ("a@git:feature/x@y", "a", "git:feature/x@y"),
        ("a@HEAD~2", "a", "HEAD~2"),
    ],
)
def test_a_text_splits_at_the_first_at(text: str, name: str, ref: str) -> None:
    found = parse_reference(text)
    assert (found.name, found.ref) == (name, ref)
    assert str(found) == (name if ref == "work" else text)


@pytest.mark.parametrize(
    "text", ["", "@1.0.0", "a@", "a@-x", "a@--output=/tmp/x", "a@git:-x", "a@git:--all", "a@x\ny", "a@x\0y"]
)
def test_what_is_no_reference(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_reference(text)
    assert caught.value.code == "PC003"


@pytest.mark.parametrize(
    ("ref", "expected"),
    [("1.2.0", "1.2.0"), ("v1.2.0", "1.2.0"), ("1.2.0-rc.1", "1.2.0-rc.1"), ("vv1.2.0", None), ("1.2", None)],
)
def test_a_version_may_have_a_v(ref: str, expected: str | None) -> None:
    assert Reference("a", ref).version == (version(expected) if expected else None)


@pytest.mark.parametrize(
    ("ref", "is_digest"),
    [
        ("sha256:abcd", True),
        ("sha256:" + "a" * 64, True),
        ("sha256:abc", False),
        ("sha256:" + "a" * 65, False),
        ("sha256:ABCD", False),
        ("abcd", False),
    ],
)
def test_a_digest_prefix_has_four_digits_or_more(ref: str, is_digest: bool) -> None:
    assert Reference("a", ref).digest_prefix == (ref if is_digest else None)


def test_an_environment_at_a_time() -> None:
    assert Reference("a", "prod@{2026-01-01}").at_time == ("prod", "2026-01-01")
    assert Reference("a", "prod@{}").at_time is None
    assert Reference("a", "Prod@{x}").at_time is None


def test_git_forces_a_revision() -> None:
    assert (Reference("a", "git:1.0.0").revision, Reference("a", "git:1.0.0").forced_revision) == ("1.0.0", True)
    assert Reference("a", "git:1.0.0").version is None
