"""Which approvals count: exactly these bytes, after exactly this move, by other people, for a week."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.moves.approval import (
    LIFETIME,
    Approval,
    Promoted,
    Rules,
    Vote,
    address,
    approval_path,
    count,
)
from promptctl.core.timestamp import timestamp

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PROMOTED = Promoted(
    prompt="support/triage", version="1.3.0", digest="sha256:" + "1" * 64, suite=None, environment="prod", follows=7
)
RULES = Rules(promoter="pat@example.org", authors=frozenset({"ada@example.org"}), signed=True, now=NOW)


def vote(by: str = "Grace <grace@example.org>", *, age: timedelta = timedelta(), **other: object) -> Vote:
    """A vote that counts, but for what is given."""
    promoted = replace(PROMOTED, **other)  # type: ignore[arg-type]
    approval = Approval(promoted=promoted, by=by, at=timestamp(NOW - age))
    return Vote(name=address(by), approval=approval, signer=address(by))


def test_a_vote_counts() -> None:
    assert count([vote()], PROMOTED, RULES).agreed == ("Grace <grace@example.org>",)


VOID = {
    "other bytes": (vote(digest="sha256:" + "2" * 64), "other bytes"),
    "another suite": (vote(suite="sha256:" + "3" * 64), "the suite has changed"),
    "another serial": (vote(follows=6), "after move 6"),
    "another environment": (vote(environment="staging"), "environment staging"),
    "another prompt": (vote(prompt="support/answer"), "prompt support/answer"),
    "another version": (vote(version="1.2.0"), "version 1.2.0"),
    "eight days old": (vote(age=timedelta(days=8)), "8 days old"),
    "from the future": (vote(age=-timedelta(days=1)), "not come yet"),
    "the promoter": (vote("Pat <Pat@example.org>"), "whoever promotes"),
    "an author": (vote("Ada <ADA@example.org>"), "author of the change"),
    "unsigned": (replace(vote(), signer=None, unsigned="it is not signed"), "not signed"),
    "signed by somebody else": (replace(vote(), signer="mallory@example.org"), "signed by mallory@example.org"),
    "unreadable": (Vote(name="x.yaml", approval=None), "cannot be read"),
}


@pytest.mark.parametrize("case", VOID)
def test_what_does_not_count_says_why(case: str) -> None:
    found, why = VOID[case]
    counted = count([found], PROMOTED, RULES)
    assert counted.agreed == ()
    assert [why in reason for _, reason in counted.void] == [True]


def test_an_approval_holds_for_a_week_to_the_second() -> None:
    assert count([vote(age=LIFETIME)], PROMOTED, RULES).agreed
    assert not count([vote(age=LIFETIME + timedelta(seconds=1))], PROMOTED, RULES).agreed


def test_where_nobody_need_sign_a_claim_is_enough() -> None:
    unsigned = replace(vote(), signer=None, unsigned="it is not signed")
    assert count([unsigned], PROMOTED, replace(RULES, signed=False)).agreed


@given(st.lists(st.sampled_from(["grace", "GRACE", "linus", "ada", "pat"])))
def test_each_person_counts_once(names: list[str]) -> None:
    counted = count([vote(f"{name} <{name}@example.org>") for name in names], PROMOTED, RULES)
    assert {address(person) for person in counted.agreed} == {
        f"{name.lower()}@example.org" for name in names if name not in ("ada", "pat")
    }
    assert len({address(person) for person in counted.agreed}) == len(counted.agreed)


PATHS = {
    "Grace <grace@example.org>": "grace@example.org.yaml",
    "Grace <Grace@Example.org>": "grace@example.org.yaml",
    "X <../../evil@example.org>": "by-",
    "Ünal <ünal@example.org>": "by-",
    "nobody": "nobody.yaml",
}


@pytest.mark.parametrize("person", PATHS)
def test_the_file_of_a_person(person: str) -> None:
    folder, _, name = approval_path(PROMOTED, person).rpartition("/")
    assert folder == "prompts/environments/prod/_approvals/support/triage@1.3.0"
    assert name.startswith(PATHS[person])
    assert name.endswith(".yaml")
