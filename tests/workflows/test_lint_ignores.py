"""Rules that do not count: by option, by settings, and by comments where they stand."""

from __future__ import annotations

import pytest

from promptctl.core.lint.selection import Selection, split_codes
from promptctl.errors import UsageError
from promptctl.workflows.lint import lint
from tests.workflows.test_lint import codes, p, project

EMPTY = p("template: ''\n")
HEAD = "# promptctl: ignore L011, L062\n"
SYSTEM = "inputs: {{t: string}}\nmessages:\n  - role: system\n    content: |{}\n      Hi\n      {{{{ t }}}}\n"
PARTIAL = "model: m\ntemplate: '{% include \"a.j2\" %}'\n"

SILENCED = {
    "beside": ({"p": "model: m\ntemplate: ''  # promptctl: ignore L021\n"}, {"L062"}),
    "above": ({"p": "model: m\n# promptctl: ignore L021\ntemplate: ''\n"}, {"L062"}),
    "above, with other lines between": ({"p": "model: m\n# promptctl: ignore L021\n# why\n\ntemplate: ''\n"}, {"L062"}),
    "two codes": ({"p": "model: m\ntemplate: ''  # ours. promptctl: ignore L021 L001 (why)\n"}, {"L062", "L070"}),
    "another line": ({"p": "# promptctl: ignore L021\nmodel: m\ntemplate: ''\n"}, {"L021", "L062", "L070"}),
    "another file": ({"p": "model: m\ntemplate: '' # promptctl: ignore L021\n", "q": "model: m\ntemplate: ''\n"},
                     {"L021", "L062"}),
    "findings without a line": ({"p": f"{HEAD}template: x\n"}, set()),
    "findings without a line, from below": ({"p": f"template: x\n{HEAD}"}, {"L011", "L062", "L070"}),
    "beside a block of text": (p(SYSTEM.format("  # promptctl: ignore L022")), {"L062"}),
    "above a block of text": (p(SYSTEM.format("").replace("    content", "    # promptctl: ignore L022\n    content")),
                              {"L062"}),
    "inside text it is text": (p("template: |\n  # promptctl: ignore L001\n  {{ x }}\n"), {"L001", "L062"}),
    "a template's comment above": (p("template: |\n  {# promptctl: ignore L001 #}\n  {{ x }}\n"), {"L062"}),
    "a template's comment beside": (p("template: |\n  {{ x }} {#- promptctl: ignore L001 -#}\n"), {"L062"}),
    "a template's comment elsewhere": (p("template: |\n  {{ x }}\n  {# promptctl: ignore L001 #}\n"),
                                       {"L001", "L062", "L070"}),
    "a comment of many lines": (p("template: |\n  {# promptctl: ignore L001\n  why #}\n  {{ x }}\n"), {"L062"}),
    "in a partial": ({"p": PARTIAL, "a.j2": "{# promptctl: ignore L001 #}\n{{ x }}\n"}, {"L062"}),
    "a whole partial": ({"p": "model: m\ntemplate: x\n", "a.j2": "{# promptctl: ignore L060 #}\nHi\n"}, {"L062"}),
    "errors are not ignored": ({"p": "# promptctl: ignore PC012\ntmplate: x\n"}, {"PC012"}),
    "no code": (p("template: x # promptctl: ignore\n"), {"L062", "L070"}),
    "no such code": (p("template: '' # promptctl: ignore L921\n"), {"L021", "L062", "L070"}),
    "in a file that cannot be read": ({"p": "model: m\ntemplate: '{% if %}' # promptctl: ignore L021\n"},
                                      {"L062", "PC013"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SILENCED)
def test_comments_silence_what_they_stand_at(name: str) -> None:
    files, left = SILENCED[name]
    assert codes(lint(project(files))) == left


@pytest.mark.parametrize(
    ("comment", "said", "hint"),
    [
        ("ignore L021", "L021 finds nothing here to ignore", "remove it"),
        ("ignore", "this ignore names no rule", "write `promptctl: ignore L0xx`"),
        ("ignore L0211", "there is no rule `L0211` to ignore", "did you mean `L021`?"),
    ],
)
def test_an_ignore_for_nothing_is_told_with_its_place(comment: str, said: str, hint: str) -> None:
    result = lint(project(p(f"template: x  # promptctl: {comment}\n")))
    (finding,) = [found for found in result.findings if found.code == "L070"]
    assert (finding.message, finding.hint, str(finding.place)) == (said, hint, "prompts/p/prompt.yaml:2:14")
    assert result.ok


def test_an_ignore_may_wait_for_a_run_over_everything() -> None:
    files = p("formerly: [q]  # promptctl: ignore L012\ntemplate: x\n") | {"q": "model: m\ntemplate: x\n"}
    assert codes(lint(project(files), ["p"])) == {"L062"}
    assert codes(lint(project(files))) == {"L062"}


@pytest.mark.parametrize(
    ("selection", "left"),
    [
        (Selection(), {"L001", "L021", "L062"}),
        (Selection(select=("L021",)), {"L021"}),
        (Selection(select=("L02", "L06")), {"L021", "L062"}),
        (Selection(ignore=("L001", "L062")), {"L021"}),
        (Selection(select=("L0",), ignore=("L02",)), {"L001", "L062"}),
    ],
)
def test_rules_are_chosen_by_code_or_its_start(selection: Selection, left: set[str]) -> None:
    assert codes(lint(project(p("messages: [{role: user, content: ''}, {role: user, content: '{{ x }}'}]\n")),
                      selection=selection)) == left  # fmt: skip


def test_settings_leave_rules_out_until_options_choose() -> None:
    files = EMPTY | {"promptctl.toml": "[lint]\nignore = ['L06']\n"}
    assert codes(lint(project(files))) == {"L021"}
    assert codes(lint(project(files), selection=Selection(ignore=("L021",)))) == {"L062"}


def test_a_rule_that_is_left_out_needs_no_ignore_and_blames_none() -> None:
    files = p("template: x  # promptctl: ignore L021\n")
    assert codes(lint(project(files), selection=Selection(ignore=("L021",)))) == {"L062"}


def test_errors_are_always_told() -> None:
    assert codes(lint(project({"p": "template: [\n"}), selection=Selection(select=("L060",)))) == {"PC011"}


@pytest.mark.parametrize(("code", "said"), [("L099", "no rule `L099`"), ("", "no rule"), ("X", "no rule"),
                                            ("PC012", "cannot be left out")])  # fmt: skip
def test_unknown_codes_are_errors_of_the_call(code: str, said: str) -> None:
    for selection in (Selection(select=(code,)), Selection(ignore=(code,))):
        with pytest.raises(UsageError, match=said) as caught:
            lint(project(EMPTY), selection=selection)
        assert caught.value.code == "PC126"


def test_unknown_codes_in_settings_are_findings() -> None:
    result = lint(project(EMPTY | {"promptctl.toml": "[lint]\nignore = ['L0621', 'L021']\n"}))
    assert codes(result) == {"PC126", "L062"}
    (finding,) = [found for found in result.findings if found.code == "PC126"]
    assert (str(finding.place), finding.hint) == ("promptctl.toml:2:1", "did you mean `L062`?")


def test_codes_of_options_are_split() -> None:
    assert split_codes(["L001,L04", "L06 L07"]) == ("L001", "L04", "L06", "L07")
