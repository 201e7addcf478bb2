"""Names and messages of release tags, each with a parser that is its inverse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.name import name_fault
from promptctl.core.releases.tag import TagMessage, message_text, parse_message, parse_tag_ref, tag_name, tag_ref
from promptctl.core.releases.version import Version
from tests.core.releases.test_version import versions

names = st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,8}[a-z0-9])?(/[a-z0-9]{1,8}){0,4}", fullmatch=True).filter(
    lambda name: name_fault(name) is None
)
DIGEST = "sha256:" + "0a" * 32


@given(names, versions)
def test_a_release_is_read_back_from_its_tag(name: str, found: Version) -> None:
    assert parse_tag_ref(tag_ref(name, found)) == (name, found)
    assert tag_ref(name, found) == f"refs/tags/{tag_name(name, found)}"


@pytest.mark.parametrize(
    "ref",
    [
        "refs/tags/prompts/a@v01.0.0",
        "refs/tags/prompts/a@v1.0",
        "refs/tags/prompts/a@1.0.0",
        "refs/tags/prompts/A@v1.0.0",
        "refs/tags/prompts/@v1.0.0",
        "refs/tags/prompts/a//b@v1.0.0",
        "refs/tags/prompts/environments/a@v1.0.0",
        "refs/tags/prompts/a@v1.0.0@v1.0.0",
        "refs/tags/prompts/a@v1.0.0/b",
        "refs/tags/a@v1.0.0",
        "refs/heads/prompts/a@v1.0.0",
        "v1.0.0",
    ],
)
def test_what_is_no_release_tag(ref: str) -> None:
    assert parse_tag_ref(ref) is None


@given(names, versions)
def test_a_message_is_read_back(name: str, found: Version) -> None:
    message = message_text(name, found, DIGEST)
    assert parse_message(message) == TagMessage(digest=DIGEST, path=f"prompts/{name}")
    signed = message + "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
    assert parse_message(signed) == parse_message(message)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a 1.0.0\n",
        f"a 1.0.0\n\nDigest: {DIGEST}\n",
        "a 1.0.0\n\nPath: prompts/a\n",
        f"a 1.0.0\n\nDigest: {DIGEST}\nDigest: {DIGEST}\nPath: prompts/a\n",
        f"a 1.0.0\n\nDigest: {DIGEST}\nPath: prompts/a\nPath: prompts/b\n",
        f"a 1.0.0\n\ndigest: {DIGEST}\npath: prompts/a\n",
    ],
)
def test_a_message_with_a_missing_or_doubled_line_says_nothing(text: str) -> None:
    assert parse_message(text) is None
