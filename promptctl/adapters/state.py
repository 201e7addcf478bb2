"""The state branch as last fetched: pointers, moves and freezes of every environment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from promptctl.adapters.experiments import experiment_names, read_experiment
from promptctl.adapters.files import decode
from promptctl.adapters.project import Project
from promptctl.adapters.repository import Repository
from promptctl.core.files import schema
from promptctl.core.files.document import Document
from promptctl.core.files.made_trees import TextTree
from promptctl.core.files.tree import shown
from promptctl.core.moves.moves import Moves, last_move, parse_moves
from promptctl.core.moves.pointer import FOLDER, Pointer, Served, freeze_path, moves_path, parse_pointer, pointer_path
from promptctl.core.moves.pointer_drift import disagreement
from promptctl.core.releases.version import version
from promptctl.errors import Place, StateError, UsageError

if TYPE_CHECKING:
    from promptctl.core.experiments.experiment import Experiment
    from promptctl.core.moves.approval import Approval

CONTRADICTED = "PC129"
UNSENT = "refs/promptctl/unsent/"


class State:
    """Pointers as one commit of the state branch has them; ``commit`` is None before the first move."""

    def __init__(self, branch: str, commit: str | None, project: Project) -> None:
        self.branch, self.commit, self._project = branch, commit, project

    @property
    def label(self) -> str:
        """Which commit was read, for messages."""
        return f"{self.branch} at {self.commit[:7]}" if self.commit else f"{self.branch} (no commit yet)"

    @cached_property
    def environments(self) -> Mapping[str, tuple[str, ...]]:
        """The prompts each environment serves, sorted."""
        found: dict[str, list[str]] = {}
        for path in self._paths:
            if path.endswith(".yaml"):
                environment, _, name = path.removeprefix(f"{FOLDER}/").removesuffix(".yaml").partition("/")
                if name and not name.startswith("_"):
                    found.setdefault(environment, []).append(name)
        return {environment: tuple(sorted(names)) for environment, names in sorted(found.items())}

    @cached_property
    def moved(self) -> tuple[tuple[str, str], ...]:
        """Environment and prompt of every moves file, sorted."""
        begin, ending = len(f"{FOLDER}/"), ".moves.jsonl"
        parts = (path[begin : -len(ending)].partition("/") for path in self._paths if path.endswith(ending))
        return tuple(sorted((environment, name) for environment, _, name in parts if name))

    def moved_in(self, environment: str) -> set[str]:
        """The prompts that ever had a move in an environment."""
        prefix, ending = f"{FOLDER}/{environment}/", ".moves.jsonl"
        found = (path for path in self._paths if path.endswith(ending) and path.startswith(prefix))
        return {path[len(prefix) : -len(ending)] for path in found}

    @cached_property
    def _paths(self) -> Collection[str]:
        return self._project.tree.below(FOLDER)

    @cached_property
    def experiments(self) -> tuple[str, ...]:
        """The names of all experiments, sorted."""
        return experiment_names(self._project)

    def experiment(self, name: str) -> Experiment | None:
        """An experiment, or None. Raises DocumentError when its file is malformed."""
        return read_experiment(self._project, name)

    def pointer(self, environment: str, prompt: str) -> Pointer | None:
        """What an environment serves for a prompt, or None. Raises DocumentError when the file is malformed."""
        path = pointer_path(environment, prompt)
        return self._project.parsed("pointer", path, lambda document: parse_pointer(document, prompt))

    def readable_pointer(self, environment: str, prompt: str) -> Pointer | None:
        """The pointer, or None where there is none that can be read: a rollback writes it anew."""
        try:
            return self.pointer(environment, prompt)
        except UsageError:
            return None

    def live(self, environment: str, prompt: str) -> Pointer | None:
        """The pointer, borne out by the last of its moves; None when nothing is served.

        Raises DocumentError when one of the files is malformed, StateError when they contradict each other.
        """
        pointer = self.pointer(environment, prompt)
        if fault := self.fault(environment, prompt, pointer):
            message = f"what {environment} serves for {prompt} cannot be trusted: {fault}"
            place = Place(shown(self._project.tree, pointer_path(environment, prompt)))
            raise StateError(CONTRADICTED, message, place=place, hint="promptctl drift")
        return pointer

    def fault(self, environment: str, prompt: str, pointer: Pointer | None) -> str | None:
        """How a pointer contradicts its last move, or None. Raises DocumentError when that move is malformed."""
        serial, served, split, _ = self._noted(environment, prompt)
        return disagreement(pointer, Served(version(served[0]), served[1]) if served else None, serial, split)

    def rolled_back(self, environment: str, prompt: str) -> str | None:
        """What the last move went back from: a version, or the id of a split; None where it was no rollback."""
        found: str | None = self._noted(environment, prompt)[3]
        return found

    def _noted(self, environment: str, prompt: str) -> tuple[Any, ...]:
        path = moves_path(environment, prompt)
        return tuple(self._project.known.noted("last", path, lambda: self._last(path)) or (0, None, None, None))

    def _last(self, path: str) -> list[Any] | None:
        """Serial of the last move in a file, the version and digest it left there, the split, and what it went back
        from; None when there is none."""
        last = last_move(*self._text(path)) if path in self._project.tree.files() else None
        served = last.served if last else None
        if last is None:
            return None
        back = (last.split["id"] if last.split else last.source) if last.kind == "rollback" else None
        return [last.serial, [str(served.version), served.digest] if served else None, Moves((last,)).split, back]

    def _text(self, path: str) -> tuple[str, str]:
        """A file's text, and how messages call it."""
        place = shown(self._project.tree, path)
        return decode(self._project.tree.read(path), place), place

    def moves(self, environment: str, prompt: str) -> Moves:
        """Every move of a pointer; none when there is no file. Raises DocumentError when the chain is broken."""
        path = moves_path(environment, prompt)
        if path not in self._project.tree.files():
            return Moves()
        text, place = self._text(path)
        return self._project.known.judged("moves", path, lambda sound: parse_moves(text, place, sound=bool(sound)))

    def moved_environments(self, prompt: str) -> list[str]:
        """The environments that ever had a move of a prompt."""
        return [environment for environment, name in self.moved if name == prompt]

    def approvals(self, folder: str) -> Iterator[tuple[str, Approval | UsageError]]:
        """Every approval in a folder with its path; the error in place of one that cannot be read."""
        from promptctl.core.moves.approval import parse_approval

        for path in sorted(self._project.tree.below(folder)):
            try:
                approval = self._project.parsed("approval", path, parse_approval)
            except UsageError as error:
                yield path, error
            else:
                assert approval
                yield path, approval

    def frozen(self, environment: str) -> bool:
        """Whether promotions to an environment are stopped, for whatever reason."""
        return freeze_path(environment) in self._project.tree.files()

    def freeze_reason(self, environment: str) -> str | None:
        """Why promotions to an environment are stopped, or None. Raises DocumentError when the file is malformed."""
        return self._project.parsed("freeze", freeze_path(environment), _reason)


def _reason(document: Document) -> str:
    schema.check(document, "freeze")
    return "{reason} ({by}, {at})".format_map(document.value)


def read_state(repository: Repository) -> State:
    """The state as last fetched. Raises StateError with the fetch line when the state branch was not fetched."""
    branch = repository.state_branch
    return state_at(repository, branch, repository.commit_last_seen(branch))


def state_at(repository: Repository, branch: str, commit: str | None) -> State:
    """The state as one commit has it."""
    return State(branch, commit, repository.at(commit) if commit else Project(TextTree({})))


def unsent_commit(repository: Repository) -> str | None:
    """The commit of moves recorded here but not on the remote, or None."""
    from promptctl.adapters.git.refs import commit_of

    return commit_of(repository.git, UNSENT + repository.state_branch)
