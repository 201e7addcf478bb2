"""Splits in pointers: read and written alike, shares that do not sum to 100 named, units that stay where they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.adapters.files import parse_yaml
from promptctl.adapters.yaml_documents import yaml_bytes
from promptctl.core.moves.pointer import Pointer, Served, parse_pointer
from promptctl.core.releases.version import version
from promptctl.core.splits.assignment import assigner, position
from promptctl.core.splits.split import WHOLE, Arm, Split, shares_fault
from promptctl.errors import DocumentError

DIGESTS = ["sha256:" + digit * 64 for digit in "abc"]
POINTER = f"""\
prompt: support/triage
lineage: 01JD3Y8K2ZQ4V6W7X8Y9ZABCDE
serial: 7
version: 1.2.0
digest: {DIGESTS[0]}
previous: {{version: 1.1.0, digest: {DIGESTS[1]}}}
split:
  kind: rollout
  id: triage-1.3.0
  salt: 8f3a
  unit: user
  state: running
  arms:
    - {{name: stable, version: 1.2.0, digest: {DIGESTS[0]}, ranges: [[500, 10000]]}}
    - {{name: canary, version: 1.3.0, digest: {DIGESTS[2]}, ranges: [[0, 500]]}}
  steps: [5, 25, 50, 100]
  minimum: {{requests: 500, minutes: 30}}
  health: {{error_rate: {{max_rise: 0.01}}, latency_p95: {{max_rise: 0.2}}}}
  since: 2026-11-20T12:00:00Z
"""


def read(text: str) -> Pointer:
    return parse_pointer(parse_yaml(text.encode(), "triage.yaml"), "support/triage")


def test_what_a_split_is_about_is_read_and_written_alike() -> None:
    said = "  unit: user\n  when: plan == 'pro'\n  shadow: 10.5\n  began: 2026-11-19T12:00:00Z\n"
    pointer = read(POINTER.replace("  unit: user\n", said))
    split = pointer.split
    assert split
    assert (split.when, split.shadow, split.rules["began"]) == ("plan == 'pro'", 10.5, "2026-11-19T12:00:00Z")
    assert read(yaml_bytes(pointer.to_dict()).decode()) == pointer


def test_numbers_are_written_as_people_write_them() -> None:
    pointer = read(
        POINTER.replace("  steps:", "  shadow: 10.0\n  steps:")
        .replace("[[0, 500]]", "[]")
        .replace("[[500, 10000]]", "[[0, 500], [500, 10000]]")
    )
    written = yaml_bytes(pointer.to_dict()).decode()
    for line in ("    ranges: [[0, 500], [500, 10000]]", "    ranges: []", "  shadow: 10", "  steps: [5, 25, 50, 100]"):
        assert f"{line}\n" in written


def test_a_split_is_read_and_written_alike() -> None:
    pointer = read(POINTER)
    assert pointer.split
    assert (pointer.split.when, pointer.split.shadow) == (None, 0)
    assert pointer.split
    assert [(arm.name, str(arm.served.version), arm.percent) for arm in pointer.split.arms] == [
        ("stable", "1.2.0", 95.0),
        ("canary", "1.3.0", 5.0),
    ]
    assert read(yaml_bytes(pointer.to_dict()).decode()) == pointer
    assert [str(served.version) for served in pointer.live] == ["1.2.0", "1.3.0"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("[[0, 500]]", "[[0, 400]]", "PC215 the shares of the arms sum to 99 %, not to 100 %"),
        ("[[0, 500]]", "[[0, 600]]", "PC215 the shares of the arms sum to 101 %, not to 100 %"),
        ("[[0, 500]]", "[[300, 800]]", "PC215 the ranges of the arms canary and stable overlap at 500"),
        ("[[0, 500]]", "[[500, 0]]", "PC215 the range [500, 0] of the arm canary is none"),
        ("name: canary", "name: stable", "PC215 two arms have the same name"),
        ("[[0, 500]]", "[[0, 10001]]", "PC012 `split.arms[1].ranges[0][1]`"),
        ("salt: 8f3a", "salt: a|b", "PC012 `split.salt` has the value 'a|b'"),
        ("state: running", "state: over", "PC012 `split.state` must be `running` or `paused`"),
        ("  unit: user\n", "", "PC012 `split` lacks the key `unit`"),
        ("  unit: user\n", "  unit: user\n  whom: x\n", "PC012 unknown key `whom` in `split`"),
        ("  unit: user\n", "  unit: user\n  when: plan = 1\n", "PC243 `when` is no condition: it ends before `=`"),
        ("  unit: user\n", "  unit: user\n  when: 7\n", "PC012 `split.when` must be `string`"),
        ("  steps:", "  shadow: 101\n  steps:", "PC012 `split.shadow`"),
        ("rollout\n", "experiment\n  shadow: 5\n", "PC012 `split.shadow` is for rollouts"),
        (
            "since: 2026-11-20T",
            "began: yesterday\n  since: 2026-11-20T",
            "PC012 `split.began` has the value 'yesterday'",
        ),
    ],
)
def test_a_split_that_is_none(before: str, after: str, said: str) -> None:
    assert before in POINTER
    with pytest.raises(DocumentError) as caught:
        read(POINTER.replace(before, after))
    problem = caught.value.problem
    assert f"{problem.code} {problem.message}".startswith(said)
    assert problem.place
    assert problem.place.line


SERVED = Served(version("1.0.0"), DIGESTS[0])


def split(*ranges: list[tuple[int, int]]) -> Split:
    arms = tuple(Arm(name=f"arm-{index}", served=SERVED, ranges=tuple(found)) for index, found in enumerate(ranges))
    return Split(kind="rollout", id="x", salt="salt", unit="user", state="running", arms=arms)


def test_an_arm_may_have_no_share_and_all_the_others_the_rest() -> None:
    assert shares_fault(split([], [(0, WHOLE)]).arms) is None
    assert {assigner(split([], [(0, WHOLE)]))(str(unit)) for unit in range(100)} == {1}


@given(st.lists(st.text(), max_size=50), st.integers(0, WHOLE), st.integers(0, WHOLE))
def test_units_move_only_into_the_arm_that_grows(units: list[str], one: int, other: int) -> None:
    """RELIABILITY I16: in at 5 % stays in at 10 %."""
    low, high = sorted((one, other))
    before = assigner(split([(low, WHOLE)] if low < WHOLE else [], [(0, low)] if low else []))
    after = assigner(split([(high, WHOLE)] if high < WHOLE else [], [(0, high)] if high else []))
    for unit in units:
        assert (before(unit), after(unit)) in ((0, 0), (0, 1), (1, 1))


@given(st.text())
def test_the_state_of_a_split_and_the_place_of_an_arm_change_nothing(unit: str) -> None:
    running = split([(0, 100)], [(100, WHOLE)])
    paused = replace(running, state="paused", arms=running.arms[::-1])
    assert running.arms[assigner(running)(unit)] == paused.arms[assigner(paused)(unit)]


def test_what_is_no_text_in_utf_8_has_a_place_all_the_same() -> None:
    place: Any = position("salt", "\udcff")
    assert 0 <= place < WHOLE
