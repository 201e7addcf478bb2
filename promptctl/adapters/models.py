"""What is known of models, from the table that ships with the package: nothing is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache

from promptctl.core.models.capability import Capability, capabilities_from, capability


def known_model(model_id: str, said: Sequence[Capability] = ()) -> Capability:
    """What a model takes: what a repository has ``said`` of it, then what the table knows."""
    known = _listed(model_id)
    return capability(model_id, (*said, replace(known, models="*"))) if said else known


@lru_cache(maxsize=1000)
def _listed(model_id: str) -> Capability:
    return capability(model_id, known_models())


@cache
def known_models() -> tuple[Capability, ...]:
    """The entries of the table in their order."""
    import pkgutil
    import tomllib

    text = pkgutil.get_data("promptctl.adapters", "models.toml")
    assert text is not None
    return capabilities_from(tomllib.loads(text.decode()))
