"""``promptctl deps`` as people and programs see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden import golden
from tests.support import STARTER, build_files, must_fail, succeed

FILES = STARTER | {
    "prompts/shared/tone.j2": '{% include "shared/voice.j2" %}\n',
    "prompts/shared/voice.j2": "Be kind.\n",
    "prompts/support/answer/prompt.yaml": "template: |\n"
    '  {% include "shared/tone.j2" %}\n  {% include "./rules.j2" %}\n  {% include "shared/voice.j2" %}\n',
    "prompts/support/answer/rules.j2": '{% include "shared/tone.j2" %}\n',
    "prompts/support/line/prompt.yaml": "inputs: {t: string}\nsteps:\n"
    "  - {name: route, prompt: support/triage, inputs: {ticket: '{{ t }}'}}\n"
    "  - {name: reply, prompt: support/answer}\n",
    "prompts/unused.j2": "x\n",
}


@pytest.fixture
def repository(folder: Path) -> Path:
    return build_files(folder, FILES)


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        ((), "all.txt"),
        (("support/line",), "line.txt"),
        (("support/line", "--json"), "line.json"),
        (("--reverse",), "reverse.txt"),
        (("--reverse", "shared/voice.j2", "unused.j2", "support/line"), "reverse_some.txt"),
        (("--reverse", "shared/tone.j2", "--json"), "reverse.json"),
    ],
)
def test_trees(repository: Path, arguments: tuple[str, ...], file: str) -> None:
    golden(f"deps/{file}", succeed("deps", *arguments, cwd=repository).out)


def test_a_malformed_prompt_stops_what_needs_all(repository: Path) -> None:
    build_files(repository, {"prompts/bad/prompt.yaml": "template: [\n"})
    succeed("deps", "support/line", cwd=repository)
    ran = must_fail("deps", "--reverse", "shared/tone.j2", cwd=repository, code=2)
    assert "prompts/bad/prompt.yaml:2:1" in ran.err
