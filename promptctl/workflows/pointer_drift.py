"""Where pointers disagree with releases, with their own moves, or with what the state branch once had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from promptctl.adapters.git.tags import release_tags
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.core.drift import Drift
from promptctl.core.lockfile import Lockfile
from promptctl.core.pointer import FOLDER, Pointer, pointer_path
from promptctl.errors import DocumentError
from promptctl.workflows.releases import check_tag, witnesses


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerReport:
    """Findings, and the pointers that could be read by environment and prompt."""

    findings: tuple[Drift, ...]
    pointers: Mapping[tuple[str, str], Pointer]
    note: str | None = None


def pointer_report(repository: Repository, state: State) -> PointerReport:
    """Checks every pointer of the state."""
    locks = witnesses(repository, work=False)
    history = {} if repository.git.shallow or state.commit is None else highest_serials(repository, state.commit)
    findings: list[Drift] = []
    pointers: dict[tuple[str, str], Pointer] = {}
    for environment, names in state.environments.items():
        for name in names:
            try:
                pointer = state.pointer(environment, name)
                moves = state.moves(environment, name)
            except DocumentError as error:
                findings.append(_finding("pointer-broken", environment, name, f"{error} ({error.problem.place})"))
                continue
            assert pointer
            pointers[environment, name] = pointer
            findings += _release_faults(repository, environment, pointer, locks)
            known = max(moves.serial, history.get(pointer_path(environment, name), 0))
            findings += _serial_faults(environment, pointer, known)
            live = moves.stack()[-1] if moves.entries else None
            if not findings and live != pointer.served:
                findings.append(
                    _finding("pointer-broken", environment, name, "the pointer is not what its last move says")
                )
    note = "a shallow clone: earlier serials were not judged" if repository.git.shallow else None
    return PointerReport(findings=tuple(findings), pointers=pointers, note=note)


def highest_serials(repository: Repository, commit: str) -> dict[str, int]:
    """The highest serial that each pointer file ever had up to a commit."""
    arguments = ("log", "--raw", "--no-abbrev", "--no-renames", "--format=", commit, "--", FOLDER)
    found: dict[str, int] = {}
    for line in repository.git.text(*arguments).split("\n"):
        facts, _, path = line.partition("\t")
        if path.endswith(".yaml") and not path.rsplit("/", 1)[-1].startswith("_"):
            blob = repository.objects.read(facts.split(" ")[3])
            found[path] = max(found.get(path, 0), _serial(blob[1]) if blob else 0)
    return found


def _serial(data: bytes) -> int:
    for line in data.decode("utf-8", "replace").split("\n"):
        if line.startswith("serial: ") and line[8:].strip().isdecimal():
            return int(line[8:])
    return 0


def _release_faults(
    repository: Repository, environment: str, pointer: Pointer, locks: Mapping[str, Lockfile]
) -> Iterator[Drift]:
    served = pointer.served
    tags = release_tags(repository.git, pointer.prompt, served.version)
    if not tags:
        message = f"{pointer.prompt} {served.version} has no tag here"
        yield _finding("pointer-dangling", environment, pointer.prompt, message, expected=served.digest)
        return
    check = check_tag(repository, tags[0], locks)
    for fault in check.faults:
        message = f"{pointer.prompt} {served.version}: {fault.message}"
        yield _finding("pointer-digest", environment, pointer.prompt, message, served.digest, fault.actual)
    if check.release and check.release.digest != served.digest:
        message = f"{environment} serves {served.digest}, the release {served.version} is {check.release.digest}"
        yield _finding("pointer-digest", environment, pointer.prompt, message, served.digest, check.release.digest)


def _serial_faults(environment: str, pointer: Pointer, known: int) -> Iterator[Drift]:
    if pointer.serial < known:
        message = f"serial {pointer.serial} is lower than {known}, which this pointer had before"
        yield _finding("pointer-rewound", environment, pointer.prompt, message)


def _finding(
    kind: str, environment: str, name: str, message: str, expected: str | None = None, actual: str | None = None
) -> Drift:
    repair = f"promptctl rollback {name} {environment} --reason …"
    if kind == "pointer-dangling":
        repair = "git fetch origin '+refs/tags/prompts/*:refs/tags/prompts/*'"
    return Drift(
        kind=kind,
        prompt=name,
        environment=environment,
        message=message,
        repair=repair,
        expected=expected,
        actual=actual,
    )
