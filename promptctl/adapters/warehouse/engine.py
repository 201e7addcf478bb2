"""What engines spell each in its own way: starts of days, attributes inside JSON, and quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Dialect = Literal["sqlite", "duckdb", "postgres"]


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine by the name of its SQL."""

    dialect: Dialect

    def start_of(self, at: Any, unit: int) -> Any:
        """The start of the ``unit`` of microseconds that a time lies in."""
        if self.dialect == "sqlite":
            # Its modulo is a function over doubles; a cast cuts off, where the other engines round.
            return (at / unit).cast("int64") * unit
        return at - at % unit

    def attribute(self, attributes: Any, name: str) -> Any:
        """The attribute of that name as text; null where there is none."""
        import ibis

        if self.dialect == "duckdb":
            pointer = "/" + name.replace("~", "~0").replace("/", "~1")
            return _function("json_extract_string")(attributes, pointer)
        if self.dialect == "postgres":
            return _function("json_extract_path_text", "json")(attributes.cast("json"), name)
        path = f'$."{name}"'
        kind, value = (_function(found)(attributes, path) for found in ("json_type", "json_extract"))
        # SQLite has no truth values of its own, and would say 1.
        return ibis.cases(
            (kind == "true", "true"),
            (kind == "false", "false"),
            # A number becomes text, as it is in the other engines.
            else_=value + "",
        )

    def quantiles(self, values: Any, shares: Sequence[float]) -> Any:
        """Exact quantiles of a column as an aggregate, between neighbours; None where the engine has none."""
        return None if self.dialect == "sqlite" else values.quantile(list(shares))

    def at_shares(self, values: Any, shares: Sequence[float], where: Any) -> Any:
        """The least values of a column that these shares of it do not exceed, as an aggregate; None where the engine,
        or its spelling, has none."""
        if self.dialect != "duckdb":
            return None
        import ibis

        wanted = ibis.literal(list(shares), type="array<float64>")
        return _discrete_quantiles()(values, wanted, where=where)


def _discrete_quantiles() -> Any:
    """DuckDB's aggregate of that name; Ibis has only quantiles between neighbours."""
    import ibis
    import ibis.expr.datatypes as types

    def function(values, shares):  # type: ignore[no-untyped-def] # Ibis looks at the names alone
        ...

    numbers = types.Array(types.float64)
    return ibis.udf.agg.builtin(function, name="quantile_disc", signature=((types.float64, numbers), numbers))


def _function(name: str, kind: str = "string") -> Any:
    """A function of the engine that makes a text of a JSON value, which Ibis takes for that kind, and a text."""
    import ibis
    import ibis.expr.datatypes as types

    def function(value, path):  # type: ignore[no-untyped-def] # Ibis looks at the names alone
        ...

    return ibis.udf.scalar.builtin(function, name=name, signature=((types.dtype(kind), types.string), types.string))
