"""An open store: its tables as expressions, and the rows that an expression gives."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

from promptctl.adapters.warehouse.engine import Engine
from promptctl.core.events.event import DROPS, EVENTS, SCORES, Table

UNUSABLE, FOREIGN, NO_EVENTS = "PC222", "PC224", "PC231"
_TYPES = {"text": "string", "json": "string", "integer": "int64", "number": "float64"}


class Connection(Protocol):
    """What drivers of databases have in common."""

    def execute(self, query: str, /) -> Any: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """A store that is open for reading. ``name`` is how messages call it; ``failed`` makes our error of a driver's;
    ``note`` says what of it cannot be read, ``held`` which columns of the calls it has, None for all."""

    name: str
    engine: Engine
    connection: Connection
    failed: Callable[[Exception], Exception | None]
    note: str | None = None
    held: frozenset[str] | None = None

    @property
    def events(self) -> Any:
        """The table of calls, as an Ibis expression."""
        return _expression(EVENTS, self.held)

    @property
    def scores(self) -> Any:
        """The table of scores, as an Ibis expression."""
        return _expression(SCORES)

    @property
    def drops(self) -> Any:
        """The table of counted losses, as an Ibis expression."""
        return _expression(DROPS)

    def rows(self, expression: Any) -> list[tuple[Any, ...]]:
        """The rows of an expression, computed by the engine. Raises OutsideError where it cannot."""
        import ibis

        query = str(ibis.to_sql(expression, dialect=self.engine.dialect, pretty=False))
        try:
            found: list[tuple[Any, ...]] = self.connection.execute(query).fetchall()
        except Exception as error:
            ours = self.failed(error)
            if ours is None:
                raise
            raise ours from None
        return found

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()


def columns_of(table: Table, held: Collection[tuple[str, str]]) -> frozenset[str]:
    """The columns of a table among those of a whole database, as (table, column)."""
    return frozenset(column for name, column in held if name == table.name)


def holds(table: Table, held: Collection[str]) -> bool:
    """Whether a table of these columns can be read: only those that came later may be missing."""
    return all(column.name in held or column.added for column in table.columns)


def _expression(table: Table, held: Collection[str] | None = None) -> Any:
    """A table as it is in the store, with what it lacks as null."""
    import ibis

    types = {column.name: _TYPES[column.kind] for column in table.columns}
    missing = [] if held is None else [column.name for column in table.added if column.name not in held]
    found = ibis.table({name: kind for name, kind in types.items() if name not in missing}, name=table.name)
    if not missing:
        return found
    return found.mutate(**{name: ibis.null(types[name]) for name in missing}).select(*table.names)
