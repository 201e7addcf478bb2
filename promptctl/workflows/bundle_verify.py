"""``bundle verify``: whether a bundle is whole, holds what it says, and is signed by the key it should be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from promptctl.adapters.bundle_files import MAX_SIGNATURE, read_place, shown_place, signature_place
from promptctl.core.moves.bundle import DAMAGED, Bundle, bundle_digest, closures_of, parse_bundle
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.template import TemplateFault, read_template
from promptctl.errors import DocumentError, OutsideError, Place, Problem, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """``bundle`` is None where it cannot be read; ``problems`` say why it cannot be trusted."""

    bundle: Bundle | None
    digest: str | None
    signed: bool
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


def bundle_verify(place: str, folder: Path, signer: str | None = None) -> Verified:
    """What is found about a bundle; ``signer`` is a public key or a file of some.

    Raises UsageError where there is no such file or key, OutsideError where the storage cannot be asked.
    """
    keys = None
    if signer is not None:
        from promptctl.adapters.signatures import public_keys

        keys = public_keys(signer, folder)
    data = read_place(place, folder)
    try:
        made = parse_bundle(data, shown_place(place))
        problems = _closure_problems(made, shown_place(place))
    except DocumentError as error:
        made, problems = None, error.problems
    if keys is not None:
        problems += _signature_problems(place, folder, data, keys)
    return Verified(bundle=made, digest=bundle_digest(data), signed=keys is not None, problems=problems)


def _closure_problems(made: Bundle, file: str) -> tuple[Problem, ...]:
    """Closures that do not come back from their forms as they were, and templates that cannot be read."""
    problems = []
    for called, closure in closures_of(made).items():
        if (actual := digest(closure)) != called:
            problems.append(Problem(DAMAGED, f"the closure called {called} comes back as {actual}", Place(file)))
        for name, text in closure.texts().items():
            try:
                read_template(name, text)
            except TemplateFault as fault:
                problems.append(Problem(fault.code, f"{called}, {name}: {fault.message}", Place(file)))
    return tuple(problems)


def _signature_problems(place: str, folder: Path, data: bytes, keys: str) -> tuple[Problem, ...]:
    from promptctl.adapters.signatures import SIGNATURE, signature_fault

    beside = signature_place(place)
    try:
        signature = read_place(beside, folder, MAX_SIGNATURE)
    except (UsageError, OutsideError) as error:
        return (Problem(SIGNATURE, f"there is no signature: {error}", Place(shown_place(beside))),)
    fault = signature_fault(data, signature, keys)
    return (Problem(SIGNATURE, f"{shown_place(place)}: {fault}", Place(shown_place(beside))),) if fault else ()
