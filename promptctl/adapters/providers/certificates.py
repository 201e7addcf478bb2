"""Whose certificates are believed: the machine's authorities, or those that ``SSL_CERT_FILE`` names."""

from __future__ import annotations

import os
import ssl

import httpcore2

from promptctl.adapters.providers.fault import ProviderError


def certificates() -> ssl.SSLContext:
    """What TLS connections are made with. Raises ProviderError where the environment names no certificates."""
    try:
        return httpcore2.default_ssl_context()
    except OSError as error:
        name = next(it for it in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(it))
        # What OpenSSL makes of a file of another kind tells nobody what to do.
        said = "holds no certificates" if isinstance(error, ssl.SSLError) else (error.strerror or "unusable").lower()
        hint = f"unset {name}, or name a file of certificates in PEM"
        raise ProviderError("unreachable", f"{name}={os.environ[name]}: {said}", hint=hint) from None
