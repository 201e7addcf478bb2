"""What an environment serves at one moment, laid out so that asking costs next to nothing. It never changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from promptctl.core.models.provider_table import SERVED, parse_providers
from promptctl.core.moves.bundle import Bundle, closures_of
from promptctl.core.moves.pointer import Pointer, Served
from promptctl.core.prompts.closure import Closure
from promptctl.core.splits.assignment import shadowing_assigner
from promptctl.core.suggestion import suggest
from promptctl.errors import StateError, UsageError
from promptctl.runtime.prompt import UNFIT, Expected, Prompt, Released, Resolution

if TYPE_CHECKING:
    from promptctl.runtime.targeted import Targeted

UNKNOWN_PROMPT, NOTHING_SERVED = "PC002", "PC218"

Pick = Callable[[str | None, Mapping[str, Any] | None], Prompt]
"""Gives the prompt for a unit and attributes."""


class Snapshot:
    """``plain`` has the prompt that a call without a unit gets, ``picks`` what chooses one for a unit, by every name.

    ``origin`` is "source", "last-good" or "fallback". Versions that an earlier snapshot had keep their templates.
    """

    def __init__(self, bundle: Bundle, digest: str, origin: str, before: Snapshot | None = None) -> None:
        self.bundle, self.digest, self.origin = bundle, digest, origin
        self.providers = parse_providers(bundle.settings.get("providers", {}), models=bundle.settings.get("models"))
        known = before.released if before and before.providers == self.providers else {}
        closures = closures_of(bundle)
        for digested, models in bundle.settings.get("models", {}).get(SERVED, {}).items():
            closure = closures[digested]
            closures[digested] = replace(closure, prompt=replace(closure.prompt, model=models[0]))
        self.released: dict[tuple[str, str, str], Released] = {}
        self.versions: dict[str, dict[str, Released]] = {}
        for name, pointer in bundle.prompts.items():
            for served in (*([pointer.previous] if pointer.previous else []), *pointer.live):
                key = (name, str(served.version), served.digest)
                closure, found = _called(closures[served.digest], name), known.get(key)
                # What serves a tier may change while the digest stays.
                if found is None or found.closure.prompt.model != closure.prompt.model:
                    found = Released(*key, closure, self.providers)
                self.released[key] = self.versions.setdefault(name, {})[key[1]] = found
        self.expected = {
            name: Expected(
                forms=tuple(said["expect"]),
                judges={
                    called: Released(called.partition("@")[0], "", digested, closures[digested], self.providers)
                    for called, digested in said["judges"].items()
                },
            )
            for name, said in bundle.quality.items()
        }
        self.targeted: dict[str, Targeted] = dict(self._targeted(before.targeted if before else {}))
        self.arms: dict[str, dict[str, Resolution]] = {}
        self.picks: dict[str, Pick] = {}
        for name, pointer in bundle.prompts.items():
            self.picks[name] = self._pick(pointer)
        for old, name in bundle.former.items():
            self.picks[old] = self._pick(bundle.prompts[name], "renamed")
        self.plain = {name: pick(None, None) for name, pick in self.picks.items()}

    def _pick(self, pointer: Pointer, *notes: str) -> Pick:
        notes = (*notes, *(() if self.origin == "source" else ("fallback",)))
        if pointer.split is None:
            resolution = self._resolution(pointer.prompt, pointer.served, "pointer", notes)
            return lambda unit, attributes: Prompt(resolution, unit, attributes)
        split, targeted = pointer.split, self.targeted.get(pointer.prompt)
        without = self._resolution(pointer.prompt, pointer.served, "pointer", (*notes, "no-unit"))
        left_out = self._resolution(pointer.prompt, pointer.served, "pointer", (*notes, "not-targeted"))
        arms = tuple(
            self._resolution(pointer.prompt, arm.served, "split", notes, arm.name, split.id) for arm in split.arms
        )
        self.arms[pointer.prompt] = {arm.name: found for arm, found in zip(split.arms, arms, strict=True)}
        shadow = replace(arms[-1], reason="shadow")
        arms += tuple(replace(arm, shadow=shadow) for arm in arms)
        assign = shadowing_assigner(split)

        def pick(unit: str | None, attributes: Mapping[str, Any] | None) -> Prompt:
            return Prompt(arms[assign(unit)] if unit else without, unit, attributes)

        def pick_targeted(unit: str | None, attributes: Mapping[str, Any] | None) -> Prompt:
            prompt = pick(unit, attributes)
            return (
                prompt if not unit or targeted is None or targeted(attributes) else Prompt(left_out, unit, attributes)
            )

        return pick_targeted if targeted else pick

    def _targeted(self, before: Mapping[str, Targeted]) -> Iterator[tuple[str, Targeted]]:
        """The conditions of splits by prompt. One that stays as it was goes on counting."""
        for name, pointer in self.bundle.prompts.items():
            if pointer.split and (when := pointer.split.when):
                from promptctl.runtime.targeted import Targeted

                known = before.get(name)
                yield name, known if known and known.when == when else Targeted(name, when)

    def _resolution(
        self,
        name: str,
        served: Served,
        reason: str,
        notes: tuple[str, ...],
        arm: str | None = None,
        split: str | None = None,
    ) -> Resolution:
        return Resolution(
            released=self.released[name, str(served.version), served.digest],
            environment=self.bundle.environment,
            reason=reason,
            arm=arm,
            split=split,
            notes=frozenset(notes),
            expected=self.expected.get(name),
        )

    def forced(self, name: str, wanted: str, unit: str | None, attributes: Mapping[str, Any] | None) -> Prompt:
        """This very version, or what this arm of the split has. Raises UsageError where the bundle holds no such."""
        plain = self.plain.get(name)
        if plain is None:
            raise self.unknown(name)
        versions, arms = self.versions[plain.name], self.arms.get(plain.name, {})
        if wanted not in versions and wanted not in arms:
            message = f"{self.bundle.environment} neither serves nor served {plain.name} {wanted} last"
            held = f"versions in the bundle: {', '.join(versions)}"
            raise UsageError(UNFIT, message, hint=f"{held}; arms: {', '.join(arms)}" if arms else held)
        arm, notes = arms.get(wanted), plain.notes - {"no-unit"}
        found = Resolution(
            released=arm.released if arm else versions[wanted],
            environment=self.bundle.environment,
            reason="forced",
            arm=arm.arm if arm else None,
            split=arm.split if arm else None,
            notes=notes,
            expected=self.expected.get(plain.name),
        )
        return Prompt(found, unit, attributes)

    def unknown(self, name: object) -> UsageError:
        """The error for a name that nothing is served by, with the nearest one."""
        known = list(self.picks)
        hint = (suggest(name, known) if isinstance(name, str) else None) or f"it serves {len(known)} prompts"
        return UsageError(UNKNOWN_PROMPT, f"{self.bundle.environment} serves no prompt {name!r}", hint=hint)


def _called(closure: Closure, name: str) -> Closure:
    from dataclasses import replace

    return replace(closure, prompt=replace(closure.prompt, name=name))


def nothing_served(environment: str, said: str) -> StateError:
    """The error for an application that never had a bundle."""
    hint = "look at prompts.status(); name a bundle shipped with the application: fallback="
    return StateError(NOTHING_SERVED, f"there is no bundle of {environment} to serve from: {said}", hint=hint)
