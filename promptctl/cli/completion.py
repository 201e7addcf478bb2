"""What a shell offers for the word under the cursor; a command is loaded only where options stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from promptctl.cli.table import ARGUMENTS, command_named, second_words, summaries
from promptctl.workflows import completion as known

if TYPE_CHECKING:
    from promptctl.cli.parameters import Parameter

SHELLS = ("bash", "zsh", "fish")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """What stands before the cursor: how many arguments, the option that waits for its value, the folder meant."""

    arguments: int
    waiting: str | None
    folder: Path


def candidates(words: list[str]) -> list[str]:
    """Whole words that may stand for the last of ``words``, which are those after the program's name."""
    *before, current = words or [""]
    if not before:
        first = dict.fromkeys(name.split()[0] for name in summaries())
        return _starting(current, [*first, "--help", "--version"] if current else first)
    second = _starting(current, second_words(before[0])) if len(before) == 1 else []
    command = command_named(before)
    return second if command is None else [*second, *_within(command, before[len(command.split()) :], current)]


def _within(command: str, earlier: list[str], current: str) -> list[str]:
    """What may follow a command and the words after it."""
    if current.startswith("-") or any(word.startswith("-") for word in earlier):
        return _with_options(command, earlier, current)
    return _starting(current, _offered(command, len(earlier), current, Path.cwd()))


def _starting(current: str, words: Any) -> list[str]:
    return [word for word in words if word.startswith(current)]


def _offered(command: str, position: int, current: str, folder: Path) -> list[str]:
    return [word for slot in _slots(ARGUMENTS[command].split(), position) for word in _values(slot, current, folder)]


def _slots(slots: list[str], position: int) -> list[str]:
    """The arguments that a word may be when ``position`` are there: those that can be left out do not end the list."""
    repeated = next((index for index, slot in enumerate(slots) if "…" in slot), len(slots))
    found = []
    for index, slot in list(enumerate(slots))[min(position, repeated) :]:
        found.append(slot)
        if not slot.startswith("[") and not ("…" in slot and position > index):
            break
    return found


def _values(kind: str, current: str, folder: Path) -> list[str]:
    """What fits where help shows ``kind``: NAME[@REF], ENV, [KIND], …"""
    if "NAME" in kind or kind == "PROMPT":
        name, at, _ = current.partition("@")
        names = known.prompt_names(folder)
        return [f"{name}@{ref}" for ref in known.references(folder, name)] if at and "@" in kind else names
    if kind in ("ENV", "REF"):
        return known.environments(folder)
    if kind == "[KIND]":
        from promptctl.schemas import KINDS

        return list(KINDS)
    return list(SHELLS) if kind == "SHELL" else []


def _with_options(command: str, earlier: list[str], current: str) -> list[str]:
    options = _options(command)
    typed = _typed(earlier, options)
    if typed.waiting:
        return _starting(current, _option_values(options[typed.waiting], current, typed.folder))
    option, equals, value = current.partition("=")
    if equals and option in options:
        return [f"{option}={word}" for word in _starting(value, _option_values(options[option], value, typed.folder))]
    if current.startswith("-"):
        return _starting(current, sorted(options))
    return _starting(current, _offered(command, typed.arguments, current, typed.folder))


def _options(command: str) -> Mapping[str, Parameter | None]:
    """The options of a command by each of their spellings; None for help, which takes no value."""
    from promptctl.cli.parameters import Option, parameters_of
    from promptctl.cli.shell import load

    found = [(each, each.declared) for each in parameters_of(load(command))]
    named = {
        spelling: each for each, declared in found if isinstance(declared, Option) for spelling in declared.spellings
    }
    return named | dict.fromkeys(("-h", "--help"))


def _typed(earlier: list[str], options: Mapping[str, Parameter | None]) -> _Typed:
    arguments, waiting, folder = 0, None, Path.cwd()
    for word in earlier:
        if waiting:
            folder = folder / word if waiting == "-C" else folder
            waiting = None
        elif word.startswith("-"):
            option = options.get(word)
            waiting = word if option is not None and option.kind is not bool else None
        else:
            arguments += 1
    return _Typed(arguments=arguments, waiting=waiting, folder=folder)


def _option_values(option: Parameter | None, current: str, folder: Path) -> list[str]:
    if option is None:
        return []
    if issubclass(option.kind, Enum):
        return [choice.value for choice in option.kind]
    return _values(option.declared.metavar or "", current, folder)
