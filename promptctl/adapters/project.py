"""Prompts, partials and settings of one tree as parsed values, each read and parsed at most once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from promptctl.adapters.bounded import alive
from promptctl.adapters.files import decode, parse_yaml, require_size
from promptctl.adapters.settings import parse_toml
from promptctl.core import lockfile
from promptctl.core.closure import Closure, collect_partials
from promptctl.core.document import Document
from promptctl.core.lockfile import Lockfile, parse_lock
from promptctl.core.name import RESERVED, check_name, name_fault
from promptctl.core.prompt import Prompt, parse_prompt
from promptctl.core.settings import Settings, parse_settings
from promptctl.core.suggestion import suggest
from promptctl.core.template import MAX_TEMPLATE
from promptctl.core.tree import Tree, shown
from promptctl.errors import Place, Problem, PromptctlError, UsageError

UNKNOWN_PROMPT, MISPLACED, CYCLE = "PC002", "PC015", "PC018"


class Project:
    """What one tree holds; parsed values are kept, so asking twice costs nothing."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._prompts: dict[str, Prompt] = {}
        self._closures: dict[str, Closure] = {}
        self._texts: dict[str, Document | None] = {}

    @cached_property
    def settings(self) -> Settings:
        """Settings of this tree; defaults when it has no promptctl.toml. Raises DocumentError."""
        if "promptctl.toml" not in self.tree.files():
            return Settings(document=Document("promptctl.toml", {}))
        return parse_settings(parse_toml(self.tree.read("promptctl.toml"), shown(self.tree, "promptctl.toml")))

    @cached_property
    def lock(self) -> Lockfile:
        """The lock of this tree; empty when it has none. Raises DocumentError when it is malformed."""
        if lockfile.PATH not in self.tree.files():
            return Lockfile()
        place = shown(self.tree, lockfile.PATH)
        return parse_lock(decode(self.tree.read(lockfile.PATH), place), place)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all prompts, sorted; misplaced files are in ``misplaced``."""
        return tuple(sorted(name for name in self._folders if name_fault(name) is None))

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
            for name in sorted(self._folders)
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
        if name in self.names:
            return name
        if name in self.former:
            return self.former[name]
        hint = suggest(name, list(self.names)) or ("promptctl list" if self.names else f"promptctl new {name}")
        where = f" at {self.tree.label}" if self.tree.label else ""
        raise UsageError(UNKNOWN_PROMPT, f"there is no prompt `{name}`{where}", hint=hint)

    @cached_property
    def former(self) -> Mapping[str, str]:
        """Old names to current ones, from the prompts that parse."""
        found: dict[str, str] = {}
        for name in self.names:
            if b"formerly" in self.tree.read(f"prompts/{name}/prompt.yaml"):
                found |= dict.fromkeys(self.prompt(name).formerly, name)
        return found

    def prompt(self, name: str) -> Prompt:
        """The prompt of that name. Raises DocumentError, or UsageError when there is none."""
        if name not in self._prompts:
            path = f"prompts/{name}/prompt.yaml"
            if path not in self.tree.files():
                name = self.find(name)
                path = f"prompts/{name}/prompt.yaml"
            self._prompts[name] = parse_prompt(name, parse_yaml(self.tree.read(path), shown(self.tree, path)))
        return self._prompts[name]

    def closure(self, name: str, above: tuple[str, ...] = ()) -> Closure:
        """The prompt with its partials and, for a chain, its steps. Raises DocumentError or UsageError."""
        if name not in self._closures:
            alive()
            prompt = self.prompt(name)
            if name in above:
                raise prompt.document.error(CYCLE, "the chains contain each other: " + " -> ".join((*above, name)))
            partials = collect_partials(prompt, self.partial)
            steps = {step.name: self._step(prompt, index, (*above, name)) for index, step in enumerate(prompt.steps)}
            self._closures[name] = Closure(prompt=prompt, partials=partials, steps=steps)
        return self._closures[name]

    def _step(self, chain: Prompt, index: int, above: tuple[str, ...]) -> Closure:
        name = chain.steps[index].prompt
        if name not in self.names:
            hint = suggest(name, list(self.names))
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
        data = self.tree.read(path)
        require_size(data, MAX_TEMPLATE, shown(self.tree, path))
        text = decode(data, shown(self.tree, path))
        return Document(shown(self.tree, path), text, {}, text)

    def document(self, path: str) -> Document | None:
        """The YAML file at a path of the tree, or None when there is none. Raises DocumentError."""
        if path not in self.tree.files():
            return None
        return parse_yaml(self.tree.read(path), shown(self.tree, path))

    def readable(self) -> tuple[dict[str, Closure], tuple[PromptctlError, ...]]:
        """Every closure that can be read, and the errors of the others: for commands that look at everything."""
        closures: dict[str, Closure] = {}
        errors: list[PromptctlError] = []
        for name in self.names:
            try:
                closures[name] = self.closure(name)
            except UsageError as error:
                errors.append(error)
        return closures, tuple(errors)
