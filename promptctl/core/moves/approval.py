"""Approvals: who agreed to exactly which promotion, and which of them count when it is made."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from promptctl.core.files import schema
from promptctl.core.files.document import Document
from promptctl.core.moves.pointer import FOLDER

LIFETIME = timedelta(days=7)
_SKEW = timedelta(hours=1)
"""By which the clock of whoever approved may be ahead."""

_PLAIN = re.compile(r"[a-z0-9][a-z0-9@._+-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """The promotion that is meant: these bytes, tested by this suite (None: there is none), served by an environment
    after the move ``follows`` (0: before the first)."""

    prompt: str
    version: str
    digest: str
    suite: str | None
    environment: str
    follows: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "prompt": self.prompt,
            "version": self.version,
            "digest": self.digest,
            "suite": self.suite,
            "environment": self.environment,
            "follows": self.follows,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """``by`` is ``Name <email>``, ``at`` the time as files spell it."""

    promoted: Promoted
    by: str
    at: str
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The file's content, keys in the order people read them."""
        said = {"reason": self.reason} if self.reason else {}
        return {**self.promoted.to_dict(), "by": self.by, "at": self.at, **said}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """An approval as it was found: ``signer`` is the mail address whose key signed it, ``unsigned`` why none did.

    ``approval`` is None for a file that cannot be read; ``name`` is how messages call it.
    """

    name: str
    approval: Approval | None
    signer: str | None = None
    unsigned: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who may not agree, by mail addresses, and whether only signed approvals count."""

    promoter: str
    authors: frozenset[str]
    signed: bool
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """``agreed`` are the people who count, each once; ``void`` the other approvals, each with the reason."""

    agreed: tuple[str, ...] = ()
    void: tuple[tuple[str, str], ...] = ()


def count(votes: Iterable[Vote], promoted: Promoted, rules: Rules) -> Counted:
    """Which approvals count for a promotion. What cannot be told counts for nothing."""
    agreed: dict[str, str] = {}
    void: list[tuple[str, str]] = []
    for vote in votes:
        if vote.approval is None:
            void.append((vote.name, "it cannot be read"))
        elif fault := _fault(vote.approval, vote, promoted, rules):
            void.append((vote.name, fault))
        else:
            agreed.setdefault(address(vote.approval.by), vote.approval.by)
    return Counted(agreed=tuple(agreed.values()), void=tuple(void))


def _fault(approval: Approval, vote: Vote, promoted: Promoted, rules: Rules) -> str | None:
    who = address(approval.by)
    if other := _other(approval.promoted, promoted):
        return other
    age = rules.now - datetime.fromisoformat(approval.at)
    if age > LIFETIME:
        return f"it is {age.days} days old; approvals hold for {LIFETIME.days}"
    if age < -_SKEW:
        return "its time has not come yet"
    if who == rules.promoter:
        return "whoever promotes cannot approve it too"
    if who in rules.authors:
        return "it is by an author of the change"
    if rules.signed and (vote.signer is None or vote.signer.lower() != who):
        return vote.unsigned or f"it is signed by {vote.signer}, not by {who}"
    return None


def _other(approved: Promoted, promoted: Promoted) -> str | None:
    """What else an approval is about, or None."""
    words = {
        "environment": "it is for the environment {}",
        "prompt": "it is for the prompt {}",
        "version": "it is for the version {}",
        "digest": "it is for other bytes ({})",
        "suite": "the suite has changed since",
        "follows": "it is for the promotion after move {}, and others came",
    }
    for key, text in words.items():
        if getattr(approved, key) != getattr(promoted, key):
            return text.format(str(getattr(approved, key))[:40])
    return None


def address(person: str) -> str:
    """The mail address of ``Name <email>`` in lower case, by which people are told apart; else all of it."""
    found = re.search(r"<([^<>]+)>\s*$", person)
    return (found[1] if found else person).strip().lower()


def approvals_folder(environment: str, prompt: str, version: str) -> str:
    """Where the approvals of one version stand."""
    return f"{FOLDER}/{environment}/_approvals/{prompt}@{version}"


def approval_path(promoted: Promoted, by: str) -> str:
    """Where one person's approval stands: the same person approves by the same file."""
    who = address(by)
    name = who if _PLAIN.fullmatch(who) else "by-" + hashlib.sha256(who.encode()).hexdigest()[:16]
    return f"{approvals_folder(promoted.environment, promoted.prompt, promoted.version)}/{name}.yaml"


def parse_approval(document: Document) -> Approval:
    """The approval that a document holds. Raises DocumentError."""
    schema.check(document, "approval")
    value = document.value
    promoted = Promoted(**{key: value[key] for key in Promoted.__slots__})
    return Approval(promoted=promoted, by=value["by"], at=value["at"], reason=value.get("reason"))
