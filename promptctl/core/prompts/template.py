"""Jinja, confined: an immutable sandbox with an allow-list, templates from loaded texts only, undefined is an error.

Every template has a name: ``messages[1].content`` for one inside a prompt, the name as written for a partial. Errors
carry that name and the line in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from jinja2 import BaseLoader, TemplateError, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError

from promptctl.core.prompts.budget import Budget, BudgetExceeded, budgeted
from promptctl.core.prompts.sandbox import Sandbox
from promptctl.core.prompts.template_names import Names, descendants, template_names
from promptctl.core.prompts.text_limit import MAX_TEXT, STOPPED

MAX_TEMPLATE = 256 * 1024
GLOBALS = ("range", "namespace")


CANNOT_RENDER = "PC021"
_LONG_NUMBER = re.compile("[0-9][0-9_]{4000}")


class TemplateFault(Exception):
    """What is wrong with a template: its name, the line in it, the message, a hint and the error's code."""

    def __init__(
        self, template: str, line: int, message: str, hint: str | None = None, *, code: str = CANNOT_RENDER
    ) -> None:
        super().__init__(message)
        self.template, self.line, self.message, self.hint, self.code = template, line, message, hint, code


@dataclass(frozen=True, slots=True)
class Reading:
    """What a template names without being run: literal includes with their lines, the variables it reads and sets."""

    includes: tuple[tuple[str, int], ...]
    optional: frozenset[str]
    names: Names
    assigned: frozenset[str]

    @property
    def undeclared(self) -> frozenset[str]:
        """The variables that something outside the template has to provide."""
        return frozenset(name for name, _ in self.names.free)


class _Texts(BaseLoader):
    """Serves loaded texts by name; knows no file system."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def get_source(self, environment: Any, template: str) -> tuple[str, str, Callable[[], bool]]:
        if template not in self.texts:
            raise TemplateNotFound(template)
        return self.texts[template], template, lambda: True


@cache
def _reader() -> Sandbox:
    return Sandbox()


@lru_cache(maxsize=4096)
def read_template(name: str, text: str) -> Reading:
    """Parses without compiling, since compiling folds constants and can make a small text huge.

    Raises TemplateFault for syntax errors, unknown filters and includes whose name is not a literal.
    """
    if len(text) > MAX_TEMPLATE:
        raise TemplateFault(name, 1, f"a template has at most {MAX_TEMPLATE >> 10} KiB")
    try:
        return _read(name, _reader().parse(text))
    except TemplateSyntaxError as error:
        raise TemplateFault(
            name, error.lineno, error.message or "syntax error", "check the braces on that line"
        ) from None
    except RecursionError:
        raise TemplateFault(name, 1, "the template is nested too deeply") from None
    except ValueError:
        found = _LONG_NUMBER.search(text)
        line = text.count("\n", 0, found.start()) + 1 if found else 1
        raise TemplateFault(name, line, "a number has too many digits") from None


def template_tree(text: str) -> nodes.Template:
    """The syntax tree of a well-formed template."""
    return _reader().parse(text)


def literal_text(text: str) -> Iterator[tuple[int, str]]:
    """(line, text) of all that a well-formed template sends as it is written, without what stands in raw blocks."""
    raw = False
    for line, kind, found in _reader().lex(text):
        raw = kind == "raw_begin" or (raw and kind != "raw_end")
        if kind == "data" and not raw:
            yield line, found


def _read(name: str, tree: nodes.Template) -> Reading:
    below = descendants(tree)
    stored: set[str] = set()
    for node in below:
        _check(name, node)
        stored |= _stored(node)
    includes, optional = _includes(name, below)
    return Reading(includes, optional, template_names(tree, below, GLOBALS), frozenset(stored))


def _check(template: str, node: nodes.Node) -> None:
    """Raises TemplateFault for filters and tests that there are not, and arguments that stand twice."""
    if isinstance(node, nodes.Filter | nodes.Test):
        known = _reader().user_filters if isinstance(node, nodes.Filter) else _reader().tests
        if node.name not in known:
            kind = "filter" if isinstance(node, nodes.Filter) else "test"
            hint = f"allowed: {', '.join(sorted(known))}"
            raise TemplateFault(template, node.lineno, f"unknown {kind} `{node.name}`", hint)
    elif isinstance(node, nodes.Macro | nodes.CallBlock):
        given = [name.name for name in node.args]
        if twice := next((argument for argument in given if given.count(argument) > 1), None):
            raise TemplateFault(
                template, node.lineno, f"the argument `{twice}` stands twice", "name each argument once"
            )


def _stored(node: nodes.Node) -> set[str]:
    """The names that a node sets."""
    if isinstance(node, nodes.Name):
        return {node.name} if node.ctx in ("store", "param") else set()
    if isinstance(node, nodes.Import):
        return {node.target}
    if isinstance(node, nodes.FromImport):
        return {name if isinstance(name, str) else name[1] for name in node.names}
    return {node.name} if isinstance(node, nodes.Macro) else set()


def _includes(name: str, below: Sequence[nodes.Node]) -> tuple[tuple[tuple[str, int], ...], frozenset[str]]:
    found: list[tuple[str, int]] = []
    optional: set[str] = set()
    for node in below:
        if not isinstance(node, nodes.Include | nodes.Import | nodes.FromImport | nodes.Extends):
            continue
        target = node.template
        if not isinstance(target, nodes.Const) or not isinstance(target.value, str):
            raise TemplateFault(
                name, node.lineno, "the name of an included file must be written out", "use a literal, and {% if %}"
            )
        found.append((target.value, node.lineno))
        if getattr(node, "ignore_missing", False):
            optional.add(target.value)
    return tuple(found), frozenset(optional)


class Renderer:
    """Renders one closure's templates; compiles each once and keeps it.

    Each rendering has a budget of its own unless all of them pay from one.
    """

    def __init__(self, texts: Mapping[str, str], budget: Budget | None = None) -> None:
        self._texts, self._budget = texts, budget
        self._environment = Sandbox(loader=_Texts(texts), cache_size=256)

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """The text of one template. Raises TemplateFault with the template and line that failed."""
        try:
            with budgeted(self._budget):
                text = self._environment.get_template(name).render(values)
        except TemplateSyntaxError as error:
            raise TemplateFault(error.name or name, error.lineno, error.message or "syntax error") from None
        except BudgetExceeded as error:
            raise self._fault(name, error, str(error), STOPPED) from None
        except SecurityError as error:
            raise self._fault(name, error, f"not allowed in a template: {error}") from None
        except TemplateNotFound as error:
            raise self._fault(name, error, f"there is no partial `{error.name}`") from None
        except TemplateError as error:
            raise self._fault(name, error, str(error.message or error)) from None
        except RecursionError:
            raise TemplateFault(name, 1, "the templates call each other too deeply") from None
        except Exception as error:  # noqa: BLE001 - filters and tests raise whatever Python does, even AssertionError
            raise self._fault(name, error, f"{type(error).__name__}: {error}") from None
        if len(text) > MAX_TEXT:
            raise TemplateFault(name, 1, f"the rendered text is larger than {MAX_TEXT >> 20} MiB", code=STOPPED)
        return text

    def _fault(self, name: str, error: BaseException, message: str, code: str = CANNOT_RENDER) -> TemplateFault:
        """A fault at the innermost template frame; Jinja maps generated code back to template names and lines."""
        template, line, trace = name, 1, error.__traceback__
        while trace:
            if trace.tb_frame.f_code.co_filename in self._texts:
                template, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
            trace = trace.tb_next
        return TemplateFault(template, line, message, code=code)
