"""What this machine's user allowed repositories to send, and where: one file a digest in the user's data folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from promptctl.adapters.files import homeless
from promptctl.adapters.writing import write_file
from promptctl.core.models.provider import ProviderSettings, repository_defined, trust_digest
from promptctl.errors import OutsideError, StateError

UNTRUSTED, TRUST_NOT_WRITTEN = "PC075", "PC086"


def data_folder(environment: Mapping[str, str]) -> Path:
    """Where facts about this machine are kept: ``PROMPTCTL_DATA_DIR``, else the platform's folder for user data.

    Raises UsageError for a user without one.
    """
    if named := environment.get("PROMPTCTL_DATA_DIR"):
        return Path(named)
    import platformdirs

    try:
        return Path(platformdirs.user_data_dir("promptctl", appauthor=False))
    except RuntimeError:
        raise homeless("PROMPTCTL_DATA_DIR") from None


def is_trusted(providers: Mapping[str, ProviderSettings], environment: Mapping[str, str]) -> bool:
    """Whether all that a repository defines among ``providers`` is allowed: here, or by ``PROMPTCTL_TRUST``."""
    return is_digest_trusted(trust_digest(providers), environment)


def is_digest_trusted(digest: str | None, environment: Mapping[str, str]) -> bool:
    """Whether what has this digest is allowed: here, or among those of ``PROMPTCTL_TRUST``. None is for nothing."""
    if digest is None or digest in environment.get("PROMPTCTL_TRUST", "").replace(",", " ").split():
        return True
    return _file(digest, environment).is_file()


def require_trust(
    provider: ProviderSettings, providers: Mapping[str, ProviderSettings], environment: Mapping[str, str]
) -> None:
    """Returns when ``provider`` is ours or trusted. Raises StateError with the line that trusts it.

    Trust is for all that the repository defines, so that a changed neighbour asks again too.
    """
    if provider.built_in or provider.local or is_trusted(providers, environment):
        return
    key = f" with ${provider.key}" if provider.key else ""
    raise StateError(
        UNTRUSTED,
        f"this repository's provider {provider.name} would send prompts to {provider.host}{key}: not trusted here",
        hint=f"promptctl trust (in CI: PROMPTCTL_TRUST={trust_digest(providers)})",
    )


def obstacle(
    provider: ProviderSettings, providers: Mapping[str, ProviderSettings], environment: Mapping[str, str]
) -> str | None:
    """Why a provider could not be asked from here: no trust, or no key; None where it could."""
    if provider.local:
        return None
    if not provider.built_in and not is_trusted(providers, environment):
        return "not trusted here"
    if provider.key and not environment.get(provider.key, "").strip():
        return f"{provider.key} is not set"
    return None


def require_digest_trust(digest: str | None, would: str, environment: Mapping[str, str]) -> None:
    """Returns when what has this digest is allowed. Raises StateError, with what it would do and the line that trusts
    it."""
    if not is_digest_trusted(digest, environment):
        hint = f"promptctl trust (in CI: PROMPTCTL_TRUST={digest})"
        raise StateError(UNTRUSTED, f"this repository's {would}: not trusted here", hint=hint)


def trust(providers: Mapping[str, ProviderSettings], environment: Mapping[str, str]) -> None:
    """Allows what a repository defines among ``providers``, on this machine, until it changes.

    Raises OutsideError when the data folder cannot be written.
    """
    digest = trust_digest(providers)
    if digest is None:
        return
    allowed = [{"name": it.name, "host": it.host, "key": it.key} for it in repository_defined(providers)]
    trust_digest_of(digest, {"providers": allowed}, environment)


def trust_digest_of(digest: str, what: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """Allows what has this digest on this machine; ``what`` is written down for people.

    Raises OutsideError when the data folder cannot be written.
    """
    path = _file(digest, environment)
    try:
        write_file(path, (json.dumps({"digest": digest, **what}, indent=2) + "\n").encode())
    except OutsideError as error:
        hint = "make the folder writable or set PROMPTCTL_DATA_DIR"
        raise OutsideError(TRUST_NOT_WRITTEN, str(error), hint=hint) from None


def _file(digest: str, environment: Mapping[str, str]) -> Path:
    return data_folder(environment) / "trusted" / f"{digest.removeprefix('sha256:')}.json"
