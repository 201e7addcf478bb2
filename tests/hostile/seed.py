"""One piece of hostile material: files laid over a sound repository, and what is asked of the program then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Content = bytes | str | Callable[[], "bytes | str"] | None
"""What a file holds; a function makes what is too large to keep; None takes the file away."""

PROMPT = "prompts/p/prompt.yaml"
PARTIAL = "prompts/shared/tone.j2"
SUITE = "prompts/p/eval.yaml"
ROWS = "prompts/p/cases.jsonl"
TABLE = "prompts/p/rows.csv"
SETTINGS = "promptctl.toml"
LOCK = "prompts/prompts.lock"
POINTER = "prompts/environments/prod/p.yaml"
MOVES = "prompts/environments/prod/p.moves.jsonl"
FREEZE = "prompts/environments/prod/_freeze.yaml"
EVIDENCE = "prompts/p/evidence/111111111111-222222222222.json"
REPLIES = "prompts/p/replies/111111111111.jsonl"


@dataclass(frozen=True, kw_only=True)
class Seed:
    """``name`` is ``category/what``. ``special`` puts down what no bytes can spell: links, pipes, devices.

    ``commands`` are run besides the usual ones, ``accepted`` seeds must pass all of them.
    """

    name: str
    files: Mapping[str, Content] = field(default_factory=dict)
    special: Callable[[Path], object] | None = None
    commands: tuple[tuple[str, ...], ...] = ()
    accepted: bool = False

    def lay(self, folder: Path, base: Mapping[str, bytes]) -> None:
        """Puts the files of ``base`` and of this seed into a folder."""
        for path, content in {**base, **self.files}.items():
            data = made(content)
            if data is not None:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        if self.special:
            self.special(folder)


def made(content: Content) -> bytes | None:
    """The bytes of a file; None for one that is not there."""
    found = content() if callable(content) else content
    return found.encode("utf-8", "surrogatepass") if isinstance(found, str) else found


def each(category: str, path: str, contents: Mapping[str, Content], **options: Any) -> tuple[Seed, ...]:
    """A seed for each way to write one file."""
    return tuple(
        Seed(name=f"{category}/{name}", files={path: content}, **options) for name, content in contents.items()
    )


def templates(category: str, texts: Mapping[str, str] | Iterable[str]) -> tuple[Seed, ...]:
    """A seed for each template of the prompt; those without a name are called by their number."""
    named = texts if isinstance(texts, Mapping) else {f"{number:03}": text for number, text in enumerate(texts, 1)}
    return each(category, PROMPT, {name: templated(text) for name, text in named.items()})


def templated(text: str) -> str:
    """A prompt with one template and inputs of every type."""
    return (
        "model: echo:echo\n"
        "inputs:\n  ticket: string\n  many: {type: array, default: [b, a, c]}\n  deep: {default: {a: {b: [1, "
        "{c: d}]}}}\n"
        f"template: {quoted(text)}\n"
    )


def quoted(text: str) -> str:
    """A text as a YAML scalar in double quotes, everything but plain characters spelled out."""
    return '"' + "".join(_spelled(character) for character in text) + '"'


def _spelled(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
