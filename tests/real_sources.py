"""Published prompts as their authors keep them, each family read in its own way into one form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.template_shapes import Shape, read_shapes

Literal = Callable[[Mapping[str, Any]], str]
"""What a source that is no Jinja template renders to."""

_MARKER = re.compile(r"\{[{%#]|\{$")
_SIMPLE = re.compile(r"\{\{ ?[a-z_]+ ?\}\}", re.ASCII)
_FORMAT_FIELD = re.compile(r"\{(?:join\()?([a-z_]+)(?:\)|,[^{}]*(?:\{[^{}]*\}[^{}]*)*\))?\}", re.ASCII)
_INCLUDE = re.compile(r"(\{%-?\s*include\s+)[\"']([^\"']+)[\"']")


@dataclass(frozen=True, kw_only=True)
class Material:
    """One source as a prompt.

    ``texts`` are templates by the names that includes use; ``messages`` pair a role with the name of its text;
    ``partials`` gives the path below ``prompts/`` of each text that may be included; ``literals`` says what texts that
    were no templates render to.
    """

    name: str
    source: str
    texts: Mapping[str, str]
    messages: tuple[tuple[str, str], ...]
    partials: Mapping[str, str] = field(default_factory=dict)
    literals: Mapping[str, Literal] = field(default_factory=dict)

    def shapes(self) -> dict[str, Shape]:
        """How the messages use each variable."""
        return read_shapes([text for _, text in self.messages], self.texts)

    def included(self) -> set[str]:
        """The texts that messages include, and those that these include."""
        found: set[str] = set()
        waiting = [text for _, text in self.messages]
        while waiting:
            for _, name in _INCLUDE.findall(self.texts[waiting.pop()]):
                if name not in found:
                    found.add(name)
                    waiting.append(name)
        return found

    def renamed(self, text: str) -> str:
        """A text whose includes have the names that promptctl knows the partials by."""
        return _INCLUDE.sub(lambda found: f'{found[1]}"{self.partials[found[2]]}"', self.texts[text])


def escaped(text: str) -> str:
    """A text as a template that renders to it, whatever follows."""
    return _MARKER.sub(lambda found: f"{{{{ '{found[0]}' }}}}", text)


def slug(text: str) -> str:
    """A text as a segment of a prompt's name."""
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-_")


def _read(path: Path) -> str:
    return path.read_bytes().decode().replace("\r\n", "\n").replace("\r", "\n")


def _as_is(text: str) -> Literal:
    """Jinja drops one line end at the end."""
    return lambda _: text.removesuffix("\n")


def fabric(real: Path) -> Iterator[Material]:
    """Plain texts, ``system.md`` and at times ``user.md`` before the input. Where all braces are names, they are
    variables; else they are part of the text."""
    for path in sorted((real / "fabric").rglob("system.md")):
        text, user = _read(path), path.with_name("user.md")
        is_template = not _MARKER.search(_SIMPLE.sub("", text))
        yield Material(
            name=f"fabric/{slug(path.parent.name)}",
            source=path.relative_to(real).as_posix(),
            texts={
                "system": text if is_template else escaped(text),
                "user": (escaped(_read(user)) if user.exists() else "") + "{{ input }}",
            },
            messages=(("system", "system"), ("user", "user")),
            literals={} if is_template else {"system": _as_is(text)},
        )


def openhands(real: Path) -> Iterator[Material]:
    """Jinja files that include each other within their folder."""
    root = real / "openhands"
    for path in sorted([*root.rglob("*.j2"), *root.rglob("*.jinja")]):
        parts = [slug(part) for part in path.relative_to(root).parent.parts]
        kept = [part for part in parts if part not in ("prompts", "templates")]
        texts = {other.name: _read(other) for other in path.parent.iterdir() if other.suffix in (".j2", ".jinja")}
        yield Material(
            name="/".join(["openhands", *kept, slug(path.stem)]),
            source=path.relative_to(real).as_posix(),
            texts=texts,
            messages=(("system" if path.name.startswith("system") else "user", path.name),),
            partials={name: "/".join(["shared", "openhands", *kept, f"{Path(name).stem}.j2"]) for name in texts},
        )


def spacy(real: Path) -> Iterator[Material]:
    """Jinja files that stand alone."""
    for path in sorted((real / "spacy-llm").glob("*.jinja")):
        yield Material(
            name=f"spacy/{slug(path.stem)}",
            source=path.relative_to(real).as_posix(),
            texts={"main": _read(path)},
            messages=(("user", "main"),),
        )


def prompthub(real: Path) -> Iterator[Material]:
    """Texts with ``{name}`` fields; what a function joins is taken as one text."""
    for path in sorted((real / "prompthub").rglob("*.yaml")):
        text: str = yaml.safe_load(path.read_text(encoding="utf-8"))["text"]
        pieces = _FORMAT_FIELD.split(text)
        converted = "".join(f"{{{{ {piece} }}}}" if index % 2 else escaped(piece) for index, piece in enumerate(pieces))
        yield Material(
            name=f"prompthub/{slug(path.stem.removeprefix('deepset-'))}",
            source=path.relative_to(real).as_posix(),
            texts={"main": converted},
            messages=(("user", "main"),),
            literals={"main": _formatted(text)},
        )


def _formatted(text: str) -> Literal:
    return lambda inputs: _FORMAT_FIELD.sub(lambda found: inputs[found[1]], text.removesuffix("\n"))


FAMILIES: Mapping[str, Callable[[Path], Iterator[Material]]] = {
    "fabric": fabric,
    "openhands": openhands,
    "spacy-llm": spacy,
    "prompthub": prompthub,
}
