"""``why``: what a digest, a reference and a call lead back to, and what does not fit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.state import read_state
from promptctl.core.events.event import Event
from promptctl.core.events.sent import Sent
from promptctl.core.prompts.rendered import rendered_digest
from promptctl.errors import StateError, UsageError
from promptctl.workflows.why import Why, why, why_rendered
from tests.shipping import NAME, line
from tests.support import GitRepository, build_files
from tests.versioning import entry_of, opened

CALL = "01JD3ZQ7M4K2W8T5V9X0Y1Z2A3"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    """1.0.0, 1.1.0 and 1.2.0; staging served 1.1.0, then 1.2.0."""
    return line(tmp_path_factory.mktemp("why"), staged=("1.1.0", "1.2.0"))


class Store:
    """A store that holds these calls."""

    def __init__(self, *events: Event) -> None:
        self.events = sorted(events, key=lambda event: event.at)

    def event_of(self, call: str) -> Event | None:
        return next((event for event in self.events if event.id == call), None)

    def sent(self, digests: Sequence[str]) -> Sent:
        found = [event for event in self.events if (event.rendered or "-").startswith(tuple(digests))]
        texts = dict.fromkeys(str(event.rendered) for event in found)
        return Sent(latest=found[-1] if found else None, count=len(found), digests=tuple(texts))


def asked(repository: GitRepository, text: str, event: Event | None = None) -> Why:
    return why(opened(repository), text, Store(*([event] if event else [])))


def digest_of(repository: GitRepository, version: str) -> str:
    return {str(known): digest for known, digest in entry_of(repository).releases.items()}[version]


def call(repository: GitRepository, version: str | None = "1.1.0", seconds: int = 0, **other: Any) -> Event:
    """A call ``seconds`` after staging began to serve 1.1.0."""
    moves = read_state(opened(repository)).moves("staging", NAME).entries
    began = datetime.fromisoformat(
        next(move.at for move in moves if str(move.served and move.served.version) == "1.1.0")
    )
    fields: dict[str, Any] = {
        "environment": "staging",
        "version": version,
        "digest": digest_of(repository, "1.1.0"),
    } | other
    return Event(id=CALL, at=int(began.timestamp() + seconds) * 1_000_000, prompt=NAME, status="ok", **fields)


@pytest.mark.parametrize("short", [False, True])
def test_a_digest_leads_to_its_release_its_changes_and_its_moves(shipped: GitRepository, short: bool) -> None:
    digest = digest_of(shipped, "1.1.0")
    found = asked(shipped, digest.removeprefix("sha256:")[:12] if short else digest)
    assert (found.name, str(found.version), found.digest, found.ok) == (NAME, "1.1.0", digest, True)
    assert (found.tag, str(found.after)) == (f"prompts/{NAME}@v1.1.0", "1.0.0")
    assert [change.commit for change in found.changes] == [found.commit]
    assert found.changes[0].author == "Ada Tester <ada@example.org>"
    assert [(row.environment, row.move.kind, row.move.source) for row in found.moves] == [("staging", "promote", None)]


def test_a_reference_is_traced_as_what_it_means(shipped: GitRepository) -> None:
    found = asked(shipped, f"{NAME}@staging")
    assert (str(found.version), str(found.after), [row.move.source for row in found.moves]) == (
        "1.2.0",
        "1.1.0",
        ["1.1.0"],
    )
    first = asked(shipped, f"{NAME}@1.0.0")
    assert (first.after, first.moves, len(first.changes)) == (None, (), 1)


def test_what_is_not_released_has_only_its_digest(shipped: GitRepository, tmp_path: Path) -> None:
    repository = line(tmp_path)
    build_files(repository.folder, {f"prompts/{NAME}/prompt.yaml": "model: echo:echo\ntemplate: new\n"})
    by_name = asked(repository, NAME)
    assert (by_name.version, by_name.changes, by_name.moves) == (None, (), ())
    assert asked(repository, by_name.digest) == by_name


def test_a_call_is_traced_to_the_move_in_force_then(shipped: GitRepository) -> None:
    found = asked(shipped, CALL, call(shipped))
    assert (found.ok, found.event and found.event.id, str(found.version)) == (True, CALL, "1.1.0")
    assert [(row.environment, str(row.move.served and row.move.served.version)) for row in found.moves] == [
        ("staging", "1.1.0")
    ]


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        ({"version": None}, "does not say which version"),
        ({"version": "1.x"}, "does not say which version"),
        ({"digest": "sha256:" + "0" * 64}, "the call was served sha256:0000"),
        ({"seconds": -3600}, "no move had put 1.1.0 into staging by"),
        ({"environment": "prod"}, "no move had put 1.1.0 into prod by"),
    ],
)
def test_what_does_not_fit_is_said(shipped: GitRepository, event: dict[str, Any], fault: str) -> None:
    found = asked(shipped, CALL, call(shipped, **event))
    assert not found.ok
    assert fault in found.faults[0]
    assert found.moves == ()


def test_what_nothing_has_is_an_error_with_the_way_on(shipped: GitRepository) -> None:
    with pytest.raises(StateError) as unknown:
        asked(shipped, CALL)
    assert unknown.value.code == "PC235"
    with pytest.raises(UsageError) as nothing:
        asked(shipped, "sha256:" + "0" * 64)
    assert (nothing.value.code, str(nothing.value.hint).partition(";")[0]) == ("PC236", "promptctl history NAME")


TEXT = [{"role": "user", "content": "Why?"}]


def test_what_was_sent_leads_to_the_latest_call_that_sent_it(shipped: GitRepository) -> None:
    rendered = rendered_digest(TEXT)
    first, last = (replace(call(shipped, seconds=n), id=f"{CALL[:-1]}{n}", rendered=rendered) for n in (1, 2))
    store = Store(last, first)
    for found in (
        why(opened(shipped), rendered, store),
        why(opened(shipped), rendered.removeprefix("sha256:")[:9], store),
        why_rendered(opened(shipped), '[{"content": "Why?", "role": "user"}]', store),
        why_rendered(opened(shipped), "Why?\n", store),
    ):
        assert (found.event, str(found.version), found.ok) == (last, "1.1.0", True)
        assert (found.sent and found.sent.count, [row.environment for row in found.moves]) == (2, ["staging"])


def test_a_text_that_nobody_is_known_to_have_sent(shipped: GitRepository) -> None:
    with pytest.raises(StateError) as unknown:
        why_rendered(opened(shipped), "Why?", Store(call(shipped)))
    assert (unknown.value.code, "--store" in str(unknown.value.hint)) == ("PC235", True)
    two = (replace(call(shipped), id=CALL[:-1] + end, rendered="sha256:123456789" + end * 55) for end in "0a")
    with pytest.raises(UsageError, match="several texts that were sent start with sha256:12345678"):
        why(opened(shipped), "sha256:12345678", Store(*two))


def test_a_store_that_cannot_be_asked_is_said(shipped: GitRepository) -> None:
    class Nothing(Store):
        def sent(self, digests: Sequence[str]) -> Sent:
            raise StateError("PC231", "there are no events in x", hint="promptctl events import FILE")

    with pytest.raises(UsageError, match="cannot be looked up: there are no events in x") as caught:
        why(opened(shipped), "sha256:1234567", Nothing())
    assert (caught.value.code, caught.value.hint) == ("PC236", "promptctl events import FILE")


def test_files_that_are_a_release_are_that_release(shipped: GitRepository) -> None:
    assert asked(shipped, NAME).version == asked(shipped, f"{NAME}@1.2.0").version
