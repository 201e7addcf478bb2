"""Where Python code asks for prompts, and with which inputs: read from its syntax, never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_TAKES_INPUTS = frozenset({"render", "messages", "request"})
_OF_CALL = frozenset({"inputs", "user", "endpoint", "trace", "deadline"})
"""Arguments of ``Prompts.call`` that are no inputs by themselves."""
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, *_COMPREHENSIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSite:
    """One use of a prompt. ``inputs`` are the names that are passed, None where the code only asks for the prompt;
    ``open`` says that more may be passed which cannot be read here. ``sure`` says that it is ours beyond doubt."""

    prompt: str
    line: int
    column: int
    inputs: frozenset[str] | None = None
    open: bool = False
    sure: bool = False


def call_sites(source: str) -> tuple[CallSite, ...]:
    """Every ``get`` of a prompt by a name that is written out, and what its inputs are given. Raises SyntaxError."""
    reader = _Reader()
    reader.visit(ast.parse(source))
    return tuple(sorted(reader.found, key=lambda site: (site.line, site.column, site.inputs is not None)))


class _Reader(ast.NodeVisitor):
    """Follows names from ``prompt = prompts.get("…")`` to their uses in the same function."""

    def __init__(self) -> None:
        self.found: list[CallSite] = []
        self._makers = {"prompts"}
        self._prompts: list[dict[str, CallSite]] = [{}]

    def generic_visit(self, node: ast.AST) -> None:
        """A function sees the names around it; what it binds is its own. So it is with a comprehension, whose names
        come behind what is done with them."""
        scoped = isinstance(node, _SCOPES)
        if scoped:
            self._prompts.append(dict(self._prompts[-1]))
        for child in sorted(ast.iter_child_nodes(node), key=lambda child: not isinstance(child, ast.comprehension)):
            self.visit(child)
        if scoped:
            self._prompts.pop()

    def visit_withitem(self, node: ast.withitem) -> None:
        self.visit(node.context_expr)
        if node.optional_vars:
            self._bind(node.optional_vars, node.context_expr)

    def visit_Name(self, node: ast.Name) -> None:
        """A name that a loop, an unpacking or the like sets is no prompt any more."""
        if not isinstance(node.ctx, ast.Load):
            self._prompts[-1].pop(node.id, None)

    def visit_arg(self, node: ast.arg) -> None:
        """What a function is given hides what was called so around it."""
        self._prompts[-1].pop(node.arg, None)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self._bind(target, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)
            self._bind(node.target, node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._bind(node.target, node.value)

    def visit_Call(self, node: ast.Call) -> None:
        if site := self._got(node):
            self.found.append(site)
        elif used := self._used(node):
            self.found.append(used)
        self.generic_visit(node)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        name = _dotted(target)
        if name is None:
            self.visit(target)
            return
        if isinstance(value, ast.Call) and (_dotted(value.func) or "").rpartition(".")[2] == "Prompts":
            self._makers.add(name)
        site = self._prompt(value)
        for scope in self._prompts[-2:] if name.startswith("self.") else self._prompts[-1:]:
            if site:
                scope[name] = site
            else:
                scope.pop(name, None)

    def _prompt(self, node: ast.expr) -> CallSite | None:
        """The prompt that an expression is, where that can be read."""
        if isinstance(node, ast.Await):
            return self._prompt(node.value)
        if isinstance(node, ast.Call):
            return self._got(node)
        return self._prompts[-1].get(_dotted(node) or "")

    def _got(self, node: ast.Call) -> CallSite | None:
        """``….get("name")``."""
        function = node.func
        if not isinstance(function, ast.Attribute) or function.attr != "get" or not node.args:
            return None
        name = node.args[0]
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
            return None
        maker = _dotted(function.value) or ""
        sure = maker in self._makers or maker.rpartition(".")[2] == "prompts"
        return CallSite(prompt=name.value, line=name.lineno, column=name.col_offset + 1, sure=sure)

    def _used(self, node: ast.Call) -> CallSite | None:
        """``prompt.render(…)``, and ``prompts.call(prompt, …)``."""
        function = node.func
        if not isinstance(function, ast.Attribute):
            return None
        if function.attr in _TAKES_INPUTS:
            return self._with_inputs(node, self._prompt(function.value), frozenset(), bool(node.args))
        if function.attr == "call" and node.args:
            return self._with_inputs(node, self._prompt(node.args[0]), _OF_CALL, len(node.args) > 1)
        return None

    def _with_inputs(
        self, node: ast.Call, site: CallSite | None, others: frozenset[str], more: bool
    ) -> CallSite | None:
        if site is None:
            return None
        given = {keyword.arg for keyword in node.keywords}
        return CallSite(
            prompt=site.prompt,
            line=node.lineno,
            column=node.col_offset + 1,
            inputs=frozenset(name for name in given if name is not None) - others,
            open=more or None in given or "inputs" in given & others,
            sure=site.sure,
        )


def _dotted(node: ast.expr) -> str | None:
    """``a.b.c`` of names and attributes, None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (left := _dotted(node.value)):
        return f"{left}.{node.attr}"
    return None


def input_faults(site: CallSite, inputs: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
    """What is wrong with the inputs of a use: "unknown" or "missing", and the name. ``inputs`` says of each input
    whether it is required."""
    if site.inputs is None:
        return
    for name in sorted(site.inputs - inputs.keys()):
        yield "unknown", name
    if not site.open:
        for name in sorted(name for name, required in inputs.items() if required and name not in site.inputs):
            yield "missing", name
