"""One team, one month: what everybody saw is kept, and the page that tells it is made of the same run.

``PROMPTCTL_GOLDEN=write python -m pytest tests/story`` writes screens and page anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.golden import WRITE, golden
from tests.servers import model_server
from tests.story.play import played
from tests.story.team import Team
from tests.story.telling import File

pytestmark = pytest.mark.timeout(900)
"""Some hundred processes take their time on a busy machine."""

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "team.md"
HEAD = """\
# A team's month

Three people, one prompt: a change that its check refuses, an approval, a canary, a bad night, and the question about it
the next morning. [Your first line](first-line.md) explains each step; here is how they look when a team takes them. Ada
writes prompts, Rosa reviews, Olu is on call; each has a clone and a key of their own, and `ci` is a job of the host's.
`...`, `abcdef0` and `YYYY-MM-DD` stand for what differs on your machine. All of it was typed.
"""
TAIL = """\
## Read on

- [Let somebody else agree first](../how-to/approvals.md), [sign releases and moves](../how-to/signing.md)
- [Run it in CI](../how-to/ci.md), [roll a version out](../how-to/rollout.md)
- [A protected main](../how-to/protected-main.md)
"""


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """Everybody, after all of it."""
    with model_server() as model:
        team = Team(folder=tmp_path_factory.mktemp("acorn"), model=model)
        played(team)
        yield team


def test_every_screen_is_as_it_was(team: Team) -> None:
    for chapter in team.chapters:
        golden(f"story/{chapter.name}.txt", chapter.screens)
        for number, file in enumerate(part for part in chapter.parts if isinstance(part, File)):
            if file.language == "markdown":
                golden(f"story/{chapter.name}-{number + 1}.md", file.text)


def test_the_page_tells_this_very_run(team: Team) -> None:
    page = "\n\n".join([HEAD.rstrip(), *(chapter.markdown for chapter in team.chapters), TAIL])
    if WRITE:
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page
