"""``new``: writes a prompt and its suite, a chain and its suite, or a suite for a prompt that has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from promptctl.adapters.files import parse_yaml
from promptctl.adapters.new_files import write_new_files
from promptctl.adapters.repository import Repository
from promptctl.adapters.writing import EXISTS
from promptctl.core.files.yaml_text import flow
from promptctl.core.name import check_name
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import Prompt, parse_prompt
from promptctl.core.prompts.render import Rendering
from promptctl.core.prompts.scaffold import NO_CASE, chain_text, prompt_text, sample_inputs, suite_text, suite_text_for
from promptctl.core.scorers.graded import OWN_JUDGES
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError

NO_SUCH_JUDGE = "PC163"
JUDGES = ("rubric", *OWN_JUDGES)
"""The judges that can be copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """``written`` are paths below the repository's top; ``inputs`` are those of the suite's first case."""

    name: str
    written: tuple[str, ...]
    inputs: Mapping[str, Any]


def new_prompt(repository: Repository, name: str, *, model: str | None = None, owner: str | None = None) -> Created:
    """Writes ``prompt.yaml`` and ``eval.yaml`` of a new prompt, both or none.

    Raises UsageError for a name that cannot be, a model that cannot be written, and files that are there.
    """
    check_name(name)
    text = prompt_text(repository.work.settings.model if model is None else model, owner or _required_owner(repository))
    prompt = _parsed(name, text)
    return _write(repository, prompt, {"eval.yaml": suite_text(), "prompt.yaml": text})


def new_chain(repository: Repository, name: str, steps: Sequence[str], *, owner: str | None = None) -> Created:
    """Writes a chain of existing prompts and its suite, both or none. Raises UsageError as ``new_prompt`` does."""
    check_name(name)
    closures = [repository.work.closure(repository.work.find(step)) for step in steps]
    text = chain_text([closure.prompt for closure in closures], owner or _required_owner(repository))
    prompt = _parsed(name, text)
    return _write(repository, prompt, {"eval.yaml": suite_text_for(prompt), "prompt.yaml": text})


def new_suite(repository: Repository, name: str) -> Created:
    """Writes ``eval.yaml`` beside an existing prompt, its cases made up to fit the inputs.

    Raises UsageError when there is one, and when no inputs can be made up that the prompt renders with.
    """
    closure = repository.work.closure(repository.work.find(name))
    text = suite_text_for(closure.prompt)
    _check_renders(closure)
    return _write(repository, closure.prompt, {"eval.yaml": text})


def new_judge(repository: Repository, kind: str, *, model: str | None = None) -> Created:
    """Writes our judge of a kind as ``prompts/judges/<kind>``. Raises UsageError when there is no such kind."""
    if kind not in JUDGES:
        hint = suggest(kind, JUDGES) or f"judges: {', '.join(JUDGES)}"
        raise UsageError(NO_SUCH_JUDGE, f"there is no judge called `{kind}`", hint=hint)
    prompt = _parsed(f"judges/{kind}", judge_text(kind, repository.work.settings.model if model is None else model))
    return _write(repository, prompt, {"prompt.yaml": prompt.document.text})


def judge_text(kind: str, model: str) -> str:
    """Our judge of a kind as a prompt.yaml that asks a model."""
    text = (resources.files("promptctl") / "judges" / f"{kind}.yaml").read_text(encoding="utf-8")
    return text.replace("model: echo:echo", f"model: {flow(model)}", 1)


def _parsed(name: str, text: str) -> Prompt:
    return parse_prompt(name, parse_yaml(text.encode("utf-8", "surrogateescape"), f"prompts/{name}/prompt.yaml"))


def _required_owner(repository: Repository) -> str | None:
    """The user's name in Git where every prompt must say who owns it."""
    if "owner" not in repository.work.settings.required:
        return None
    return repository.git.config.get("user.name")


def _check_renders(closure: Closure) -> None:
    if closure.prompt.steps:
        return
    try:
        for index in (0, 1):
            Rendering(closure).messages(sample_inputs(closure.prompt, index))
    except UsageError as error:
        message = f"{closure.prompt.name} does not render with made-up inputs: {error}"
        hint = "add `examples: [...]` to its inputs, or write eval.yaml yourself"
        raise UsageError(NO_CASE, message, place=error.problem.place, hint=hint) from None


def _write(repository: Repository, prompt: Prompt, texts: Mapping[str, str]) -> Created:
    files = {f"prompts/{prompt.name}/{file}": text.encode() for file, text in texts.items()}
    try:
        written = write_new_files(repository.root, files)
    except UsageError as error:
        hint = error.hint or _existing_hint(repository, prompt.name)
        raise UsageError(EXISTS, str(error), place=error.problem.place, hint=hint) from None
    return Created(name=prompt.name, written=tuple(sorted(written, reverse=True)), inputs=sample_inputs(prompt, 0))


def _existing_hint(repository: Repository, name: str) -> str | None:
    if name not in repository.work.names:
        return None
    has_suite = f"prompts/{name}/eval.yaml" in repository.work.tree.files()
    return f"promptctl show {name}" if has_suite else f"promptctl new --suite {name}"
