"""Lints the prompts that a commit touches: their own files, the partials they include, the steps of their chains."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from promptctl.adapters.project import Project
from promptctl.core.lint.finding import Finding, tidy
from promptctl.core.moves.pointer import EXPERIMENTS
from promptctl.errors import UsageError
from promptctl.workflows.hooks.staged import HookResult, Staged

SETTINGS = "promptctl.toml"


def judge(found: Staged) -> HookResult:
    """The findings of every prompt that the staged paths touch. Raises StateError while files are not merged."""
    if not found.paths:
        return HookResult()
    project, words = found.repository.work, _words(found)
    if words:
        # Git searches while what judges is loaded.
        found.tree.expect_mentioning(words)
    from promptctl.workflows.lint import lint

    names = tuple(project.names) if SETTINGS in found.paths else sorted(_touched(found, project, words))
    findings = list(lint(project, names).findings) if names else []
    findings += _misplaced(found, project)
    findings += _experiments(found, project)
    return HookResult(findings=tidy(findings), judged=f"{len(names)} prompt{'' if len(names) == 1 else 's'}")


def _misplaced(found: Staged, project: Project) -> Iterator[Finding]:
    """Staged paths that can be no prompt's, and those that some systems take for another."""
    from promptctl.core.lint.finding import problem_finding
    from promptctl.core.lint.registry import colliding_path_findings

    for problem in project.misplaced():
        if problem.place and problem.place.file in found.paths:
            yield problem_finding(problem, "prompts")
    if any(change.before is None for change in found.changes):
        yield from colliding_path_findings(project.tree.files())


def _experiments(found: Staged, project: Project) -> Iterator[Finding]:
    """What is wrong with staged plans of experiments."""
    ending = ".yaml"
    plans = [path for path in found.paths if path.startswith(f"{EXPERIMENTS}/") and path.endswith(ending)]
    if plans:
        from promptctl.workflows.lint_experiments import experiment_findings

        names = [path.removeprefix(f"{EXPERIMENTS}/").removesuffix(ending) for path in plans]
        yield from experiment_findings(project, names)


def _words(found: Staged) -> set[str]:
    """How prompts call what is staged: partials, and prompts that are steps of chains."""
    partials = {path.removeprefix("prompts/") for path in found.paths if path.endswith(".j2")}
    return partials | {name for path in found.paths if (name := _prompt_of(path))}


def _touched(found: Staged, project: Project, words: Collection[str]) -> set[str]:
    """The prompts whose files the paths are, and those that include or run what the paths belong to."""
    own = {name for path in found.paths if (name := owner(project, path))}
    return own | set(_users(found, project, words))


def owner(project: Project, path: str) -> str | None:
    """The prompt in whose folder a path is."""
    folder = path.removeprefix("prompts/").rpartition("/")[0]
    while folder:
        if folder in project.names:
            return folder
        folder = folder.rpartition("/")[0]
    return None


def _prompt_of(path: str) -> str | None:
    """The name of the prompt that a path is or was the file of."""
    ending = "/prompt.yaml"
    return path.removeprefix("prompts/").removesuffix(ending) if path.endswith(ending) else None


def _users(found: Staged, project: Project, words: Collection[str]) -> Iterator[str]:
    """The prompts that name a partial or, as a chain, a prompt; also through other partials."""
    seen: set[str] = set()
    waiting = set(words)
    while waiting:
        seen |= waiting
        mentioning = found.tree.mentioning(waiting)
        waiting = {path.removeprefix("prompts/") for path in mentioning if path.endswith(".j2")} - seen
        for name in {name for path in mentioning if (name := _prompt_of(path))} & set(project.names):
            if _uses(project, name, seen):
                yield name


def _uses(project: Project, name: str, words: Collection[str]) -> bool:
    """Whether a prompt that mentions some words includes or runs one of them."""
    try:
        prompt = project.prompt(name)
    except UsageError:
        return False
    texts = [text for _, text in prompt.templates()]
    steps = {step.prompt for step in prompt.steps}
    return bool(steps & set(words)) or any(word in text for text in texts for word in words if word.endswith(".j2"))
