"""``new`` writes prompts that parse, render and pass, and never touches what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.files import parse_yaml
from promptctl.adapters.providers.echo import answer as echo
from promptctl.adapters.repository import Repository
from promptctl.core.evals.suite import Suite, parse_suite
from promptctl.core.prompts.render import Rendering
from promptctl.core.scorers.answer import Answer
from promptctl.core.scorers.registry import score
from promptctl.errors import DocumentError, UsageError
from promptctl.workflows.new import new_chain, new_prompt, new_suite
from tests.support import SETTINGS, build_files, new_repository

PICKY = """\
model: echo:echo
inputs:
  ticket: {type: string, maxLength: 12}
  queues: {type: array, items: {type: string}, minItems: 2}
  customer: {type: object, properties: {name: {type: string}, age: {type: integer, minimum: 18}}, required: [name, age]}
  tone: {enum: [kind, curt], default: kind}
template: "{{ customer.name }} ({{ customer.age }}): {{ ticket }} {{ queues | join(', ') }} {{ tone }}"
"""


def repository(folder: Path, **prompts: str) -> Repository:
    files = {f"prompts/{name.replace('__', '/')}/prompt.yaml": text for name, text in prompts.items()}
    return Repository(build_files(folder, {"promptctl.toml": SETTINGS, **files}))


def suite_of(folder: Path, name: str) -> Suite:
    path = folder / "prompts" / name / "eval.yaml"
    closure = Repository(folder).work.closure(name)
    return parse_suite(parse_yaml(path.read_bytes(), str(path)), {}, frozenset(closure.prompt.inputs))


def passes(folder: Path, name: str) -> bool:
    """Whether ``echo`` meets every expectation of every case."""
    rendering = Rendering(Repository(folder).work.closure(name))
    cases = suite_of(folder, name).cases
    replies = [(case, echo(rendering.request(case.inputs), "echo").text) for case in cases]
    return all(score(wanted, Answer(text=text)).passed for case, text in replies for wanted in case.expect)


def test_a_new_prompt_passes_its_two_cases(folder: Path) -> None:
    created = new_prompt(repository(folder), "support/triage")
    assert created.written == ("prompts/support/triage/prompt.yaml", "prompts/support/triage/eval.yaml")
    assert len(suite_of(folder, "support/triage").cases) == 2
    assert passes(folder, "support/triage")
    assert Rendering(Repository(folder).work.closure("support/triage")).messages(created.inputs)


def test_its_suite_can_fail(folder: Path) -> None:
    new_prompt(repository(folder), "a")
    path = folder / "prompts/a/prompt.yaml"
    path.write_text(path.read_text().replace('"{{ question }}"', "Thanks{{ '' if question else '' }}"))
    assert not passes(folder, "a")


def test_both_files_link_the_schema_they_follow(folder: Path) -> None:
    for path in new_prompt(repository(folder), "a").written:
        kind = Path(path).stem
        first = (folder / path).read_text().split("\n")[0]
        assert first == f"# yaml-language-server: $schema=https://promptctl.dev/schemas/{kind}.json"


@pytest.mark.parametrize("model", ["gpt-4.1", "openai:gpt-4.1", "x: y # z", "true", "4", 'quo"te', "größe"])
def test_the_model_is_written_as_given(folder: Path, model: str) -> None:
    new_prompt(repository(folder), "a", model=model)
    assert Repository(folder).work.prompt("a").model == model


def test_the_model_comes_from_the_settings(folder: Path) -> None:
    build_files(folder, {"promptctl.toml": '[defaults]\nmodel = "claude-sonnet-4.5"\n'})
    new_prompt(Repository(folder), "a")
    assert Repository(folder).work.prompt("a").model == "claude-sonnet-4.5"


def test_no_model_at_all_is_refused(folder: Path) -> None:
    with pytest.raises(DocumentError, match="model"):
        new_prompt(repository(folder), "a", model="")
    assert not (folder / "prompts/a").exists()


def test_the_owner_is_written_where_one_is_required(tmp_path: Path) -> None:
    settings = SETTINGS + '\n[lint]\nrequire = ["owner", "description"]\n'
    made = new_repository(tmp_path / "r", {"promptctl.toml": settings})
    new_prompt(Repository(made.folder), "a")
    new_prompt(Repository(made.folder), "b", owner="team: b")
    work = Repository(made.folder).work
    assert (work.prompt("a").owner, work.prompt("b").owner) == ("Ada Tester", "team: b")
    assert work.prompt("a").description


@pytest.mark.parametrize("name", ["Support/x", "a//b", "environments/x", "../x", "con", "a/b/c/d/e/f", ""])
def test_names_that_cannot_be(folder: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        new_prompt(repository(folder), name)
    assert caught.value.code == "PC005"
    assert not (folder / "prompts").exists()


@pytest.mark.parametrize("kept", ["prompt.yaml", "eval.yaml"])
def test_nothing_is_overwritten_and_nothing_half_written(folder: Path, kept: str) -> None:
    build_files(folder, {f"prompts/a/{kept}": "mine: 1\n"})
    with pytest.raises(UsageError) as caught:
        new_prompt(repository(folder), "a")
    assert caught.value.code == "PC041"
    assert [path.name for path in (folder / "prompts/a").iterdir()] == [kept]
    assert (folder / "prompts/a" / kept).read_text() == "mine: 1\n"


def test_the_hint_fits_what_is_missing(folder: Path) -> None:
    with pytest.raises(UsageError) as caught:
        new_prompt(repository(folder, a=PICKY), "a")
    assert caught.value.hint == "promptctl new --suite a"
    new_suite(Repository(folder), "a")
    with pytest.raises(UsageError) as caught:
        new_prompt(Repository(folder), "a")
    assert caught.value.hint == "promptctl show a"


def test_again_is_nothing_to_do(folder: Path) -> None:
    new_prompt(repository(folder), "a")
    assert new_prompt(Repository(folder), "a").written == ()


def test_a_suite_for_a_prompt_that_has_none(folder: Path) -> None:
    created = new_suite(repository(folder, a=PICKY), "a")
    assert created.written == ("prompts/a/eval.yaml",)
    assert len(suite_of(folder, "a").cases) == 2
    assert passes(folder, "a")
    assert set(created.inputs) == {"ticket", "queues", "customer"}


def test_a_suite_for_a_prompt_without_inputs_has_one_case(folder: Path) -> None:
    new_suite(repository(folder, a="model: echo:echo\ntemplate: Hello\n"), "a")
    assert len(suite_of(folder, "a").cases) == 1
    assert passes(folder, "a")


def test_a_suite_asks_for_json_where_the_prompt_does(folder: Path) -> None:
    new_suite(repository(folder, a="inputs: {x: string}\ntemplate: '{{ x }}'\noutput: {type: object}\n"), "a")
    assert [expectation.kind for expectation in suite_of(folder, "a").cases[0].expect] == ["is_json"]


@pytest.mark.parametrize(
    ("written", "message", "line"),
    [
        ("inputs:\n  code: {type: string, pattern: '^[0-9]{8}$'}\ntemplate: '{{ code }}'\n", "the input `code`", 2),
        ("inputs:\n  user: {}\ntemplate: |\n  Hi\n  {{ user.name }}\n", "does not render", 5),
    ],
)
def test_inputs_that_cannot_be_made_up_are_named(folder: Path, written: str, message: str, line: int) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        new_suite(repository(folder, a=written), "a")
    assert caught.value.code == "PC044"
    assert caught.value.problem.place is not None
    assert caught.value.problem.place.line == line
    assert "examples" in str(caught.value.hint)
    assert not (folder / "prompts/a/eval.yaml").exists()


def test_examples_in_the_schema_are_used(folder: Path) -> None:
    written = "model: echo:echo\ninputs:\n  user: {examples: [{name: Ada}, {name: Max}]}\ntemplate: '{{ user.name }}'\n"
    new_suite(repository(folder, a=written), "a")
    assert [case.inputs for case in suite_of(folder, "a").cases] == [
        {"user": {"name": "Ada"}},
        {"user": {"name": "Max"}},
    ]


def step(**inputs: Any) -> str:
    lines = [f"  {name}: {written}" for name, written in inputs.items()]
    return "\n".join(["model: echo:echo", "inputs:", *lines, "template: x"]) + "\n"


def test_a_chain_passes_each_answer_on(folder: Path) -> None:
    opened = repository(
        folder,
        text__summarize=step(text="{type: string, maxLength: 100}", style="{type: string, default: brief}"),
        text__tag=step(text="string", language="{enum: [en, de]}"),
    )
    created = new_chain(opened, "text/digest", ["text/summarize", "text/tag"])
    assert created.written == ("prompts/text/digest/prompt.yaml", "prompts/text/digest/eval.yaml")
    chain = Repository(folder).work.closure("text/digest").prompt
    assert {name: dict(found.schema) for name, found in chain.inputs.items()} == {
        "text": {"type": "string", "maxLength": 100},
        "language": {"enum": ["en", "de"]},
    }
    assert [(found.name, found.prompt, dict(found.inputs)) for found in chain.steps] == [
        ("summarize", "text/summarize", {"text": "{{ text }}"}),
        ("tag", "text/tag", {"text": "{{ summarize }}", "language": "{{ language }}"}),
    ]
    assert suite_of(folder, "text/digest").cases[0].inputs["language"] == "en"


def test_names_in_a_chain_never_meet(folder: Path) -> None:
    opened = repository(
        folder,
        a__x=step(x="string", loud="string"),
        b__x=step(text="string", loud="{type: string, maxLength: 3}", x="string"),
        c__2nd=step(text="string", loud="string"),
    )
    new_chain(opened, "chain", ["a/x", "b/x", "c/2nd"])
    chain = Repository(folder).work.closure("chain").prompt
    assert [found.name for found in chain.steps] == ["x", "x_2", "step_2nd"]
    assert chain.steps[0].inputs == {"x": "{{ x_x }}", "loud": "{{ loud }}"}
    assert chain.steps[1].inputs == {"text": "{{ x }}", "loud": "{{ x_2_loud }}", "x": "{{ x_2_x }}"}
    assert chain.steps[2].inputs == {"text": "{{ x_2 }}", "loud": "{{ loud }}"}


def test_a_step_that_takes_no_text(folder: Path) -> None:
    opened = repository(folder, a=step(text="string"), b=step(words="array"))
    with pytest.raises(UsageError, match="b cannot be a step: its input `words`") as caught:
        new_chain(opened, "chain", ["a", "b"])
    assert caught.value.code == "PC045"
    assert not (folder / "prompts/chain").exists()


def test_a_step_without_a_model_of_its_own(folder: Path) -> None:
    opened = repository(folder, a=step(text="string"), b=step(text="string").replace("echo:echo", "{tier: balanced}"))
    with pytest.raises(UsageError, match="b cannot be a step: it names a tier, and a step needs a model") as caught:
        new_chain(opened, "chain", ["a", "b"])
    assert caught.value.code == "PC045"
    assert not (folder / "prompts/chain").exists()


def test_a_chain_of_nobody(folder: Path) -> None:
    with pytest.raises(UsageError, match="there is no prompt `sumarize`") as caught:
        new_chain(repository(folder, summarize=step(text="string")), "chain", ["sumarize"])
    assert caught.value.hint == "did you mean `summarize`?"
