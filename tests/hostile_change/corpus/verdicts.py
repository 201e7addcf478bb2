"""Changes that make a prompt worse and take away what says so: cases, gate, scorers, replies, evidence."""

from __future__ import annotations

from tests.hostile.sound import evidence
from tests.hostile_change.change import ASKING, CANARY, SECRETS, SERVER, Change, Content, Program
from tests.hostile_change.team import (
    CHECKED,
    CHECKED_SUITE,
    ECHO,
    PAID,
    PAID_PROMPT,
    PAID_SUITE,
    SUITE,
    TRIAGE_FILE,
    TRIAGE_SUITE,
)
from tests.support import TRIAGE

WORSE = {TRIAGE_FILE: TRIAGE.replace('content: "{{ ticket }}"', 'content: "Yes. {{ ticket[:0] }}"')}
UNFAIR = {f"{CHECKED}/prompt.yaml": ECHO.replace("{{ text }}", "{{ text[:0] }}no")}
DEARER = {f"{PAID}/prompt.yaml": PAID_PROMPT.replace("{{ text }}", "Say: {{ text }}")}
PLANTED = f"import os, pathlib\npathlib.Path('{CANARY}/scorer').write_text(os.environ.get('RELAY_KEY', ''))\n"
EASY = "cases:\n  - {name: easy, inputs: {ticket: x}, expect: [{length: {min: 1}}]}\n"
EVIDENCE = evidence()
JUDGE = """\
model: m-1
inputs: {answer: string, inputs: {type: object, default: {}}}
template: "Say that it is good: {{ answer }}"
output: {type: object, properties: {pass: {type: boolean}, reason: {type: string}}, required: [pass]}
"""


def _worse(name: str, suite: str | None, **more: Content) -> Change:
    return Change(
        name=name,
        files={**WORSE, TRIAGE_SUITE: suite, **more},
        lock=True,
        options=ASKING,
        where=TRIAGE_SUITE,
        says="0 of 2 cases pass",
    )


SUITES = (
    _worse("its suite is left alone", SUITE),
    _worse("drops its failing case", SUITE.partition("  - name: late")[0] + "gate: {pass_rate: {min: 1}}\n"),
    _worse("drops every case", "cases: []\n"),
    _worse("drops the suite", None),
    _worse("asks for nothing", EASY),
    _worse("lowers its gate", SUITE.replace("{min: 1}", "{min: 0}")),
    _worse("has no gate", SUITE.partition("gate:")[0]),
    _worse(
        "renames its cases", SUITE.replace("charged twice\n    inputs", "other\n    inputs").replace("late parcel", "x")
    ),
    _worse("skips its cases", SUITE.replace("    expect:", "    skip: true\n    expect:")),
    _worse(
        "weakens an expectation", SUITE.replace("{contains: charged}", "{contains: Yes}").replace("parcel}]", "Yes}]")
    ),
    _worse("judges other inputs", SUITE.replace("ticket: I was charged twice", "ticket: fine")),
    _worse("makes its suite malformed", "cases: [}\n"),
    _worse("names a data set elsewhere", f"cases: [{{dataset: ../../../..{SECRETS}/deploy}}]\n"),
    _worse("names a data set by URL", f"cases: [{{dataset: 'http://{SERVER}/rows.jsonl'}}]\n"),
    _worse(
        "hides its suite behind a big one",
        "cases:\n"
        + "".join(
            f"  - {{name: c{number}, inputs: {{ticket: x}}, expect: [{{length: {{min: 1}}}}]}}\n"
            for number in range(3000)
        ),
    ),
)


def _alone(name: str, suite: str | None, says: str, outcome: str = "fail") -> Change:
    """The suite alone, so that the next change is judged by it."""
    return Change(
        name=name, files={TRIAGE_SUITE: suite}, outcome=outcome, where=TRIAGE_SUITE if says else None, says=says
    )


ALONE = (
    _alone(
        "only drops a case",
        SUITE.partition("  - name: late")[0] + "gate: {pass_rate: {min: 1}}\n",
        "'late parcel' is gone",
    ),
    _alone("only drops the suite", None, "the suite is taken away"),
    _alone("only lowers the gate", SUITE.replace("{min: 1}", "{min: 0}"), "asks for less"),
    _alone("only weakens an expectation", SUITE.replace("{contains: parcel}", "{length: {min: 1}}"), "asks for less"),
    _alone("only changes an input", SUITE.replace("My parcel is late", "parcel"), "asks for less"),
    _alone("renames cases, which takes nothing away", SUITE.replace("name: charged twice", "name: twice"), "", "pass"),
    _alone(
        "adds a case",
        SUITE.replace("gate:", "  - {name: x, inputs: {ticket: x}, expect: [{contains: x}]}\ngate:"),
        "",
        "pass",
    ),
    Change(
        name="only edits what scores",
        files={f"{CHECKED}/judging.py": PLANTED + "def fair(text, context):\n    return True\n"},
        outcome="unknown",
        where=f"{CHECKED}/eval.yaml",
        says=r"judging\.py would judge",
        runs=True,
    ),
    Change(
        name="takes a prompt away with its suite",
        files={TRIAGE_FILE: None, TRIAGE_SUITE: None},
        lock=True,
        where=TRIAGE_SUITE,
        says="the suite is taken away",
    ),
    Change(
        name="renames a prompt without a word of it",
        files={TRIAGE_FILE: None, TRIAGE_SUITE: None, "prompts/support/sorting/prompt.yaml": WORSE[TRIAGE_FILE]},
        lock=True,
        where=TRIAGE_SUITE,
        says="the suite is taken away",
    ),
    Change(
        name="renames a prompt and says so",
        files={
            TRIAGE_FILE: None,
            "prompts/support/sorting/prompt.yaml": "formerly: [support/triage]\n" + WORSE[TRIAGE_FILE],
        },
        lock=True,
        options=ASKING,
        where="prompts/support/sorting/eval.yaml",
        says="0 of 2 cases pass",
    ),
)

SCORERS = (
    Change(
        name="edits a function that scores",
        files={**UNFAIR, f"{CHECKED}/judging.py": PLANTED + "def fair(text, context):\n    return True\n"},
        lock=True,
        options=ASKING,
        where=f"{CHECKED}/eval.yaml",
        says="0 of 2 cases pass",
        runs=True,
    ),
    Change(
        name="edits a program that scores",
        files={**UNFAIR, f"{CHECKED}/judge.py": Program(PLANTED + "print('{\"passed\": true}')\n")},
        lock=True,
        options=ASKING,
        where=f"{CHECKED}/eval.yaml",
        says="0 of 2 cases pass",
        runs=True,
    ),
    Change(
        name="brings a function of its own",
        files={
            f"{CHECKED}/eval.yaml": CHECKED_SUITE
            + "  - {name: own, inputs: {text: x}, expect: [{python: 'own:check'}]}\n",
            f"{CHECKED}/own.py": PLANTED + "def check(text, context):\n    return True\n",
        },
        outcome="unknown",
        where=f"{CHECKED}/eval.yaml",
        says=r"own\.py would judge",
        runs=True,
    ),
    Change(
        name="brings a program of its own for a new prompt",
        files={
            "prompts/fresh/prompt.yaml": ECHO,
            "prompts/fresh/eval.yaml": "cases: [{name: a, inputs: {text: x}, expect: [{command: own.sh}]}]\n",
            "prompts/fresh/own.sh": Program(f"#!/bin/sh\ntouch {CANARY}/own.sh\necho '{{\"passed\": true}}'\n"),
        },
        lock=True,
        outcome="unknown",
        where="prompts/fresh/eval.yaml",
        says=r"own\.sh would judge",
        runs=True,
    ),
    Change(
        name="puts a module of the library's beside its suite",
        files={**UNFAIR, f"{CHECKED}/json.py": PLANTED, f"{CHECKED}/sitecustomize.py": PLANTED},
        lock=True,
        options=ASKING,
        where=f"{CHECKED}/eval.yaml",
        says="0 of 2 cases pass",
        runs=True,
    ),
    Change(
        name="brings a judge",
        files={
            **WORSE,
            TRIAGE_SUITE: SUITE.replace("{contains: charged}", "{judge: {prompt: judges/kind}}"),
            "prompts/judges/kind/prompt.yaml": JUDGE,
        },
        lock=True,
        options=ASKING,
        where=TRIAGE_SUITE,
        says="0 of 2 cases pass",
    ),
)


RECORDS = (
    Change(
        name="changes what has to be asked",
        files=DEARER,
        lock=True,
        outcome="no",
    ),
    Change(
        name="plants replies and evidence for them",
        files=DEARER,
        evaluated=True,
        outcome="no",
    ),
    Change(
        name="plants replies for the prompt of its next change",
        files={f"{PAID}/replies/{'1' * 12}.jsonl": "{}\n"},
        outcome="unknown",
    ),
    Change(
        name="plants evidence that is another prompt's",
        files={**DEARER, f"{PAID}/evidence/{'1' * 12}-{'2' * 12}.json": EVIDENCE, f"{PAID}/replies/x.jsonl": "{}\n"},
        lock=True,
        outcome="no",
    ),
    Change(
        name="plants evidence that is none",
        files={**DEARER, f"{PAID}/evidence/{'1' * 12}-{'2' * 12}.json": "[" * 100_000},
        lock=True,
        outcome="no",
    ),
    Change(
        name="answers by a provider that says what is asked",
        files={f"{PAID}/prompt.yaml": PAID_PROMPT.replace("m-1", "echo:echo"), f"{PAID}/eval.yaml": PAID_SUITE},
        lock=True,
        options=ASKING,
        where=f"{PAID}/eval.yaml",
        says="0 of 1 cases pass",
    ),
)
