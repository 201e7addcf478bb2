"""Votes on answers: how they are written, read and counted."""

from __future__ import annotations

import pytest

from promptctl.core.evals.review import Agreement, Vote, agreement, parse_votes, score_of, spell_votes
from promptctl.errors import DocumentError


def vote(reply: str, by: str, score: float, at: str = "2026-11-20T12:00:00Z") -> Vote:
    return Vote(reply=reply, case=f"case {reply}", by=by, at=at, score=score, note="so, so")


VOTES = [vote("a", "Ada", 1), vote("a", "Bob", 0), vote("a", "Cy", 0.7), vote("b", "Ada", 0), vote("b", "Bob", 0.2)]


def test_votes_are_read_as_they_were_written_and_the_last_of_a_person_counts() -> None:
    later = vote("a", "Ada", 0)
    text = spell_votes([*VOTES, later])
    assert sorted(parse_votes(text, "r"), key=str) == sorted([*VOTES[1:], later], key=str)
    assert text == spell_votes(reversed([later, *VOTES[1:]]))


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "{",
        '{"reply": "a"}',
        spell_votes(VOTES[:1]).replace('"score":1', '"score":2'),
        spell_votes(VOTES[:1]).replace('"score":1', '"score":true'),
        spell_votes(VOTES[:1]).replace('"Ada"', "5"),
    ],
)
def test_what_is_no_vote_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(DocumentError) as refused:
        parse_votes("\n" + line, "reviews.jsonl")
    assert str(refused.value.problem.place) == "reviews.jsonl:2"


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("pass", 1),
        (" Fail ", 0),
        ("p", 1),
        ("0.4", 0.4),
        ("1", 1),
        ("2", None),
        ("-1", None),
        ("nan", None),
        ("x", None),
    ],
)
def test_scores(text: str, score: float | None) -> None:
    assert score_of(text) == score


def test_agreement() -> None:
    assert agreement(VOTES, {("case a", "a"): True, ("case b", "b"): True}) == Agreement(
        pairs=4, same=2, judged=2, with_suite=1
    )
    assert agreement(VOTES[:2], {("case a", "a"): True}) == Agreement(pairs=1, same=0, judged=0, with_suite=0)
    assert agreement([], {("case a", "a"): True}) == Agreement(pairs=0, same=0, judged=0, with_suite=0)
