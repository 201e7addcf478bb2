"""What ``ci`` found, for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from promptctl.core.lint.finding import Finding
from promptctl.core.releases import lockfile
from promptctl.errors import Place
from promptctl.workflows.changed import ChangedPrompt
from promptctl.workflows.ci_base import CiBase
from promptctl.workflows.ci_impact import Impact
from promptctl.workflows.ci_plan import EnvironmentPlan
from promptctl.workflows.ci_unjudged import Unjudged
from promptctl.workflows.judged import Judged
from promptctl.workflows.lint import LintResult

NO_VERDICT, NOT_JUDGED = "PC132", "PC133"
Outcome = Literal["pass", "fail", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CiResult:
    """``lock`` are the lock's findings; ``changed`` is None where the base is missing: then every suite is run.

    ``impacts`` has one for each changed prompt, ``plans`` one for each environment in their order, ``unjudged`` what
    could not be judged, what decides first; ``notes`` only inform. ``asked`` answers were given now, for ``spent`` US
    dollars.
    """

    base: CiBase
    lint: LintResult
    lock: tuple[Finding, ...]
    changed: tuple[ChangedPrompt, ...] | None
    evals: tuple[Judged, ...]
    impacts: tuple[Impact, ...] = ()
    plans: tuple[EnvironmentPlan, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    notes: tuple[str, ...] = ()
    asked: int = 0
    spent: float = 0.0

    @property
    def ok(self) -> bool:
        """Nothing refuses the change, and all was judged."""
        return self.outcome == "pass"

    @property
    def outcome(self) -> Outcome:
        """ "unknown" where nothing refuses the change, but something that decides could not be judged."""
        return "fail" if self.refused else "unknown" if self.unknown else "pass"

    @property
    def refused(self) -> bool:
        """Whether a finding or a suite says no."""
        return not self.lint.ok or bool(self.lock) or any(_refuses(found) for found in self.evals)

    @property
    def unknown(self) -> tuple[Unjudged, ...]:
        """What decides and could not be judged."""
        return tuple(it for it in self.unjudged if it.decides)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything as findings with places, for annotations."""
        evals = (_eval_finding(found) for found in self.evals if _refuses(found))
        open_ = (_unjudged_finding(it) for it in self.unjudged)
        place = Place(lockfile.PATH)
        notes = (Finding(code=NOT_JUDGED, level="notice", message=text, place=place) for text in self.notes)
        return (*self.lint.findings, *self.lock, *evals, *open_, *notes)

    def data(self) -> dict[str, Any]:
        """What is printed of it as JSON."""
        changed = self.changed
        return {
            "base": self.base.commit,
            "outcome": self.outcome,
            "lint": {"ok": self.lint.ok, "findings": [it.to_dict() for it in self.lint.findings]},
            "lock": {"ok": not self.lock, "findings": [it.to_dict() for it in self.lock]},
            "changed": None
            if changed is None
            else [{"prompt": it.name, "kind": it.kind, "reasons": list(it.reasons)} for it in changed],
            "impacts": [it.data() for it in self.impacts],
            "evals": [_eval_data(it) for it in self.evals],
            "plans": [it.data() for it in self.plans],
            "unjudged": [it.data() for it in self.unjudged],
            "notes": list(self.notes),
            "asked": self.asked,
            "spent": self.spent,
        }


def _eval_data(it: Judged) -> dict[str, Any]:
    return {**it.data(), "cost": it.cost, "comparison": it.comparison.data() if it.comparison else None}


def _refuses(found: Judged) -> bool:
    """A suite that could not be judged to its end says neither yes nor no."""
    return not found.ok and found.outcome != "unknown"


def _eval_finding(found: Judged) -> Finding:
    place = Place(f"prompts/{found.prompt}/eval.yaml")
    code = "eval" if found.result else NO_VERDICT
    return Finding(code=code, level="error", message=f"{found.prompt}: {found.sentence}", place=place, hint=found.hint)


def _unjudged_finding(it: Unjudged) -> Finding:
    about = f"prompts/{it.prompt}/eval.yaml" if it.prompt and it.kind == "suite" else lockfile.PATH
    message = f"{it.prompt}: {it.why}" if it.prompt else it.why
    level: Literal["error", "notice"] = "error" if it.decides else "notice"
    return Finding(code=NOT_JUDGED, level=level, message=message, place=Place(about), hint=it.command)
