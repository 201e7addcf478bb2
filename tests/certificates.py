"""Certificates for servers on loopback: two authorities, one of which a client trusts. Made by ``openssl``."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "36500")


@dataclass(frozen=True)
class Authority:
    """Who vouches for a server of localhost and 127.0.0.1: ``file`` is what a client trusts."""

    file: Path
    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """What a server needs to speak TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def authority(folder: Path, name: str = "authority", host: str = "localhost") -> Authority:
    """A new authority and a server's certificate that it signed."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    root, root_key, server, server_key = (folder / f"{name}-{it}.pem" for it in ("ca", "ca-key", "server", "key"))
    _openssl("-x509", *_KEY, "-keyout", root_key, "-out", root, "-subj", f"/CN={name}")
    names = f"subjectAltName=DNS:{host}" + (",IP:127.0.0.1" if host == "localhost" else "")
    _openssl(
        "-x509", *_KEY, "-CA", root, "-CAkey", root_key, "-keyout", server_key, "-out", server,
        "-subj", f"/CN={host}", "-addext", names, "-addext", "basicConstraints=critical,CA:FALSE",
    )  # fmt: skip
    return Authority(root, server, server_key)


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", "req", *map(str, arguments)], check=True, capture_output=True)
