"""Regular expressions of suites: what they mean, and that none of them runs for ever."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promptctl.core.scorers.answer import Answer, ScorerFault
from promptctl.core.scorers.pattern import matches, matching_part, regex_fault
from promptctl.core.scorers.registry import SCORERS

MEANINGS = [
    ("b+", "abbc", True),
    ("^b", "ab", False),
    ("(?i)LAW|court", "the law", True),
    ("(?s)a.b", "a\nb", True),
    ("a.b", "a\nb", False),
    ("(?m)^b$", "a\nb\nc", True),
    ("^b$", "b\n", False),
    ("\\d{3}", "call 123", True),
    ("\\bfoo\\b", "a foo b", True),
    ("(?<!not )refund", "not refund", False),
    ("(?=.*a)(?=.*b)", "xbxa", True),
    ("(a)\\1", "aa", True),
    ("\\p{Lu}", "é É", True),
    ("straße", "STRASSE", False),
]


@pytest.mark.parametrize(("pattern", "text", "found"), MEANINGS)
def test_meaning(pattern: str, text: str, found: bool) -> None:
    assert regex_fault(pattern) is None
    assert matches(pattern, text) is found


SLOW = [
    "(a+)+$",
    "(a*)*$",
    "(a|aa)+$",
    ".*.*.*.*.*=",
    "((a{1,30}){1,30}){1,30}!$",
    "(?=(a+)+$)(a+)+b",
    "^(a+)\\1+$",
    "((a+)\\2*)*b",
]


@pytest.mark.parametrize("pattern", SLOW)
@pytest.mark.timeout(120)
def test_no_pattern_runs_for_ever(pattern: str) -> None:
    if regex_fault(pattern) is None:
        with suppress(ScorerFault):
            matches(pattern, "a" * 19_999 + "!")
        with suppress(ScorerFault):
            matches(pattern, "a" * 1_000_000 + "!")


@pytest.mark.parametrize("name", ["match", "search"])
@pytest.mark.timeout(120)
def test_patterns_of_paths_end_too(name: str) -> None:
    argument = {"path": f"$[?{name}(@, '(a+)+$')]", "exists": False}
    answer = Answer(text='["' + "a" * 5000 + '!"]')
    assert SCORERS["json_path"].fault(argument) is None
    assert SCORERS["json_path"].measure(argument, answer).holds


@pytest.mark.parametrize(("name", "holds"), [("match", False), ("search", True)])
def test_patterns_of_paths_mean_what_the_standard_says(name: str, holds: bool) -> None:
    argument = {"path": f"$[?{name}(@, 'b|c')]", "exists": True}
    assert SCORERS["json_path"].measure(argument, Answer(text='["abc", 1, null]')).holds is holds


FAULTS = [
    ("", "needs a regular expression"),
    (5, "needs a regular expression"),
    ("a(", "is not a regular expression: missing ), unterminated subpattern at character 2"),
    ("\\Z", "is not a regular expression: the engine has no such sign, or it is too large"),
    ("\\p{L}{200}{100}", "is not a regular expression: the engine has no such sign, or it is too large"),
    ("(" * 3000, "is not a regular expression"),
]


@pytest.mark.parametrize(("pattern", "fault"), FAULTS)
def test_what_is_no_pattern(pattern: object, fault: str) -> None:
    assert regex_fault(pattern) == fault


PARTS = [
    ("will refund", "So we will refund it.", "will refund"),
    ("(will|'ll) send", "I'll send it; I will send it.", "will send"),
    ("^So", "So we will", "So"),
    ("it$", "do it", "it"),
    ("^a.*z$", "a to z", "a to z"),
    ("", "abc", ""),
    ("\\bcat\\b", "a cat sat", "cat"),
    ("é+", "caféé", "é"),
]


@pytest.mark.parametrize(("pattern", "text", "part"), PARTS)
def test_the_part_that_matches_is_quoted(pattern: str, text: str, part: str) -> None:
    assert matching_part(pattern, text) == part


@given(st.sampled_from(["a+b", "^ab", "b$", "(?<=a)b", "a(?!b)", "\\bb", "(a)\\1"]), st.text("ab ", max_size=30))
def test_what_is_quoted_matches(pattern: str, text: str) -> None:
    assume(matches(pattern, text))
    assert matches(pattern, matching_part(pattern, text))


def test_look_around_has_a_longest_text_and_the_rest_has_none() -> None:
    assert matches("b(?=c)", "a" * 19_998 + "bc")
    with pytest.raises(ScorerFault, match="too long for look-around"):
        matches("b(?=c)", "a" * 19_999 + "bc")
    assert matches("bc$", "a" * 1_000_000 + "bc")
