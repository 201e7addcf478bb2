"""Bundles: one spelling, every changed byte found, contradictions named, closures that render as the files did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from promptctl.core.moves.bundle import MAX_BYTES, Bundle, bundle_digest, closures_of, parse_bundle, stepped_back
from promptctl.core.prompts.canonical import digest
from promptctl.errors import DocumentError
from tests.bundles import LINEAGE, bundle_of, resealed, small_bundle


def content(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(data)["content"]
    return found


def refusal(data: bytes) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        parse_bundle(data, "prod.json")
    assert all(problem.place and problem.place.file == "prod.json" for problem in caught.value.problems)
    return [f"{problem.code} {problem.message}" for problem in caught.value.problems]


def test_a_bundle_is_read_as_it_was_written() -> None:
    bundle = small_bundle()
    data = bundle.to_bytes()
    assert parse_bundle(data, "prod.json") == bundle
    assert parse_bundle(data, "prod.json").to_bytes() == data
    assert data.endswith(b"}\n")
    assert data.count(b"\n") == 1
    assert len(data) < MAX_BYTES


def test_the_digest_is_plain_sha256_of_the_content_as_it_stands() -> None:
    import hashlib

    data = small_bundle().to_bytes()
    inner = data[data.index(b'"content":') + len(b'"content":') : -2]
    assert bundle_digest(data) == "sha256:" + hashlib.sha256(b"promptctl-bundle/v1\n" + inner).hexdigest()


def test_every_changed_byte_is_found() -> None:
    data = bundle_of({"a": {"1.0.0": "Hello {{ name }}"}}).to_bytes()
    assert bundle_digest(data)
    for place in range(len(data)):
        for flip in (0x01, 0x20, 0x80):
            damaged = data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :]
            assert bundle_digest(damaged) is None, (place, flip)


def test_every_shorter_file_is_found() -> None:
    data = bundle_of({"a": {"1.0.0": "Hello"}}).to_bytes()
    assert [length for length in range(len(data)) if bundle_digest(data[:length])] == []
    assert bundle_digest(data + b" ") is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "PC210 prod.json is no bundle"),
        (b"<html>", "PC210 prod.json is no bundle"),
        (b'{"format":2,"digest":"x"}\n', "PC210 prod.json has another format than 1, the one that is known here"),
        (b'{"format":1,"digest":', "PC211 prod.json is not whole, or was changed"),
    ],
)
def test_what_is_no_bundle(data: bytes, said: str) -> None:
    assert refusal(data) == [said]


def test_a_changed_bundle_names_both_digests() -> None:
    data = small_bundle().to_bytes()
    (said,) = refusal(data.replace(b"Hello", b"Hallo", 1))
    assert said.startswith(f"PC211 prod.json was changed: it says {bundle_digest(data)}, its content is sha256:")


def change(path: str, value: Any) -> bytes:
    """The small bundle with one thing changed, sealed again."""
    whole = content(small_bundle().to_bytes())
    at: Any = whole
    *steps, last = path.split(" ")
    for step in steps:
        at = at[step]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return resealed(whole)


GONE = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("time", None, "PC012 `content` lacks the key `time`"),
        ("extra", 1, "PC012 unknown key `extra` in `content`"),
        ("environment", "Prod", "PC012 `content.environment` has the value"),
        ("prompts greet serial", 0, "PC012 `content.prompts.greet.serial`"),
        ("prompts greet served", {"version": "1", "digest": GONE}, "PC012 `content.prompts.greet.served.version`"),
        ("prompts greet served digest", GONE, f"PC211 the closure {GONE} is not there"),
        ("former", {"old": "nobody"}, "PC211 `old` leads to `nobody`, which is not there"),
        ("closures " + GONE, {"format": 1, "messages": [{"role": "user", "content": "x"}]}, "PC211 the closure called"),
        ("closures " + GONE, {"format": 1, "messages": [{"role": "user"}]}, "PC012 `content.closures."),
    ],
)
def test_contradictions_are_named(path: str, value: Any, said: str) -> None:
    assert refusal(change(path, value))[0].startswith(said)


def test_a_key_twice_is_refused() -> None:
    whole = json.dumps(content(small_bundle().to_bytes()), separators=(",", ":"))
    data = resealed(whole.replace('"former":{}', '"former":{},"former":{}'))
    assert refusal(data) == ["PC210 prod.json is no bundle: the key 'former' stands twice"]


def test_closures_hash_to_their_keys_and_chains_share_their_steps() -> None:
    bundle = small_bundle()
    closures = closures_of(bundle)
    assert {key: digest(found) for key, found in closures.items()} == {key: key for key in bundle.forms}
    chain = closures[bundle.prompts["both"].served.digest]
    assert chain.steps["first"] is closures[bundle.prompts["greet"].served.digest]


def moved(bundle: Bundle, **serials: int) -> Bundle:
    prompts = {name: replace(bundle.prompts[name], serial=serial) for name, serial in serials.items()}
    return replace(bundle, prompts={**bundle.prompts, **prompts})


@pytest.mark.parametrize(
    ("seen", "refused"),
    [
        ({}, False),
        ({"greet": (LINEAGE, 2)}, False),
        ({"greet": (LINEAGE, 3)}, False),
        ({"greet": (LINEAGE, 4)}, True),
        ({"greet": ("0" * 26, 9)}, False),
        ({"gone": (LINEAGE, 9)}, False),
    ],
)
def test_a_lower_serial_within_a_lineage_is_a_step_back(seen: Mapping[str, tuple[str, int]], refused: bool) -> None:
    assert bool(stepped_back(seen, moved(small_bundle(), greet=3).serials)) is refused


def test_a_step_back_is_told_with_both_serials() -> None:
    bundle = moved(small_bundle(), greet=3)
    assert stepped_back({"greet": (LINEAGE, 7)}, bundle.serials) == "greet stands at serial 3, and 7 was seen before"
