"""Opens events in PostgreSQL for reading."""

from __future__ import annotations

from urllib.parse import urlsplit

from promptctl.adapters.warehouse.engine import Engine
from promptctl.adapters.warehouse.warehouse import FOREIGN, UNUSABLE, Warehouse, columns_of, holds
from promptctl.core.events.event import EVENTS, TABLES
from promptctl.errors import OutsideError, PromptctlError, StateError

_COLUMNS = (
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = ANY (current_schemas(false))"
)


def open_postgresql(url: str, *, shared: bool) -> Warehouse:
    """The store in a database. ``shared`` says that a repository's settings name it: then no password of this machine's
    environment goes there.

    Raises OutsideError when it cannot be reached, StateError when it holds no events.
    """
    import psycopg

    name = _shown(url)

    def failed(error: Exception) -> PromptctlError | None:
        return _unreadable(name, error) if isinstance(error, psycopg.Error) else None

    try:
        # An empty password is one that is given: the environment's is not looked for.
        address = psycopg.conninfo.make_conninfo(url, **({"password": ""} if shared else {}))
        connection = psycopg.connect(address, connect_timeout=10, autocommit=True)
        connection.execute("SET default_transaction_read_only = on")
        connection.execute("SET work_mem = '64MB'")
        held = set(connection.execute(_COLUMNS).fetchall())
    except psycopg.Error as error:
        raise _unreadable(name, error) from None
    if not all(holds(table, columns_of(table, held)) for table in TABLES):
        connection.close()
        hint = "make the tables with: promptctl events import FILE --store postgresql://…"
        raise StateError(FOREIGN, f"{name} holds no events that this version knows", hint=hint)
    return Warehouse(
        name=name, engine=Engine("postgres"), connection=connection, failed=failed, held=columns_of(EVENTS, held)
    )


def _unreadable(name: str, error: Exception) -> OutsideError:
    said = str(error).strip().split("\n")[0][:200]
    hint = "look at the address, the server and the user's rights"
    return OutsideError(UNUSABLE, f"the events in {name} cannot be used: {said}", hint=hint)


def _shown(url: str) -> str:
    """The address without user and password."""
    parts = urlsplit(url)
    return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"
