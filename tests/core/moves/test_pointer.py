"""Pointer files: what is written is what is read, and nothing else is a pointer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.adapters.files import parse_yaml
from promptctl.adapters.yaml_documents import yaml_bytes
from promptctl.core.moves.lineage import new_lineage
from promptctl.core.moves.pointer import Pointer, Served, freeze_path, moves_path, parse_pointer, pointer_path
from promptctl.core.releases.version import Version
from promptctl.errors import DocumentError

START = datetime(2026, 1, 1, tzinfo=UTC)
numbers = st.integers(0, 999_999)
versions = st.builds(Version, numbers, numbers, numbers, st.none() | st.integers(0, 9999))
digests = st.binary(min_size=32, max_size=32).map(lambda data: f"sha256:{data.hex()}")
releases = st.builds(Served, versions, digests)
segments = st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,5}[a-z0-9])?", fullmatch=True)
names = st.lists(segments, min_size=1, max_size=5).map("/".join)
lineages = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26)
pointers = st.builds(
    Pointer,
    prompt=names,
    lineage=lineages,
    serial=st.integers(1, 10**9),
    served=releases,
    previous=st.none() | releases,
)


def reread(pointer: Pointer) -> Pointer:
    return parse_pointer(parse_yaml(yaml_bytes(pointer.to_dict()), "prod/x.yaml"), pointer.prompt)


@given(pointers)
def test_a_written_pointer_reads_back(pointer: Pointer) -> None:
    assert reread(pointer) == pointer


@pytest.mark.parametrize("name", ["1e3", "0o17", "0x1f", "12", "1_000", "null", "true", "no", "on", "y", "2026-11-20"])
@pytest.mark.parametrize("lineage", ["0" * 26, "1" * 25 + "E", "00000000000000000000000E12"])
def test_names_that_look_like_other_values_stay_names(name: str, lineage: str) -> None:
    pointer = Pointer(prompt=name, lineage=lineage, serial=1, served=Served(Version(1, 0, 0), "sha256:" + "a" * 64))
    assert reread(pointer) == pointer


GOOD: dict[str, Any] = {
    "prompt": "a/b",
    "lineage": "0" * 26,
    "serial": 3,
    "version": "1.0.0",
    "digest": "sha256:" + "a" * 64,
}


@pytest.mark.parametrize(
    "changes",
    [
        {"serial": 0},
        {"serial": True},
        {"serial": 1.5},
        {"version": "1.0"},
        {"version": "01.0.0"},
        {"version": "1.0.0\n"},
        {"version": "9999999.0.0"},
        {"digest": "sha256:" + "A" * 64},
        {"lineage": "short"},
        {"previous": {"version": "1.0.0"}},
        {"split": {}},
        {"prompt": 1},
    ],
    ids=str,
)
def test_a_malformed_pointer_is_refused_with_its_place(changes: dict[str, Any]) -> None:
    with pytest.raises(DocumentError) as found:
        parse_pointer(parse_yaml(yaml_bytes(GOOD | changes), "prod/a/b.yaml"), "a/b")
    assert found.value.problem.place
    assert found.value.problem.place.file == "prod/a/b.yaml"


def test_another_prompts_pointer_is_refused() -> None:
    with pytest.raises(DocumentError, match="belongs to a/b, not to a/c") as found:
        parse_pointer(parse_yaml(yaml_bytes(GOOD), "prod/a/c.yaml"), "a/c")
    assert found.value.code == "PC117"


def test_paths_of_an_environment() -> None:
    assert pointer_path("prod", "a/b") == "prompts/environments/prod/a/b.yaml"
    assert moves_path("prod", "a/b") == "prompts/environments/prod/a/b.moves.jsonl"
    assert freeze_path("prod") == "prompts/environments/prod/_freeze.yaml"


@given(st.integers(0, 10**12), names, st.none() | st.text("0123456789abcdef", min_size=40, max_size=40))
def test_a_lineage_has_the_shape_of_a_ulid(milliseconds: int, name: str, base: str | None) -> None:
    now = START + timedelta(milliseconds=milliseconds)
    lineage = new_lineage("prod", name, base, now)
    assert len(lineage) == 26
    assert set(lineage) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert lineage == new_lineage("prod", name, base, now)


def test_lineages_sort_by_time_and_differ_by_place() -> None:
    times = [new_lineage("prod", "a", None, START + timedelta(milliseconds=step)) for step in range(50)]
    assert times == sorted(times)
    places = {
        new_lineage(env, name, base, START) for env in ("dev", "prod") for name in ("a", "b") for base in (None, "c")
    }
    assert len(places) == 8
