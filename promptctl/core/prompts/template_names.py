"""Which names a template reads from outside, found by walking its syntax tree.

Jinja's own finder drives the compiler, which folds constants: ``{{ 'a' * 10 ** 8 }}`` costs it 100 MB. This one only
looks. It follows Jinja's scopes and forgives order between branches: a name set in one branch counts as set after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jinja2 import nodes

_ALWAYS = frozenset({"self"})
_IN_MACRO = ("caller", "varargs", "kwargs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a template reads and sets.

    ``free``: names read that the template does not set, each with the lines it is read on, in order. ``tested``: free
    names that the template asks about (``is defined``) or gives a default. ``isolated``: templates only imported (or
    included) without the context, which see no variables.
    """

    free: tuple[tuple[str, int], ...]
    tested: frozenset[str]
    isolated: frozenset[str]


class _Scope:
    """The names one scope sets; ``inner`` holds the bodies to look at when all of them are known."""

    def __init__(self, outer: _Scope | None = None, names: Iterable[str] = ()) -> None:
        self.outer, self.names = outer, set(names)
        self.inner: list[tuple[Iterable[nodes.Node], _Scope]] = []

    def knows(self, name: str) -> bool:
        return name in self.names or (self.outer is not None and self.outer.knows(name))


class _Walk:
    """One pass over a tree; collects what is read before it is set."""

    def __init__(self) -> None:
        self.free: list[tuple[str, int]] = []

    def body(self, found: Iterable[nodes.Node], scope: _Scope) -> None:
        for node in found:
            self.node(node, scope)
        for inner, inner_scope in scope.inner:
            self.body(inner, inner_scope)
        scope.inner.clear()

    def node(self, node: nodes.Node, scope: _Scope) -> None:
        if isinstance(node, nodes.Name):
            self.name(node, scope)
        elif isinstance(node, nodes.NSRef):
            self.read(node.name, node.lineno, scope)
        elif isinstance(node, nodes.For):
            self.loop(node, scope)
        elif isinstance(node, nodes.Macro | nodes.CallBlock):
            self.callable(node, scope)
        elif isinstance(node, nodes.With):
            self.assignments(node, scope)
        elif isinstance(node, nodes.FilterBlock | nodes.AssignBlock | nodes.Block):
            self.block(node, scope)
        elif isinstance(node, nodes.Assign):
            self.node(node.node, scope)
            self.node(node.target, scope)
        elif isinstance(node, nodes.Import):
            scope.names.add(node.target)
        elif isinstance(node, nodes.FromImport):
            scope.names.update(name if isinstance(name, str) else name[1] for name in node.names)
        else:
            for child in _children(node):
                self.node(child, scope)

    def name(self, node: nodes.Name, scope: _Scope) -> None:
        if node.ctx == "load":
            self.read(node.name, node.lineno, scope)
        else:
            scope.names.add(node.name)

    def read(self, name: str, line: int, scope: _Scope) -> None:
        if name not in _ALWAYS and not scope.knows(name):
            self.free.append((name, line))

    def loop(self, node: nodes.For, scope: _Scope) -> None:
        self.node(node.iter, scope)
        within = _Scope(scope, ["loop"])
        tested = [node.test] if node.test else []
        scope.inner.append(([node.target, *tested, *node.body], within))
        scope.inner.append((node.else_, _Scope(scope)))

    def callable(self, node: nodes.Macro | nodes.CallBlock, scope: _Scope) -> None:
        if isinstance(node, nodes.Macro):
            scope.names.add(node.name)
        else:
            self.node(node.call, scope)
        scope.inner.append(([*node.args, *node.defaults, *node.body], _Scope(scope, _IN_MACRO)))

    def assignments(self, node: nodes.With, scope: _Scope) -> None:
        for value in node.values:
            self.node(value, scope)
        scope.inner.append(([*node.targets, *node.body], _Scope(scope)))

    def block(self, node: nodes.FilterBlock | nodes.AssignBlock | nodes.Block, scope: _Scope) -> None:
        if isinstance(node, nodes.AssignBlock):
            self.node(node.target, scope)
        filtered = getattr(node, "filter", None)
        if filtered is not None:
            self.node(filtered, scope)
        scope.inner.append((node.body, _Scope(scope, ["super"] if isinstance(node, nodes.Block) else ())))


def descendants(tree: nodes.Node) -> list[nodes.Node]:
    """Every node below one, in the order of the text. Raises RecursionError when nested too deeply."""
    found: list[nodes.Node] = []

    def collect(node: nodes.Node) -> None:
        for child in _children(node):
            found.append(child)
            collect(child)

    collect(tree)
    return found


def _children(node: nodes.Node) -> Iterator[nodes.Node]:
    for field in node.fields:
        value = getattr(node, field, None)
        if isinstance(value, nodes.Node):
            yield value
        elif isinstance(value, list):
            yield from (part for part in value if isinstance(part, nodes.Node))


def template_names(tree: nodes.Template, below: Sequence[nodes.Node], known: Iterable[str] = ()) -> Names:
    """The names of a parsed template with all nodes ``below`` it; ``known`` are those the environment provides.

    Raises RecursionError when nested too deeply.
    """
    walk = _Walk()
    walk.body(tree.body, _Scope(names=known))
    return Names(
        free=tuple(sorted(set(walk.free), key=lambda use: (use[1], use[0]))),
        tested=frozenset(_asked(below)),
        isolated=frozenset(_isolated(below)),
    )


def _asked(below: Iterable[nodes.Node]) -> Iterator[str]:
    for found in below:
        asks = isinstance(found, nodes.Filter) and found.name in ("default", "d")
        asks = asks or (isinstance(found, nodes.Test) and found.name in ("defined", "undefined"))
        if asks and isinstance(name := getattr(found, "node", None), nodes.Name):
            yield name.name


def _isolated(below: Iterable[nodes.Node]) -> Iterator[str]:
    alone: dict[str, bool] = {}
    for found in below:
        target = found.template if isinstance(found, nodes.Include | nodes.Import | nodes.FromImport) else None
        if isinstance(target, nodes.Const):
            name = str(target.value)
            alone[name] = alone.get(name, True) and not getattr(found, "with_context", False)
    return (name for name, without_context in alone.items() if without_context)
