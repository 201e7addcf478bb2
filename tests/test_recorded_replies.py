"""Recorded replies follow from the tables of answers, under the digests that the prompts have now."""

from __future__ import annotations

import pytest

from tests.recorded_replies import DEMO, DEMO_PROMPT, DEMO_STATES, Recording, recorded, recordings


@pytest.mark.parametrize("recording", tuple(recordings()), ids=lambda recording: recording.table)
def test_files_follow_the_tables(recording: Recording) -> None:
    path = recording.file()
    assert path.exists(), f"{recording.prompt} has another digest: python -m tests.recorded_replies"
    assert path.read_text() == recorded(recording), "python -m tests.recorded_replies"


@pytest.mark.parametrize("state", DEMO_STATES)
def test_the_demo_carries_no_stale_replies(state: str) -> None:
    assert len(list((DEMO / state / "prompts" / DEMO_PROMPT / "replies").iterdir())) == 1
