"""Structural problems in words that point into the file."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest

from promptctl import schemas
from promptctl.adapters.files import parse_yaml
from promptctl.adapters.settings import parse_toml
from promptctl.core.files import schema
from promptctl.core.files.document import Document
from promptctl.errors import DocumentError

ROWS = [
    ("modle: x\ntemplate: t\n", 1, "unknown key `modle`", "did you mean `model`?"),
    ("model: x\n", 1, "needs exactly one of the keys `template`, `messages` or `steps`", None),
    ("template: a\nmessages: [{role: user, content: b}]\n", 1, "needs exactly one of", None),
    ("template: t\ntags: x\n", 2, "`tags` must be `array`, not text", None),
    ("messages:\n  - {role: sytem, content: x}\n", 2, "did you mean `system`?", None),
    ("messages:\n  - role: user\n", 2, "`messages[0]` lacks the key `content`", None),
    (
        "messages:\n  - placeholder: x\n    role: user\n",
        3,
        "unknown key `role` in `messages[0]`",
        "known keys: placeholder",
    ),
    ("template: t\ninputs:\n  a: strin\n", 3, "did you mean `string`?", None),
    ("template: t\ninputs:\n  a b: string\n", 3, "`a b` is not a valid name in `inputs`", None),
    ("template: t\nmodel: {tier: best}\n", 2, "`model.tier` must be `premium`, `balanced` or `economy`", None),
    ("messages: []\n", 1, "`messages` is not valid", None),
    ("messages:\n  - role: user\n    content: [{type: text, txt: x}]\n", 3, "`txt`", None),
    ("steps:\n  - {name: 1a, prompt: x}\n", 2, "does not match", None),
]


@pytest.mark.parametrize(("text", "line", "message", "hint"), ROWS)
def test_a_problem_names_its_line_and_a_repair(text: str, line: int, message: str, hint: str | None) -> None:
    with pytest.raises(DocumentError) as caught:
        schema.check(parse_yaml(text.encode(), "p.yaml"), "prompt")
    found = [p for p in caught.value.problems if message in p.message]
    assert found, caught.value.problems
    assert found[0].place is not None
    assert found[0].place.line == line
    assert hint is None or found[0].hint == hint


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = b"modle: x\ntemplate: 1\nowner: [x]\n"
    with pytest.raises(DocumentError) as caught:
        schema.check(parse_yaml(text, "p.yaml"), "prompt")
    assert [p.place.line for p in caught.value.problems if p.place] == [1, 2, 3]


@pytest.mark.parametrize("text", ["", "[]", "- a", "x", "12"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match="must hold a mapping"):
        schema.check(parse_yaml(text.encode(), "p.yaml"), "prompt")


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_every_shipped_schema_is_valid_and_works_for_draft_07_readers(kind: str) -> None:
    shipped = schemas.load(kind)
    jsonschema_rs.meta.validate(shipped)
    jsonschema_rs.Draft7Validator({**shipped, "$schema": "http://json-schema.org/draft-07/schema#"}, offline=True)
    assert shipped["$id"].endswith(f"/{kind}.json")


def test_of_json_with_very_many_problems_one_is_told() -> None:
    value = {"format": 1, "result": {"samples": [{}] * 10_000}}
    assert len(schema.problems(Document("e.json", value, {}, json.dumps(value)), "evidence")) == 1


@pytest.mark.parametrize(
    ("kind", "file", "text", "where"),
    [
        ("eval", "eval.yaml", "repeat: 2.0\ncases: [{name: a, inputs: {}, expect: [{contains: a}]}]\n", "repeat"),
        (
            "settings",
            "promptctl.toml",
            "[providers.openai]\nbreaker = {window = 20.0}\n",
            "providers.openai.breaker.window",
        ),
        ("settings", "promptctl.toml", "[environments.prod]\napprovals = 1.0\n", "environments.prod.approvals"),
    ],
)
def test_what_is_counted_is_written_as_an_integer(kind: str, file: str, text: str, where: str) -> None:
    read = parse_toml if file.endswith("toml") else parse_yaml
    with pytest.raises(DocumentError, match=f"`{where}` must be a whole number, written without a point"):
        schema.check(read(text.encode(), file), kind)
    schema.check(read(text.replace(".0\n", "\n").replace(".0}", "}").encode(), file), kind)
