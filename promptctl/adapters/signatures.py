"""Detached signatures by SSH keys, made and checked by ``ssh-keygen -Y``."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from promptctl.adapters.files import home_path
from promptctl.errors import OutsideError, UsageError

SIGNATURE = "PC214"
NAMESPACE = "promptctl-bundle"
_WHO = "promptctl"
_SECONDS = 60
_KINDS = ("ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-")


def sign(data: bytes, key: Path) -> bytes:
    """The signature of ``data`` by a private key, or by a public one whose private half an agent holds.

    Raises OutsideError when ssh-keygen refuses.
    """
    done = _run(["-Y", "sign", "-q", "-n", NAMESPACE, "-f", str(key)], data)
    if done.returncode or not done.stdout.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        hint = "name a private key without a passphrase, or a public key that ssh-agent has the private half of"
        raise OutsideError(SIGNATURE, f"{key} cannot sign: {_said(done)}", hint=hint)
    return done.stdout


def signature_fault(data: bytes, signature: bytes, keys: str) -> str | None:
    """Why a signature is not one of ``data`` by one of the public keys, or None.

    ``keys`` are lines as ``.pub`` files have them. Raises OutsideError without ssh-keygen.
    """
    with tempfile.TemporaryDirectory(prefix="promptctl-signature-") as folder:
        signers, kept = Path(folder, "signers"), Path(folder, "signature")
        signers.write_text("".join(f'{_WHO} namespaces="{NAMESPACE}" {line}\n' for line in _lines(keys)))
        kept.write_bytes(signature)
        done = _run(["-Y", "verify", "-n", NAMESPACE, "-I", _WHO, "-f", str(signers), "-s", str(kept)], data)
    return None if done.returncode == 0 else f"it is not signed by the key: {_said(done)}"


def public_keys(given: str, folder: Path) -> str:
    """The lines of public keys that were given: one as it is, or those of a file. Raises UsageError for neither."""
    if given.startswith(_KINDS):
        return given
    try:
        text = (folder / home_path(given)).read_text(encoding="utf-8")
    except (OSError, ValueError):
        text = ""
    if not _lines(text) or not all(line.startswith(_KINDS) for line in _lines(text)):
        hint = "a .pub file, or the line in it: ssh-ed25519 AAAA…"
        raise UsageError("PC001", f"{given[:80]!r} is neither a public key nor a file of some", hint=hint)
    return text


def _lines(keys: str) -> list[str]:
    return [line for line in keys.splitlines() if line.strip() and not line.startswith("#")]


def _run(arguments: list[str], data: bytes) -> subprocess.CompletedProcess[bytes]:
    if not (program := shutil.which("ssh-keygen")):
        raise OutsideError(SIGNATURE, "the program ssh-keygen is not on the PATH", hint="install OpenSSH")
    try:
        return subprocess.run(
            [program, *arguments],
            input=data,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            # Without a terminal it cannot wait for a passphrase.
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise OutsideError(SIGNATURE, f"ssh-keygen took longer than {_SECONDS} seconds") from None


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"exit status {done.returncode}"
