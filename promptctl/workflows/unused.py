"""``list --unused``: prompts and releases that nothing leads to any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from promptctl.adapters.judges import written_judges
from promptctl.adapters.known_lock import retired
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import State, read_state
from promptctl.core.releases.version import Version
from promptctl.workflows.deps import deps


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """``served``: some environment serves the prompt; then ``versions`` are its releases that nothing leads to."""

    name: str
    served: bool
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedResult:
    """What is unused, by name; ``state`` says which state was read."""

    prompts: tuple[Unused, ...]
    state: str


def unused(repository: Repository, called: Collection[tuple[str, str]] = ()) -> UnusedResult:
    """Released prompts that no environment serves and no chain or suite here names; of those served, releases that no
    environment serves, keeps as the one before or splits with. The newest release may be on its way, and retired ones
    are done with. Prompt and version of ``called`` are used.

    Raises DocumentError for files that cannot be read, StateError when the state branch was not fetched.
    """
    state = read_state(repository)
    live, named, withdrawn = _live(state), _named(repository), retired(repository.policy)
    found = []
    for name, entry in sorted(read_lock(repository.policy).prompts.items()):
        used = live.get(name, set()) | {version for prompt, version in called if prompt == name}
        if not used and name not in named:
            found.append(Unused(name=name, served=False, versions=tuple(entry.releases)))
        elif used:
            kept = {*used, *withdrawn.get(name, ()), str(entry.version)}
            idle = tuple(version for version in entry.releases if str(version) not in kept)
            found += [Unused(name=name, served=True, versions=idle)] if idle else []
    return UnusedResult(prompts=tuple(found), state=state.label)


def _live(state: State) -> dict[str, set[str]]:
    """Each prompt's versions that environments serve or could go back to."""
    found: dict[str, set[str]] = {}
    for environment, names in state.environments.items():
        for name in names:
            if pointer := state.live(environment, name):
                before = (pointer.previous,) if pointer.previous else ()
                found.setdefault(name, set()).update(str(it.version) for it in (*pointer.live, *before))
    return found


def _named(repository: Repository) -> set[str]:
    """Prompts that chains or suites here name."""
    project = repository.work
    inner = (it.name for tree in deps(project).trees for it in tree.inner)
    suites = filter(None, (project.document(f"prompts/{name}/eval.yaml") for name in project.names))
    judges: Iterable[str] = (judge for suite in suites for judge in written_judges(suite))
    return {*inner, *judges}
