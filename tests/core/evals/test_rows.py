"""Rows of reports: what changed comes first, errors are no failures, and every sample is shown once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.evals.case import Case
from promptctl.core.evals.evidence import Meta, make_evidence
from promptctl.core.evals.rows import Answers, Enough, common, differences, make_rows, make_run, paired_check
from promptctl.core.evals.tally import CaseResult, ReplyReference
from promptctl.core.models.request import Reply
from promptctl.core.statistics.paired import pass_drop
from tests.eval_reports import MODEL, OTHER, sample

ANY = st.sampled_from(("pass", "fail", "error"))
OUTCOMES = st.lists(st.tuples(ANY, ANY), min_size=1)
ONE = Enough(min_pass=1, repeat=1)


def side(*results: CaseResult, **replies: str) -> Answers:
    return Answers(model=MODEL, results=results, replies={key: Reply(text=text) for key, text in replies.items()})


def test_what_changed_comes_first_then_errors_failures_and_passes() -> None:
    now = {"kept": "pass", "broken": "fail", "no": "fail", "odd": "error", "mended": "pass"}
    before = {"kept": "pass", "broken": "pass", "no": "fail", "odd": "pass", "mended": "fail"}
    rows = make_rows(
        side(*(sample(case, outcome) for case, outcome in now.items())),
        side(*(sample(case, outcome) for case, outcome in before.items())),
        {},
        ONE,
    )
    assert [(row.case, row.outcome, row.change) for row in rows] == [
        ("broken", "fail", "lost"),
        ("mended", "pass", "gained"),
        ("odd", "error", None),
        ("no", "fail", None),
        ("kept", "pass", None),
    ]


def test_a_case_passes_when_enough_of_its_answers_do() -> None:
    now = side(*(sample("it", outcome, index=index) for index, outcome in enumerate(("pass", "fail", "pass"))))
    (two,) = make_rows(now, None, {}, Enough(min_pass=2, repeat=3))
    (three,) = make_rows(now, None, {}, Enough(min_pass=3, repeat=3))
    assert (two.outcome, three.outcome, two.passes) == ("pass", "fail", 2)
    assert [answer.sample for answer in two.now] == [0, 1, 2]


def test_another_model_is_a_row_without_a_baseline() -> None:
    now = side(sample("it", "fail", model=OTHER), sample("it", "fail"))
    rows = make_rows(now, side(sample("it", "pass")), {}, ONE)
    assert [(row.model, row.gates, row.change) for row in rows] == [(MODEL, True, "lost"), (OTHER, False, None)]


def test_answers_reasons_tags_inputs_and_the_past_are_beside_their_case() -> None:
    called = CaseResult(case="it", model=MODEL, sample=0, passed=False, replies=(ReplyReference(key="k", digest="d"),))
    reply = Reply(text="", tool_calls=({"name": "refund", "arguments": {"days": 5}},))
    now = Answers(model=MODEL, results=[called], replies={"k": reply}, reasons={("it", MODEL, 0): ("equals: no",)})
    case = Case(name="it", expect=(), tags={"language": "de"}, inputs={"ticket": "hallo"})
    kept = make_evidence("s", "t", [sample("it")], (), Meta(time="2026-11-20T12:00:00Z", tool="x"))
    (row,) = make_rows(now, None, {"it": case}, ONE, [("1.0.0", kept)])
    assert row.now[0].text == '{"name":"refund","arguments":{"days":5}}'
    assert (row.why, row.tags, row.inputs) == (("equals: no",), case.tags, case.inputs)
    assert [(past.label, past.outcome, past.passes, past.samples) for past in row.past] == [("1.0.0", "pass", 1, 1)]


def test_an_answer_that_is_not_at_hand_is_none() -> None:
    (row,) = make_rows(side(sample("it")), None, {}, ONE)
    assert row.now[0].text is None


@given(OUTCOMES)
def test_differences_and_check_are_over_the_cases_of_both(outcomes: list[tuple[str, str]]) -> None:
    now = side(*(sample(str(n), found, number=n) for n, (found, _) in enumerate(outcomes)))
    before = side(*(sample(str(n), found, side="before", number=n) for n, (_, found) in enumerate(outcomes)))
    old, new = common(before.side(ONE), now.side(ONE))
    judged = [pair for pair in outcomes if "error" not in pair]
    assert len(new.passed) == len(old.passed) == len(judged)
    found = {it.metric: it for it in differences(before.side(ONE), now.side(ONE))}
    check = paired_check(before.side(ONE), now.side(ONE), "prod")
    if not judged:
        assert (found, check.outcome) == ({}, "fail")
        return
    losses, gains = judged.count(("fail", "pass")), judged.count(("pass", "fail"))
    drop = pass_drop(losses, gains, len(judged))
    rate = found["pass_rate"]
    assert rate.now - rate.before == -drop.estimate or abs(rate.now - rate.before + drop.estimate) < 1e-12
    assert rate.interval is not None
    assert (-rate.interval.high, -rate.interval.low) == (drop.interval.low, drop.interval.high)
    assert check.outcome == ("fail" if drop.interval.low > 1e-9 else "pass")
    assert set(found) == {"pass_rate", "helpful", "cost", "latency_p95"}
    assert found["helpful"].now == found["helpful"].before


@given(OUTCOMES)
def test_every_sample_is_shown_once(outcomes: list[tuple[str, str]]) -> None:
    results = [sample(str(n), found) for n, (found, _) in enumerate(outcomes)]
    rows = make_rows(side(*results), side(*(sample(str(n), found) for n, (_, found) in enumerate(outcomes))), {}, ONE)
    assert sorted((row.case, answer.outcome) for row in rows for answer in row.now) == sorted(
        (result.case, result.outcome) for result in results
    )
    assert [bool(row.change) for row in rows] == sorted((bool(row.change) for row in rows), reverse=True)


def test_a_run_counts_the_judged_cases_of_one_model() -> None:
    kept = make_evidence(
        "s", "t", [sample("a"), sample("b", "fail"), sample("a", model=OTHER)], (), Meta(time="t", tool="x")
    )
    run = make_run("1.0.0", kept, MODEL, ONE)
    assert run is not None
    assert (run.cases, run.passed, run.cost, run.latency_p95) == (2, 1, 0.0001, 500)
    assert make_run("1.0.0", kept, "m-3", ONE) is None
