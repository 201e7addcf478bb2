"""The repository as a whole: former names, partials nobody includes, paths that collide, missing suites."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from promptctl.core.closure import Closure, partial_path
from promptctl.core.lint.finding import Finding
from promptctl.core.lint.rules import found
from promptctl.core.prompt import Prompt
from promptctl.errors import Place


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


def unused_partial_findings(closures: Iterable[Closure], partials: Mapping[str, str]) -> Iterator[Finding]:
    """``partials``: every partial's path below ``prompts/`` with the path that messages show."""
    used = {partial_path(closure.prompt.name, written) for closure in closures for written in closure.partials}
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


def suite_findings(prompts: Iterable[Prompt], with_suite: Collection[str]) -> Iterator[Finding]:
    """Prompts without ``eval.yaml``; ``with_suite`` are the names of those that have one."""
    for prompt in prompts:
        if prompt.name not in with_suite:
            place = Place(prompt.document.file)
            yield found("L062", f"{prompt.name} has no eval.yaml", place, f"promptctl new --suite {prompt.name}")
