"""A registry where much goes on: hundreds of prompts, running splits, evidence, drift, and texts that mean harm."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests import real_material
from tests.experiments import draft
from tests.pages.hostile import NASTY, PERSON, hostile_prompt
from tests.rollouts import QUICK
from tests.shipping import NAME, OTHER, done, line, run
from tests.support import SETTINGS, GitRepository
from tests.versioning import breaking, plain, released, text

UNSIGNED = SETTINGS.replace('after = "staging"', 'after = "staging"\napprovals_signed = false')
GENERATED, CHAIN, EMPTY = 240, "text/digest", "quiet/unused"
SUITE = """\
cases:
{cases}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The repository, the prompts in it, and how the pages of some of them are called."""

    repository: GitRepository
    names: tuple[str, ...]
    hostile: str


def _cases(number: int) -> str:
    case = "  - name: {name}\n    inputs: {{ticket: {ticket}}}\n    expect: [{{contains: {word}}}]"
    words = ("money", "parcel", *NASTY[:6])
    return SUITE.format(
        cases="\n".join(
            case.format(
                name=json.dumps(f"case {place}: {words[place % len(words)]}"),
                ticket=json.dumps(f"I want my {words[place % len(words)]} back, it is number {place}."),
                word=json.dumps("number 1" if place % 5 else "refund"),
            )
            for place in range(number)
        )
    )


def _many(folder: Path, real: Path | None) -> dict[str, str]:
    if real:
        real_material.bring_in(real, folder)
        return {"promptctl.toml": UNSIGNED}
    teams = ("billing", "support", "sales/emea/west", "content", "search")
    return {
        f"prompts/{teams[place % len(teams)]}/task-{place:03}/prompt.yaml": plain(f"Do task number {place}.")
        for place in range(GENERATED)
    }


def scene(folder: Path, real: Path | None = None) -> Scene:
    """Lives through it. ``real`` holds published prompts; without it as many are made up."""
    repository = line(folder, UNSIGNED, staged=("1.0.0", "1.1.0"))
    hostile, files = hostile_prompt()
    many = _many(repository.folder, real) | files
    many[f"prompts/{NAME}/eval.yaml"] = _cases(24)
    many[f"prompts/{CHAIN}/prompt.yaml"] = (
        f"inputs: {{text: string}}\nsteps:\n  - {{name: short, prompt: {OTHER}, inputs: {{}}}}\n"
    )
    released(repository, many)
    released(
        repository,
        {
            f"prompts/{OTHER}/prompt.yaml": plain("Summarise in one sentence."),
            f"prompts/{NAME}/prompt.yaml": text("the best queue"),
            **hostile_prompt("other")[1],
        },
    )
    released(repository, {f"prompts/{NAME}/prompt.yaml": text("the very best of all queues")})
    names = tuple(row["name"] for row in json.loads(done(repository, "list", "--json").out)["data"]["prompts"])
    others = [name for name in names if name not in (NAME, OTHER)]
    for environment, share in (("staging", 1.0), ("prod", 0.7)):
        chosen = others[: round(len(others) * share)]
        done(repository, "promote", *(chosen if hostile in chosen else [*chosen, hostile]), environment)
    done(repository, "promote", f"{OTHER}@1.0.0", "staging", "--reason", "the first one")
    done(repository, "promote", f"{NAME}@1.1.0", "prod", "--reason", "it does better on refunds")
    for version in (f"{NAME}@1.3.0", f"{NAME}@1.4.0", f"{hostile}@1.0.0", f"{hostile}@1.1.0"):
        assert run(repository, "eval", version).code in (0, 1)
    repository.commit(message="evidence")
    repository.git("push", "-q")
    done(repository, "rollout", "start", f"{OTHER}@1.1.0", "staging", "--steps", "10,50,100", *QUICK)
    draft(repository, ("hypothesis: A friendlier tone resolves more tickets.", f"hypothesis: {json.dumps(NASTY[1])}"))
    done(repository, "experiment", "start", "tone")
    reason = " ".join(NASTY[:3])
    person = {"GIT_COMMITTER_NAME": PERSON, "GIT_AUTHOR_NAME": PERSON}
    done(repository, "promote", f"{hostile}@1.0.0", "staging", "--reason", reason, **person)
    other = person | {"GIT_COMMITTER_EMAIL": "other@example.org"}
    done(repository, "approve", f"{hostile}@1.0.0", "prod", "--reason", reason, **other)
    done(repository, "freeze", "prod", "--reason", reason, **person)
    repository.commit({f"prompts/{NAME}/prompt.yaml": breaking("some queue"), f"prompts/{EMPTY}/prompt.yaml": plain()})
    repository.git("push", "-q")
    return Scene(repository=repository, names=(*names, EMPTY), hostile=hostile)
