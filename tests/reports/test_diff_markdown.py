from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.diffs.diff import prompt_diff
from promptctl.reports.diff_markdown import code, diff_markdown
from tests.closures import closure_of, prompt_with

CASES = [
    ("plain", "`plain`"),
    ("a`b", "``a`b``"),
    ("`", "`` ` ``"),
    ("``a", "``` ``a ```"),
    ("a\nb", "`a b`"),
    ("", "`  `"),
    ("\u202ex\x1b", "`\\u202ex\\x1b`"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_code_span_ends_where_its_text_ends(text: str, expected: str) -> None:
    assert code(text) == expected


HOSTILE = ["```\n</details> @everyone [x](http://x)", "````", "`|`", "a|b\n~~~\n", "\u202e\x1b[31m"]


@pytest.mark.parametrize("text", HOSTILE)
def test_prompt_text_cannot_leave_its_block(text: str) -> None:
    page = diff_markdown("a", "b", prompt_diff(prompt_with(template="x"), prompt_with(template=text)))
    fence = next(line for line in page.split("\n") if line.startswith("```")).removesuffix("diff")
    start = page.index(fence + "diff")
    inside = page[start + len(fence) + 4 : page.index("\n" + fence + "\n", start)]
    assert text.split("\n")[0].encode("unicode_escape").decode("ascii") in inside
    assert fence not in inside
    assert "\x1b" not in page
    assert "\u202e" not in page


@given(st.text('a|`\\ "\n[]*<', max_size=20))
def test_values_stay_in_their_cells(value: str) -> None:
    diff = prompt_diff(prompt_with(parameters={"stop": "x"}), prompt_with(parameters={"stop": value}))
    page = diff_markdown("a", "b", diff)
    for row in (line for line in page.split("\n") if line.startswith("| `parameters")):
        assert row.replace("\\|", "").count("|") == 4


def test_the_same_digest_is_said() -> None:
    same = closure_of("template: x\n")
    assert diff_markdown("a", "b", prompt_diff(same, same)).startswith("### `a` → `b`: none\n\nBoth have the digest `")
