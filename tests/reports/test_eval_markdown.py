"""Markdown of an eval: within a comment of GitHub, and nothing of an answer is more than text."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from promptctl.reports.eval_markdown import MAX_CHARACTERS, eval_markdown
from tests.eval_reports import MODEL, many, report, sample
from tests.hostile_texts import HOSTILE


def said(text: str) -> str:
    now, before = sample(text or " ", "fail"), sample(text or " ", side="before")
    texts = {reference.key: text for it in (now, before) for reference in it.replies}
    return eval_markdown([report([now], [before], texts=texts, reasons={(text, MODEL, 0): (text,)}, reference=text)])


def outside_code(text: str) -> str:
    """What a reader of Markdown takes for more than code, by the rules of CommonMark for fences and code spans."""
    lines, fence = [], ""
    for line in text.split("\n"):
        opened = re.match(r"(`{3,})[^`]*$", line)
        if fence:
            fence = "" if re.fullmatch(f"`{{{len(fence)},}} *", line) else fence
        elif opened:
            fence = opened[1]
        else:
            lines.append(line)
    assert fence == ""
    return re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "CODE", "\n".join(lines))


PLAIN = outside_code(said("plain"))


def test_hostile_texts_stay_code() -> None:
    for text in HOSTILE:
        assert (
            outside_code(said(text)).replace("| CODE", "| ").split() == PLAIN.replace("| CODE", "| ").split()
            or not text
        )


@given(st.text(min_size=1, max_size=60))
def test_every_text_stays_code(text: str) -> None:
    assert outside_code(said(text)) == PLAIN


def test_what_changed_and_what_fails_is_shown_with_its_answers() -> None:
    text = said("it")
    assert "| ❌ | `it` | `fail: 0 of 1 cases pass (100 % asked for).` |" in text
    assert "| `fail` | `pass` | `it` | `m-1` | `0/1` | `it` |" in text
    assert "before, answer 1 (pass):\n\n```text\nit\n```" in text
    assert "now, answer 1 (fail):" in text
    assert "| `pass_rate` | `1` | `0` | `-1` | `[" in text


def test_what_does_not_fit_is_left_out_and_said() -> None:
    now = [sample(f"case {number} " + "🙂" * 150, "fail") for number in range(900)]
    text = eval_markdown([report(now)])
    assert len(text.encode("utf-16-le")) // 2 <= MAX_CHARACTERS
    assert len(text.encode()) < 1_048_576
    assert re.search(r"\n\d+ more parts do not fit into a comment: `promptctl eval show NAME` prints them\.\n$", text)
    assert outside_code(text)


def test_a_large_suite_fits() -> None:
    text = eval_markdown([many(1_000)])
    assert len(text) <= MAX_CHARACTERS
    assert "more cases are not shown." in text
