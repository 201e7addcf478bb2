"""What the team writes: settings, the prompt in its versions, its suite, a hook."""

from __future__ import annotations

SETTINGS = """\
[repository]
default_branch = "main"
state = "promptctl/state"

[environments.staging]
gate = false

[environments.prod]
after = "staging"
gate = "recorded"
approvals = 1
from = "anywhere"

[providers.relay]
kind = "openai"
base_url = "{url}/v1"
key = "RELAY_KEY"
models = ["gpt-*"]

[providers.openai]
weight = 0
"""
PROMPT = """\
description: Sends a support ticket to the queue that can solve it.
owner: support
model: gpt-4.1
parameters: {temperature: 0}
inputs:
  ticket: {type: string, description: The customer's own words., maxLength: 8000}
messages:
  - role: system
    content: Answer with one of billing, delivery, other.
  - role: user
    content: "{{ ticket }}"
"""
SUITE = """\
cases:
  - name: money goes to billing
    inputs: {ticket: I was charged twice.}
    expect: [{equals: billing}]
  - name: a long story about a parcel
    inputs: {ticket: "In May we ordered a lamp for our daughter, and the parcel never came."}
    expect: [{equals: delivery}]
  - name: anything else
    inputs: {ticket: When are you open?}
    expect: [{equals: other}]
"""
PLACE = "prompts/support/triage/prompt.yaml"
HOOK = """\
#!/bin/sh
for hook in lint fmt lock-check pointer-check no-secrets; do
  promptctl hook "$hook" || exit 1
done
"""
WAITING = """\
#!/bin/sh
echo ready > "$FIFOS/pushing"
read -r go < "$FIFOS/go"
"""
"""A pre-push hook that lets others go first."""


def cut(length: int) -> str:
    """The prompt with tickets cut short."""
    return PROMPT.replace("{{ ticket }}", f"{{{{ ticket[:{length}] }}}}")


def one_word() -> str:
    """The version after it, which asks for one word."""
    return cut(400).replace(
        "Answer with one of billing, delivery, other.", "Answer with one word out of billing, delivery, other."
    )
