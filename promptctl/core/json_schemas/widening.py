"""Whether a JSON Schema takes everything that an older one took.

The answer is "no" unless each change is known to loosen, so that a "yes" can be relied on: a looser bound, more types
or enumerated values, fewer required names, a restriction dropped, and the same within nested schemas. 2020-12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from promptctl.core.json_schemas.json_schema import json_key, keywords, values_schema

Schema = Mapping[str, Any]

_UNEVALUATED = frozenset({"unevaluatedItems", "unevaluatedProperties"})
_REFERENCES = frozenset({"$ref", "$dynamicRef"})
_NEGATIONS = frozenset({"not", "if", "oneOf", "contains"})
_ONLY_RESTRICTS = frozenset("pattern format const oneOf not if then else $ref".split())
_HANDLED = frozenset(
    "type enum maxLength maxItems maxProperties minLength minItems minProperties minimum maximum exclusiveMinimum "
    "exclusiveMaximum multipleOf uniqueItems required dependentRequired dependentSchemas contains minContains "
    "maxContains properties patternProperties additionalProperties propertyNames items prefixItems allOf anyOf $defs "
    "definitions".split()
)


def narrowing(old: Any, new: Any) -> str | None:
    """Why a value that ``old`` takes may be refused by ``new``; None when ``new`` takes all of them."""
    before, after = values_schema(old), values_schema(new)
    used = keywords(before) | keywords(after)
    if used & _UNEVALUATED or (used & _REFERENCES and used & _NEGATIONS):
        return None if json_key(before) == json_key(after) else "changed in a way that cannot be shown to take more"
    return _narrowing(before, after)


def _narrowing(old: Any, new: Any) -> str | None:
    if new == {} or old is False or json_key(old) == json_key(new):
        return None
    if new is False:
        return "takes nothing any more"
    faults = (fault for compare in _COMPARISONS for fault in compare(old, new))
    return next(faults, None)


def _within(where: str, old: Any, new: Any) -> Iterator[str]:
    fault = _narrowing(old, new)
    if fault:
        yield f"{where}: {fault}"


def _types(old: Schema, new: Schema) -> Iterator[str]:
    if "type" in new and "type" not in old:
        yield "`type` was added"
    elif "type" in new:
        allowed = {*new["type"], *(["integer"] if "number" in new["type"] else [])}
        gone = sorted(set(old["type"]) - allowed)
        if gone:
            yield f"no longer takes {' or '.join(gone)}"


def _enumeration(old: Schema, new: Schema) -> Iterator[str]:
    if "enum" in new and "enum" not in old:
        yield "`enum` was added"
    elif "enum" in new:
        allowed = {json_key(value) for value in new["enum"]}
        gone = [json_key(value) for value in old["enum"] if json_key(value) not in allowed]
        if gone:
            yield f"no longer takes {', '.join(gone[:3])}{', …' if len(gone) > 3 else ''}"


def _counts(old: Schema, new: Schema) -> Iterator[str]:
    for counted in ("Length", "Items", "Properties"):
        for key, sign in ((f"max{counted}", 1), (f"min{counted}", -1)):
            if key in new and (key not in old or sign * new[key] < sign * old[key]):
                yield f"`{key}` is tighter: {old.get(key, 'none')} -> {new[key]}"


def _range(old: Schema, new: Schema) -> Iterator[str]:
    for inclusive, exclusive, sign in (("maximum", "exclusiveMaximum", 1), ("minimum", "exclusiveMinimum", -1)):
        before, after = (_bound(schema, inclusive, exclusive, sign) for schema in (old, new))
        if after is not None and (before is None or after < before):
            yield f"`{inclusive if inclusive in new else exclusive}` is tighter"


def _bound(schema: Schema, inclusive: str, exclusive: str, sign: int) -> tuple[float, int] | None:
    """The tighter of both bounds, as something that grows when the bound loosens."""
    bounds = [(sign * schema[key], rank) for key, rank in ((inclusive, 1), (exclusive, 0)) if key in schema]
    return min(bounds) if bounds else None


def _steps_and_uniqueness(old: Schema, new: Schema) -> Iterator[str]:
    if new.get("uniqueItems") and not old.get("uniqueItems"):
        yield "items must differ now"
    step, former = new.get("multipleOf"), old.get("multipleOf")
    if step is None or step == former:
        return
    whole = isinstance(step, int) and isinstance(former, int)
    if not whole or former % step:
        yield f"`multipleOf` changed: {'none' if former is None else former} -> {step}"


def _required(old: Schema, new: Schema) -> Iterator[str]:
    added = sorted(set(new.get("required", ())) - set(old.get("required", ())))
    if added:
        yield f"requires {', '.join(added)} now"
    before = old.get("dependentRequired", {})
    for name, needed in new.get("dependentRequired", {}).items():
        if not set(needed) <= set(before.get(name, ())):
            yield f"`{name}` requires more now"


def _contained(old: Schema, new: Schema) -> Iterator[str]:
    if "contains" not in new:
        return
    least = new.get("minContains", 1) <= old.get("minContains", 1)
    most = "maxContains" not in new or ("maxContains" in old and new["maxContains"] >= old["maxContains"])
    if "contains" not in old or json_key(old["contains"]) != json_key(new["contains"]) or not (least and most):
        yield "`contains` changed"


def _properties(old: Schema, new: Schema) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    patterns, new_patterns = old.get("patternProperties", {}), new.get("patternProperties", {})
    others, new_others = old.get("additionalProperties", {}), new.get("additionalProperties", {})
    for name, schema in after.items():
        formerly = before.get(name, {} if patterns else others)
        yield from _within(f"`{name}`", formerly, schema)
    for pattern, schema in new_patterns.items():
        yield from _within(f"`{pattern}`", patterns.get(pattern, {}), schema)
    gone = [*(name for name in before if name not in after), *(name for name in patterns if name not in new_patterns)]
    if gone and new_others != {}:
        yield f"no longer takes the field `{gone[0]}` as it did"
    yield from _within("other fields", others, new_others)
    yield from _within("field names", old.get("propertyNames", {}), new.get("propertyNames", {}))
    for name, schema in new.get("dependentSchemas", {}).items():
        yield from _within(f"with `{name}`", old.get("dependentSchemas", {}).get(name, {}), schema)


def _items(old: Schema, new: Schema) -> Iterator[str]:
    before, after = old.get("prefixItems", []), new.get("prefixItems", [])
    rest, new_rest = old.get("items", {}), new.get("items", {})
    for index in range(max(len(before), len(after))):
        formerly = before[index] if index < len(before) else rest
        yield from _within(f"item {index}", formerly, after[index] if index < len(after) else new_rest)
    yield from _within("items", rest, new_rest)


def _combined(old: Schema, new: Schema) -> Iterator[str]:
    for demand in new.get("allOf", ()):
        if all(_narrowing(former, demand) for former in old.get("allOf", ())):
            yield "`allOf` demands more"
    if "anyOf" in new and "anyOf" not in old:
        yield "`anyOf` was added"
    elif "anyOf" in new:
        for former in old["anyOf"]:
            if all(_narrowing(former, choice) for choice in new["anyOf"]):
                yield "`anyOf` offers less"


def _definitions(old: Schema, new: Schema) -> Iterator[str]:
    for key in ("$defs", "definitions"):
        for name in sorted(old.get(key, {}).keys() & new.get(key, {}).keys()):
            yield from _within(f"`{name}`", old[key][name], new[key][name])


def _others(old: Schema, new: Schema) -> Iterator[str]:
    for key in sorted({*old, *new} - _HANDLED):
        if key not in new:
            if key not in _ONLY_RESTRICTS:
                yield f"`{key}` was dropped"
        elif key not in old:
            yield f"`{key}` was added"
        elif json_key(old[key]) != json_key(new[key]):
            yield f"`{key}` changed"


_COMPARISONS: tuple[Callable[[Schema, Schema], Iterator[str]], ...] = (
    _types,
    _enumeration,
    _counts,
    _range,
    _steps_and_uniqueness,
    _required,
    _contained,
    _properties,
    _items,
    _combined,
    _definitions,
    _others,
)
