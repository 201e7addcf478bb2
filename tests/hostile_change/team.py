"""The files of the team whose prompts strangers change: judged by text, by the team's code, by recorded replies."""

from __future__ import annotations

from tests.support import TONE, TRIAGE

TRIAGE_FILE = "prompts/support/triage/prompt.yaml"
TRIAGE_SUITE = "prompts/support/triage/eval.yaml"
CHECKED, PAID = "prompts/support/checked", "prompts/support/paid"
SETTINGS = """\
[repository]
default_branch = "main"

[environments.staging]
gate = false

[environments.prod]
after = "staging"
approvals = 1

[lint]
code = ["src"]

[providers.relay]
kind = "openai"
base_url = "@RELAY@"
key = "RELAY_KEY"
models = ["m-*"]
"""
SUITE = """\
cases:
  - name: charged twice
    inputs: {ticket: I was charged twice}
    expect: [{contains: charged}, {not_contains: lawyer}]
  - name: late parcel
    inputs: {ticket: My parcel is late}
    expect: [{contains: parcel}]
gate:
  pass_rate: {min: 1}
"""
ECHO = 'model: echo:echo\ninputs: {text: string}\ntemplate: "{{ text }}"\n'
CHECKED_SUITE = """\
cases:
  - name: function
    inputs: {text: fair words}
    expect: [{python: "judging:fair"}]
  - name: program
    inputs: {text: fair words}
    expect: [{command: judge.py}]
"""
FAIR = "def fair(text, context):\n    return 'fair' in text\n"
JUDGE_PROGRAM = """\
import json, sys
print(json.dumps({"passed": "fair" in json.load(sys.stdin)["text"]}))
"""
PAID_PROMPT = 'model: m-1\nparameters: {temperature: 0}\ninputs: {text: string}\ntemplate: "{{ text }}"\n'
PAID_SUITE = "cases:\n  - {name: loud, inputs: {text: hello}, expect: [{contains: HELLO}]}\n"
APPLICATION = 'from promptctl import Prompts\n\nPrompts("prod").get("support/triage")\n'


def team_files(relay: str) -> dict[str, str | bytes]:
    """The first commit of main; ``relay`` is where the team's provider answers."""
    return {
        "promptctl.toml": SETTINGS.replace("@RELAY@", relay),
        TRIAGE_FILE: TRIAGE,
        TRIAGE_SUITE: SUITE,
        "prompts/shared/tone.j2": TONE,
        f"{CHECKED}/prompt.yaml": ECHO,
        f"{CHECKED}/eval.yaml": CHECKED_SUITE,
        f"{CHECKED}/judging.py": FAIR,
        f"{CHECKED}/judge.py": JUDGE_PROGRAM,
        f"{PAID}/prompt.yaml": PAID_PROMPT,
        f"{PAID}/eval.yaml": PAID_SUITE,
        "src/app.py": APPLICATION,
        ".github/CODEOWNERS": "/promptctl.toml @acorn/owners\n",
        ".gitignore": "*.bak\n",
    }
