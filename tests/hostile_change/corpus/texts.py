"""Texts that would be more than text to a shell, a runner, a terminal or a page: in every place of a change."""

from __future__ import annotations

import json

from tests.hostile.seed import quoted
from tests.hostile_change.change import ASKING, CANARY, SERVER, Change
from tests.hostile_change.corpus.verdicts import WORSE
from tests.hostile_change.team import ECHO, SUITE, TRIAGE_FILE, TRIAGE_SUITE
from tests.hostile_texts import HOSTILE
from tests.support import TRIAGE

SHELL = (
    f"$(touch {CANARY}/a)",
    f"`touch {CANARY}/b`",
    f"'; touch {CANARY}/c; '",
    f'"; touch {CANARY}/d; "',
    f"x && touch {CANARY}/e",
    f"x | tee {CANARY}/f",
    f"\ntouch {CANARY}/g\n",
    "${{ secrets.GITHUB_TOKEN }}",
    "$RELAY_KEY",
    "--upload-pack=touch",
    "-rf",
    "../../../etc/passwd",
    "%0A::error::x",
)
RUNNER = (
    "::set-output name=outcome::pass",
    "\n::error file=x::taken",
    "::add-mask::a",
    "::stop-commands::x",
    "##[error]x",
    "::save-state name=x::y",
    "\r::warning::x",
    "\x85::debug::x",
    "outcome=pass\n",
    "ghadelimiter_x",
    "::set-env name=NODE_OPTIONS::--require=x",
    "::add-path::/tmp",
    "\n::endgroup::\n",
)
ALL = [*SHELL, *RUNNER, *(text.encode("utf-8", "replace").decode() for text in HOSTILE)]
LINE = " ".join(ALL).replace("\n", " ").replace("\r", " ")
SAFE_LINE = "".join(letter for letter in LINE if letter.isprintable())[:180]
SHORT = SAFE_LINE.replace(CANARY, "/x")
NAMES = [text.replace("/", "\u2215").replace("\0", "") for text in ALL if text][:60]


def _texts() -> str:
    """A prompt that says all of it wherever text may stand, with a mistake so that it is reported."""
    wrapped = quoted("\n".join(ALL).replace("{", "(").replace("\x00", ""))
    return (
        f"description: {wrapped}\nowner: {quoted(SAFE_LINE)}\ntags: [{quoted(SAFE_LINE)}]\nmodel: {quoted(SAFE_LINE)}\n"
        f"metadata: {{{quoted(SAFE_LINE)}: {wrapped}}}\ninputs:\n  ticket: {{type: string, description: {wrapped}}}\n"
        f"template: {wrapped}\n"
    )


def _suite() -> str:
    cases = "".join(
        f"  - name: {quoted((str(number) + SHORT[number * 2 :])[:60])}\n    inputs: {{ticket: {quoted(text)}}}\n"
        f"    expect: [{{contains: {quoted(text + 'no')}, name: {quoted('n' + str(number))}}}]\n"
        for number, text in enumerate(ALL[:40])
    )
    return f"cases:\n{cases}"


TEXTS = (
    Change(name="says it in a prompt", files={TRIAGE_FILE: _texts()}, where=TRIAGE_FILE, says=""),
    Change(
        name="says it in cases",
        files={**WORSE, TRIAGE_SUITE: _suite()},
        lock=True,
        where=TRIAGE_SUITE,
        options=ASKING,
        says="0 of 2",
    ),
    Change(
        name="says it in keys",
        files={TRIAGE_FILE: TRIAGE + "".join(f"{quoted(text)}: 1\n" for text in NAMES)},
        where=TRIAGE_FILE,
        says="unknown|key|line",
    ),
    Change(
        name="says it in names of inputs",
        files={
            TRIAGE_FILE: TRIAGE.replace(
                "inputs:\n", "inputs:\n" + "".join(f"  {quoted(text)}: string\n" for text in NAMES)
            )
        },
        where=TRIAGE_FILE,
        says="",
    ),
    Change(
        name="says it in names of prompts",
        files={f"prompts/{text.strip() or 'x'}/prompt.yaml": ECHO for text in NAMES},
        where=None,
    ),
    Change(
        name="says it in names of files",
        files={f"prompts/support/triage/{text}": "x" for text in NAMES},
        outcome="pass",
    ),
    Change(
        name="says it in names of partials",
        files={
            **{f"prompts/shared/{text}.j2": "{{" for text in NAMES[:5]},
            TRIAGE_FILE: TRIAGE.replace('"shared/tone.j2"', json.dumps(f"shared/{NAMES[0]}.j2")),
        },
        where=None,
    ),
    Change(
        name="says it in includes",
        files={
            TRIAGE_FILE: "model: echo:echo\ntemplate: "
            + quoted("".join(f"{{% include {json.dumps(text)} %}}" for text in NAMES))
            + "\n"
        },
        where=TRIAGE_FILE,
        says="",
    ),
    Change(
        name="says it in the lock",
        files={
            "prompts/prompts.lock": json.dumps(
                {
                    "format": 1,
                    "prompts": {
                        text: {
                            "version": text,
                            "digest": text,
                            "parts": {text: text},
                            "releases": {text: text},
                            "retired": {text: text},
                        }
                        for text in ALL
                    },
                }
            )
        },
        where="prompts/prompts.lock",
        says="",
    ),
    Change(
        name="says it in settings",
        files={
            "promptctl.toml": "".join(
                f"[environments.{json.dumps(text)}]\nafter = {json.dumps(text)}\n" for text in NAMES[:20]
            )
        },
        where="promptctl.toml",
        says="is not a valid name",
    ),
    Change(
        name="says it to Git",
        files={"README.md": SAFE_LINE},
        outcome="pass",
        message="\n".join(ALL),
        author='"$(touch /x)`x` ::error::x [x](http://x) @acorn/owners" <x@example.org>',
        branch=f"x$(touch {CANARY}/h)",
        title=LINE,
    ),
    Change(
        name="says it in a mention of everybody",
        files={
            TRIAGE_FILE: TRIAGE.replace(
                "owner: support", f"owner: '@acorn/owners <img src=http://{SERVER}/x> [x](http://{SERVER}) #1'"
            ).replace("ticket }}", "tickt }}")
        },
        where=TRIAGE_FILE,
        says="tickt",
    ),
    Change(
        name="says it as SHELL",
        files={TRIAGE_SUITE: SUITE.replace("late parcel", quoted(SHELL[0])[1:-1])},
        outcome="pass",
    ),
)
