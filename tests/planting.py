"""Secrets planted in every place that text comes from; one scanner for all bytes that are written, sent or shown."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``value`` is how the secret stands there: as the environment variable ``name`` where ``variable`` is true.

    ``allowed`` says who has it all the same, and must: nobody else may.
    """

    name: str
    value: str = "{}"
    variable: bool = False
    allowed: str = "nobody"

    @property
    def secret(self) -> str:
        """As long as real ones are, and of no common shape: only what is known of its place gives it away."""
        return "k" + hashlib.sha256(self.name.encode()).hexdigest()[:27]

    @property
    def text(self) -> str:
        return self.value.replace("{}", self.secret)


_OWN = "the child processes of Git, as the user's other variables"
_VARIABLES: Mapping[str, str] = {
    "RELAY_KEY": "{}",
    "OPENAI_API_KEY": "sk-{}",
    "ANTHROPIC_API_KEY": "{}",
    "AWS_SECRET_ACCESS_KEY": "{}",
    "AWS_SESSION_TOKEN": "{}",
    "GITHUB_TOKEN": "ghp_{}abcdef",
    "CI_JOB_TOKEN": "{}",
    "NPM_AUTH": "{}",
    "SMTP_PASSWORD": "{}",
    "MYSQL_PWD": "{}",
    "PGPASSWORD": "{}",
    "VAULT_PASSPHRASE": "{}",
    "GOOGLE_CREDENTIALS": "{}",
    "AZURE_PAT": "{}",
    "SECRET_PEPPER": "{}",
    "DATABASE_URL": "postgresql://ada:{}@db.example/shop",
    "BROKER": "amqp://ada:{}%2F@broker.example/",
    "HTTP_PROXY": "http://ada:{}@127.0.0.1:1",
    "HTTPS_PROXY": "http://ada:{}@127.0.0.1:1",
    "ALL_PROXY": "socks5://ada:{}@127.0.0.1:1",
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20{},x-team=shop",
    "PROMPTCTL_CACHE_KEY": "{}{}",
}
PLACES = {
    place.name: place
    for place in (
        *(Place(name=name, value=value, variable=True, allowed=_OWN) for name, value in _VARIABLES.items()),
        Place(name="PROMPTCTL_CACHE", value="redis://:{}@127.0.0.1:1/0", variable=True, allowed=_OWN),
        Place(
            name="STORE", value="postgresql://ada:{}@127.0.0.1:1/shop?connect_timeout=2", allowed="who is asked for it"
        ),
        Place(name="HOOK_URL", value="http://127.0.0.1:1/services/{}", variable=True, allowed="the webhook's host"),
        Place(name="GIT_CONFIG_VALUE_0", value="Authorization: Basic {}", variable=True),
        Place(name="remote", value="https://ada:{}@127.0.0.1:1/registry.git", allowed=".git/config, as Git keeps it"),
        Place(name="push URL", value="https://ada:{}@127.0.0.1:1/push.git", allowed=".git/config, as Git keeps it"),
        Place(name="http.extraHeader", value="Authorization: Bearer {}", allowed=".git/config, as Git keeps it"),
        Place(name="credential.helper", value="!f() { echo password={}; }; f", allowed="~/.gitconfig, as Git keeps it"),
        Place(name=".netrc", value="machine 127.0.0.1 login ada password {}", allowed="~/.netrc"),
        Place(name=".git-credentials", value="http://ada:{}@127.0.0.1", allowed="~/.git-credentials"),
        Place(name="input", value="sk-{}", allowed="the provider that is asked"),
        Place(name="feedback", value="sk-{}"),
        Place(name="unit", value="Bearer {}"),
        Place(name="source", value="https://ada:{}@bundles.example/prod.json"),
        Place(name="query", value="pctl_0123456789ab_{}abcdefghijklmno"),
    )
}
"""All but the last ones are secret by where they stand; those are by their shape, since users bring them."""


def environment() -> dict[str, str]:
    """What the variables among the places say."""
    return {place.name: place.text for place in PLACES.values() if place.variable}


@cache
def _spellings() -> tuple[tuple[str, str, bytes], ...]:
    return tuple((place.name, how, data) for place in PLACES.values() for how, data in _spelled(place.secret))


def _spelled(secret: str) -> Iterator[tuple[str, bytes]]:
    half = len(secret) // 2
    yield from (("plain", secret.encode()), ("half", secret[:half].encode()), ("half", secret[half:].encode()))
    yield "percent", "".join(f"%{ord(it):02X}" for it in secret).encode()
    yield "escaped", "".join(f"\\u{ord(it):04x}" for it in secret).encode()
    yield "reversed", secret[::-1].encode()
    yield "hexadecimal", secret.encode().hex().encode()
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + secret.encode()).decode()
        core = whole[4 if shift else 0 : (len(secret) + shift) // 3 * 4].encode()
        yield from (("base64", core), ("base64", core.translate(bytes.maketrans(b"+/", b"-_"))))


def leaks(data: bytes | str, but: Iterable[str] = ()) -> list[str]:
    """The places whose secrets stand in some bytes, and how they are spelled there."""
    seen = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    lower = seen.lower()
    found = [f"{name}: {how}" for name, how, it in _spellings() if it in seen or (how == "hexadecimal" and it in lower)]
    return sorted({it for it in found if it.partition(": ")[0] not in but})


def leaks_below(folder: Path, allowed: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, list[str]]:
    """The files of a folder, Git's objects unpacked, in which a secret stands; ``allowed`` has places by the ends of
    paths."""
    found = {}
    for path in (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        shown = path.relative_to(folder).as_posix()
        but = [it for end, places in (allowed or {}).items() if shown.endswith(end) for it in places]
        if said := leaks(_unpacked(path), but):
            found[shown] = said
    return found


def _unpacked(path: Path) -> bytes:
    import zlib

    data = path.read_bytes()
    if not re.search(r"objects/[0-9a-f]{2}/", path.as_posix()):
        return data
    try:
        return data + zlib.decompress(data)
    except zlib.error:
        return data


def escaped(text: str) -> str:
    """A JSON text in which every character is an escape."""
    return '"' + "".join(f"\\u{ord(it):04x}" for it in text) + '"'


def in_base64(text: str) -> str:
    return base64.b64encode(f"key={text}".encode()).decode()


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()
