"""A CI run as JUnit: suites for lint, the lock and what was not judged, and one for each prompt that was evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from promptctl.core.evals.report import EvalReport
from promptctl.core.lint.finding import Finding
from promptctl.reports.eval_junit import eval_suite
from promptctl.reports.junit import JunitCase, JunitSuite, junit


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What has no verdict: ``about`` names it, ``why`` says the reason. What ``decides`` is an error, else skipped."""

    about: str
    why: str
    decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CiTests:
    """All that a document shows: ``prompts`` are the names that lint looked at."""

    prompts: Sequence[str] = ()
    lint: Sequence[Finding] = ()
    lock: Sequence[Finding] = ()
    evals: Sequence[EvalReport] = ()
    missing: Sequence[Missing] = ()


def ci_junit(tests: CiTests) -> bytes:
    """The document, UTF-8. It holds no times, so that the same commits give the same bytes."""
    suites = [_lint(tests), _lock(tests.lock), *map(eval_suite, tests.evals)]
    if tests.missing:
        suites.append(JunitSuite(name="not judged", package="ci", cases=_missing(tests.missing)))
    return junit(suites)


def _lint(tests: CiTests) -> JunitSuite:
    """A case for each file that was looked at, the failing ones first."""
    files: dict[str, list[Finding]] = {f"prompts/{name}/prompt.yaml": [] for name in tests.prompts}
    for finding in tests.lint:
        files.setdefault(finding.place.file, []).append(finding)
    cases = [_file(file, findings) for file, findings in files.items()]
    notices = [_told(it) for it in tests.lint if not it.fails]
    return JunitSuite(
        name="lint", package="lint", cases=sorted(cases, key=lambda case: case.kind is None), output="\n".join(notices)
    )


def _file(file: str, findings: Sequence[Finding]) -> JunitCase:
    failing = [it for it in findings if it.fails]
    if not failing:
        return JunitCase(classname="lint", name=file)
    text = "\n".join(map(_told, failing))
    return JunitCase(
        classname="lint", name=file, kind="failure", message=failing[0].message, type=failing[0].code, text=text
    )


def _lock(findings: Sequence[Finding]) -> JunitSuite:
    cases = [
        JunitCase(classname="lock", name=it.message, kind="failure", message=it.message, type=it.code, text=_told(it))
        for it in findings
    ]
    return JunitSuite(name="lock", package="lock", cases=cases or [JunitCase(classname="lock", name="agrees")])


def _missing(missing: Sequence[Missing]) -> list[JunitCase]:
    """Named by what they are about and a number where there are several: of equal names readers take one."""
    found: dict[str, int] = {}
    cases = []
    for it in sorted(missing, key=lambda it: not it.decides):
        found[it.about] = found.get(it.about, 0) + 1
        name = it.about if found[it.about] == 1 else f"{it.about} ({found[it.about]})"
        kind: Literal["error", "skipped"] = "error" if it.decides else "skipped"
        cases.append(JunitCase(classname="not judged", name=name, kind=kind, message=it.why, type="none", text=it.why))
    return cases


def _told(finding: Finding) -> str:
    hint = f" ({finding.hint})" if finding.hint else ""
    return f"{finding.place}: {finding.level} {finding.code}: {finding.message}{hint}"
