"""A hundred thousand calls of the scene's prompts in SQLite, some of them with texts that mean harm."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from promptctl.adapters.events.sqlite import SqliteEvents
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, read_state
from promptctl.core.events.event import Event, Score
from promptctl.core.events.redaction import hashed
from promptctl.core.prompts.render import Rendering
from promptctl.core.prompts.rendered import rendered_digest
from promptctl.core.reporting.window import DAY, microseconds
from promptctl.core.splits.assignment import assigner
from promptctl.core.ulid import ulid
from tests import experiments, rollouts
from tests.event_stores import batch_of
from tests.pages.hostile import CONTROLS, NASTY
from tests.pages.scene import Scene
from tests.shipping import NAME, OTHER

CALLS, DAYS, USERS = 100_000, 30, 900
_BATCH = 5_000
_ROLLED = {
    "stable": rollouts.Behaviour(failing=0.02, latency=500),
    "canary": rollouts.Behaviour(failing=0.05, latency=650),
}
_MODELS = ("gpt-4.1", "gpt-4.1-mini", "claude-sonnet-4.5")


def fill(scene: Scene, path: Path, calls: int = CALLS) -> list[str]:
    """Writes the calls; the ids of some that are worth a look: one with all its texts, one of hostile texts."""
    store, chance = SqliteEvents(path), random.Random(7)
    state = read_state(Repository(scene.repository.folder))
    known = [name for name in scene.names if state.live("staging", name)]
    often = [NAME, scene.hostile, *known[:40]]
    weights = [30, 5, *(40 // (1 + place) + 1 for place in range(len(often) - 2))]
    now = microseconds(datetime.now(UTC))
    made: list[tuple[Event, Score | None]] = []
    for name in chance.choices(often, weights, k=calls):
        made.append(_call(state, name, now - int(chance.random() * DAYS * DAY), chance))
        if len(made) == _BATCH:
            _write(store, made)
            made = []
    looked = [*_told(scene, now), *_hostile(scene, now)]
    _write(store, [*made, *looked, *_of_experiment(scene)])
    store.write(batch_of(*rollouts.calls(rollouts.split_of(scene.repository, name=OTHER), 900, _ROLLED, name=OTHER)))
    store.close()
    return [event.id for event, _ in looked]


def _write(store: SqliteEvents, made: list[tuple[Event, Score | None]]) -> None:
    store.write(batch_of([event for event, _ in made], [score for _, score in made if score]))


def _call(state: State, name: str, at: int, chance: random.Random) -> tuple[Event, Score | None]:
    environment = "prod" if chance.random() < 0.6 else "staging"
    pointer = state.live(environment, name) or state.live("staging", name)
    assert pointer
    user, arm, served = f"user-{chance.randrange(USERS)}", None, pointer.served
    if pointer.split and environment == "staging":
        found = pointer.split.arms[assigner(pointer.split)(user)]
        arm, served = found.name, found.served
    event = Event(
        id=ulid(at // 1000, chance.getrandbits(80)),
        at=at,
        prompt=name,
        status=chance.choices(("ok", "timeout", "rate-limited"), (97, 2, 1))[0],
        version=str(served.version),
        digest=served.digest,
        environment=environment,
        split=pointer.split.id if arm and pointer.split else None,
        arm=arm,
        unit=hashed(user) if arm else None,
        user=hashed(user),
        reason="split" if arm else "pointer",
        endpoint=chance.choice(("web", "mail", "chat")),
        model=chance.choice(_MODELS),
        provider="openai",
        latency_ms=chance.lognormvariate(6.4, 0.5),
        input_tokens=chance.randrange(200, 4000),
        output_tokens=chance.randrange(5, 400),
        cost=chance.randrange(10**8, 4 * 10**9) if chance.random() < 0.98 else None,
        cache=chance.choices(("miss", "exact"), (9, 1))[0],
        attempts=1,
        attributes={"plan": chance.choice(("free", "pro"))},
    )
    if chance.random() > 0.3:
        return event, None
    return event, Score(event=event.id, name="resolved", at=at + 10**6, value=float(chance.random() < 0.7))


def _of_experiment(scene: Scene) -> Iterator[tuple[Event, Score | None]]:
    """Calls of the experiment's units since it began."""
    split, counting = experiments.split_of(scene.repository), experiments.recorded(scene.repository).counting
    assert split
    assert counting
    behaviour = {"control": experiments.Behaviour(resolves=0.5), "friendly": experiments.Behaviour(resolves=0.62)}
    yield from experiments.calls(split, 700, behaviour, datetime.fromisoformat(counting.since).astimezone(UTC))


def _told(scene: Scene, now: int) -> Iterator[tuple[Event, Score | None]]:
    """A call with its inputs, answer and the digest of what was sent; then one with only the digest."""
    repository = Repository(scene.repository.folder)
    state = read_state(repository)
    pointer = state.live("prod", NAME)
    assert pointer
    event, _ = _call(state, NAME, now - 10**7, random.Random(1))
    closure = repository.at(f"prompts/{NAME}@v{pointer.served.version}").closure(NAME)
    inputs = {"ticket": "Where is my parcel?"}
    sent = rendered_digest(Rendering(closure).messages(inputs))
    event = replace(event, environment="prod", version=str(pointer.served.version), digest=pointer.served.digest)
    event = replace(event, split=None, arm=None, reason="pointer", rendered=sent)
    comment = "It went to the wrong queue."
    said = Score(event=event.id, name="resolved", at=now, value=0.0, comment=comment, correction="parcels")
    yield replace(event, inputs=inputs, output="billing"), said
    yield replace(event, id=ulid(now // 1000, 5)), None


def _hostile(scene: Scene, now: int) -> Iterator[tuple[Event, Score | None]]:
    """Calls whose every field is hostile, recorded as applications and imports may."""
    state = read_state(Repository(scene.repository.folder))
    for place, text in enumerate((*NASTY, CONTROLS)):
        at = now - 2 * 10**7 + place
        event, _ = _call(state, scene.hostile, at, random.Random(place))
        yield (
            replace(
                event,
                id=ulid(at // 1000, place),
                model=text,
                provider=text,
                user=text,
                endpoint=text,
                reason=text,
                arm=text,
                step=text,
                environment=text if place % 2 else "prod",
                version=text if place % 3 == 0 else event.version,
                attributes={text[:40]: text},
                inputs={"ticket": text},
                output=text,
                rendered=text,
            ),
            Score(event=ulid(at // 1000, place), name=text, at=at, value=0.2, comment=text, correction=text),
        )
