"""Going through chains: order, what each step is given, chains of chains."""

from __future__ import annotations

import pytest

from promptctl.adapters.project import Project
from promptctl.core.files.made_trees import TextTree
from promptctl.core.prompts.chain import StepCall, step_calls, step_paths
from promptctl.core.prompts.closure import Closure
from promptctl.errors import UsageError

FILES = {
    "prompts/one/prompt.yaml": "inputs: {text: string}\ntemplate: 'one {{ text }}'\n",
    "prompts/two/prompt.yaml": "inputs: {text: string, tone: {default: kind}}\ntemplate: 'two {{ text }} {{ tone }}'\n",
    "prompts/inner/prompt.yaml": (
        "inputs: {text: string}\nsteps:\n"
        "  - {name: first, prompt: one, inputs: {text: '{{ text }}!'}}\n"
        "  - {name: second, prompt: two, inputs: {text: '{{ first }} of {{ text }}'}}\n"
    ),
    "prompts/outer/prompt.yaml": (
        "inputs: {text: string, tone: {type: string, default: dry}}\nsteps:\n"
        "  - {name: deep, prompt: inner, inputs: {text: '{{ text }}'}}\n"
        "  - {name: last, prompt: two, inputs: {text: '{{ deep }}', tone: '{{ tone }}'}}\n"
    ),
}


def closure(name: str) -> Closure:
    return Project(TextTree(FILES)).closure(name)


def play(name: str, **given: str) -> tuple[list[StepCall], str]:
    """Every call, each answered with its path in brackets, and the last answer."""
    calls: list[StepCall] = []
    walk = step_calls(closure(name), given)
    call = next(walk)
    while True:
        calls.append(call)
        try:
            call = walk.send(f"[{call.path}]")
        except StopIteration as ended:
            return calls, ended.value


def test_each_step_sees_inputs_and_earlier_answers() -> None:
    calls, answer = play("outer", text="T")
    assert [(call.path, call.closure.prompt.name, dict(call.inputs)) for call in calls] == [
        ("deep.first", "one", {"text": "T!"}),
        ("deep.second", "two", {"text": "[deep.first] of T"}),
        ("last", "two", {"text": "[deep.second]", "tone": "dry"}),
    ]
    assert answer == "[last]"
    assert tuple(call.path for call in calls) == step_paths(closure("outer"))


def test_a_prompt_that_is_no_chain_is_its_only_step() -> None:
    calls, answer = play("one", text="T")
    assert [(call.path, dict(call.inputs)) for call in calls] == [("", {"text": "T"})]
    assert answer == "[]"
    assert step_paths(closure("one")) == ()


@pytest.mark.parametrize(("given", "message"), [({}, "missing input `text`"), ({"text": "", "x": ""}, "unknown input")])
def test_the_chains_own_inputs_are_checked(given: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        next(step_calls(closure("outer"), given))


def test_a_step_needs_a_model() -> None:
    tiered = FILES | {"prompts/one/prompt.yaml": "model: {tier: economy}\n" + FILES["prompts/one/prompt.yaml"]}
    for chain in ("inner", "outer"):
        with pytest.raises(UsageError, match="one names a tier, and a step needs a model") as caught:
            Project(TextTree(tiered)).closure(chain)
        assert (caught.value.code, str(caught.value.problem.place)) == ("PC023", "prompts/inner/prompt.yaml:3:19")
