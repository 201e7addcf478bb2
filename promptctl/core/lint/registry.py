"""The repository as a whole: former names, partials nobody includes, paths that collide, missing suites."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from promptctl.core.lint.finding import Finding
from promptctl.core.lint.rules import found
from promptctl.errors import Place

if TYPE_CHECKING:
    from promptctl.core.prompts.closure import Closure
    from promptctl.core.prompts.prompt import Prompt


def former_name_findings(prompts: Sequence[Prompt], names: Collection[str]) -> Iterator[Finding]:
    """Former names that are a prompt's name or that two prompts claim. ``names`` are all prompts', readable or not."""
    owners: dict[str, str] = dict(zip(names, names, strict=True))
    for prompt in prompts:
        for index, old in enumerate(prompt.formerly):
            if old in owners:
                owner = owners[old]
                message = f"`{old}` is a prompt itself" if owner == old else f"`{old}` leads to {owner} already"
                yield found("L012", message, prompt.document.place(("formerly", index)), "remove it")
            owners.setdefault(old, prompt.name)


def used_partials(closure: Closure) -> set[str | None]:
    """The paths below ``prompts/`` of the partials that a prompt includes."""
    from promptctl.core.prompts.closure import partial_path

    return {partial_path(closure.prompt.name, written) for written in closure.partials}


def unused_partial_findings(used: Collection[str | None], partials: Mapping[str, str]) -> Iterator[Finding]:
    """``partials``: every partial's path below ``prompts/`` with the path that messages show."""
    for path, shown in partials.items():
        if path not in used:
            yield found("L060", f"no prompt includes {path}", Place(shown), "delete it, or include it")


def colliding_path_findings(paths: Iterable[str]) -> Iterator[Finding]:
    """Paths, files and folders alike, that a file system which ignores case or Unicode spelling takes for one."""
    spellings: dict[str, str] = {}
    reported: set[tuple[str, str]] = set()
    for path in sorted(paths):
        segments = path.split("/")
        for end in range(1, len(segments) + 1):
            part = "/".join(segments[:end])
            other = spellings.setdefault(unicodedata.normalize("NFC", part).casefold(), part)
            if other != part:
                if (part, other) not in reported:
                    reported.add((part, other))
                    yield found("L061", f"{part} and {other} are one on some systems", Place(path), "rename one")
                break


def suite_findings(prompts: Mapping[str, str], with_suite: Collection[str]) -> Iterator[Finding]:
    """Prompts without ``eval.yaml``, by name with their files; ``with_suite`` are the names of those that have one."""
    for name, file in prompts.items():
        if name not in with_suite:
            yield found("L062", f"{name} has no eval.yaml", Place(file), f"promptctl new --suite {name}")
