"""What a change may not hold, whatever its prompts are worth: submodules, pointers, settings that cannot be read, and
suites that ask less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from promptctl.adapters.git.objects import CommitTree
from promptctl.adapters.git.refs import commit_of, merge_bases
from promptctl.adapters.project import MISPLACED, Project
from promptctl.adapters.repository import Repository
from promptctl.adapters.work_tree import SETTINGS
from promptctl.core.lint.finding import Finding, problem_finding, tidy
from promptctl.core.moves.pointer import EXPERIMENTS, FOLDER
from promptctl.errors import Place, UsageError
from promptctl.workflows.ci_unjudged import Unjudged
from promptctl.workflows.hooks.pointer_check import pointer_findings
from promptctl.workflows.untrusted_suite import OwnSuite

WRITTEN, SUBMODULE, LESS = "PC303", "PC304", "PC305"
_ANSWERS = re.compile(r"prompts/(.+)/(?:replies/[0-9a-f]{12}\.jsonl|evidence/[0-9a-f]{12}-[0-9a-f]{12}\.json)")


def refused_findings(repository: Repository, base: str | None, *, untrusted: bool) -> tuple[Finding, ...]:
    """Errors about submodules below ``prompts/``, and about what only commands write there, in the commit checked out.

    A stranger changes none of that; a member's pointers and moves must be as a command would have left them.
    """
    head = commit_of(repository.git, "HEAD")
    if head is None:
        return ()
    tree = CommitTree(repository.git, repository.objects, head)
    findings = [*map(_submodule_finding, tree.submodules()), *_settings_findings(repository.work, tree, untrusted)]
    if base:
        left = _where_left(repository, base, head)
        paths = _written(repository, left, head, FOLDER, EXPERIMENTS)
        findings += map(_stranger_finding, paths) if untrusted else pointer_findings(repository, (left,), paths)
    return tidy(findings)


def less_findings(before: Project, after: Project, own: Mapping[str, OwnSuite]) -> tuple[Finding, ...]:
    """The error of each suite of a stranger's that asks less than the base's: the next change would be judged by it.

    A prompt that is taken away takes its cases with it, and could come back as a new one.
    """
    gone = sorted(_with_suite(before) - _with_suite(after) - after.former.keys())
    less = dict.fromkeys(gone, ("the suite is taken away",)) | {name: it.less for name, it in own.items() if it.less}
    return tuple(_less_finding(name, sentences) for name, sentences in less.items())


def not_run(own: Mapping[str, OwnSuite]) -> Iterator[Unjudged]:
    """What a stranger wrote that would judge answers from then on."""
    for name, it in own.items():
        if it.unrun:
            why = f"{', '.join(it.unrun)} would judge from now on, and nothing of a stranger's is run"
            yield Unjudged(kind="suite", prompt=name, why=why, decides=True)


def brought_answers(repository: Repository, base: str) -> Iterator[Unjudged]:
    """Recorded answers that a stranger brings: they decide nothing now, and would be the base's for the next change."""
    head = commit_of(repository.git, "HEAD") or base
    paths = _written(repository, _where_left(repository, base, head), head, "prompts", how="d")
    for name in sorted({found[1] for path in paths if (found := _ANSWERS.fullmatch(path))}):
        why = "replies or evidence of a stranger would count as recorded from then on: leave them out of the change"
        yield Unjudged(kind="suite", prompt=name, why=why, decides=True)


def _with_suite(project: Project) -> set[str]:
    files = project.tree.files()
    return {name for name in project.names if f"prompts/{name}/eval.yaml" in files}


def _less_finding(prompt: str, less: Sequence[str]) -> Finding:
    more = f" (and {len(less) - 1} more)" if len(less) > 1 else ""
    return Finding(
        code=LESS,
        level="error",
        message=f"{prompt}: a stranger's suite asks for less: {less[0]}{more}",
        place=Place(f"prompts/{prompt}/eval.yaml"),
        hint="leave the base's cases and gate as they are; members change them",
    )


def _settings_findings(work: Project, tree: CommitTree, untrusted: bool) -> Iterator[Finding]:
    """Settings that nobody could read once they are merged; those of a member are read, and lint's, anyway."""
    if SETTINGS in tree.special():
        message = f"{SETTINGS} is not a regular file"
        hint = "put the file itself there"
        yield Finding(code=MISPLACED, level="error", message=message, place=Place(SETTINGS), hint=hint)
    elif untrusted:
        try:
            Project(work.tree).settings  # noqa: B018 - asking reads them
        except UsageError as error:
            yield from (problem_finding(problem, SETTINGS) for problem in error.problems)


def _where_left(repository: Repository, base: str, head: str) -> str:
    """Where a change left its base, so that what the base did since is not the change's doing.

    The base itself where that is not certain: a stranger can make histories cross, and hide beyond the end of a shallow
    one how they do.
    """
    found = () if repository.git.shallow else merge_bases(repository.git, base, head)
    return found[0] if len(found) == 1 else base


def _submodule_finding(path: str) -> Finding:
    """Its files are in no commit of this repository: nobody reviews them here."""
    message = f"{path} is a submodule, whose files are not part of the change"
    hint = "put the files themselves there"
    return Finding(code=SUBMODULE, level="error", message=message, place=Place(path), hint=hint)


def _written(repository: Repository, before: str, after: str, *folders: str, how: str = "") -> list[str]:
    """The paths in some folders that differ between two commits, as Git filters by ``how`` (``d``: not taken away)."""
    # Submodules are a finding of their own; what a change says of them, Git need not be able to read.
    options = ("-r", "-z", "--no-renames", "--name-only", "--ignore-submodules=all", f"--diff-filter={how}")
    listing = repository.git.run("diff-tree", *options, before, after, "--", *folders).stdout
    return [path for path in listing.decode("utf-8", "surrogateescape").split("\0") if path]


def _stranger_finding(path: str) -> Finding:
    message = f"{path} is written by commands of members, and a stranger's change has it otherwise than its base"
    hint = "take it out of the change; a member runs the command"
    return Finding(code=WRITTEN, level="error", message=message, place=Place(path), hint=hint)
