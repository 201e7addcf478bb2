from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.secrets import MASK, known_values, mask, mask_value

SECRET = "pa55+word/with=odd&signs"
opaque = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=12, max_size=60)


@pytest.mark.parametrize(
    "text",
    [
        "sk-proj-abcDEF0123456789abcDEF",
        "sk-ant-api03-abcdef0123456789",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a1" * 18,
        "github_pat_" + "a1_" * 10,
        "glpat-abcdefghij0123456789",
        "xoxb-123456789012-abcdef",
        "AIza" + "a" * 35,
        "hf_" + "aB1" * 12,
        "pctl_0123456789ab_" + "aB1" * 14 + "x",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0abc.abcdefghij_klm",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_key_is_masked(text: str) -> None:
    assert mask(f"before {text} after") == f"before {MASK} after"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Authorization: Bearer abcdefghijklmnop0123", f"Authorization: Bearer {MASK}"),
        ("https://ada:s3cret@host.example/x", f"https://{MASK}@host.example/x"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEcut short", MASK),
    ],
)
def test_secrets_are_masked_within_what_carries_them(text: str, left: str) -> None:
    assert mask(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "use sk-learn-based-classifiers-here",
        "a task-0123456789abcdef0123456789",
        "the bearer of this letter",
        "https://host.example:8080/a@b",
        "eyJ is a prefix",
        "sha256:" + "a1" * 32,
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert mask(text, ("another-secret-0123456",)) == text


@given(opaque, st.text(), st.text())
def test_a_known_value_leaves_in_no_spelling(secret: str, before: str, after: str) -> None:
    known = (secret,)
    for spelling in (secret, quote(secret, safe="")):
        masked = mask(f"{before}{spelling}{after}", known)
        assert spelling not in masked or spelling in MASK


@given(st.binary(max_size=7), st.binary(max_size=7))
def test_a_known_value_leaves_not_in_base64_either(before: bytes, after: bytes) -> None:
    text = base64.b64encode(before + SECRET.encode() + after).decode()
    masked = mask(text, (SECRET,))
    assert MASK in masked
    left = masked.split(MASK)
    assert len(left[0]) + len(left[1]) <= len(text) - len(SECRET)


def test_halves_of_a_long_known_value_are_masked() -> None:
    assert mask(f"it was {SECRET[:12]}…", (SECRET,)) == f"it was {MASK}…"
    assert mask(f"…{SECRET[12:]} it was", (SECRET,)) == f"…{MASK} it was"


@given(st.text(), st.lists(opaque, max_size=3))
def test_masking_twice_changes_nothing_more(text: str, known: list[str]) -> None:
    once = mask(text, tuple(known))
    assert mask(once) == mask(mask(once))


def test_values_are_masked_everywhere_in_json() -> None:
    value = {"a": [SECRET, {"b": f"x{SECRET}"}], SECRET: 1, "n": None}
    assert mask_value(value, (SECRET,)) == {"a": [MASK, {"b": f"x{MASK}"}], MASK: 1, "n": None}


def test_the_secrets_of_an_environment() -> None:
    environment = {
        "OPENAI_API_KEY": "sk-1",
        "RELAY": "abcd",
        "GITHUB_TOKEN": "0123abcd",
        "DB_PASSWORD": "password",
        "TOKENIZERS_PARALLELISM": "0123456789abcdef0123",
        "MY_SECRET": "correct-horse-battery",
        "EMPTY_KEY": "",
        "HOME": "/home/ada-0123456789",
    }
    assert known_values(environment) == ("0123abcd", "correct-horse-battery")
    assert known_values(environment, ["RELAY", "MISSING", "EMPTY_KEY"]) == ("0123abcd", "abcd", "correct-horse-battery")


def test_passwords_in_urls_of_an_environment_are_secrets_wherever_they_turn_up() -> None:
    environment = {
        "DATABASE_URL": "postgres://ada:p%40ssw0rd-long@db/app",
        "HTTPS_PROXY": "http://proxy:sw0rdf1sh@proxy.example:3128",
        "SITE": "http://root:root@localhost, see https://a.example/x:y@z",
    }
    assert known_values(environment) == ("p%40ssw0rd-long", "p@ssw0rd-long", "sw0rdf1sh")


def test_what_programs_call_their_secrets() -> None:
    environment = {
        "PGPASSWORD": "pg-0123456789",
        "REDISCLI_AUTH": "redis-0123456789",
        "MYSQL_PWD": "my-0123456789",
        "GITHUB_PAT": "pat-0123456789",
        "PWD": "/home/ada/work-0123456789",
        "SSH_AUTH_SOCK": "/run/user/1000/ssh-agent-0123456789",
        "PATH": "/usr/local/bin:/usr/bin0",
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20abc-0123456789,team=shop-and-more,x-key=k%2F0123456",
    }
    assert known_values(environment) == (
        *("Bearer%20abc-0123456789", "abc-0123456789", "k%2F0123456", "k/0123456", "my-0123456789", "pat-0123456789"),
        *("pg-0123456789", "redis-0123456789"),
    )


def test_masking_a_large_text_of_near_misses_is_quick() -> None:
    text = "sk-" * 100_000 + "https://" + "a" * 300_000 + "-----BEGIN PRIVATE KEY-----" * 1000
    assert MASK in mask(text)
