"""The summary and the comment: what people read first, what GitHub takes, and text that stays text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from promptctl.cli.ci_sections import ci_report
from promptctl.cli.ci_view import text as terminal
from promptctl.reports.ci_markdown import MARKER, MAX_BYTES, MAX_CHARACTERS, ci_comment, ci_markdown
from promptctl.reports.ci_report import CiReport, Mark, Section
from promptctl.workflows.ci_result import CiResult
from tests.ci_samples import bad, good, hostile, unknown
from tests.golden import golden
from tests.hostile_texts import HOSTILE

OURS = re.compile(r"<br>|<details( open)?><summary>[^<>@`\[\]]*</summary>\n|</details>\n|<!-- promptctl ci -->\n")


@pytest.mark.parametrize("made", [good, bad, unknown])
def test_what_people_read(made: Callable[[], CiResult], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    report, name = ci_report(made()), made.__name__
    golden(f"ci/{name}.txt", terminal(report) + "\n")
    golden(f"ci/{name}.comment.md", ci_comment(report))
    golden(f"ci/{name}.summary.md", ci_markdown(report))


def tokens(text: str) -> Iterator[Token]:
    for block in MarkdownIt("commonmark").enable(["table", "strikethrough", "linkify"]).parse(text):
        yield from (block, *(block.children or ()))


def live(text: str) -> list[str]:
    """Whatever a reader of Markdown makes more of than text in a table, and text that GitHub would look at again."""
    found = []
    for token in tokens(text):
        if token.type in ("html_block", "html_inline"):
            found += [token.content] if OURS.sub("", token.content).strip() else []
        elif token.type in ("link_open", "image", "fence", "code_block", "hr", "blockquote_open", "list_item_open"):
            found.append(token.type)
        elif token.type == "text" and re.search(r"[@#<>\[\]]|://|www\.|[0-9a-f]{7}", token.content):
            found.append(token.content)
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_others_is_more_than_text(text: str) -> None:
    report = ci_report(hostile(text))
    for shown in (ci_comment(report), ci_markdown(report)):
        assert live(shown) == []
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", shown)
        columns = [len(re.findall(r"(?<!\\)\|", line)) for line in shown.splitlines() if line.startswith("|")]
        assert set(columns) <= {4, 5, 6, 7}
        shown.encode()


@given(st.text(max_size=60))
def test_no_text_leaves_its_cell(text: str) -> None:
    shown = ci_comment(ci_report(hostile(text)))
    assert live(shown) == []
    kinds = [token.type for token in tokens(shown)]
    tables = len(re.findall(r"^\|---", shown, re.MULTILINE))
    assert (kinds.count("heading_open"), kinds.count("table_open")) == (1, tables)


def test_live_text_is_found_where_there_is_some() -> None:
    for text in ("@someone", "![x](y)", "<b>x</b>", "[a](b)", "- a", "see www.x.y"):
        assert live(text), text


def test_the_marker_is_the_first_line_of_a_comment_and_in_no_summary() -> None:
    report = ci_report(good())
    assert ci_comment(report).startswith(f"{MARKER}\n### ✅ promptctl: pass\n")
    assert ci_markdown(report) == ci_comment(report).removeprefix(f"{MARKER}\n")


def large(rows: int, width: int, sign: str) -> CiReport:
    """Sections of which no reader wants all; the second one is what says no."""
    body = [(sign * width,) * 4] * rows
    marks: tuple[Mark, ...] = ("ok", "no", "??", "!!", "ok", "ok")
    sections = (
        Section(title=f"part {number}", mark=mark, line="many", headers=("a", "b", "c", "d"), rows=body, folded=True)
        for number, mark in enumerate(marks)
    )
    return CiReport(outcome="fail", sentence="much is wrong", sections=tuple(sections))


@pytest.mark.parametrize("sign", ["x", "é", "😀"])
def test_a_comment_never_has_more_than_github_takes_and_leaves_out_whole_sections(sign: str) -> None:
    text = ci_comment(large(60, 400, sign))
    assert MAX_CHARACTERS * 0.3 < len(text.encode("utf-16-le")) // 2 <= MAX_CHARACTERS
    assert "❌ part 1: many" in text
    assert "more are not shown: `promptctl ci` prints them." in text
    assert text.count("<details") == text.count("</details>") >= 1
    assert "❌ part 1: many" in text
    assert re.search(r"There is no room here for: .*part 5 \(many\)\.", text)


def test_a_summary_never_has_more_than_github_takes() -> None:
    text = ci_markdown(large(300, 1000, "😀"))
    assert MAX_BYTES * 0.5 < len(text.encode()) <= MAX_BYTES < 1_048_576
    assert "❌ part 1: many" in text
    assert re.search(r"There is no room here for: .*part 5 \(many\)\.", text)


def test_a_run_that_never_was() -> None:
    section = Section(title="not run", mark="no", line="1 error", headers=("a",), rows=[("b",)], folded=False)
    text = ci_comment(CiReport(outcome="error", sentence="an error stopped the run", sections=(section,)))
    assert text.startswith(
        f"{MARKER}\n### ❌ promptctl: not run\n\nan error stopped the run.\n\n**❌ not run: 1 error**"
    )


def test_the_same_run_gives_the_same_bytes() -> None:
    assert ci_comment(ci_report(bad())) == ci_comment(ci_report(replace(bad())))
