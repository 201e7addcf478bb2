"""``bundle``: what an environment serves, read from tags that everything vouches for, as one file for applications."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, read_state
from promptctl.core.models.provider_table import SERVED
from promptctl.core.models.request import compact_json
from promptctl.core.moves.bundle import SETTINGS, Bundle
from promptctl.core.moves.pointer import FOLDER, Pointer, Served, pointer_path
from promptctl.core.name import name_fault
from promptctl.core.prompts.canonical import canonical, digest, spelled_digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.timestamp import timestamp
from promptctl.errors import StateError
from promptctl.workflows.bundle_quality import expected_of_all
from promptctl.workflows.releases import RELEASE_BROKEN, Release, read_release, witnesses
from promptctl.workflows.resolve import NOT_SERVED
from promptctl.workflows.serials import earlier_tips, known_serials, newest

_SHELF, _TIER = "bundled", '"model":{"tier":'


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleResult:
    """``bundle`` without the closures, which are in its ``data``. ``signature`` is there where a key was named;
    ``note`` tells when settings here are not those that count, and of suites that nothing can be scored by."""

    bundle: Bundle
    data: bytes
    signature: bytes | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Released:
    """What a bundle takes from a release: canonical forms as compact JSON by digest, and former names."""

    forms: Mapping[str, str] = field(default_factory=dict)
    former: tuple[str, ...] = ()


def bundle(repository: Repository, environment: str, key: Path | None = None) -> BundleResult:
    """The bundle of an environment by the state as last fetched, signed where a key is named.

    Raises StateError when anything that it would hold disagrees with anything else, UsageError for an environment that
    there is not, OutsideError when the key cannot sign.
    """
    repository.settings.environment(environment)
    state = read_state(repository)
    if state.commit is None:
        raise StateError(NOT_SERVED, f"{environment} serves nothing yet", hint=f"promptctl promote NAME {environment}")
    pointers = _pointers(repository, state, environment)
    forms: dict[str, str] = {}
    former: dict[str, str] = {}
    for name, released in _releases(repository, environment, pointers):
        forms |= released.forms
        # Of two that claim a name, the one that was called like the other itself is the later one.
        former |= {old: name for old in released.former if old not in former or former[old] in released.former}
    at = _committed(repository, state.commit)
    settings = {key: table for key, table in repository.settings.document.value.items() if key in SETTINGS}
    if tiers := _tiers(repository, pointers, forms, at):
        settings["models"] = settings.get("models", {}) | {SERVED: tiers}
    expected, judges, faults = expected_of_all(repository, pointers)
    made = Bundle(
        environment=environment,
        commit=state.commit,
        time=timestamp(at),
        policy=repository.default_commit or state.commit,
        prompts=pointers,
        former={old: name for old, name in former.items() if old not in pointers},
        forms={},
        settings=settings,
        quality=expected,
    )
    data = made.to_bytes(forms | judges)
    signature = None
    if key:
        from promptctl.adapters.signatures import sign

        signature = sign(data, key)
    note = "; ".join(filter(None, (repository.policy_note, *faults))) or None
    return BundleResult(bundle=made, data=data, signature=signature, note=note)


def _committed(repository: Repository, commit: str) -> datetime:
    return datetime.fromtimestamp(int(repository.git.text("log", "-1", "--format=%ct", commit)), UTC)


def _tiers(
    repository: Repository, pointers: Mapping[str, Pointer], forms: Mapping[str, str], at: datetime
) -> dict[str, list[str]]:
    """By digest the models that may serve a prompt's tier, best first; of what was served before, where one fits.

    Raises StateError where none fits what is served.
    """
    found = {}
    for name, pointer in pointers.items():
        for served in (*pointer.live, *([pointer.previous] if pointer.previous else [])):
            if _TIER in forms[served.digest]:
                from promptctl.core.models.tier import tier_wish
                from promptctl.workflows.tiers import tier_models

                wish = tier_wish(json.loads(forms[served.digest])["model"])
                with nullcontext() if served in pointer.live else suppress(StateError):
                    found[served.digest] = tier_models(repository, name, {served.digest}, wish, at, committed=True)
    return dict(sorted(found.items()))


def _pointers(repository: Repository, state: State, environment: str) -> dict[str, Pointer]:
    """What is served, each pointer borne out by its moves and not turned back; one that is gone is borne out as well.
    Raises StateError."""
    known, there = _serials(repository, state, environment), state.environments.get(environment, ())
    gone = state.moved_in(environment).union(known).difference(there)
    names = sorted([*there, *(name for name in gone if name_fault(name) is None)])
    found = {name: newest(state, environment, name, known.get(name, 0)) for name in names}
    return {name: pointer for name, pointer in found.items() if pointer}


def _serials(repository: Repository, state: State, environment: str) -> dict[str, int]:
    """By prompt the highest serial that this clone ever saw, kept for the next command."""
    key = " ".join([environment, str(state.commit), *earlier_tips(repository, state.branch)])
    found = repository.facts.get("serials", key)
    if not isinstance(found, dict):
        prefix, ending = pointer_path(environment, "").partition(".yaml")[0], ".yaml"
        serials = known_serials(repository, state, f"{FOLDER}/{environment}")
        found = {path.removeprefix(prefix).removesuffix(ending): serial for path, serial in serials.items()}
        repository.facts.put("serials", key, found)
    return found


def _releases(repository: Repository, environment: str, pointers: Mapping[str, Pointer]) -> list[tuple[str, _Released]]:
    """Every release that the pointers name, with its prompt; what was served before brings no former names."""
    locks = witnesses(repository, work=False)
    repository.tags.expect(pointers)
    found = []
    for name, pointer in pointers.items():
        for served in pointer.live:
            release = read_release(repository, name, served.version, locks)
            found.append((name, _released(repository, environment, release, served)))
        if pointer.previous:
            release = read_release(repository, name, pointer.previous.version, locks)
            before = _released(repository, environment, release, pointer.previous)
            found.append((name, _Released(before.forms)))
    return found


def _released(repository: Repository, environment: str, release: Release, served: Served) -> _Released:
    """What a release holds, known once it was read. Raises StateError when it is not what the pointer names."""
    if release.digest != served.digest:
        message = f"{environment} serves {release.name} {served.version} as {served.digest}, released is"
        raise StateError(RELEASE_BROKEN, f"{message} {release.digest}", hint="promptctl drift")
    key = f"{release.commit} {release.name}"
    known = repository.facts.get(_SHELF, key)
    if _bears_out(known, release.digest):
        return _Released(known[0], tuple(known[1]))
    found = _Released(_forms(release.closure), release.closure.prompt.formerly)
    repository.facts.put(_SHELF, key, [found.forms, list(found.former)])
    return found


def _bears_out(known: Any, wanted: str) -> bool:
    """Whether kept forms are those of a digest: each is hashed again, since applications are given them."""
    if not (isinstance(known, list) and len(known) == 2 and isinstance(known[0], dict) and wanted in known[0]):
        return False
    return all(spelled_digest(text) == called for called, text in known[0].items())


def _forms(closure: Closure) -> dict[str, str]:
    forms = {digest(closure): compact_json(canonical(closure))}
    for step in closure.steps.values():
        forms |= _forms(step)
    return forms
