"""What ``demo`` does: chapters of command lines, each with the exit code it must end with."""

from __future__ import annotations

from dataclasses import dataclass

WORK_TREE = "shop"
REPLY = "support/reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command line as typed; ``copied`` is the folder of the demo's files that a ``cp`` line lays over the tree."""

    line: str
    exit_code: int = 0
    copied: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """What is about to happen, in a sentence or two, and the lines that do it in ``folder`` (below the scratch one)."""

    title: str
    steps: tuple[Step, ...]
    folder: str = WORK_TREE


def _lines(*lines: str) -> tuple[Step, ...]:
    return tuple(Step(line=line) for line in lines)


def _files(state: str) -> Step:
    return Step(line=f'cp -R "$DEMO/{state}/." .', copied=state)


def _no(line: str) -> Step:
    return Step(line=line, exit_code=1)


def _released(message: str) -> tuple[Step, ...]:
    return _lines(
        "promptctl lock",
        "git add .",
        f'git commit -q -m "{message}"',
        "git push -q -u origin main",
        "promptctl release",
        f"promptctl promote {REPLY} staging",
    )


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        title="A shop keeps its prompts in a Git repository; its team shares a remote.",
        folder="",
        steps=_lines("git init -q -b main shop", "git init -q --bare -b main shop.git", f"cd {WORK_TREE}"),
    ),
    Chapter(
        title="The repository becomes a prompt registry.",
        steps=_lines(
            'git config user.name "Robin"',
            "git config user.email robin@example.com",
            "git remote add origin ../shop.git",
            "promptctl init",
        ),
    ),
    Chapter(
        title="A prompt that answers customers, a suite of twelve tickets, and replies recorded beforehand, so that no "
        "model is called.",
        steps=(
            _files("1-first"),
            *_lines(
                "promptctl lint",
                f'promptctl render {REPLY} -i customer=Tom -i ticket="Where is my spade?"',
                "promptctl eval",
            ),
        ),
    ),
    Chapter(
        title="It is good enough: version 1.0.0, to staging and on to prod.",
        steps=(
            *_released("Answer tickets"),
            *_lines(f"promptctl promote {REPLY} prod", "promptctl status"),
        ),
    ),
    Chapter(
        title='"Make it friendlier." Two lines of a shared partial change, and the suite compares with prod.',
        steps=(
            _files("2-friendlier"),
            *_lines(f"promptctl diff {REPLY}@prod {REPLY}"),
            _no("promptctl eval"),
        ),
    ),
    Chapter(
        title="Robin is in a hurry and ships it all the same. Staging takes everything; prod has a gate.",
        steps=(
            *_released("Make it friendlier"),
            _no(f"promptctl promote {REPLY} prod"),
            *_lines("promptctl status"),
        ),
    ),
    Chapter(
        title="The second try is warm and still promises nothing.",
        steps=(
            _files("3-warmer"),
            *_lines("promptctl eval"),
            *_released("Be warm, promise nothing"),
            *_lines(f'promptctl promote {REPLY} prod --reason "warmer replies"'),
        ),
    ),
    Chapter(
        title="A bad day: complaints come in that no case of the suite knew. Back first, then find out why.",
        steps=_lines(
            f'promptctl rollback {REPLY} prod --reason "answers in English to French tickets"',
            f"promptctl history {REPLY}",
            "promptctl status",
            "promptctl drift",
        ),
    ),
)
