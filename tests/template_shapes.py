"""What values a Jinja template expects, seen from how it uses its variables; and values made up to fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, nodes

VARIANTS = ("full", "single", "blank", "none")
"""Lists of two, lists of one, everything empty but its fields there, everything empty."""

_VIEWS = ("items", "values", "keys")
_OF_LISTS = ("join", "first", "last", "sort", "batch", "map", "select", "reject")


@dataclass
class Shape:
    """How a value is used: its fields, what iterating or indexing it gives, whether it is a mapping or called."""

    fields: dict[str, Shape] = field(default_factory=dict)
    element: Shape | None = None
    mapping: bool = False
    called: bool = False

    def field(self, name: str) -> Shape:
        return self.fields.setdefault(name, Shape())

    def item(self) -> Shape:
        self.element = self.element or Shape()
        return self.element


class _Reader:
    """Walks one template and what it includes; ``roots`` are the variables nothing in it sets."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts, self.roots, self.parse = texts, dict[str, Shape](), Environment().parse

    def template(self, name: str) -> None:
        self.body(self.parse(self.texts[name]).body, {})

    def body(self, body: list[Any], scope: dict[str, Shape]) -> None:
        for node in body:
            self.statement(node, scope)

    def statement(self, node: Any, scope: dict[str, Shape]) -> None:
        if isinstance(node, nodes.For):
            inner = scope | self.bound(node.target, node.iter, scope) | {"loop": Shape()}
            self.body([*([node.test] if node.test else []), *node.body], inner)
            self.body(node.else_, dict(scope))
        elif isinstance(node, nodes.Assign):
            scope |= self.names(node.target, self.shape(node.node, scope))
        elif isinstance(node, nodes.If):
            self.shape(node.test, scope)
            self.body([*node.body, *node.elif_, *node.else_], scope)
        elif isinstance(node, nodes.Include) and isinstance(node.template, nodes.Const):
            self.body(self.parse(self.texts[node.template.value]).body, dict(scope))
        else:
            self.shape(node, scope)

    def bound(self, target: Any, iterated: Any, scope: dict[str, Shape]) -> dict[str, Shape]:
        view = iterated.node if isinstance(iterated, nodes.Call) else None
        if isinstance(view, nodes.Getattr) and view.attr in _VIEWS:
            shape = self.shape(view.node, scope)
            shape.mapping = True
            if view.attr == "items":
                return {target.items[0].name: Shape(), target.items[1].name: shape.item()}
            return {target.name: shape.item() if view.attr == "values" else Shape()}
        return self.names(target, self.shape(iterated, scope).item())

    def names(self, target: Any, shape: Shape) -> dict[str, Shape]:
        if isinstance(target, nodes.Name):
            return {target.name: shape}
        return {name.name: Shape() for name in target.find_all(nodes.Name)}

    def shape(self, node: Any, scope: dict[str, Shape]) -> Shape:
        if isinstance(node, nodes.Name):
            return scope[node.name] if node.name in scope else self.roots.setdefault(node.name, Shape())
        if isinstance(node, nodes.Getattr):
            return self.shape(node.node, scope).field(node.attr)
        if isinstance(node, nodes.Getitem):
            return self.indexed(node, scope)
        if isinstance(node, nodes.Call):
            return self.call(node, scope)
        if isinstance(node, nodes.Filter) and node.node is not None:
            shape = self.shape(node.node, scope)
            return shape.item() if node.name in _OF_LISTS else shape
        for child in node.iter_child_nodes():
            self.statement(child, scope)
        return Shape()

    def indexed(self, node: nodes.Getitem, scope: dict[str, Shape]) -> Shape:
        shape = self.shape(node.node, scope)
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return shape.field(node.arg.value)
        self.shape(node.arg, scope)
        return shape.item()

    def call(self, node: nodes.Call, scope: dict[str, Shape]) -> Shape:
        for argument in node.args:
            shape = self.shape(argument, scope)
            if isinstance(node.node, nodes.Getattr) and node.node.attr == "join":
                shape.item()
        if isinstance(node.node, nodes.Getattr) and hasattr(str, node.node.attr):
            return self.shape(node.node.node, scope)
        self.shape(node.node, scope).called = True
        return Shape()


def read_shapes(names: Iterable[str], texts: Mapping[str, str]) -> dict[str, Shape]:
    """The variables of templates, by name; ``texts`` holds them and all they include, by the names they use."""
    reader = _Reader(texts)
    for name in names:
        reader.template(name)
    return dict(sorted(reader.roots.items()))


def needs_code(shape: Shape) -> bool:
    """Whether a template calls the value or something in it, so that no data will do."""
    inner = [*shape.fields.values(), *([shape.element] if shape.element else [])]
    return shape.called or any(map(needs_code, inner))


def made_up(shape: Shape, path: str, variant: str) -> Any:
    """A value of that shape. What would hold code is left empty, as far up as a list or an optional value goes."""
    hollow = variant in ("blank", "none")
    if shape.mapping:
        keys = () if hollow else ("one", "two")[: 1 if variant == "single" else 2]
        return {key: made_up(shape.item(), f"{path}.{key}", variant) for key in keys}
    if shape.element is not None:
        count = 0 if hollow or needs_code(shape.element) else 1 if variant == "single" else 2
        return [made_up(shape.element, f"{path}{number}", variant) for number in range(count)]
    if shape.fields:
        return (
            {}
            if variant == "none"
            else {name: made_up(at, f"{path}.{name}", variant) for name, at in shape.fields.items()}
        )
    return "" if hollow or shape.called else f"{path} <1> & 'grüße' {{{{ 7 }}}}\n  next"
