"""GitHub's expressions, the part of them that workflows here use. What is not known is an error, never empty text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)|(&&|\|\||==|!=|[!()]))")
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_EMPTY: tuple[Any, ...] = ("", False, None, 0)


def filled(text: object, contexts: Mapping[str, Any]) -> str:
    """A text with the values of its expressions."""
    return _EXPRESSION.sub(lambda found: spelled(evaluate(found[1], contexts)), spelled(text))


def condition(text: object, contexts: Mapping[str, Any]) -> bool:
    """Whether an ``if`` holds; without a function of its own it also asks for ``success()``."""
    written = spelled(text)
    found = _EXPRESSION.fullmatch(written.strip())
    inner = found[1] if found else written
    asks = re.search(r"\b(success|failure|always|cancelled)\(", inner)
    return truthy(evaluate(inner, contexts)) and (asks is not None or truthy(contexts["success"]()))


def evaluate(text: str, contexts: Mapping[str, Any]) -> Any:
    """The value of one expression. Contexts hold mappings, and functions of no argument."""
    return _Reading(text, contexts).whole()


def truthy(value: Any) -> bool:
    return value not in _EMPTY


def spelled(value: Any) -> str:
    """A value as text, as GitHub writes it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Reading:
    """One expression, read from left to right."""

    def __init__(self, text: str, contexts: Mapping[str, Any]) -> None:
        self.text, self.contexts = text, contexts
        self.tokens = [*_tokens(text), ""]

    def whole(self) -> Any:
        value = self._either()
        assert self.tokens == [""], (self.text, self.tokens)
        return value

    def _either(self) -> Any:
        value = self._both()
        while self._took("||"):
            other = self._both()
            value = value if truthy(value) else other
        return value

    def _both(self) -> Any:
        value = self._equal()
        while self._took("&&"):
            other = self._equal()
            value = other if truthy(value) else value
        return value

    def _equal(self) -> Any:
        value = self._one()
        for sign in ("==", "!="):
            if self._took(sign):
                other = self._one()
                assert isinstance(value, str), f"{self.text}: only texts are compared here"
                assert isinstance(other, str), f"{self.text}: only texts are compared here"
                return (value.lower() == other.lower()) is (sign == "==")
        return value

    def _one(self) -> Any:
        token = self.tokens.pop(0)
        assert token, f"{self.text}: something is missing"
        if token == "!":
            return not truthy(self._one())
        if token == "(":
            value = self._either()
            assert self._took(")"), self.text
            return value
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if self._took("("):
            assert self._took(")"), f"{self.text}: functions here take nothing"
            return self.contexts[token]()
        return self._looked_up(token)

    def _looked_up(self, name: str) -> Any:
        value: Any = self.contexts
        for word in name.split("."):
            assert word in value, f"nothing is called {name}"
            value = value[word]
        return value

    def _took(self, token: str) -> bool:
        found = self.tokens[:1] == [token]
        if found:
            self.tokens.pop(0)
        return found


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        assert found, f"not understood: {text[at:]}"
        yield found[found.lastindex or 0]
        at = found.end()
