"""What a promptfoo configuration says: prompts, models, tests and assertions, and what of it is named instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from promptctl.core.importing.promptfoo_columns import assertion
from promptctl.errors import UsageError
from tests.importing import dropped, imported, only, rendered
from tests.support import build_files

FILE = "promptfooconfig.yaml"
OWN = Path(__file__).parents[2] / "promptfoo" / FILE


def config(**parts: Any) -> str:
    return yaml.safe_dump({"prompts": ["Say {{word}}"], "providers": ["echo"], **parts}, sort_keys=False)


def expectations(*asserts: Any, values: Any = None) -> list[Any]:
    """The expectations of one test with these assertions, of which nothing is left out."""
    test = {"vars": values or {"word": "hi", "more": "there"}, "assert": list(asserts)}
    return [dict(item) for item in only(config(tests=[test]), FILE).tests[0].expect]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"type": "contains", "value": "{{word}} and {{more}}"}, {"contains": "{{ inputs.word }} and {{ row.more }}"}),
        ({"type": "not-equals", "value": 5}, {"not_equals": "5"}),
        ({"type": "equals", "value": {"a": 1}}, {"equals": {"a": 1}}),
        ({"type": "contains-any", "value": "a, b"}, {"contains_any": ["a", "b"]}),
        ({"type": "icontains-any", "value": ["a", "b.c"]}, {"regex": "(?i)a|b\\.c"}),
        ({"type": "icontains-all", "value": ["a", "b"]}, {"icontains": ["a", "b"]}),
        ({"type": "is-json"}, {"is_json": True}),
        ({"type": "is-json", "value": '{"type": "object"}'}, {"is_json": {"type": "object"}}),
        ({"type": "latency", "threshold": 9}, {"latency": 9}),
        ({"type": "contains", "value": "a", "metric": "m", "weight": 2}, {"contains": "a", "weight": 2, "name": "m"}),
        ({"type": "contains", "value": "{% if"}, None),
        ({"type": "contains", "value": "{{ word | upper }}"}, None),
        ({"type": "contains", "value": ""}, None),
        ({"type": "contains", "value": "a", "weight": 0}, None),
        ({"type": "contains", "value": "a", "transform": "output.x"}, None),
        ({"type": "contains", "value": "file://judge.js"}, None),
        ({"type": "not-icontains-all", "value": ["a", "b"]}, None),
        ({"type": "regex", "value": "("}, None),
        ({"type": "icontains-any"}, None),
        ({"type": "icontains-all", "value": {"a": 1}}, None),
        ({"type": "not-levenshtein", "value": "a"}, None),
        ({"type": "javascript", "value": "true"}, None),
        ({"type": "webhook", "value": "https://example.org"}, None),
        ({"type": "word-count", "value": {"min": 2, "max": 5}}, {"word_count": {"min": 2, "max": 5}}),
        ({"type": "not-word-count", "value": 3}, {"not_word_count": 3}),
        (
            {"type": "not-llm-rubric", "value": "says {{word}}", "threshold": 0.8},
            {"not_judge": {"prompt": "judges/rubric", "min": 0.8, "inputs": {"rubric": "says {{ inputs.word }}"}}},
        ),
        (
            {"type": "g-eval", "value": "calm", "metric": "calm"},
            {"judge": {"prompt": "judges/rubric", "min": 0.7, "inputs": {"rubric": "calm"}}, "name": "calm"},
        ),
        ({"type": "llm-rubric", "value": ["kind"]}, None),
        ({"type": "llm-rubric"}, None),
        ({"type": "llm-rubric", "value": "kind", "threshold": 3}, None),
        ({"type": "context-faithfulness", "threshold": 0.9}, None),
        ({"type": "answer-relevance", "threshold": 0.9}, None),
        ({"type": "is-refusal"}, None),
        ({"type": "similar", "value": "{{word}}"}, {"similar": {"text": "{{ inputs.word }}", "min": 0.75}}),
        (
            {"type": "not-similar:cosine", "value": ["a", "b"], "threshold": 0.5},
            {"not_similar": {"text": ["a", "b"], "min": 0.5}},
        ),
        ({"type": "similar:dot", "value": "a"}, None),
        ({"type": "similar", "value": "a", "threshold": 2}, None),
        ({"type": "rouge-n", "value": "a"}, None),
        ({"type": "bleu", "value": "a"}, None),
        ({"type": "nothing-of-ours"}, None),
        ({"type": "assert-set", "threshold": 0.5, "assert": []}, None),
    ],
)
def test_an_assertion_is_said_the_same_or_named(written: Any, expected: Any) -> None:
    if expected is not None:
        assert expectations(written) == [expected]
        return
    found = imported(config(tests=[{"vars": {"word": "hi"}, "assert": [written]}]), FILE)
    assert dropped(found)[0][1].startswith("`tests[0].assert[0]` (")
    assert found.prompts[0].tests == ()


def test_facts_and_contexts_are_judged_by_what_is_given() -> None:
    text = config(
        prompts=["{{context}} {{word}}"],
        tests=[
            {
                "vars": {"word": "hi", "context": "all there is"},
                "assert": [
                    {"type": "context-faithfulness", "threshold": 0.9},
                    {"type": "factuality", "value": "It is {{word}}."},
                ],
            }
        ],
    )
    first, second = only(text, FILE).tests[0].expect
    assert first == {"grounded": {"min": 0.9, "inputs": {"context": "{{ inputs.context }}"}}}
    assert second["judge"]["inputs"]["rubric"].endswith("less or more: It is {{ inputs.word }}.")


def test_a_chat_is_messages() -> None:
    chat = """[{"role": "system", "content": "Be {{how}}"},
               {"role": "user", "content": [{"type": "text", "text": "{{q}}"}]}]"""
    found = only(config(prompts=[chat]), FILE).value
    assert rendered(found, how="kind", q="?") == [("system", "Be kind"), ("user", [{"type": "text", "text": "?"}])]


def test_files_beside(tmp_path: Path) -> None:
    files = {
        "prompts.txt": "First {{a}}\n---\nSecond {{a}}\n",
        "tests.csv": 'a,__expected,__description,__metadata:kind\n"x, y",contains: x,one,k\nz,Z,two,\n',
        "more.jsonl": '{"vars": {"a": "q"}, "assert": [{"type": "regex", "value": "q"}]}\n',
    }
    build_files(tmp_path, files)
    text = config(prompts=["file://prompts.txt"], tests=["file://tests.csv", "file://more.jsonl"])
    found = imported(text, FILE, folder=tmp_path)
    assert [prompt.value["messages"][0]["content"] for prompt in found.prompts] == ["First {{ a }}", "Second {{ a }}"]
    tests = [(test.name, dict(test.values), list(test.expect), dict(test.tags)) for test in found.prompts[0].tests]
    assert tests == [
        ("one", {"a": "x, y"}, [{"contains": "x"}], {"kind": "k"}),
        ("two", {"a": "z"}, [{"equals": "Z"}], {"kind": ""}),
        ("", {"a": "q"}, [{"regex": "q"}], {}),
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("a,__expected\nx,Z\nx, y,contains:x\n", "tests.csv:3: 3 values for 2 columns"),
        ("a,a\nx,y\n", "tests.csv:1: the column `a` stands twice"),
    ],
)
def test_no_value_of_a_table_is_lost(tmp_path: Path, table: str, said: str) -> None:
    build_files(tmp_path, {"tests.csv": table})
    with pytest.raises(UsageError) as caught:
        imported(config(prompts=["{{a}}"], tests="tests.csv"), FILE, folder=tmp_path)
    assert f"{caught.value.problem.place}: {caught.value}" == said


def test_lists_of_values_and_scenarios_are_written_out() -> None:
    text = config(
        prompts=["{{a}} {{b}}"],
        defaultTest={"vars": {"b": "0"}},
        tests=[{"vars": {"a": ["1", "2"], "b": ["3", "4"]}}],
        scenarios=[{"config": [{"vars": {"a": "5"}}, {"vars": {"a": "6"}}], "tests": [{"vars": {"b": "7"}}]}],
    )
    found = only(text, FILE)
    values = sorted(f"{test.values['a']}{test.values['b']}" for test in found.tests)
    assert values == ["13", "14", "23", "24", "57", "67"]
    assert found.value["inputs"]["b"] == {"type": "string", "default": "0"}
    assert found.tests[0].expect == ({"length": {"min": 0}},)


def test_too_many_combinations_are_refused() -> None:
    values = {name: [str(number) for number in range(50)] for name in ("word", "x", "y")}
    with pytest.raises(UsageError, match="more than 100000 cases"):
        imported(config(tests=[{"vars": values}]), FILE)


def test_values_are_typed_and_printed_as_there() -> None:
    tests = [{"vars": {"n": 1, "flag": True, "items": {"deep": 1}, "list": "x"}}, {"vars": {"n": 2, "list": "y"}}]
    found = only(config(prompts=["{{n}} {{flag}} {{items}} {{list}}{% if absent %}!{% endif %}"], tests=tests), FILE)
    assert found.value["inputs"]["n"] == {"type": "integer"}
    assert rendered(found.value, **dict(found.tests[0].values)) == [("user", '1 true {"deep":1} x')]
    assert rendered(found.value, **dict(found.tests[1].values)) == [("user", "2   y")]


def test_models_parameters_tools_and_the_form_of_answers() -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    form = {"type": "json_schema", "json_schema": {"name": "n", "strict": True, "schema": {"type": "object"}}}
    providers = [
        {"id": "openai:chat:gpt-4.1", "config": {"temperature": 0, "tools": [tool], "response_format": form}},
        "anthropic:messages:claude-sonnet-4.5",
    ]
    found = only(config(providers=providers, tests=[{"vars": {"word": "x"}}]), FILE)
    assert found.value["model"] == "gpt-4.1"
    assert found.suite == {"models": ["gpt-4.1", "claude-sonnet-4.5"]}
    assert found.value["parameters"] == {"temperature": 0}
    assert found.value["tools"] == [{"name": "f", "parameters": {"type": "object"}}]
    assert found.value["output"] == {"type": "object"}
    assert found.value["metadata"] == {"answer": {"name": "n", "strict": True}}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"providers": ["exec:./run.sh"]}, "`providers[0]` names `exec:./run.sh`"),
        ({"providers": ["https://example.org/v1"]}, "`providers[0]` names `https://example.org/v1`"),
        ({"extensions": ["file://x.py:f"]}, "`extensions` is code, and an import runs none"),
        ({"tests": "file://tests.py"}, "`tests` is code, comes from elsewhere"),
        ({"tests": "https://example.org/t.csv"}, "`tests` is code, comes from elsewhere"),
        ({"tests": [{"vars": {"word": "file://x.js"}}]}, "`tests[0].vars.word` is a file that is no text"),
        ({"tests": [{"vars": {"word": "{{other}}"}}]}, "`tests[0].vars.word` is made of other values"),
        ({"tests": [{"vars": {"word": "a"}, "threshold": 0.5}]}, "`tests[0].threshold` is not carried over"),
        ({"defaultTest": {"options": {"transform": "x"}}, "tests": []}, "`defaultTest.options.transform` is code"),
        ({"prompts": ["Say", "file://p.py"]}, "`prompts[1]` is made by code or comes from elsewhere"),
        ({"outputPath": "x.html"}, "`outputPath` says how promptfoo runs"),
        ({"redteam": {}}, "`redteam` says nothing that promptctl knows"),
    ],
)
def test_code_networks_and_the_rest_are_named(parts: dict[str, Any], message: str) -> None:
    found = [said for _, said in dropped(imported(config(**parts), FILE))]
    assert any(said.startswith(message) for said in found), found


def test_every_kind_of_assertion_is_carried_over() -> None:
    found = only(OWN.read_text(), FILE)
    assert [len(test.expect) for test in found.tests] == [18, 3, 7]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Paris", {"type": "equals", "value": "Paris"}),
        ("contains-any: a, b", {"type": "contains-any", "value": ["a", "b"]}),
        ("not-icontains:x", {"type": "not-icontains", "value": "x"}),
        ("is-json", {"type": "is-json"}),
        ("levenshtein(3): abc", {"type": "levenshtein", "value": "abc", "threshold": 3.0}),
        ("grade: is kind", {"type": "llm-rubric", "value": "is kind"}),
        ("fn: output.length", {"type": "javascript", "value": "output.length"}),
        ("note: this", {"type": "equals", "value": "note: this"}),
    ],
)
def test_cells_of_tables(cell: str, expected: dict[str, Any]) -> None:
    assert assertion(cell) == expected
