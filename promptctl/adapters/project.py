"""Prompts, partials and settings of one tree as parsed values, each read and parsed at most once."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

from promptctl.adapters.bounded import alive
from promptctl.adapters.former_names import ambiguous, claims, meant_by
from promptctl.adapters.known import NOTHING_KNOWN, KnownFiles
from promptctl.core.files.tree import Tree, shown
from promptctl.core.name import RESERVED, check_name, name_fault
from promptctl.core.suggestion import suggest
from promptctl.errors import Place, Problem, PromptctlError, UsageError

if TYPE_CHECKING:
    from promptctl.adapters.known import CommitDigests, KnownDigests
    from promptctl.adapters.known_index import KnownIndex
    from promptctl.core.files.document import Document
    from promptctl.core.prompts.card import Card
    from promptctl.core.prompts.closure import Closure
    from promptctl.core.prompts.prompt import Prompt
    from promptctl.core.releases.lockfile import Lockfile
    from promptctl.core.settings import Settings

Value = TypeVar("Value")

UNKNOWN_PROMPT, MISPLACED, CYCLE = "PC002", "PC015", "PC018"
_MOST_KEPT = 100
"""Prompts whose values one command notes: one that reads more of them notes what it finds out about them."""


class Project:
    """What one tree holds; parsed values are kept, so asking twice costs nothing."""

    def __init__(
        self,
        tree: Tree,
        digests: KnownDigests | CommitDigests | None = None,
        known: KnownFiles = NOTHING_KNOWN,
        index: KnownIndex | None = None,
        rule: Project | None = None,
    ) -> None:
        self.tree, self.known, self._digests, self._index, self._rule = tree, known, digests, index, rule
        self._files: dict[str, frozenset[str]] = {}
        self._prompts: dict[str, Prompt] = {}
        self._closures: dict[str, Closure] = {}
        self._texts: dict[str, Document | None] = {}

    @cached_property
    def settings(self) -> Settings:
        """Settings of this tree, or of the one that rules it; defaults without promptctl.toml. Raises DocumentError."""
        if self._rule:
            return self._rule.settings
        from promptctl.core.files.document import Document
        from promptctl.core.settings import Settings, parse_settings

        path = "promptctl.toml"
        if path not in self.tree.files():
            return Settings(document=Document(path, {}))

        def read() -> Document:
            from promptctl.adapters.settings import parse_toml

            return parse_toml(self.tree.read(path), shown(self.tree, path))

        return self.known.sound("settings", path, shown(self.tree, path), read, parse_settings)

    @cached_property
    def lock(self) -> Lockfile:
        """The lock of this tree; empty when it has none. Raises DocumentError when it is malformed."""
        from promptctl.adapters.files import decode
        from promptctl.core.releases import lockfile

        if lockfile.PATH not in self.tree.files():
            return lockfile.Lockfile()
        place = shown(self.tree, lockfile.PATH)

        def read(sound: str | None) -> lockfile.Lockfile:
            text = decode(self.tree.read(lockfile.PATH), place)
            return lockfile.parse_lock(text, place, sound=bool(sound))

        def known() -> lockfile.Lockfile:
            if self.known.get("lock", lockfile.PATH) is not True:
                return self.known.judged("lock", lockfile.PATH, read)
            from promptctl.adapters.known_lock import KnownEntries

            return lockfile.Lockfile(KnownEntries(self.known, lambda: read("lock").prompts))

        return self.known.once("lock", lockfile.PATH, known)

    def parsed(self, kind: str, path: str, parse: Callable[[Document], Value]) -> Value | None:
        """What ``parse`` makes of the YAML file at a path, None when there is none. Raises what ``parse`` raises."""
        if path not in self.tree.files():
            return None
        return self.known.sound(kind, path, shown(self.tree, path), lambda: self._yaml(path), parse)

    def _yaml(self, path: str) -> Document:
        from promptctl.adapters.files import parse_yaml

        return parse_yaml(self.tree.read(path), shown(self.tree, path))

    def has(self, name: str) -> bool:
        """Whether there is a prompt of that name."""
        return name_fault(name) is None and f"prompts/{name}/prompt.yaml" in self.tree.files()

    @cached_property
    def names(self) -> Collection[str]:
        """The names of all prompts, sorted; misplaced files are in ``misplaced``."""
        return dict.fromkeys(sorted(name for name in self._folders if name_fault(name) is None)).keys()

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        ending = "/prompt.yaml"
        found = (path[len("prompts/") : -len(ending)] for path in self.tree.files() if path.endswith(ending))
        return tuple(name for name in found if name and name.split("/")[0] not in ("environments", "experiments"))

    def misplaced(self) -> tuple[Problem, ...]:
        """What below ``prompts/`` can be no prompt: folders whose name breaks the grammar, and links."""
        problems = [
            Problem(
                "PC005",
                f"{name!r} cannot name a prompt: {fault}",
                Place(shown(self.tree, f"prompts/{name}/prompt.yaml")),
            )
            for name in sorted(set(self._folders).difference(self.names))
            if (fault := name_fault(name))
        ]
        for path in self.tree.special():
            place = Place(shown(self.tree, path))
            problems.append(Problem(MISPLACED, f"{path} is not a regular file", place, "put the file itself there"))
        return tuple(problems)

    def find(self, name: str) -> str:
        """The current name for ``name``: itself, or the prompt that was formerly called so.

        Raises UsageError with the nearest name.
        """
        check_name(name)
        if self.has(name):
            return name
        if name in self.former:
            return self.former[name]
        if name in self.claims:
            raise ambiguous(name, self.claims[name])
        hint = suggest(name, list(self.names)) or ("promptctl list" if self.names else f"promptctl new {name}")
        where = f" at {self.tree.label}" if self.tree.label else ""
        raise UsageError(UNKNOWN_PROMPT, f"there is no prompt `{name}`{where}", hint=hint)

    @cached_property
    def former(self) -> Mapping[str, str]:
        """Old names to current ones, from the prompts that parse; without those that several claim."""
        return {old: names[0] for old, names in self.claims.items() if len(names) == 1}

    @cached_property
    def claims(self) -> Mapping[str, tuple[str, ...]]:
        """Old names, each with the prompts that say they were called so."""
        return claims(self)

    @property
    def _few(self) -> KnownFiles:
        """What is known of single prompts, for commands that read few of them."""
        return self.known if len(self._prompts) <= _MOST_KEPT else NOTHING_KNOWN

    def prompt(self, name: str) -> Prompt:
        """The prompt of that name. Raises DocumentError, or UsageError when there is none."""
        from promptctl.core.prompts.prompt import parse_prompt

        if name not in self._prompts:
            alive()
            path = f"prompts/{name}/prompt.yaml"
            if path not in self.tree.files():
                name = self.find(name)
                path = f"prompts/{name}/prompt.yaml"
            self._prompts[name] = self._few.sound(
                "prompt", path, shown(self.tree, path), lambda: self._yaml(path), partial(parse_prompt, name)
            )
        return self._prompts[name]

    def card(self, name: str) -> Card:
        """What a listing shows of a prompt, not read where earlier commands did. Raises what ``prompt`` raises."""
        from promptctl.core.prompts.card import card_from, card_of

        path = f"prompts/{name}/prompt.yaml"
        fact = self.known.get("card", path) if name not in self._prompts else None
        found = card_from(fact) if isinstance(fact, dict) else None
        if found is None:
            found = card_of(self.prompt(name))
            self.known.keep("card", path, found.to_dict())
        return found

    def closure(self, name: str, above: tuple[str, ...] = ()) -> Closure:
        """The prompt with its partials and, for a chain, its steps. Raises DocumentError or UsageError."""
        from promptctl.core.prompts.closure import assembled

        if name not in self._closures:
            alive()
            prompt = self.prompt(name)
            if name in above:
                raise prompt.document.error(CYCLE, "the chains contain each other: " + " -> ".join((*above, name)))
            partials, asked = self._partials(prompt)
            steps = {step.name: self._step(prompt, index, (*above, name)) for index, step in enumerate(prompt.steps)}
            self._closures[name] = assembled(prompt, partials, steps)
            self._files[name] = asked.union(*(self._files[step.prompt.name] for step in steps.values()))
        return self._closures[name]

    def _partials(self, prompt: Prompt) -> tuple[dict[str, Document], frozenset[str]]:
        """What a prompt's templates include, by the names as written, and the paths that were read or looked for."""
        from promptctl.core.prompts.closure import collect_partials, partial_path

        known = self._few.by_name("includes")
        noted = known.digest(prompt.name)
        if noted is not None:
            paths = ((written, partial_path(prompt.name, written)) for written in json.loads(noted))
            found = ((written, self.partial(path)) for written, path in paths if path)
            return {written: text for written, text in found if text}, frozenset(known.files(prompt.name))
        asked = {f"prompts/{prompt.name}/prompt.yaml"}

        def read(path: str) -> Document | None:
            asked.add(f"prompts/{path}")
            return self.partial(path)

        partials = collect_partials(prompt, read)
        known.keep(prompt.name, json.dumps(list(partials)), asked)
        return partials, frozenset(asked)

    def files_of(self, name: str) -> frozenset[str]:
        """The paths that the closure of a prompt was made of, and those that it looked for."""
        self.closure(name)
        return self._files[name]

    def digest(self, name: str) -> str:
        """The digest of a prompt, which is not read where earlier commands did. Raises what ``closure`` raises."""
        found = self._digests.digest(name) if self._digests and name not in self._closures else None
        if found is None:
            from promptctl.core.prompts.canonical import digest

            found = digest(self.closure(name))
            if self._digests:
                self._digests.keep(name, found, self.files_of(name))
        return found

    def _step(self, chain: Prompt, index: int, above: tuple[str, ...]) -> Closure:
        name = chain.steps[index].prompt
        if not self.has(name):
            hint = meant_by(self, name)
            raise chain.document.error(UNKNOWN_PROMPT, f"there is no prompt `{name}`", ("steps", index, "prompt"), hint)
        return self.closure(name, above)

    def partial(self, path: str) -> Document | None:
        """The text at a path below ``prompts/``, or None when there is no such file."""
        if path not in self._texts:
            full = f"prompts/{path}"
            usable = full in self.tree.files() and not RESERVED & set(path.split("/"))
            self._texts[path] = self._text(full) if usable else None
        return self._texts[path]

    def _text(self, path: str) -> Document:
        from promptctl.adapters.files import decode, require_size
        from promptctl.core.files.document import Document
        from promptctl.core.prompts.template import MAX_TEMPLATE

        data = self.tree.read(path)
        require_size(data, MAX_TEMPLATE, shown(self.tree, path))
        text = decode(data, shown(self.tree, path))
        return Document(shown(self.tree, path), text, {}, text)

    def document(self, path: str) -> Document | None:
        """The YAML file at a path of the tree, or None when there is none. Raises DocumentError."""
        return self._yaml(path) if path in self.tree.files() else None

    def digests(self) -> tuple[dict[str, str], tuple[PromptctlError, ...]]:
        """The digest of every prompt that can be read, and the errors of the others."""
        if not self._index:
            return self._each(self.digest, {})
        known = self._index.digests()
        if known:
            return self._each(self.digest, known)
        from promptctl.adapters.reckoning import reckoned

        found, errors = self._each(self.digest, reckoned(self, self._index.names))
        self._index.keep(found, self._index.names.files)
        return found, errors

    def readable(self) -> tuple[dict[str, Closure], tuple[PromptctlError, ...]]:
        """Every closure that can be read, and the errors of the others: for commands that look at everything."""
        return self._each(self.closure, {})

    def _each(
        self, read: Callable[[str], Value], known: Mapping[str, Value]
    ) -> tuple[dict[str, Value], tuple[PromptctlError, ...]]:
        found, errors = dict[str, Value](), list[PromptctlError]()
        for name in self.names:
            try:
                found[name] = known[name] if name in known else read(name)
            except UsageError as error:
                errors.append(error)
        return found, tuple(errors)
