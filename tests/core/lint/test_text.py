from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.files.document import Document
from promptctl.core.lint.text import document_findings, hidden_characters

CASES = [
    ("plain, naïve, 日本語, \u00a0", []),
    ("a\tb", []),
    ("a\u200bb", [(2, "\u200b")]),
    ("\u200b\u200b \u2060", [(1, "\u200b"), (4, "\u2060")]),
    ("a\u00adb", [(2, "\u00ad")]),
    ("a\x00b\x7fc\x85d", [(2, "\x00"), (4, "\x7f"), (6, "\x85")]),
    ("a\u202eb\u2066c", [(2, "\u202e"), (4, "\u2066")]),
    ("a\u2028b", [(2, "\u2028")]),
    ("می\u200cخواهم", []),
    ("ab\u200ccd", [(3, "\u200c")]),
    ("ab\u200d", [(3, "\u200d")]),
    ("👩\u200d👧 x", []),
    ("שלום\u200f, x", []),
    ("x\u200f, y", [(2, "\u200f")]),
    ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", []),
    ("a\U000e0041", [(2, "\U000e0041")]),
    ("a\ufeff", [(2, "\ufeff")]),
]


@pytest.mark.parametrize(("line", "expected"), CASES)
def test_hidden_characters_but_not_those_that_writing_needs(line: str, expected: list[tuple[int, str]]) -> None:
    assert list(hidden_characters(line)) == expected


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"])))
def test_printable_ascii_hides_nothing(line: str) -> None:
    assert not list(hidden_characters(line))


SECRETS = [
    ("key: ghp_" + "a1" * 18, True),
    ("postgres://admin:hunter2@db.example.org/x", True),
    ("-----BEGIN RSA PRIVATE KEY-----", False),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----", True),
    ("https://{{ user }}:{{ password }}@example.org", False),
    ("Authorization: Bearer YOUR_ACCESS_TOKEN_HERE", False),
    ("sk-the-word-that-is-no-key", False),
    ('content: "a key:\\tghp_' + "a1" * 18 + '"', True),
    ('content: "http://domain.tld:port\\n@tls-sni"', False),
]


@pytest.mark.parametrize(("text", "found"), SECRETS)
def test_likely_secrets(text: str, found: bool) -> None:
    document = Document("a.j2", text, {}, text)
    assert [finding.code for finding in document_findings(document)] == (["L031"] if found else [])


@pytest.mark.parametrize("length", [100, 5000])
def test_a_secret_in_a_long_line_is_pointed_at(length: int) -> None:
    text = "x " * length + "ghp_" + "a1" * 18
    (finding,) = document_findings(Document("a.j2", text, {}, text))
    assert (finding.place.line, finding.place.column) == (1, 2 * length + 1)
