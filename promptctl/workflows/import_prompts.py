"""``import``: brings prompts of other tools in, whole or with everything named that is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from promptctl.adapters.bounded import alive
from promptctl.adapters.import_files import read_source
from promptctl.adapters.new_files import write_new_files
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.core.files.made_trees import TextTree
from promptctl.core.importing.parts import slug
from promptctl.core.importing.registry import FORMATS, check_format, format_of
from promptctl.core.importing.source import Imported
from promptctl.core.importing.written import files
from promptctl.core.name import check_name
from promptctl.core.scorers.graded import judges
from promptctl.core.scorers.registry import split_kind
from promptctl.errors import DocumentError, Place, Problem, UsageError, first_problems
from promptctl.workflows.lint import lint
from promptctl.workflows.new import judge_text

SAME_NAME, NOT_VALID = "PC144", "PC145"
SETTINGS = "promptctl.toml"
ECHO = "echo:echo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """One prompt to be: where it comes from, its name, its files' texts by path, values for its required inputs."""

    source: str
    format: str
    name: str
    files: Mapping[str, str]
    inputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """``dropped`` names all that the files say and the prompts do not; ``written`` are paths, none when refused.

    ``ok``: nothing is dropped, or that was allowed.
    """

    prompts: tuple[Brought, ...]
    dropped: tuple[Problem, ...]
    written: tuple[str, ...]
    ok: bool


def import_prompts(
    repository: Repository,
    paths: Sequence[Path],
    *,
    name: str | None = None,
    under: str | None = None,
    form: str | None = None,
    lossy: bool = False,
    dry_run: bool = False,
) -> ImportResult:
    """Reads all files, then writes all prompts or none. Nothing in a file is run, nothing is fetched.

    Raises UsageError for files that cannot be read or told apart, names that cannot be or are taken.
    """
    prompts: list[Brought] = []
    dropped: list[Problem] = []
    for path in paths:
        alive()
        found, lost = read_prompts(path, form and check_format(form), name=name, under=under)
        prompts += found
        dropped += lost
    _require_different_names(prompts)
    for prompt in prompts:
        require_valid(prompt)
    ok = lossy or not dropped
    there = repository.work.tree.files()
    texts = {
        path: text.encode()
        for prompt in prompts
        for path, text in prompt.files.items()
        if not (path.startswith("prompts/judges/") and path in there)
    }
    written = write_new_files(repository.root, texts) if ok and texts and not dry_run else ()
    return ImportResult(prompts=tuple(prompts), dropped=first_problems(dropped), written=tuple(sorted(written)), ok=ok)


def read_prompts(
    path: Path, form: str | None = None, *, name: str | None = None, under: str | None = None
) -> tuple[list[Brought], tuple[Problem, ...]]:
    """The prompts of one file (of a folder: its ``system.md``), and what is left out of it. Raises as above."""
    shown = path.as_posix()
    if path.is_dir():
        path, shown = path / "system.md", f"{shown}/system.md"
    source = read_source(path, shown, form)
    chosen = form or format_of(source)
    found = FORMATS[chosen].read(source)
    first = name or (f"{under.rstrip('/')}/" if under else "") + _own_name(path.absolute())
    prompts = []
    for number, each in enumerate(found.prompts, 1):
        called = first if len(found.prompts) == 1 else f"{first}-{slug(each.label) or number}"
        prompts.append(_brought(shown, chosen, check_name(called), each))
    return prompts, found.dropped


def _own_name(path: Path) -> str:
    """The file's name without what every file of its kind has; the folder's where nothing else is left."""
    stem = path.name.partition(".")[0]
    return slug(path.parent.name if stem in ("promptfooconfig", "system", "prompt", "") else stem)


def _brought(shown: str, form: str, name: str, found: Imported) -> Brought:
    texts = {f"prompts/{name}/{file}": text for file, text in files(found).items()} | _judges(found)
    required = {key for key, schema in found.value.get("inputs", {}).items() if "default" not in schema}
    given = found.tests[0].values if found.tests else {}
    inputs = {key: given.get(key, _example(found.value["inputs"][key])) for key in sorted(required)}
    return Brought(source=shown, format=form, name=name, files=texts, inputs=inputs)


def _judges(found: Imported) -> dict[str, str]:
    """The judges that its tests ask, which ask the prompt's own model unless that is changed."""
    asked = [pair for test in found.tests for item in test.expect for pair in item.items()]
    names = judges((split_kind(key)[0], argument) for key, argument in asked)
    model = found.value.get("model", ECHO)
    return {f"prompts/{name}/prompt.yaml": judge_text(name.removeprefix("judges/"), model) for name in names}


def _example(schema: Mapping[str, Any]) -> Any:
    return next(iter(schema.get("examples", ())), "…" if schema.get("type", "string") == "string" else None)


def _require_different_names(prompts: Sequence[Brought]) -> None:
    seen: dict[str, Brought] = {}
    for prompt in prompts:
        if other := seen.get(prompt.name):
            message = f"{other.source} and {prompt.source} would both be the prompt {prompt.name}"
            raise UsageError(SAME_NAME, message, place=Place(prompt.source), hint="import one of them with --name")
        seen[prompt.name] = prompt


def require_valid(prompt: Brought) -> None:
    """Raises DocumentError when what would be written is no prompt, or no suite for it."""
    # Who embeds texts is for the repository to say, and for its first run to ask.
    project = Project(TextTree({SETTINGS: f'[evals]\nembeddings = "{ECHO}"\n', **prompt.files}))
    faults = [found for found in lint(project, [prompt.name]).findings if found.level == "error"]
    if faults:
        hint = "change it in the file, and import it again"
        raise DocumentError(
            tuple(
                Problem(
                    NOT_VALID, f"{prompt.source} makes no valid prompt: {fault.message}", Place(prompt.source), hint
                )
                for fault in faults
            )
        )
