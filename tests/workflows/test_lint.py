from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.adapters.project import Project
from promptctl.core.files.made_trees import TextTree
from promptctl.core.lint.rules import RULES
from promptctl.errors import UsageError
from promptctl.workflows.lint import LintResult, lint

SUITE = "cases: [{name: a, inputs: {}, expect: [{contains: x}]}]\n"
CHAIN = """\
inputs: {text: string}
steps:
  - name: one
    prompt: step
    inputs: {text: "{{ text }}"}
  - name: two
    prompt: step
    inputs: {text: "{{ one }}"}
"""
STEP = "model: m\ninputs: {text: string, tone: {default: kind}}\ntemplate: '{{ text }} {{ tone }}'\n"
LAST_ONLY = "inputs: {text: string}\nsteps:\n  - {name: one, prompt: step, inputs: {text: '{{ text }}'}}\n"
OWNED = {"promptctl.toml": "[lint]\nrequire = ['owner']\n"}
CONFLICT = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> theirs\n"
KEY = "sk-" + "a1b2c3d4e5f6g7h8i9j0"


@dataclass(frozen=True)
class Example:
    """Files that break a rule with where lint must say so, and how they would keep it: prompts by name, or paths."""

    code: str
    broken: Mapping[str, str]
    at: str
    kept: Mapping[str, str]
    said: str = ""
    links: tuple[str, ...] = field(default=())


def p(text: str) -> dict[str, str]:
    return {"p": "model: m\n" + text}


EXAMPLES = [
    Example("L001", p("inputs: {ticket: string}\ntemplate: |\n  Hi\n  {{ ticket }} {{ tickt }}\n"),
            "prompts/p/prompt.yaml:5:19", p("inputs: {ticket: string}\ntemplate: '{{ ticket }}'\n"),
            "`tickt` is no input of p (did you mean `ticket`?)"),
    Example("L001", p("template: '{{ ticket }}'\n"), "prompts/p/prompt.yaml:2:15",
            p("template: '{% set ticket = 1 %}{{ ticket }}'\n"), "declare it: inputs: {ticket: string}"),
    Example("L001", p("template: '{{ x | default(1) }}'\n"), "prompts/p/prompt.yaml:2:15",
            p("inputs: {x: {default: 1}}\ntemplate: '{{ x }}'\n")),
    Example("L001", p("template: '{% include \"a.j2\" %}'\n") | {"a.j2": "\n{{ tone }}\n"}, "prompts/a.j2:2:4",
            p("template: '{% set tone = 1 %}{% include \"a.j2\" %}'\n") | {"a.j2": "\n{{ tone }}\n"},
            "`tone` is not known here when p includes this"),
    Example("L001", p("inputs: {tone: {}}\ntemplate: '{{ tone }}{% import \"a.j2\" as a %}{{ a.x() }}'\n")
            | {"a.j2": "{% macro x() %}{{ tone }}{% endmacro %}"}, "prompts/a.j2:1:19",
            p("inputs: {tone: {}}\ntemplate: '{% import \"a.j2\" as a with context %}{{ a.x() }}'\n")
            | {"a.j2": "{% macro x() %}{{ tone }}{% endmacro %}"}, "an import sees it only `with context`"),
    Example("L002", p("inputs: {ticket: string}\ntemplate: Hi\n"), "prompts/p/prompt.yaml:2:10",
            p("inputs: {ticket: string}\ntemplate: '{% include \"a.j2\" %}'\n") | {"a.j2": "{{ ticket }}"},
            "the input `ticket` is used by no template"),
    Example("L003", p("inputs: {ticket: string}\ntemplate: 'Read {ticket}'\n"), "prompts/p/prompt.yaml:3:18",
            p("inputs: {ticket: {}}\ntemplate: '{{ ticket }} {other} {% raw %}{ticket}{% endraw %}{# {ticket} #}'\n"),
            "`{ticket}` is sent as it is (write {{ ticket }})"),
    Example("L010", p("template: x\n") | OWNED, "prompts/p/prompt.yaml:1:1", p("owner: me\ntemplate: x\n") | OWNED,
            "`owner` is missing"),
    Example("L011", {"p": "template: x\n"}, "prompts/p/prompt.yaml:1:1",
            {"p": "model: {tier: economy}\ntemplate: x\n"}),
    Example("L012", p("formerly: [a, q]\ntemplate: x\n") | {"q": "model: m\ntemplate: x\n"},
            "prompts/p/prompt.yaml:2:15", p("formerly: [a, b]\ntemplate: x\n") | {"q": "model: m\ntemplate: x\n"},
            "`q` is a prompt itself"),
    Example("L012", p("formerly: [old]\ntemplate: x\n") | {"q": "model: m\nformerly: [old]\ntemplate: x\n"},
            "prompts/q/prompt.yaml:2:12", p("formerly: [old]\ntemplate: x\n") | {"q": "model: m\ntemplate: x\n"},
            "`old` leads to p already"),
    Example("L020", p("inputs: {history: string}\nmessages: [{placeholder: history}]\n"), "prompts/p/prompt.yaml:3:12",
            p("inputs: {history: {}}\nmessages: [{placeholder: history}]\n"),
            "inputs: {history: {type: array}}"),
    Example("L021", p("messages:\n  - role: system\n    content: ' '\n"), "prompts/p/prompt.yaml:4:5",
            p("messages:\n  - role: system\n    content: x\n")),
    Example("L021", p("messages:\n  - role: user\n    content:\n      - {type: text, text: ''}\n"),
            "prompts/p/prompt.yaml:5:22", p("messages: [{role: user, content: [{type: text, text: x}]}]\n")),
    Example("L022", p("inputs: {ticket: string}\nmessages:\n  - role: system\n    content: |\n      {{ ticket }}\n"),
            "prompts/p/prompt.yaml:6:10", p("inputs: {ticket: {enum: [a, b]}, n: integer, d: {default: x}}\nmessages:\n"
            "  - {role: system, content: '{{ ticket }} {{ n }} {{ d }}'}\n"),
            "`ticket` puts callers' text into a system message"),
    Example("L022", p("inputs: {t: string}\nmessages: [{role: developer, content: '{% include \"a.j2\" %}'}]\n")
            | {"a.j2": "{{ t }}"}, "prompts/p/prompt.yaml:3:30",
            p("inputs: {t: string}\nmessages: [{role: user, content: '{% include \"a.j2\" %}'}]\n")
            | {"a.j2": "{{ t }}"}),
    Example("L023", p("inputs: {t: string}\nmessages:\n  - {role: user, content: '{{ t }}'}\n"
            "  - {role: user, cache: true, content: x}\n"), "prompts/p/prompt.yaml:4:31",
            p("inputs: {t: string, q: {default: []}}\nmessages:\n  - {role: system, cache: true, content: '{{ q }}'}\n"
              "  - {role: user, content: '{{ t }}'}\n"), "`t` changes the prefix that is to be cached"),
    Example("L024", p("template: |\n  {% include 'a.j2' %}\n  x\n") | {"a.j2": "a\n"}, "prompts/p/prompt.yaml:3:6",
            p("template: |\n  {% include 'a.j2' +%}\n  x\n") | {"a.j2": "a\n"}, said="+%}"),
    Example("L025", {"p": "model: claude-opus-5\nmessages:\n- {role: user, content: x, cache: true}\n"},
            "prompts/p/prompt.yaml:3:3", {"p": "model: my-own\nmessages:\n- {role: user, content: x, cache: true}\n"},
            "claude-opus-5 caches none below 512"),
    Example("L030", p("template: |\n  a\u200bb\n"), "prompts/p/prompt.yaml:3:4", p("template: |\n  a b\n"),
            "hidden character U+200B, zero width space"),
    Example("L030", p('template: "a\\u202eb"\n'), "prompts/p/prompt.yaml:2", p('template: "a\\u0062"\n'),
            "right-to-left override"),
    Example("L030", p("template: '{% include \"a.j2\" %}'\n") | {"a.j2": "a\n\x1b[31m"}, "prompts/a.j2:2:1",
            p("template: '{% include \"a.j2\" %}'\n") | {"a.j2": "a\n\t[31m"}, "U+001B"),
    Example("L031", p(f"template: |\n  Use {KEY}.\n"), "prompts/p/prompt.yaml:3:7",
            p("inputs: {u: {}, k: {}}\ntemplate: 'https://{{ u }}:{{ k }}@example.org Bearer YOUR_ACCESS_TOKEN'\n"),
            "this looks like a secret"),
    Example("L032", p("template: '{% include \"a.j2\" %}'\n") | {"a.j2": f"x\n{CONFLICT}"}, "prompts/a.j2:2",
            p("template: '{% include \"a.j2\" %}'\n") | {"a.j2": CONFLICT.replace("======", "---")}, "up to line 6"),
    Example("L040", {"c": CHAIN.replace('{text: "{{ one }}"}', '{text: "{{ one }}", txt: x}'), "step": STEP},
            "prompts/c/prompt.yaml:8:33", {"c": CHAIN, "step": STEP}, "step has no input `txt` (did you mean `text`?)"),
    Example("L041", {"c": CHAIN.replace('\n    inputs: {text: "{{ one }}"}', ""), "step": STEP},
            "prompts/c/prompt.yaml:6:5", {"c": CHAIN, "step": STEP}, "the step `two` leaves out `text`"),
    Example("L042", {"c": CHAIN.replace("{{ text }}", "{{ text }}{{ two }}"), "step": STEP},
            "prompts/c/prompt.yaml:5:34", {"c": CHAIN, "step": STEP}, "the step `two` has not run here yet"),
    Example("L043", {"c": CHAIN.replace("{{ one }}", "{{ text }}"), "step": STEP}, "prompts/c/prompt.yaml:3:5",
            {"c": CHAIN, "step": STEP}, "no later step uses the answer of `one`"),
    Example("L044", {"c": LAST_ONLY, "step": STEP.replace("text: string", "text: array")}, "prompts/c/prompt.yaml:3:40",
            {"c": CHAIN, "step": STEP.replace("text: string", "text: {type: [string, array]}")}, "takes no text"),
    Example("L050", p("template: x\ntools: [{name: a}, {name: b}, {name: a}]\n"), "prompts/p/prompt.yaml:3:32",
            p("template: x\ntools: [{name: a}, {name: b}]\n"), "the tool `a` stands twice"),
    Example("L051", p("template: x\noutput: {type: string}\n"), "prompts/p/prompt.yaml:3:1",
            p("template: x\noutput: {anyOf: [{type: object}]}\n")),
    Example("L051", p("template: x\noutput: {properties: {a: {}}}\n"), "prompts/p/prompt.yaml:3:1",
            p("template: x\noutput: {type: object}\n")),
    Example("L052", {"p": "model: openai:o3\nparameters: {temperature: 0}\ntemplate: x\n"},
            "prompts/p/prompt.yaml:2:14", {"p": "model: o3\nparameters: {seed: 0}\ntemplate: x\n"},
            "o3 takes no `temperature` but 1"),
    Example("L060", p("template: x\n") | {"shared/tone.j2": "x"}, "prompts/shared/tone.j2",
            p("template: '{% include \"a.j2\" %}'\n") | {"a.j2": '{% include "b.j2" %}', "b.j2": "x"},
            "no prompt includes shared/tone.j2"),
    Example("L060", p("template: x\n") | {"p/own.j2": "x"}, "prompts/p/own.j2",
            p("template: '{% include \"./own.j2\" %}'\n") | {"p/own.j2": "x"}),
    Example("L061", p("template: x\n") | {"p/Notes.md": "", "p/notes.md": ""}, "prompts/p/notes.md",
            p("template: x\n") | {"p/notes.md": "", "q/notes.md": ""}, "are one on some systems"),
    Example("L061", p("template: x\n") | {"P/a.md": "", "P/b.md": ""}, "prompts/p/prompt.yaml",
            p("template: x\n") | {"q/a.md": ""}, "prompts/p and prompts/P are one"),
    Example("L062", p("template: x\n"), "prompts/p/prompt.yaml", p("template: x\n") | {"p/eval.yaml": SUITE},
            "promptctl new --suite p"),
    Example("L070", p("# promptctl: ignore L021\ntemplate: x\n"), "prompts/p/prompt.yaml:2:1",
            p("# promptctl: ignore L021\ntemplate: ''\n"), "L021 finds nothing here to ignore (remove it)"),
]  # fmt: skip
FAULTS = [
    Example("PC011", p("template: [\n"), "prompts/p/prompt.yaml:3:1", p("template: x\n")),
    Example("PC012", p("template: x\nmodle: m\n"), "prompts/p/prompt.yaml:3:1", p("template: x\n"),
            "did you mean `model`?"),
    Example("PC013", p("template: '{% if %}'\n"), "prompts/p/prompt.yaml:2", p("template: x\n")),
    Example("PC013", p("template: x\n") | {"a.j2": "\n{{ x"}, "prompts/a.j2:2", p("template: x\n") | {"a.j2": "x"}),
    Example("PC014", p("template: '{% include \"a.j2\" %}'\n"), "prompts/p/prompt.yaml:2", p("template: x\n")),
    Example("PC002", {"c": CHAIN}, "prompts/c/prompt.yaml:4:5", {"c": CHAIN, "step": STEP}),
    Example("PC005", {"P": "template: x\n"}, "prompts/P/prompt.yaml", p("template: x\n")),
    Example("PC007", p("template: x\n") | {"promptctl.toml": "[environments.a]\nafter = 'b'\n"}, "promptctl.toml:2:1",
            p("template: x\n") | {"promptctl.toml": "[environments.a]\n"}),
    Example("PC012", p("template: x\n") | {"p/eval.yaml": "cases: {}\n"}, "prompts/p/eval.yaml:1:1",
            p("template: x\n") | {"p/eval.yaml": SUITE}),
    Example("PC015", p("template: x\n"), "prompts/p/link.j2", p("template: x\n"), links=("prompts/p/link.j2",)),
]  # fmt: skip


def project(files: Mapping[str, str], links: tuple[str, ...] = ()) -> Project:
    paths = {
        name if name == "promptctl.toml" else f"prompts/{name}" if "." in name else f"prompts/{name}/prompt.yaml": text
        for name, text in files.items()
    }
    return Project(TextTree(paths, links=links))


def codes(result: LintResult) -> set[str]:
    return {finding.code for finding in result.findings}


@pytest.mark.parametrize("example", EXAMPLES + FAULTS, ids=lambda example: example.code)
def test_each_rule_finds_its_mistake_and_keeps_quiet_without_it(example: Example) -> None:
    result = lint(project(example.broken, example.links))
    found = [finding for finding in result.findings if finding.code == example.code]
    assert [str(finding.place) for finding in found] == [example.at]
    hint = f" ({found[0].hint})" if found[0].hint else ""
    assert example.said in found[0].message + hint
    assert example.code not in codes(lint(project(example.kept)))


def test_every_rule_has_an_example() -> None:
    """Those about code have theirs in tests/cli/test_lint_code.py and in their pages."""
    of_code = {rule.code for rule in RULES if rule.code.startswith("L08")}
    assert {example.code for example in EXAMPLES} | of_code == {rule.code for rule in RULES}


def test_codes_are_unique_and_said_in_one_line() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert [rule.code for rule in RULES] == sorted(rule.code for rule in RULES)
    assert all(rule.title and "\n" not in rule.title and rule.why.endswith(".") for rule in RULES)


def test_all_findings_come_at_once_in_the_order_of_files_and_lines() -> None:
    files = {
        "b": "model: m\ntemplate: '{{ x }}'\ntools: [{name: a}, {name: a}]\n",
        "a": "model: m\ntemplate: [\n",
        "c": "model: m\nmodle: m\nnmae: x\n",
    }
    found = [(str(it.place), it.code) for it in lint(project(files)).findings if it.fails]
    assert found == [
        ("prompts/a/prompt.yaml:3:1", "PC011"),
        ("prompts/b/prompt.yaml:2:15", "L001"),
        ("prompts/b/prompt.yaml:3:21", "L050"),
        ("prompts/c/prompt.yaml:1:1", "PC012"),
        ("prompts/c/prompt.yaml:2:1", "PC012"),
        ("prompts/c/prompt.yaml:3:1", "PC012"),
    ]


def test_a_broken_partial_is_told_once_however_many_prompts_include_it() -> None:
    files = dict.fromkeys(("p", "q", "r"), "model: m\ntemplate: '{% include \"a.j2\" %}'\n")
    broken = lint(project(files | {"a.j2": "{{ tone }}"}))
    (finding,) = [it for it in broken.findings if it.fails]
    assert finding.message == "`tone` is not known here when p (or one of 2 others) includes this"
    (fault,) = [it for it in lint(project(files | {"a.j2": "{% if %}"})).findings if it.fails]
    assert fault.code == "PC013"


def test_named_prompts_alone_leave_the_rest_of_the_repository_out() -> None:
    files = p("template: x\n") | {"q": "template: [", "unused.j2": "x"}
    result = lint(project(files), ["p"])
    assert (result.prompts, codes(result)) == (("p",), {"L062"})
    with pytest.raises(UsageError, match="there is no prompt `nobody`"):
        lint(project(files), ["nobody"])


def test_partials_count_as_unused_only_when_every_prompt_could_be_read() -> None:
    assert codes(lint(project({"q": "template: [", "unused.j2": "x"}))) == {"PC011"}


def test_notices_inform_and_anything_else_fails() -> None:
    assert lint(project(p("template: x\n"))).ok
    assert lint(project(p("template: x\n"))).counts == {"error": 0, "warning": 0, "notice": 1}
    assert not lint(project(p("template: ''\n"))).ok


def test_a_secret_is_shown_by_no_finding() -> None:
    result = lint(project(p(f"template: '{KEY} {{{{ x }}}}'\n{KEY}: x\n")))
    assert codes(result) >= {"PC012"}
    result = lint(project(p(f"template: '{KEY} {{{{ x }}}}'\n")))
    assert codes(result) >= {"L001", "L031"}
    assert KEY not in repr(result)


def test_lint_never_compiles_a_template() -> None:
    """Compiling folds constants: each of these would take minutes or gigabytes."""
    bombs = {
        f"p{n}": f'model: m\ntemplate: "{{{{ {text} }}}}"\n' for n, text in enumerate(["'a' * 10 ** 9", "9 ** 9 ** 9"])
    }
    assert lint(project(bombs)).ok


TOKENS = [
    "{{",
    "}}",
    "{%",
    "'",
    '"',
    ":",
    "\n",
    "  ",
    "- ",
    "[",
    "{",
    "null",
    "1e999",
    "*a",
    "!x",
    "\t",
    "\u202e",
    "$ref: '#'",
]


@given(st.sampled_from(EXAMPLES + FAULTS), st.data())
def test_whatever_the_files_hold_lint_answers_with_findings(example: Example, data: st.DataObject) -> None:
    files = dict(example.broken)
    for name in data.draw(st.lists(st.sampled_from(sorted(files)), max_size=3)):
        text = files[name]
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 4)))
        files[name] = text[:start] + data.draw(st.sampled_from(TOKENS)) + text[end:]
    for finding in lint(project(files, example.links)).findings:
        assert finding.place.file
        assert finding.to_dict()["message"]
