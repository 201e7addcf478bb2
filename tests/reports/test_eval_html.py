"""The page of an eval: one file that asks for nothing, in which no text is more than text."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from promptctl.core.evals.case import Case
from promptctl.core.evals.report import EvalReport
from promptctl.reports import eval_html as page
from promptctl.reports.eval_html import eval_html
from tests.eval_reports import MODEL, many, report, sample
from tests.hostile_texts import HOSTILE


class Shape(HTMLParser):
    """What a page is made of: its elements with the names of their attributes, and its texts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.values: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.values += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def said(text: str) -> EvalReport:
    """A report that holds a text wherever one of others can be."""
    case = Case(name=text, expect=(), tags={"t": text}, inputs={"ticket": text, "more": [text]})
    now, before = sample(text, "fail"), sample(text, side="before")
    texts = {reference.key: text for it in (now, before) for reference in it.replies}
    return report([now], [before], texts=texts, cases=[case], reasons={(text, MODEL, 0): (text, f"why: {text}")})


def shape(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return Shape(eval_html([said(text)])).elements


PLAIN = shape("plain")


def test_hostile_texts_change_nothing_but_text() -> None:
    for text in HOSTILE:
        assert shape(text) == PLAIN, text


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_no_text_changes_what_the_page_is_made_of(text: str) -> None:
    assert shape(text) == PLAIN


def test_an_answer_reads_as_it_was_given() -> None:
    for text in ("a < b && c > d", "{{ 7 * 7 }}", "\n\n  indented\n", "'\"`"):
        assert text in Shape(eval_html([said(text)])).texts


def test_what_would_control_the_reader_is_spelled_out() -> None:
    text = eval_html([said("\u202eevil\x1b[1m\ud800")])
    assert "\\u202eevil\\x1b[1m\\ud800" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)


def test_the_policy_allows_only_what_is_in_the_page() -> None:
    text = eval_html([many(3)])
    (policy,) = [value for tag, name, value in Shape(text).values if tag == "meta" and "default-src" in value]
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy


def test_nothing_is_asked_for() -> None:
    found = Shape(eval_html([many(30)]))
    active = {"src", "srcset", "action", "formaction", "data", "background", "poster", "style", "ping"}
    assert [value for value in found.values if value[1] in active or value[1].startswith("on")] == []
    assert {value for _, name, value in found.values if name == "href" and not value.startswith("#")} == set()
    assert {tag for tag, _ in found.elements} & {"img", "iframe", "link", "object", "embed", "video", "base"} == set()
    assert "@import" not in page._file("eval_report.css")
    assert "url(" not in page._file("eval_report.css")


def order(found: Shape) -> list[str]:
    return [value for tag, name, value in found.values if tag == "details" and name == "data-change"]


def test_the_verdict_comes_first_and_then_what_changed() -> None:
    text = eval_html([many(100)])
    places = [text.index(it) for it in ("cases pass (100 % asked for)", "Checks of the gate", "Against prod", "<svg")]
    assert [*places, text.index("<details")] == sorted([*places, text.index("<details")])
    changes = order(Shape(text))
    assert len(changes) == 100
    assert changes == sorted(changes, key=("lost", "gained", "").index)
    assert "lost" in changes


def test_words_that_only_one_side_has_are_marked_there() -> None:
    now, before = sample("it"), sample("it", side="before")
    texts = {now.replies[0].key: "return within five days", before.replies[0].key: "return within two days"}
    text = eval_html([report([now], [before], texts=texts)])
    before_pane, now_pane = text.index('class="pane before"'), text.index('class="pane now"')
    assert before_pane < text.index("return within <del>two</del> days") < now_pane
    assert now_pane < text.index("return within <ins>five</ins> days")


def test_each_answer_stands_there_once_whatever_its_number() -> None:
    now = [sample("it", index=index) for index in (2, 3)]
    before = [sample("it", index=index, side="before") for index in range(4)]
    texts = {it.replies[0].key: f"said {it.replies[0].key}." for it in (*now, *before)}
    text = re.sub("</?(ins|del)>", "", eval_html([report(now, before, texts=texts)]))
    assert [text.count(answer) for answer in texts.values()] == [1] * 6


def test_long_answers_and_full_pages_are_cut_and_say_so(monkeypatch: Any) -> None:
    now = [sample("bad", "fail"), *(sample(f"good {number}") for number in range(3))]
    texts = {it.replies[0].key: f"{it.case} " + "x" * 30_000 for it in now}
    text = eval_html([report(now, texts=texts)])
    assert "… 10004 more characters" in text
    monkeypatch.setattr(page, "MAX_PAGE", 45_000)
    cut = eval_html([report(now, texts=texts)])
    assert cut.count("This page is full") == 2
    assert cut.index("xxxx") < cut.index("This page is full")


def test_answers_that_are_not_there_say_why() -> None:
    text = eval_html([report([sample("a"), sample("b", "error")])])
    assert "Its reply is not kept here." in text
    assert "There is no answer." in text
    assert "HTTP 500 from the provider" in text


def test_several_prompts_are_listed_and_filtered_together() -> None:
    text = eval_html([report([sample("a")], reference="one"), report([sample("b", "fail")], reference="two")])
    assert '<a href="#prompt-2">two</a>' in text
    assert text.count('id="filter"') == 1


def test_a_thousand_cases_fit() -> None:
    text = eval_html([many(1_000)])
    assert text.count("<details") == 1_000
    assert len(text.encode()) < 3_000_000


def test_what_changed_is_compared_first_when_a_page_has_too_much_to_compare(monkeypatch: Any) -> None:
    names = ["lost", *(f"kept {number}" for number in range(3))]
    now = [sample(name, "fail" if name == "lost" else "pass") for name in names]
    before = [sample(name, side="before") for name in names]
    words = " ".join(["say"] * 200)
    texts = {
        it.replies[0].key: f"{side} {words} {side}" for side, results in (("a", now), ("b", before)) for it in results
    }
    whole = eval_html([report(now, before, texts=texts)])
    assert whole.count("<ins>a</ins>") == 8
    monkeypatch.setattr(page, "PAGE_WORK", 100_000)
    monkeypatch.setattr(page, "LITTLE_WORK", 1_000)
    cut = eval_html([report(now, before, texts=texts)])
    assert cut.index("<ins>a</ins>") < cut.index(f"<ins>a {words} a</ins>")
    assert cut.count("<ins>a</ins>") < 8
