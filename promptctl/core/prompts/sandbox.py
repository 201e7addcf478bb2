"""The environment templates run in: data only, an allow-list of filters and methods, every step paid for.

A template's syntax tree is rewritten before it is compiled: each body says what it costs, ``~`` and literals of lists
and mappings are measured before they are made, comparisons pay for what they read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import StrictUndefined, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext, Undefined, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment

from promptctl.core.prompts.budget import BudgetExceeded, current
from promptctl.core.prompts.sandbox_filters import guarded_filters

MAX_RANGE = 10_000
_MAX_POWER_BITS = 4096
_COMPILING = 800
"""Steps that compiling a template takes, however small it is."""
_INCLUDING = 10
"""Steps that finding and starting an included template takes."""
_METHODS: Mapping[type, frozenset[str]] = {
    str: frozenset(
        "capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit islower isnumeric "
        "isspace istitle isupper join lower lstrip partition removeprefix removesuffix replace rfind rindex rpartition "
        "rsplit rstrip split splitlines startswith strip swapcase title upper".split()
    ),
    dict: frozenset({"get", "items", "keys", "values"}),
    list: frozenset({"count", "index"}),
    tuple: frozenset({"count", "index"}),
    int: frozenset(),
    float: frozenset({"is_integer"}),
    bool: frozenset(),
}
_WEIGHTY: frozenset[Any] = frozenset({str, list, tuple, dict})


class FailingUndefined(StrictUndefined):
    """Fails also where a list or mapping that holds it is printed."""

    __slots__ = ()
    __repr__ = StrictUndefined.__str__


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja without a way out, and without a way to run for ever."""

    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)

    def __init__(self, **options: Any) -> None:
        super().__init__(
            undefined=FailingUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
            finalize=_printed,
            **options,
        )
        self.user_filters = guarded_filters()
        own = {"~step": _step, "~counted": _counted, "~join": _join, "~made": _made, "~seen": _seen}
        self.filters = {**self.user_filters, **own}
        self.globals = {"range": _range, "namespace": self.globals["namespace"]}

    def join_path(self, template: str, parent: str) -> str:
        return template

    def _generate(self, source: nodes.Template, *arguments: Any, **options: Any) -> str:
        current().step(_COMPILING)
        _pay(source)
        return super()._generate(source, *arguments, **options)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        names = _METHODS.get(type(obj))
        if names is not None:
            return attr in names
        if type(obj) is LoopContext:
            return not attr.startswith("_")
        return bool(super().is_safe_attribute(obj, attr, value))

    def wrap_str_format(self, value: Any) -> None:
        """``format`` and ``format_map`` can make any width and reach attributes; the filter is there instead."""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        _check_operands(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - Jinja's signature
        budget = current()
        budget.step()
        if isinstance(__obj, LoopContext) and args:
            args = (budget.counted(args[0]), *args[1:])
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str):
            _check_method(owner, __obj.__name__, args)
        elif isinstance(owner, list | tuple | dict):
            budget.step(len(owner) >> 4)
        return super().call(__context, __obj, *args, **kwargs)


def _range(*arguments: int) -> range:
    """Python's ``range`` of at most 10,000 numbers."""
    found = range(*arguments)
    if len(found) > MAX_RANGE:
        raise BudgetExceeded(f"a range has at most {MAX_RANGE} numbers")
    return found


def _check_operands(operator: str, left: Any, right: Any) -> None:
    budget = current()
    budget.step()
    if operator == "+" and isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        budget.make(budget.size(left) + budget.size(right))
    elif operator == "*":
        _check_product(left, right)
    elif operator == "**":
        if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > _MAX_POWER_BITS:
            raise BudgetExceeded("the power is too large")
    elif operator == "%" and isinstance(left, str):
        raise SecurityError("% on text is not allowed; use the filter format")


def _check_product(left: Any, right: Any) -> None:
    budget = current()
    for sequence, count in ((left, right), (right, left)):
        if isinstance(sequence, str | list | tuple) and isinstance(count, int):
            budget.make(budget.size(sequence) * max(count, 0))
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > _MAX_POWER_BITS:
        raise BudgetExceeded("the product is too large")


def _check_method(owner: str, name: str, arguments: tuple[Any, ...]) -> None:
    """Pays for what a text's method reads or makes."""
    budget = current()
    budget.step(1 + len(owner) // 64)
    if name == "replace" and len(arguments) > 1:
        budget.make((len(owner) + 1) * (len(str(arguments[1])) + 1))
    elif name == "join" and arguments:
        budget.make(budget.size(list(arguments[0])) + len(owner) * len(list(arguments[0])))
    else:
        budget.make(len(owner))


def _printed(value: Any) -> Any:
    """What ``{{ … }}`` prints: data as Python spells it; never a function, a generator or a namespace."""
    budget = current()
    budget.steps -= 1
    if value.__class__ is str:
        budget.characters -= len(value)
    if budget.steps < 0 or budget.characters < 0:
        budget.refuse()
    if value.__class__ is str or value.__class__ is int:
        return value
    if isinstance(value, Undefined):
        return str(value)
    budget.look(value)
    budget.make(budget.size(value))
    return value


@pass_context
def _step(_context: Any, cost: int) -> str:
    budget = current()
    budget.steps -= cost
    if budget.steps < 0:
        budget.refuse()
    return ""


@pass_context
def _counted(_context: Any, values: Any) -> Iterator[Any]:
    return current().counted(values)


@pass_context
def _join(_context: Any, parts: list[Any]) -> str:
    budget = current()
    budget.make(sum(budget.size(part) for part in parts))
    return str_join(parts)


@pass_context
def _made(_context: Any, value: Any) -> Any:
    current().size(value)
    return value


@pass_context
def _seen(_context: Any, value: Any) -> Any:
    if value.__class__ in _WEIGHTY:
        current().look(value)
    return value


def _pay(tree: nodes.Template) -> None:
    """Rewrites a tree in place so that running it pays as it goes."""
    for node in list(_bodies(tree)):
        cost = nodes.Const(sum(_cost(own) for own in _own_nodes(node)), lineno=node.lineno)
        node.body.insert(0, nodes.ExprStmt(_filter(cost, "~step"), lineno=node.lineno))
        if isinstance(node, nodes.For) and node.test:
            node.iter = _filter(node.iter, "~counted")
    _rewrite(tree)


def _cost(node: nodes.Node) -> int:
    return _INCLUDING if isinstance(node, nodes.Include | nodes.Import | nodes.FromImport) else 1


def _bodies(tree: nodes.Template) -> Iterator[Any]:
    if not any(isinstance(node, nodes.Extends) for node in tree.body):
        yield tree
    yield from tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block))


def _own_nodes(node: nodes.Node) -> Iterator[nodes.Node]:
    """The nodes that run once when a body runs once: not those of inner bodies, which pay for themselves."""
    for child in node.iter_child_nodes():
        yield child
        if not isinstance(child, nodes.For | nodes.Macro | nodes.CallBlock | nodes.Block):
            yield from _own_nodes(child)


def _rewrite(node: nodes.Node) -> None:
    for field, value in node.iter_fields():
        if isinstance(value, nodes.Node):
            setattr(node, field, _paying(value, node))
        elif isinstance(value, list):
            value[:] = [_paying(item, node) if isinstance(item, nodes.Node) else item for item in value]


def _paying(node: nodes.Node, parent: nodes.Node) -> nodes.Node:
    _rewrite(node)
    if isinstance(node, nodes.Concat):
        return _filter(nodes.List(node.nodes, lineno=node.lineno), "~join")
    if isinstance(node, nodes.List | nodes.Tuple | nodes.Dict) and getattr(node, "ctx", "load") == "load":
        return _filter(node, "~made")
    read_whole = isinstance(parent, nodes.Compare | nodes.Operand | nodes.Test) or _is_sliced(parent)
    if read_whole and isinstance(node, nodes.Expr) and not isinstance(node, nodes.Const | nodes.Slice):
        return _filter(node, "~seen")
    return node


def _is_sliced(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice)


def _filter(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)
