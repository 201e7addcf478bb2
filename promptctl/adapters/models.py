"""What is known of models, from the table that ships with the package: nothing is fetched."""

from __future__ import annotations

from functools import cache

from promptctl.core.capability import Capability, capabilities_from


@cache
def known_models() -> tuple[Capability, ...]:
    """The entries of the table in their order."""
    import pkgutil
    import tomllib

    text = pkgutil.get_data("promptctl.adapters", "models.toml")
    assert text is not None
    return capabilities_from(tomllib.loads(text.decode()))
