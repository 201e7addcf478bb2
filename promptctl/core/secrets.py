"""Takes secrets out of text before it is stored or shown: known values, and what looks like a key."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

MASK = "[masked]"

_SECRET_NAME = re.compile(
    r"(?i)(^|_)(api_?key|key|token|secret|passwd|passphrase|credentials?|pat)(_|$)|password|auth$|^mysql_pwd$"
)
_HEADERS = re.compile(r"(?i)(^|_)headers$")
_HOOK = re.compile(r"(?i)(^|_)(web)?hook(_ur[il])?$")
_AUTHORIZATION = re.compile(r"(?i)\b(?:proxy-)?authorization:\s*[a-z]+\s+(\S+)")
_PASSWORD = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")
_SHAPES = re.compile(
    r"""(?<![A-Za-z0-9])(?:
        sk-(?=[A-Za-z_-]{0,100}[0-9])[A-Za-z0-9_-]{16,}
      | (?:AKIA|ASIA)[0-9A-Z]{16}
      | gh[pousr]_[A-Za-z0-9]{30,}
      | github_pat_[A-Za-z0-9_]{22,}
      | glpat-[A-Za-z0-9_-]{20,}
      | xox[abeprs]-[A-Za-z0-9-]{10,}
      | AIza[A-Za-z0-9_-]{35}
      | hf_[A-Za-z0-9]{30,}
      | pctl_[0-9a-f]{12}_[A-Za-z0-9_-]{8,}
      | (?<![_-])eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}
    )
    | (?<=[Bb]earer[ ])[A-Za-z0-9._~+/-]{16,}=*
    | (?<=://)[^/\s:@]{1,200}:[^/\s@]{1,200}(?=@)
    | -----BEGIN[ ][A-Z ]{0,30}PRIVATE[ ]KEY-----(?:(?!-----END).){0,20000}
      (?:-----END[ ][A-Z ]{0,30}PRIVATE[ ]KEY-----)?
    """,
    re.VERBOSE | re.DOTALL,
)


def known_values(environment: Mapping[str, str], names: Collection[str] = ()) -> tuple[str, ...]:
    """The secrets of an environment: the values of ``names``, and of variables that are named like secrets, the
    passwords of URLs, what headers send along, and the parts of webhooks' paths.

    A value that only its variable's name or its place makes suspect counts when it cannot be an ordinary word:
    16 characters or more, or 8 or more with a letter and a digit.
    """
    found = {environment[name].strip() for name in names if len(environment.get(name, "").strip()) >= 4}
    for name, value in environment.items():
        if _SECRET_NAME.search(name) and _is_opaque(value.strip()):
            found.add(value.strip())
        if "://" in value:
            found |= {it for word in _PASSWORD.findall(value) for it in (word, unquote(word)) if _is_opaque(it)}
        if _HOOK.search(name):
            found |= {part for part in (value.strip(), *re.split(r"[/?=&#]", value)) if _is_opaque(part)}
        found |= set(filter(_is_opaque, _AUTHORIZATION.findall(value)))
        if _HEADERS.search(name):
            found |= set(filter(_is_opaque, _header_words(value)))
    return tuple(sorted(found))


def _header_words(value: str) -> Iterator[str]:
    """The words of ``name=value,name=value``, as they are and as they are sent."""
    for pair in value.split(","):
        written = pair.partition("=")[2].strip()
        yield from (written, *unquote(written).split())


def _is_opaque(value: str) -> bool:
    return not re.search(r"\s", value) and (len(value) >= 16 or (len(value) >= 8 and _is_mixed(value)))


def _is_mixed(value: str) -> bool:
    return any(it.isdigit() for it in value) and any(it.isalpha() for it in value)


def mask(text: str, known: Collection[str] = ()) -> str:
    """``text`` with secrets replaced by ``[masked]``: each of ``known`` as it is, percent-encoded, in Base64 or cut in
    half, and whatever has the shape of a common key. Masking twice changes nothing more."""
    if known:
        text = _known_pattern(tuple(known)).sub(MASK, text)
    return _SHAPES.sub(MASK, text)


def likely_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Where ``text`` holds what has the shape of a common key: (start, end) of each."""
    return (found.span() for found in _SHAPES.finditer(text))


def mask_value(value: Any, known: Collection[str] = ()) -> Any:
    """``mask`` for every text, keys included, in a JSON value."""
    if isinstance(value, str):
        return mask(value, known)
    if isinstance(value, Mapping):
        return {mask(str(key), known): mask_value(item, known) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask_value(item, known) for item in value]
    return value


@lru_cache(maxsize=8)
def _known_pattern(known: tuple[str, ...]) -> re.Pattern[str]:
    spellings = {spelling for value in known for spelling in _spellings(value)} - {""}
    longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
    return re.compile("|".join(re.escape(spelling) for spelling in longest_first) or r"(?!)")


def _spellings(value: str) -> set[str]:
    found = {value, quote(value, safe="", errors="surrogatepass")}
    if len(value) >= 24 and _is_mixed(value):
        middle = len(value) // 2
        found |= {value[:middle], value[middle:]}
    if len(value) >= 8:
        found |= {_base64_core(value, shift) for shift in range(3)}
    return found


def _base64_core(value: str, shift: int) -> str:
    """The part of the Base64 of ``value``, standing ``shift`` bytes into a text, that no neighbour can change."""
    import base64

    data = b"\0" * shift + value.encode("utf-8", "surrogatepass")
    whole = len(data) // 3 * 4
    return base64.b64encode(data).decode()[4 if shift else 0 : whole]
