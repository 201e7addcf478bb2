"""``freeze`` and ``unfreeze``: stop and allow promotions to an environment. Rollbacks are never stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from promptctl.adapters.git.identity import committer
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State
from promptctl.adapters.yaml_documents import yaml_bytes
from promptctl.core.moves.pointer import freeze_path
from promptctl.core.timestamp import timestamp
from promptctl.workflows.moving import check_reason
from promptctl.workflows.publish import Edit, Published, publish
from promptctl.workflows.sending import AT_ONCE, Sending


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeResult:
    """``changed`` is False when the environment was in that state already."""

    environment: str
    frozen: bool
    published: Published
    note: str | None = None

    @property
    def changed(self) -> bool:
        return self.published.commit is not None and not self.published.resent


def freeze(
    repository: Repository, environment: str, reason: str, now: datetime, *, frozen: bool, sending: Sending = AT_ONCE
) -> FreezeResult:
    """Stops (``frozen``) or allows promotions to an environment."""
    check_reason(reason)
    repository.settings.environment(environment)
    verb = "freeze" if frozen else "unfreeze"
    value = {"at": timestamp(now), "by": committer(repository.git).person, "reason": reason}

    def build(state: State) -> Edit | None:
        if state.frozen(environment) == frozen:
            return None
        data = yaml_bytes(value) if frozen else None
        return Edit(files={freeze_path(environment): data}, message=f"{verb} {environment}\n\n{reason}")

    published = publish(repository, f"{verb} {environment}", build, sending=sending)
    return FreezeResult(environment=environment, frozen=frozen, published=published, note=repository.policy_note)
