"""Whether commits and tags are signed, and by whom: asked of Git, with keys that are given and no others."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from promptctl.adapters.git.program import Git

_SSH = re.compile(r'^Good "git" signature for (?P<mail>.+) with \S+ key (?P<key>\S+)', re.MULTILINE)
_OPENPGP = re.compile(r"^\[GNUPG:\] GOODSIG (?P<key>\S+) .*?<(?P<mail>[^<>]+)>\s*$", re.MULTILINE)
_TRUSTED = re.compile(r"^\[GNUPG:\] TRUST_(FULLY|ULTIMATE)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """``signer`` is the mail address that a good signature is by, and ``key`` the fingerprint or id of the key; None
    where ``fault`` says why there is none."""

    signer: str | None = None
    key: str | None = None
    fault: str | None = None


def signature(git: Git, object_id: str, kind: str, signers: str | None) -> Signature:
    """The signature of a commit or a tag (``kind``). ``signers`` is a file of allowed signers for SSH, as its text.

    OpenPGP counts where the user's own keyring trusts the key fully. Raises OutsideError when Git cannot look.
    """
    with tempfile.TemporaryDirectory(prefix="promptctl-signers-") as folder:
        file = Path(folder, "allowed")
        file.write_text(signers or "", encoding="utf-8")
        setting = f"gpg.ssh.allowedSignersFile={file if signers else os.devnull}"
        done = git.run("-c", setting, f"verify-{kind}", "--raw", object_id, expected=(0, 1))
    said = done.stderr.decode("utf-8", "replace")
    found = _SSH.search(said) or (_OPENPGP.search(said) if _TRUSTED.search(said) else None)
    if done.returncode == 0 and found:
        return Signature(signer=found["mail"], key=found["key"])
    return Signature(fault=_fault(said))


def _fault(said: str) -> str:
    if not said.strip() or "no signature found" in said:
        return "it is not signed"
    if "No principal matched" in said:
        return "it is signed by a key that the allowed signers do not have"
    if "GOODSIG" in said:
        return "it is signed by a key that your keyring does not trust fully"
    if "NO_PUBKEY" in said or "ERRSIG" in said:
        return "it is signed by a key that your keyring does not have"
    lines = [line for line in said.strip().splitlines() if not line.startswith("[GNUPG:]")]
    return f"its signature does not hold: {lines[-1] if lines else 'gpg refuses it'}"
