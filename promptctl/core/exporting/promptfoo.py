"""promptfoo: a configuration with one prompt, its models, and its cases as tests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from promptctl.core.evals.case import Case
from promptctl.core.exporting.exported import Exported, Subject, drop_caches, require_one_prompt, take_inputs, unsayable
from promptctl.core.exporting.jinja import plain
from promptctl.core.files.yaml_lines import mapping_lines
from promptctl.core.importing.promptfoo_prompts import names_a_file
from promptctl.core.importing.segments import escaped
from promptctl.core.models.provider import BUILT_IN
from promptctl.core.prompts.prompt import Message
from promptctl.core.scorers.registry import Expectation

TOOL = "promptfoo"
_SAME = {
    "equals": "equals",
    "contains": "contains",
    "icontains": "icontains",
    "contains_any": "contains-any",
    "contains_all": "contains-all",
    "starts_with": "starts-with",
    "regex": "regex",
}


def write(subject: Subject) -> Exported:
    """The configuration of a prompt. Raises DocumentError for what the format cannot say at all."""
    require_one_prompt(subject, TOOL)
    prompt, node = subject.closure.prompt, subject.node
    written: dict[str, Any] = {"description": prompt.description} if prompt.description else {}
    written["prompts"] = [_prompt(subject)]
    written |= _providers(subject)
    for _ in take_inputs(node, ("type", "default"), TOOL):
        pass
    defaults = {name: found.default for name, found in prompt.inputs.items() if not found.required}
    written |= {"defaultTest": {"vars": _escaped(defaults)}} if defaults else {}
    written |= _tests(subject)
    facts = node.take("metadata", dict)
    if facts and (tags := facts.take("tags", dict)):
        written["tags"] = tags.value
    if facts:
        facts.take("answer")
        facts.finish(f"has no place in {TOOL}")
    drop_caches(node)
    for key in ("description", "model", "parameters", "messages", "template", "output"):
        node.take(key)
    node.take("tools")
    node.finish(f"has no place in {TOOL}")
    dropped = [*node.dropped, *(subject.suite_node.dropped if subject.suite_node else ())]
    return Exported(text="\n".join(mapping_lines(written, spread=("prompts", "tests"))) + "\n", dropped=tuple(dropped))


def _prompt(subject: Subject) -> str:
    """The text of one user's message, else the chat as JSON."""
    prompt = subject.closure.prompt
    messages = [_message(subject, index) for index in range(len(prompt.messages))]
    content = messages[0]["content"]
    lone = len(messages) == 1 and messages[0]["role"] == "user" and isinstance(content, str)
    if lone and not content.lstrip().startswith("[") and not names_a_file(content):
        return str(content)
    return json.dumps(messages, indent=2, ensure_ascii=False)


def _message(subject: Subject, index: int) -> dict[str, Any]:
    message = subject.closure.prompt.messages[index]
    if not isinstance(message, Message):
        raise unsayable(subject, index, f"{TOOL} has no place for earlier messages")
    if isinstance(message.content, str):
        return {"role": message.role, "content": plain(message.content)}
    parts = [
        {"type": "text", "text": plain(part["text"])}
        if part["type"] == "text"
        else {"type": "image_url", "image_url": {**part["image_url"], "url": plain(part["image_url"]["url"])}}
        for part in message.content
    ]
    return {"role": message.role, "content": parts}


def _providers(subject: Subject) -> dict[str, Any]:
    prompt = subject.closure.prompt
    config: dict[str, Any] = dict(prompt.parameters)
    if prompt.tools:
        config["tools"] = [{"type": "function", "function": dict(tool)} for tool in prompt.tools]
    if prompt.output is not None:
        facts = prompt.metadata.get("answer")
        schema = {"name": "output", **(facts if isinstance(facts, dict) else {}), "schema": dict(prompt.output)}
        config["response_format"] = {"type": "json_schema", "json_schema": schema}
    others = subject.suite.models if subject.suite else ()
    models = list(dict.fromkeys([prompt.model, *others] if isinstance(prompt.model, str) else others))
    listed = [_provider(str(model), config) for model in models]
    return {"providers": listed} if listed else {}


def _provider(model: str, config: Mapping[str, Any]) -> Any:
    owner = next((name for name, found in BUILT_IN.items() if _matches(model, found.models)), None)
    name = "echo" if model == "echo:echo" else f"{owner}:{model}" if owner and ":" not in model else model
    return {"id": name, "config": dict(config)} if config else name


def _matches(model: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(model, glob) for glob in globs)


def _tests(subject: Subject) -> dict[str, Any]:
    """The cases with what they expect; gates and what has no like are named."""
    if subject.suite is None or subject.suite_node is None:
        return {}
    node = subject.suite_node
    listed = node.take("cases")
    node.take("models")
    node.take("repeat")
    node.finish(f"has no place in {TOOL}")
    tests = []
    for case in subject.suite.cases:
        found = list(_asserts(case))
        missing = sorted({item.kind for item in case.expect if _assertion(item) is None and not _always(item)})
        if missing and listed:
            listed.drop(f"expect what {TOOL} has no like for in {case.name!r}: {', '.join(missing)}")
        tests.append(_test(case, found))
    repeat = {"evaluateOptions": {"repeat": subject.suite.repeat}} if subject.suite.repeat > 1 else {}
    return repeat | {"tests": tests}


def _test(case: Case, asserts: list[dict[str, Any]]) -> dict[str, Any]:
    test: dict[str, Any] = {"description": case.name}
    test |= {"metadata": dict(case.tags)} if case.tags else {}
    test |= {"vars": _escaped(case.inputs)} if case.inputs else {}
    return test | ({"assert": asserts} if asserts else {})


def _escaped(value: Any) -> Any:
    """A value in which nothing is a template: promptfoo renders values too."""
    if isinstance(value, Mapping):
        return {key: _escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    return escaped(value) if isinstance(value, str) else value


def _asserts(case: Case) -> Iterator[dict[str, Any]]:
    for expectation in case.expect:
        if found := _assertion(expectation):
            named = expectation.name not in (expectation.kind, f"not_{expectation.kind}", "cost_limit")
            found |= {"metric": expectation.name} if named else {}
            yield found | ({"weight": expectation.weight} if expectation.weight != 1 else {})


def _always(expectation: Expectation) -> bool:
    """Whether every answer is as expected, which a test without assertions says."""
    return expectation.kind == "length" and expectation.argument == {"min": 0} and not expectation.negate


def _assertion(expectation: Expectation) -> dict[str, Any] | None:
    """The assertion that says the same, without its metric; None when there is none."""
    kind, argument = expectation.kind, expectation.argument
    prefix = "not-" if expectation.negate else ""
    if kind in ("contains", "icontains") and isinstance(argument, list):
        if expectation.negate and len(argument) > 1:
            return None
        return {"type": f"{prefix}{kind}-all", "value": _escaped(argument)}
    if kind in _SAME:
        return {"type": prefix + _SAME[kind], "value": _escaped(argument)}
    if kind in ("is_json", "json_schema") and not (kind == "json_schema" and expectation.negate):
        return {"type": f"{prefix}is-json"} | ({} if argument is True else {"value": argument})
    if kind == "levenshtein" and not expectation.negate:
        return {"type": "levenshtein", "value": _escaped(argument["text"]), "threshold": argument["max"]}
    if kind in ("latency", "cost") and not expectation.negate:
        return {"type": kind, "threshold": argument["max"] if isinstance(argument, Mapping) else argument}
    return None
