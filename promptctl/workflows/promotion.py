"""What a promotion would do and what stands against it: shared by ``plan`` and ``promote``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from promptctl.adapters.git.tags import mirror_prefix
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import State
from promptctl.core.moves.pointer import Pointer, Served
from promptctl.core.name import check_name
from promptctl.core.prompts.contract import ContractChange, change_class
from promptctl.core.releases.reference import Reference, parse_reference
from promptctl.core.releases.tag import PREFIX
from promptctl.core.releases.version import Version
from promptctl.core.settings import Environment
from promptctl.core.splits.split import Split
from promptctl.errors import Problem, StateError, UsageError
from promptctl.workflows.release_tags import TAGS_MISSING, find_tag
from promptctl.workflows.releases import RELEASE_BROKEN, Release, read_release, witnesses
from promptctl.workflows.retirement import retired_versions
from promptctl.workflows.serials import require_newest

ORDER, FROZEN, RETIRED = "PC101", "PC103", "PC104"
_SINGLY = 10
"""Up to so many prompts have their tags read one by one; those of more are listed."""
NOT_ON_REMOTE, CI_ONLY, NOTHING_TO_PROMOTE = "PC105", "PC106", "PC107"
SPLIT = "PC216"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMove:
    """One prompt's move: the release, what is live, its contract change against that, and what refuses it."""

    release: Release
    environment: Environment
    live: Pointer | None
    live_release: Release | None
    change: ContractChange | None
    refusals: tuple[Problem, ...]

    @property
    def direction(self) -> str:
        """ "first", "upgrade", "DOWNGRADE" or "same"."""
        if self.live is None:
            return "first"
        live = self.live.served
        if (live.version, live.digest) == (self.release.version, self.release.digest):
            return "same"
        return "DOWNGRADE" if self.release.version < live.version else "upgrade"


def plan_moves(
    repository: Repository, state: State, environment: str, texts: Sequence[str], *, in_ci: bool
) -> tuple[PlannedMove, ...]:
    """The moves that ``promote`` would make. Raises UsageError for bad names, StateError for unreadable releases."""
    target = repository.settings.environment(environment)
    references = [parse_reference(text) for text in texts]
    names = [check_name(reference.name) for reference in references]
    if len(set(names)) != len(names):
        raise UsageError("PC001", "a prompt is named twice")
    if len(names) > _SINGLY:
        repository.tags.expect(names)
    places = [(where, name) for name in names for where in (target.name, target.after) if where]
    require_newest(repository, state, places)
    return tuple(_planned(repository, state, target, reference, in_ci=in_ci) for reference in references)


def promotable(repository: Repository, state: State, environment: str, *, new: bool = False) -> tuple[str, ...]:
    """Every prompt where the version that ``promote`` would choose is not the one the environment serves; the ``new``
    ones are above all that it ever served, so that nobody there decided against them.

    Raises StateError where the tags that would tell are not in this clone.
    """
    target = repository.settings.environment(environment)
    names = sorted(read_lock(repository.policy).prompts)
    repository.tags.expect(names)
    found = []
    for name in names:
        try:
            version = chosen_version(repository, state, target, Reference(name))
        except StateError as error:
            if error.code == TAGS_MISSING:
                raise
            continue
        live = state.live(environment, name)
        due = live is None or live.served.version != version
        if due and (not new or state.moves(environment, name).is_above(version)):
            found.append(f"{name}@{version}")
    return tuple(found)


def chosen_version(repository: Repository, state: State, environment: Environment, reference: Reference) -> Version:
    """The version meant: the one named, else what the environment before serves, else the default branch's entry.

    Raises StateError when there is none, UsageError where nothing is called so.
    """
    if reference.ref != "work":
        return _named_version(state, environment, reference)
    if environment.after:
        before = state.live(environment.after, reference.name)
        if before is None:
            _require_known(repository, reference.name)
            message = f"{environment.after} does not serve {reference.name}, and {environment.name} comes after it"
            raise StateError(ORDER, message, hint=f"promptctl promote {reference.name} {environment.after}")
        return before.served.version
    entry = read_lock(repository.policy).prompts.get(reference.name)
    if entry is None:
        _require_known(repository, reference.name)
        _refuse_renamed(repository, reference.name, environment)
        message = f"{reference.name} is not in the lock of {repository.default_branch}"
        raise StateError(NOTHING_TO_PROMOTE, message, hint="promptctl lock, commit, then promptctl release")
    find_tag(repository, reference.name, entry.version)
    return entry.version


def _named_version(state: State, environment: Environment, reference: Reference) -> Version:
    if reference.version:
        return reference.version
    served = state.live(reference.ref, reference.name) if reference.ref in state.environments else None
    if served is None:
        message = f"`{reference.ref}` is no version; {environment.name} serves only releases"
        raise UsageError("PC003", message, hint=f"promptctl history {reference.name}")
    return served.served.version


def _require_known(repository: Repository, name: str) -> None:
    from promptctl.workflows.moving import require_known  # it writes too, which plans do not

    require_known(repository, name)


def _refuse_renamed(repository: Repository, name: str, environment: Environment) -> None:
    """Raises StateError where the prompt has another name by now, with the line that promotes that."""
    today = repository.policy.former.get(name)
    if today is not None:
        message = f"{name} is called {today} now, and has no next version"
        raise StateError(NOTHING_TO_PROMOTE, message, hint=f"promptctl promote {today} {environment.name}")


def _planned(
    repository: Repository, state: State, environment: Environment, reference: Reference, *, in_ci: bool
) -> PlannedMove:
    version = chosen_version(repository, state, environment, reference)
    locks = witnesses(repository, work=False)
    release = read_release(repository, reference.name, version, locks)
    live = state.live(environment.name, reference.name)
    before = read_release(repository, reference.name, live.served.version, locks) if live else None
    return PlannedMove(
        release=release,
        environment=environment,
        live=live,
        live_release=before,
        change=change_class(before.closure, release.closure) if before else None,
        refusals=tuple(_refusals(repository, state, environment, release, in_ci=in_ci)),
    )


def _refusals(
    repository: Repository, state: State, environment: Environment, release: Release, *, in_ci: bool
) -> list[Problem]:
    """Everything but approvals and the gate that stands against a promotion, each with the way out."""
    called = f"{release.name} {release.version}"
    found = [*withdrawn(repository, release.name, release.version), *barriers(state, environment, in_ci=in_ci)]
    live = state.pointer(environment.name, release.name)
    if live and live.split:
        found.append(under_way(release.name, environment.name, live.split))
    served = Served(release.version, release.digest)
    if environment.after and not state.moves(environment.after, release.name).stands(served):
        message = f"{called} was not live in {environment.after}, or was rolled back there"
        hint = f"promptctl promote {release.name}@{release.version} {environment.after}"
        found.append(Problem(ORDER, message, hint=hint))
    if problem := _other_on_remote(repository, release):
        found.append(problem)
    return found


def withdrawn(repository: Repository, name: str, version: Version) -> list[Problem]:
    """Why nothing promotes a version any more, where the default branch retired it."""
    reason = retired_versions(repository, name).get(version)
    message = f"{name} {version} is retired: {reason}"
    return [Problem(RETIRED, message, hint=f"promptctl history {name}")] if reason else []


def barriers(state: State, environment: Environment, *, in_ci: bool) -> list[Problem]:
    """Why an environment takes nothing new at present, or nothing from here: nobody goes forward there, and anybody
    goes back."""
    found: list[Problem] = []
    if reason := state.freeze_reason(environment.name):
        hint = f"promptctl unfreeze {environment.name} --reason …"
        found.append(Problem(FROZEN, f"{environment.name} is frozen: {reason}", hint=hint))
    if environment.from_ci and not in_ci:
        message = f"{environment.name} takes promotions from CI only"
        found.append(Problem(CI_ONLY, message, hint="run it in the pipeline"))
    return found


def under_way(name: str, environment: str, split: Split) -> Problem:
    """What refuses a promotion, or another split, while one is under way."""
    target = f"{name} {environment}" if split.kind == "rollout" else split.id
    hint = f"let it end, or end it: promptctl {split.kind} abort {target} --reason …"
    return Problem(SPLIT, f"{name} is split in {environment}: the {split.kind} {split.id}", hint=hint)


def require_known_tags(repository: Repository, releases: Sequence[Release], *, asked: bool) -> None:
    """Raises StateError for releases whose tags the remote was never seen to have; ``asked``: it was asked just now.

    A plan leaves this open, since the promotion it forecasts asks.
    """
    remote = repository.remote
    for release in releases if remote else ():
        if remote is None or repository.tags.there(release.name):
            continue
        problem = _not_on_remote(remote, release)
        if asked:
            raise StateError(problem.code, problem.message, hint=problem.hint)
        hint = f"git fetch {remote} '+{PREFIX}*:{mirror_prefix(remote)}*'"
        raise StateError(NOT_ON_REMOTE, f"nobody asked {remote} yet for the tags of {release.name}", hint=hint)


def _not_on_remote(remote: str, release: Release) -> Problem:
    message = f"the tag of {release.name} {release.version} is not on {remote}"
    return Problem(NOT_ON_REMOTE, message, hint="promptctl release")


def _other_on_remote(repository: Repository, release: Release) -> Problem | None:
    """What refuses a release whose tag the remote, as last fetched, lacks or has as another object."""
    there = {tag.ref: tag.object_id for tag in repository.tags.there(release.name)}
    here = find_tag(repository, release.name, release.version)
    if not there or repository.remote is None or there.get(here.ref) == here.object_id:
        return None
    if here.ref not in there:
        return _not_on_remote(repository.remote, release)
    objects = f"{here.object_id[:12]} here, {there[here.ref][:12]} there"
    message = f"{repository.remote} has another tag of {release.name} {release.version} than this clone: {objects}"
    return Problem(RELEASE_BROKEN, message, hint=f"promptctl verify {release.reference}")
