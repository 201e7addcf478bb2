"""``lint``: everything that is wrong with prompts, found at once, without rendering any of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from promptctl.adapters.bounded import alive
from promptctl.adapters.known import NOTHING_KNOWN
from promptctl.adapters.project import Project
from promptctl.adapters.repository import read_lock
from promptctl.core.files.document import Document
from promptctl.core.files.tree import shown
from promptctl.core.lint.finding import LEVELS, Finding, Level, tidy
from promptctl.core.lint.noted import Noted, note, noted
from promptctl.core.lint.selection import UNKNOWN_RULE, Selection, code_fault
from promptctl.core.models.request import compact_json
from promptctl.core.moves.pointer import EXPERIMENTS
from promptctl.errors import UsageError

if TYPE_CHECKING:
    from promptctl.core.lint.ignore import Ignore
    from promptctl.core.models.capability import Capability
    from promptctl.core.prompts.closure import Closure
    from promptctl.core.prompts.prompt import Prompt
    from promptctl.core.settings import Settings

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class LintResult:
    """``prompts`` are the names looked at, ``findings`` sorted by file and place.

    ``unused`` are ignores with those of their codes that have nothing to ignore.
    """

    prompts: tuple[str, ...]
    findings: tuple[Finding, ...]
    unused: tuple[tuple[Ignore, tuple[str, ...]], ...] = ()

    @property
    def ok(self) -> bool:
        """False with any error or warning."""
        return not any(finding.fails for finding in self.findings)

    @property
    def counts(self) -> Mapping[Level, int]:
        """How many findings each level has."""
        counted = Counter(finding.level for finding in self.findings)
        return {level: counted[level] for level in LEVELS}


def lint(project: Project, names: Sequence[str] = (), selection: Selection | None = None) -> LintResult:
    """Lints the named prompts with their partials and suites; without names all of them and the repository as a whole.

    ``selection`` counts instead of ``[lint] ignore``. Raises UsageError only for names that no prompt has and codes
    that no rule has: a malformed file is a finding here.
    """
    for code in (*selection.select, *selection.ignore) if selection else ():
        if fault := code_fault(code):
            raise UsageError(UNKNOWN_RULE, fault[0], hint=fault[1])
    chosen = tuple(sorted({project.find(name) for name in names})) or tuple(project.names)
    run = _Run(project)
    run.prompts(chosen)
    if not names:
        run.repository()
    active = selection or Selection(ignore=run.ignored())
    ignores = run.ignores()
    if not ignores:
        return LintResult(prompts=chosen, findings=tidy(active.kept(run.findings)))
    from promptctl.core.lint.ignores import silence, unused_findings

    silenced = silence(run.findings, ignores, active)
    # A run over some prompts does not see all that an ignore may be for.
    unused = () if names else tuple(entry for entry in silenced.unused if entry[0].place.file in run.whole())
    findings = active.kept([*silenced.kept, *unused_findings(unused)])
    return LintResult(prompts=chosen, findings=tidy(findings), unused=unused)


class _Run:
    """Collects findings; what cannot be read is one, and the rest goes on."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.findings: list[Finding] = []
        self.parsed: list[Prompt] = []
        self.closures: list[Closure] = []
        self.partial_documents: dict[str, Document] = {}
        self.in_partials: dict[str, Sequence[Finding]] = {}
        self.known: list[str] = []
        self.silencing: list[Ignore] = []
        # Places in a commit name it, so that nothing there can be said of other trees.
        known = NOTHING_KNOWN if project.tree.label else project.known
        self.notes, self.sound = known.by_name("lint"), known.by_name("suites")

    def prompts(self, names: Sequence[str]) -> None:
        settings = self.read("promptctl.toml", lambda: self.project.settings)
        conditions = _conditions(settings)
        for name in names:
            known = noted(self.notes.digest(name), conditions)
            if known is None:
                self.judged(name, settings)
            else:
                self.known.append(name)
                self.findings += known.findings
                self.silencing += known.ignores
        if self.closures:
            from promptctl.core.lint.variables import partial_variable_findings

            self.findings += partial_variable_findings(self.closures)
        self.suites()

    def judged(self, name: str, settings: Settings | None) -> None:
        """Looks at a prompt about which nothing is known, and notes what follows from its files under conditions."""
        from promptctl.core.lint.run import closure_findings, prompt_findings

        file = f"prompts/{name}/prompt.yaml"
        prompt = self.read(file, partial(self.project.prompt, name))
        if prompt is None:
            return
        self.parsed.append(prompt)
        found = list(prompt_findings(prompt, settings.required if settings else ()))
        closure = self.read(file, partial(self.project.closure, name))
        if closure:
            self.closures.append(closure)
            found += closure_findings(closure, self.capability(prompt, settings))
            for document in closure.partials.values():
                found += self.in_partial(document)
            if _stands_alone(closure, found):
                ignores = [*_in_prompt(prompt), *(it for text in closure.partials.values() for it in _in_partial(text))]
                said = Noted(findings=found, ignores=ignores)
                self.notes.keep(name, note(said, _conditions(settings)), self.project.files_of(name))
        self.findings += found

    def capability(self, prompt: Prompt, settings: Settings | None) -> Capability:
        """What is known of a prompt's model; nothing where it names none, or a tier."""
        from promptctl.adapters.models import known_model
        from promptctl.core.models.capability import ANYTHING
        from promptctl.core.models.provider import BUILT_IN, model_id_of
        from promptctl.core.models.provider_table import said_of_models

        if not isinstance(prompt.model, str) or settings is None:
            return ANYTHING
        model_id = model_id_of(prompt.model, {**BUILT_IN, **settings.providers})
        return known_model(model_id, said_of_models(settings.models))

    def in_partial(self, document: Document) -> Sequence[Finding]:
        """What a partial holds; it is looked at once, however many include it."""
        from promptctl.core.lint.run import partial_findings

        if document.file not in self.in_partials:
            self.partial_documents[document.file] = document
            self.in_partials[document.file] = tuple(partial_findings(document))
        return self.in_partials[document.file]

    def suites(self) -> None:
        from promptctl.core.lint.registry import suite_findings

        files = self.project.tree.files()
        read = {prompt.name: prompt.document.file for prompt in self.parsed}
        read |= {name: shown(self.project.tree, f"prompts/{name}/prompt.yaml") for name in self.known}
        with_suite = {name for name in read if f"prompts/{name}/eval.yaml" in files}
        self.findings += suite_findings(read, with_suite)
        for name in sorted(with_suite):
            if self.sound.digest(name) is None:
                alive()
                self.read(f"prompts/{name}/eval.yaml", partial(self.suite, name))

    def suite(self, name: str) -> None:
        """Reads a suite, and notes the files in which no fault was found."""
        from promptctl.adapters.suites import load_suite

        suite = load_suite(self.project, name)
        # Whether a judge is the pinned one, the lock says too.
        if suite and not suite.judges and not suite.embeddings:
            self.sound.keep(name, suite.digest, suite.files)

    def repository(self) -> None:
        from promptctl.core.lint.finding import problem_finding
        from promptctl.core.lint.registry import (
            colliding_path_findings,
            former_name_findings,
            unused_partial_findings,
            used_partials,
        )

        self.findings += [problem_finding(problem, "prompts") for problem in self.project.misplaced()]
        self.read("prompts/prompts.lock", lambda: read_lock(self.project))
        self.experiments()
        self.findings += colliding_path_findings(self.project.tree.files())
        self.findings += former_name_findings(self.parsed, self.project.names)
        partials = self.partials()
        for document in partials.values():
            self.findings += self.in_partial(document)
        if len(self.closures) + len(self.known) == len(self.project.names):
            used = {path for closure in self.closures for path in used_partials(closure)}
            used |= {path.removeprefix("prompts/") for name in self.known for path in self.notes.files(name)}
            self.findings += unused_partial_findings(used, {path: document.file for path, document in partials.items()})

    def experiments(self) -> None:
        if self.project.tree.below(EXPERIMENTS):
            from promptctl.workflows.lint_experiments import experiment_findings

            self.findings += self.read(EXPERIMENTS, lambda: list(experiment_findings(self.project))) or ()

    def partials(self) -> dict[str, Document]:
        """Every readable partial of the repository by its path below ``prompts/``."""
        found: dict[str, Document] = {}
        for file in self.project.tree.files():
            path = file.removeprefix("prompts/")
            if path != file and path.endswith(".j2"):
                alive()
                document = self.read(shown(self.project.tree, file), partial(self.project.partial, path))
                if document:
                    found[path] = document
        return found

    def ignored(self) -> tuple[str, ...]:
        """The rules that ``[lint] ignore`` leaves out; codes that no rule has are findings."""
        from promptctl.core.lint.finding import problem_finding

        settings = self.read("promptctl.toml", lambda: self.project.settings)
        for code in settings.ignored if settings else ():
            if settings and (fault := code_fault(code)):
                problem = settings.document.problem(UNKNOWN_RULE, fault[0], ("lint", "ignore"), fault[1])
                self.findings.append(problem_finding(problem, "promptctl.toml"))
        return tuple(code for code in settings.ignored if not code_fault(code)) if settings else ()

    def ignores(self) -> tuple[Ignore, ...]:
        """The comments that silence rules, in every file that was read or is known."""
        found = [*self.silencing, *(it for prompt in self.parsed for it in _in_prompt(prompt))]
        found += [it for document in self.partial_documents.values() for it in _in_partial(document)]
        return tuple(dict.fromkeys(found))

    def whole(self) -> frozenset[str]:
        """The files of which all that can be said was said: an ignore there that silenced nothing is unused."""
        found = {closure.prompt.document.file for closure in self.closures}
        found |= {shown(self.project.tree, f"prompts/{name}/prompt.yaml") for name in self.known}
        return frozenset(found | self.partial_documents.keys() if len(found) == len(self.project.names) else found)

    def read(self, file: str, action: Callable[[], Value]) -> Value | None:
        """What the action gives; None when it raises, with each of its problems as a finding."""
        from promptctl.core.lint.finding import problem_finding

        try:
            return action()
        except UsageError as error:
            self.findings += [problem_finding(problem, file) for problem in error.problems]
            return None


def _conditions(settings: Settings | None) -> Sequence[str]:
    """What besides its files decides what is found in a prompt: required fields, and what is said of models. Settings
    that cannot be read say neither, which is something else than settings that say nothing."""
    if settings is None:
        return ("no settings",)
    models = [f"models {compact_json(settings.models)}"] if settings.models else []
    return *settings.required, *models, *(f"provider {name}" for name in settings.providers)


def _stands_alone(closure: Closure, findings: Sequence[Finding]) -> bool:
    """Whether findings follow from the prompt's own files, whatever else is looked at, and may be kept.

    A former name may be another prompt's; a partial's unknown name is one finding for all that include it; and nobody
    wants to keep a secret.
    """
    from promptctl.core.lint.variables import partial_variable_findings

    return not (
        closure.prompt.formerly
        or any(finding.code == "L031" for finding in findings)
        or next(partial_variable_findings([closure]), None)
    )


def _in_prompt(prompt: Prompt) -> Iterator[Ignore]:
    from promptctl.core.lint.ignores import MARK, prompt_ignores

    if MARK in prompt.document.text:
        from promptctl.adapters.yaml_tokens import yaml_tokens

        yield from prompt_ignores(prompt, yaml_tokens(prompt.document.text))


def _in_partial(document: Document) -> Iterator[Ignore]:
    from promptctl.core.lint.ignores import MARK, partial_ignores

    if MARK in document.text:
        yield from partial_ignores(document)
