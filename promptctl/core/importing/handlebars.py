"""Handlebars as dotprompt uses it, rewritten as Jinja: variables, conditions, loops, comments, roles and media."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from promptctl.core.importing.segments import NAME, NoSegment, escaped

_MUSTACHE = re.compile(
    r"\{\{(?P<open>~?)(?:!--(?P<long>.*?)--|!(?P<short>.*?)|\{(?P<raw>[^{}]*)\}|(?P<sign>[#/>^&]?)(?P<body>[^{}]*?))"
    r"(?P<close>~?)\}\}",
    re.DOTALL,
)
_PATH = re.compile(rf"(?P<up>(?:\.\./)*)(?:this\.|\./)?(?P<path>{NAME}(?:\.{NAME})*)", re.ASCII)
_LOOP = {"@index": "loop.index0", "@first": "loop.first", "@last": "loop.last"}
_LITERAL = re.compile(r'"[^"\\]*"|\'[^\'\\]*\'|-?[0-9]+(?:\.[0-9]+)?|true|false')
_NAMES = re.compile(NAME, re.ASCII)
_WORD = re.compile(r'"[^"]*"|\'[^\']*\'|[^\s"\']+')


@dataclass(frozen=True, slots=True)
class _Block:
    """An open block: the words that close it there and here, where it begins, whose fields names inside are."""

    name: str
    end: str
    base: str | None
    at: int
    loops: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A helper that begins something new at the top of a template: a role, the history, an image."""

    kind: str
    value: str = ""


def pieces(text: str, kinds: Mapping[str, str]) -> list[str | Mark]:
    """The Jinja of a Handlebars template, cut where a mark stands; ``kinds`` gives the types of inputs that print in
    their own way: ``boolean``, ``optional``. Raises NoSegment for what Jinja would not do the same with.
    """
    return _Writer(text, kinds).written()


class _Writer:
    """Walks a template once; keeps the open blocks."""

    def __init__(self, text: str, kinds: Mapping[str, str]) -> None:
        self._text, self._kinds = text, kinds
        self._blocks: list[_Block] = []
        self._found: list[str | Mark] = []
        self._at = 0

    def written(self) -> list[str | Mark]:
        end, lead = 0, ""
        tokens = list(_MUSTACHE.finditer(self._text))
        for index, token in enumerate(tokens):
            self._at = token.start()
            literal = lead + self._text[end : token.start()]
            following = self._text[token.end() : tokens[index + 1].start() if index + 1 < len(tokens) else None]
            self._literal(literal.rstrip() if token["open"] else literal)
            end, lead = token.end(), ""
            if token["close"]:
                end += len(following) - len(following.lstrip())
                following = following.lstrip()
            self._before = self._text[: token.start()].rpartition("\n")[2]
            end += self._token(token, following, last=index + 1 == len(tokens))
        self._literal(self._text[end:])
        if self._blocks:
            raise NoSegment(f"`{{{{#{self._blocks[-1].name}}}}}` is never closed", self._blocks[-1].at)
        return self._found

    def _literal(self, text: str) -> None:
        self._found.append(escaped(text + "\n")[:-1])

    def _token(self, token: re.Match[str], following: str, *, last: bool) -> int:
        """Writes one mustache; how much of the text behind it goes with it."""
        comment = token["long"] if token["long"] is not None else token["short"]
        if comment is not None:
            return self._tag("{#", comment.replace("#}", "# }"), "#}", following, last=last)
        body = (token["raw"] if token["raw"] is not None else token["body"]).strip()
        words = _WORD.findall(body)
        if not words:
            raise self._fault("nothing stands between the braces")
        sign = token["sign"] or ""
        if tag := self._block_tag(sign, words):
            return self._tag("{%", f" {tag} ", "%}", following, last=last)
        if sign not in ("", "&"):
            raise self._fault(f"`{{{{{sign}{body}}}}}` takes in another file or what only code gives")
        self._found.append(self._print(words))
        return 0

    def _tag(self, opening: str, inner: str, closing: str, following: str, *, last: bool) -> int:
        """A tag alone on its line takes the line with it, there as here; elsewhere white space stays."""
        line = following.partition("\n")[0]
        alone = not self._before.strip() and not line.strip() and ("\n" in following or last)
        keep_before = "+" if not alone and self._before and not self._before.strip() else ""
        keep_after = "+" if not alone and following.startswith("\n") else ""
        self._found.append(f"{opening}{keep_before}{inner}{keep_after}{closing}")
        return len(line) if alone else 0

    def _block_tag(self, sign: str, words: list[str]) -> str | None:
        if sign == "#":
            return self._opened(words[0], words[1:])
        if sign == "/":
            if not self._blocks or self._blocks[-1].name != words[0]:
                raise self._fault(f"`{{{{/{words[0]}}}}}` closes nothing")
            return self._blocks.pop().end
        if words[0] == "else" or sign == "^":
            if not self._blocks:
                raise self._fault("`{{else}}` stands in no block")
            if words[1:2] == ["if"] and self._blocks[-1].name in ("if", "unless"):
                return f"elif {self._value(words[2:])}"
            if words[1:]:
                raise self._fault(f"`{' '.join(words)}` has no like")
            return "else"
        return None

    def _opened(self, name: str, words: list[str]) -> str:
        around = self._blocks[-1].base if self._blocks else None
        if name in ("if", "unless"):
            self._blocks.append(_Block(name, "endif", around, self._at))
            return f"if {'not ' if name == 'unless' else ''}{self._value(words)}"
        if name in ("ifEquals", "unlessEquals") and len(words) == 2:
            self._blocks.append(_Block(name, "endif", around, self._at))
            return f"if {self._value(words[:1])} {'==' if name == 'ifEquals' else '!='} {self._value(words[1:])}"
        if name == "each":
            looped = self._value(words)
            item = self._free_name()
            self._blocks.append(_Block(name, "endfor", item, self._at, loops=True))
            return f"for {item} in {looped}"
        raise self._fault(f"`{{{{#{name}}}}}` is a helper that only code gives")

    def _free_name(self) -> str:
        """A name for what a loop is at: neither an input's nor that of a loop around it."""
        taken = {*_NAMES.findall(self._text), *(block.base for block in self._blocks if block.loops)}
        return next(name for number in count(1) if (name := f"item_{number}" if number > 1 else "item") not in taken)

    def _print(self, words: list[str]) -> str | Mark:
        if words[0] in ("role", "history", "media") and not (words[0] == "history" and "history" in self._kinds):
            return self._mark(words)
        value = self._value(words)
        kind = self._kinds.get(value, "")
        spelled = f'"true" if {value} else "false"' if "boolean" in kind else value
        if "optional" in kind:
            spelled = (
                f'({spelled}) if {value} is not none else ""'
                if spelled != value
                else (f'{value} if {value} is not none else ""')
            )
        return f"{{{{ {spelled} }}}}"

    def _mark(self, words: list[str]) -> Mark:
        if self._blocks:
            raise self._fault(f"`{{{{{words[0]}}}}}` stands within a block, and messages are not made by conditions")
        value = words[1].strip("\"'") if words[1:] else ""
        if words[0] == "media":
            url = next((word.removeprefix("url=") for word in words[1:] if word.startswith("url=")), None)
            if url is None:
                raise self._fault("`{{media}}` names no url")
            value = f"{{{{ {self._value([url])} }}}}"
        return Mark(kind=words[0], value=value)

    def _value(self, words: list[str]) -> str:
        """One value as Jinja. Raises NoSegment for helpers and for several words."""
        if len(words) != 1:
            raise self._fault(f"`{' '.join(words)}` calls a helper, which only code gives")
        word = words[0]
        base = self._blocks[-1].base if self._blocks else None
        if _LITERAL.fullmatch(word):
            return word
        if word in ("this", ".") and base:
            return base
        if word in _LOOP and base:
            return _LOOP[word]
        path = _PATH.fullmatch(word)
        if not path:
            raise self._fault(f"`{word}` is nothing that an input gives")
        for _ in range(path["up"].count("../")):
            base = self._outer(base)
        return f"{base}.{path['path']}" if base else path["path"]

    def _outer(self, base: str | None) -> str | None:
        """What names belonged to around the loop over ``base``."""
        found = next((index for index, block in enumerate(self._blocks) if block.base == base and block.loops), 0)
        return self._blocks[found - 1].base if found else None

    def _fault(self, message: str) -> NoSegment:
        return NoSegment(message, self._at)
