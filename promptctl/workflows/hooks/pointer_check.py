"""Refuses commits that turn a pointer back or change pointers and moves otherwise than promptctl does."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from promptctl.adapters.files import decode
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.core.files.tree import Tree
from promptctl.core.lint.finding import Finding, tidy
from promptctl.core.moves.pointer import FOLDER, moves_path, pointer_path
from promptctl.core.moves.pointer_change import PointerFiles, pointer_change_fault
from promptctl.core.name import name_fault
from promptctl.errors import Place, UsageError
from promptctl.workflows.hooks.staged import HookResult, Staged

POINTER_CHANGED = "PC130"
_ENDINGS = (".moves.jsonl", ".yaml")


def judge(found: Staged) -> HookResult:
    """One finding a pointer that no command would have left so. A merge is compared with each of its parents."""
    paths = set(found.paths)
    merging = (found.repository.git.directory / "MERGE_HEAD").exists()
    if merging:
        paths |= {change.path for change in found.tree.changes("MERGE_HEAD") or ()}
    pointers = {place for path in paths if (place := _pointer(path))}
    if not pointers:
        return HookResult()
    findings = pointer_findings(found.repository, (found.base, *(["MERGE_HEAD"] if merging else [])), paths)
    return HookResult(findings=findings, judged=f"{len(pointers)} pointer{'' if len(pointers) == 1 else 's'}")


def pointer_findings(repository: Repository, parents: Sequence[str], paths: Iterable[str]) -> tuple[Finding, ...]:
    """One finding for each pointer among the paths that no command would have left so after these commits."""
    pointers = sorted({place for path in paths if (place := _pointer(path))})
    return tidy(finding for place in pointers for finding in _faults(repository, parents, *place))


def _pointer(path: str) -> tuple[str, str] | None:
    """Environment and prompt of a pointer or of its moves."""
    ending = next((ending for ending in _ENDINGS if path.endswith(ending)), None)
    if not path.startswith(f"{FOLDER}/") or not ending:
        return None
    environment, _, name = path.removeprefix(f"{FOLDER}/").removesuffix(ending).partition("/")
    return (environment, name) if name and name_fault(name) is None else None


def _faults(repository: Repository, parents: Sequence[str], environment: str, name: str) -> Iterator[Finding]:
    paths = (pointer_path(environment, name), moves_path(environment, name))
    try:
        after = _files(repository.work, *paths)
        sides = [_files_at(repository, parent, *paths) for parent in parents]
    except UsageError as error:
        where = f" ({error.problem.place})" if error.problem.place else ""
        yield _finding(f"{name} in {environment} cannot be read: {error}{where}", paths, parents[0])
        return
    for before in sides:
        fault = pointer_change_fault(environment, name, before, after)
        if fault:
            yield _finding(f"{name} in {environment}: {fault}", paths, parents[0])
            return


def _finding(message: str, paths: tuple[str, str], before: str) -> Finding:
    undo = f"git restore --staged --worktree --source={before} -- " + shlex.join(paths)
    return Finding(code=POINTER_CHANGED, level="error", message=message, place=Place(paths[0]), hint=undo)


def _files(project: Project, pointer: str, moves: str) -> PointerFiles:
    return PointerFiles(pointer=project.document(pointer), moves=_text(project.tree, moves))


def _text(tree: Tree, path: str) -> str | None:
    return decode(tree.read(path), path) if path in tree.files() else None


def _files_at(repository: Repository, commit: str, pointer: str, moves: str) -> PointerFiles:
    """The files of a parent. One that cannot be read there counts as missing: the commit may repair it."""
    from promptctl.adapters.files import parse_yaml

    found_pointer, found_moves = (repository.objects.read(f"{commit}:{path}") for path in (pointer, moves))
    try:
        document = parse_yaml(found_pointer[1], pointer) if found_pointer else None
        text = decode(found_moves[1], moves) if found_moves else None
    except UsageError:
        return PointerFiles()
    return PointerFiles(pointer=document, moves=text)
