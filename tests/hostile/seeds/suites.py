"""Suites that cannot be run, can never fail, or would judge nothing."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile import seed
from tests.hostile.seed import Content, each

_EXPECT = "expect: [{contains: x}]"


def _case(expect: str, more: str = "") -> str:
    return f"cases:\n  - name: a\n    inputs: {{ticket: x}}\n    expect: [{expect}]\n{more}"


def _numbered(text: str, count: int, before: str = "cases:\n", after: str = "") -> Callable[[], str]:
    return lambda: before + "".join(text.replace("#", str(number)) for number in range(count)) + after


_TEXTS: dict[str, Content] = {
    "empty": "",
    "no-cases": "cases: []\n",
    "cases-null": "cases: ~\n",
    "cases-text": "cases: x\n",
    "case-null": "cases: [~]\n",
    "no-expect": "cases: [{name: a}]\n",
    "expect-empty": "cases: [{name: a, expect: []}]\n",
    "expect-text": "cases: [{name: a, expect: x}]\n",
    "expect-null": "cases: [{name: a, expect: [~]}]\n",
    "expect-nothing": _case("{}"),
    "expect-name-only": _case("{name: x}"),
    "two-kinds": _case("{contains: x, regex: y}"),
    "unknown-kind": _case("{contians: x}"),
    "not-not": _case("{not_not_contains: x}"),
    "weight-zero": _case("{contains: x, weight: 0}"),
    "weight-negative": _case("{contains: x, weight: -1}"),
    "weight-nan": _case("{contains: x, weight: .nan}"),
    "weight-huge": _case("{contains: x, weight: 1e300}"),
    "weight-huge-integer": _case("{contains: x, weight: " + "9" * 390 + "}"),
    "name-reserved": _case("{contains: x, name: score}"),
    "name-control": _case('{contains: x, name: "\\x1b[2J"}'),
    "no-case-name": f"cases: [{{{_EXPECT}}}]\n",
    "case-name-number": f"cases: [{{name: 1, {_EXPECT}}}]\n",
    "case-name-twice": f"cases: [{{name: a, {_EXPECT}}}, {{name: a, {_EXPECT}}}]\n",
    "case-name-long": f"cases: [{{name: {'a' * 201}, {_EXPECT}}}]\n",
    "case-name-control": f'cases: [{{name: "a\\x1b[2J", {_EXPECT}}}]\n',
    "case-name-bidi": f'cases: [{{name: "a\\u202eb", inputs: {{ticket: x}}, {_EXPECT}}}]\n',
    "unknown-input": f"cases: [{{name: a, inputs: {{nobody: x}}, {_EXPECT}}}]\n",
    "input-wrong-type": f"cases: [{{name: a, inputs: {{ticket: 1}}, {_EXPECT}}}]\n",
    "input-missing": f"cases: [{{name: a, {_EXPECT}}}]\n",
    "input-too-long": f"cases: [{{name: a, inputs: {{ticket: {'x' * 9000}}}, {_EXPECT}}}]\n",
    "tags-list": f"cases: [{{name: a, tags: [x], inputs: {{ticket: x}}, {_EXPECT}}}]\n",
    "tags-nested": f"cases: [{{name: a, tags: {{a: {{b: c}}}}, inputs: {{ticket: x}}, {_EXPECT}}}]\n",
    "repeat-zero": _case("{contains: x}", "repeat: 0\n"),
    "repeat-huge": _case("{contains: x}", "repeat: 1000000000\n"),
    "repeat-text": _case("{contains: x}", "repeat: many\n"),
    "models-empty": _case("{contains: x}", "models: []\n"),
    "models-twice": _case("{contains: x}", "models: [a, a]\n"),
    "gate-null": _case("{contains: x}", "gate: ~\n"),
    "gate-nan": _case("{contains: x}", "gate: {pass_rate: {min: .nan}}\n"),
    "gate-over": _case("{contains: x}", "gate: {pass_rate: {min: 1.1}}\n"),
    "gate-empty": _case("{contains: x}", "gate: {pass_rate: {}}\n"),
    "gate-unknown-metric": _case("{contains: x}", "gate: {metrics: {nobody: {min: 0.5}}}\n"),
    "gate-unknown-segment": _case("{contains: x}", "gate: {segments: [nobody]}\n"),
    "gate-min-pass": _case("{contains: x}", "repeat: 2\ngate: {min_pass: 3}\n"),
    "gate-huge-budget": _case("{contains: x}", "gate: {metrics: {cost: {max: 1e308}}}\n"),
    "gate-against-odd": _case("{contains: x}", 'gate: {against: "--output=pwned\\n"}\n'),
    "threshold-elsewhere": _case("{contains: x}", "min_pass_rate: 0\n"),
    "contains-empty": _case("{contains: ''}"),
    "contains-list-empty": _case("{contains: []}"),
    "contains-mapping": _case("{contains: {a: b}}"),
    "contains-null": _case("{contains: ~}"),
    "one-of-empty": _case("{one_of: []}"),
    "length-negative": _case("{length: -1}"),
    "length-crossed": _case("{length: {min: 5, max: 1}}"),
    "length-empty": _case("{length: {}}"),
    "length-huge": _case("{length: " + "9" * 390 + "}"),
    "latency-nan": _case("{latency: .nan}"),
    "cost-text": _case("{cost: free}"),
    "overlap-no-words": _case("{word_overlap: {text: '...', min: 0.5}}"),
    "overlap-over": _case("{word_overlap: {text: x, min: 2}}"),
    "distance-huge": lambda: _case("{levenshtein: {text: '" + "x" * 1_000_000 + "', max: 1}}"),
    "python-path": _case("{python: ../../evil:run}"),
    "python-dotted": _case("{python: os.path:join}"),
    "python-missing": _case("{python: nobody:run}"),
    "python-builtin": _case("{python: os:system}"),
    "python-no-function": _case("{python: scorers}"),
    "is-json-false": _case("{is_json: false}"),
    "is-json-text": _case("{is_json: x}"),
    "schema-broken": _case("{json_schema: {type: strng}}"),
    "schema-remote": _case("{json_schema: {$ref: 'http://169.254.169.254/'}}"),
    "schema-file": _case("{json_schema: {$ref: 'file:///etc/passwd'}}"),
    "path-broken": _case("{json_path: {path: '$[', exists: true}}"),
    "path-relative": _case("{json_path: {path: a.b, exists: true}}"),
    "path-deep": lambda: _case("{json_path: {path: '$" + ".a" * 20_000 + "', exists: true}}"),
    "path-descents": lambda: _case("{json_path: {path: '$" + "..*" * 200 + "', exists: true}}"),
    "path-filters": lambda: _case("{json_path: {path: '$[?" + "(" * 2000 + "@.a" + ")" * 2000 + "]', exists: true}}"),
    "path-index": _case("{json_path: {path: '$[99999999999999999999]', exists: true}}"),
    "path-search": _case("{json_path: {path: \"$[?search(@.a, '(a+)+$')]\", exists: true}}"),
    "path-search-open": _case("{json_path: {path: \"$[?search(@.a, '(')]\", exists: true}}"),
    "path-no-test": _case("{json_path: {path: $.a}}"),
    "path-crossed": _case("{json_path: {path: $.a, min: 5, max: 1}}"),
    "template-open": _case("{contains: '{{ row.x'}"),
    "template-unknown": _case("{contains: '{{ row.nobody }}'}"),
    "template-unknown-name": _case("{contains: '{{ nobody }}'}"),
    "template-escape": _case("{contains: '{{ row.__class__ }}{{ inputs.__class__ }}'}"),
    "template-lone-escape": _case("{contains: '{{ row.__class__ }}'}"),
    "template-loop": _case(
        "{contains: '{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}'}"
    ),
    "template-product": _case("{contains: \"{{ 'a' * 10 ** 9 }}\"}"),
    "template-to-nothing": _case("{contains: \"{{ '' }}\"}"),
    "template-in-key": _case("{equals: {'{{ inputs.ticket }}': 1}}"),
    "template-in-schema": _case("{json_schema: {const: '{{ inputs.ticket }}'}}"),
    "template-include": _case("{contains: \"{% include 'shared/tone.j2' %}\"}"),
    "equals-nan": _case("{equals: {a: .nan}}"),
    "many-cases": _numbered(f"- {{name: c#, inputs: {{ticket: x}}, {_EXPECT}}}\n", 10_000),
    "many-bad-cases": _numbered(f"- {{name: c#, inputs: {{tickte: x}}, {_EXPECT}}}\n", 10_000),
    "many-bad-kinds": _numbered("- {name: c#, expect: [{contians: x}]}\n", 15_000),
    "many-templates": _numbered(
        "- {name: c#, inputs: {ticket: x}, expect: [{contains: 'n# {{ inputs.ticket }}'}]}\n", 10_000
    ),
    "many-expectations": _numbered(
        "{contains: n#},", 30_000, "cases:\n- name: a\n  inputs: {ticket: x}\n  expect: [", "]\n"
    ),
    "many-same-names": _numbered(f"- {{name: c, inputs: {{ticket: x}}, {_EXPECT}}}\n", 10_000),
    "many-loops": _numbered(
        "- {name: c#, inputs: {ticket: x}, expect: [{contains: '{% for a in range(9999) %}#{% endfor %}'}]}\n", 5000
    ),
    "many-texts": _numbered(
        "n#,", 100_000, "cases:\n- name: a\n  inputs: {ticket: x}\n  expect: [{contains_any: [", "]}]\n"
    ),
    "wide-inputs": _numbered("u#: 1,", 50_000, "cases:\n- name: a\n  inputs: {", f"}}\n  {_EXPECT}\n"),
}
SEEDS = each("suites", seed.SUITE, _TEXTS)
