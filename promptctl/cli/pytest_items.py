"""What pytest collects of a suite: an item for each case, and one for the verdict of the gate."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import pytest

from promptctl.adapters.replies import open_cache
from promptctl.adapters.repository import Repository
from promptctl.adapters.work_tree import find_root
from promptctl.cli.output import problem_text
from promptctl.core.evals.report import EvalReport
from promptctl.core.safe_text import safe_log
from promptctl.errors import PromptctlError
from promptctl.reports import eval_text
from promptctl.workflows.eval import EvalWish, evaluate_suite
from promptctl.workflows.eval_plan import Planned, plan_suite
from promptctl.workflows.eval_report import report_of
from promptctl.workflows.gate_context import GateContext

GATE = "gate"


class SuiteFile(pytest.File):
    """One ``eval.yaml``. It is run once, with the first of its items, over the cases that are not left out."""

    @cached_property
    def repository(self) -> Repository:
        return Repository(find_root(self.path.parent))

    @cached_property
    def planned(self) -> Planned:
        """Raises PromptctlError for a suite that cannot be read."""
        folder = self.path.parent.relative_to(self.repository.root / "prompts")
        return plan_suite(self.repository, folder.as_posix())

    def collect(self) -> Iterator[pytest.Item]:
        try:
            cases = self.planned.cases
        except (PromptctlError, ValueError) as error:
            raise self.CollectError(_said(error)) from None
        for case in cases:
            yield CaseItem.from_parent(self, name=safe_log(case.name), case=case.name)
        yield GateItem.from_parent(self, name=GATE)

    @cached_property
    def report(self) -> EvalReport:
        """What the suite says; nothing is kept of it. Raises PromptctlError when it cannot be run."""
        chosen = [item for item in self.session.items if item.parent is self]
        names = {item.case for item in chosen if isinstance(item, CaseItem)}
        whole = any(isinstance(item, GateItem) for item in chosen)
        cases = tuple(case for case in self.planned.cases if whole or case.name in names)
        wish = EvalWish(mode=self.config.getoption("promptctl_replies"))
        with open_cache(os.environ) as cache:
            context = GateContext(cache=cache, environment=os.environ, now=datetime.now(UTC))
            planned = replace(self.planned, cases=cases, partial=True)
            result = evaluate_suite(self.repository, planned, wish, context)
            return report_of(self.repository, result, context)


class SuiteItem(pytest.Item):
    """An item of a suite. What cannot be judged is an error of its setup, so that nothing fails for it."""

    parent: SuiteFile

    @property
    def report(self) -> EvalReport:
        try:
            return self.parent.report
        except PromptctlError as error:
            pytest.fail(_said(error), pytrace=False)

    def reportinfo(self) -> tuple[os.PathLike[str], int | None, str]:
        return self.path, None, f"{self.parent.planned.subject.name}: {self.name}"


class CaseItem(SuiteItem):
    """One case, asked of the prompt's own model."""

    def __init__(self, *, case: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.case = case

    def setup(self) -> None:
        self._require("pass", "fail")

    def runtest(self) -> None:
        self._require("pass")

    def _require(self, *outcomes: str) -> None:
        row = next(row for row in self.report.rows if row.case == self.case and row.gates)
        if row.outcome not in outcomes:
            text = "\n".join([self.report.reference, *eval_text.answers(row)])
            pytest.fail(safe_log(text), pytrace=False)


class GateItem(SuiteItem):
    """The verdict of the gate over the whole suite."""

    def setup(self) -> None:
        self._require(good=not self.report.counts["error"])

    def runtest(self) -> None:
        self._require(good=self.report.ok)

    def _require(self, *, good: bool) -> None:
        if not good:
            pytest.fail(safe_log(f"{self.report.reference}: {self.report.sentence}"), pytrace=False)


def _said(error: Exception) -> str:
    if isinstance(error, PromptctlError):
        return "\n".join(problem_text(problem) for problem in error.problems)
    return safe_log(str(error))
