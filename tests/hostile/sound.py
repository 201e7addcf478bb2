"""The sound repository that hostile files are laid over: one of every kind of file that promptctl reads."""

from __future__ import annotations

from functools import cache

from promptctl.core.evals.evidence import Meta, make_evidence
from promptctl.core.evals.evidence_document import to_text
from promptctl.core.evals.recording import spell_replies
from promptctl.core.evals.tally import CaseResult, ReplyReference
from promptctl.core.models.request import Reply, Usage
from promptctl.core.moves.moves import Move, Moves
from promptctl.core.moves.pointer import Served
from promptctl.core.releases.version import Version
from tests.hostile import seed

_DIGEST = "sha256:" + "1" * 64
_OTHER = "sha256:" + "2" * 64

PROMPT = """\
description: Routes a support ticket.
owner: support
tags: [support]
metadata: {ticket: OPS-12}
formerly: [old/router]
model: echo:echo
parameters: {temperature: 0, max_tokens: 200}
inputs:
  ticket: {type: string, description: The customer's own words., maxLength: 8000}
  queues: {type: array, items: {type: string}, default: [billing, technical, other]}
  history: {type: array, default: []}
messages:
  - role: system
    content: |
      {% include "shared/tone.j2" %}
      Answer with one of: {{ queues | join(", ") }}.
  - placeholder: history
  - role: user
    content:
      - {type: text, text: "{{ ticket }}"}
      - {type: image_url, image_url: {url: "https://example.org/{{ ticket | urlencode }}.png", detail: low}}
output:
  type: object
  properties: {queue: {type: string}}
  required: [queue]
tools:
  - name: look_up
    description: Finds a customer.
    parameters: {type: object, properties: {id: {type: integer}}}
"""
CHAIN = """\
description: Two steps.
inputs: {text: string}
steps:
  - {name: first, prompt: q, inputs: {text: "{{ text }}"}}
  - {name: second, prompt: q, inputs: {text: "{{ first }}"}}
"""
SUITE = """\
models: [echo:echo]
repeat: 2
cases:
  - name: refund
    tags: {area: money}
    inputs: {ticket: I want my money back}
    expect:
      - contains: money
      - not_regex: "(?i)lawyer|court"
      - json_path: {path: $.queue, one_of: [billing, other]}
        name: right_queue
        weight: 2
      - is_json: {type: object}
  - dataset: cases.jsonl
    expect: [{icontains: "{{ row.answer }}"}]
  - dataset: rows.csv
    expect: [{starts_with: "{{ row.answer }}"}, {length: {max: 400}}]
gate:
  pass_rate: {min: 0.9}
  metrics: {right_queue: {min: 0.5}}
"""
SETTINGS = """\
[repository]
default_branch = "main"
release_branches = ["main", "hotfix/*"]

[defaults]
model = "echo:echo"

[lint]
require = ["description"]

[environments.staging]
gate = false

[environments.prod]
after = "staging"
approvals = 1

[providers.local]
kind = "openai"
base_url = "http://127.0.0.1:1/v1"
key = "LOCAL_KEY"
models = ["m"]
weight = 100
"""
LOCK = f"""\
{{"format": 1, "prompts": {{
  "p": {{
    "version": "1.1.0", "digest": "{_OTHER}",
    "parts": {{"messages": "{_DIGEST}", "shared/tone.j2": "{_DIGEST}"}},
    "releases": {{
      "1.0.0": "{_DIGEST}",
      "1.1.0": "{_OTHER}"}},
    "retired": {{"1.0.0": "leaks addresses"}}}}}}}}
"""
POINTER = f"""\
prompt: p
lineage: 01ARZ3NDEKTSV4RRFFQ69G5FAV
serial: 2
version: 1.1.0
digest: {_OTHER}
previous:
  version: 1.0.0
  digest: {_DIGEST}
"""
FREEZE = "at: 2026-11-20T12:00:00Z\nby: Ada\nreason: holidays\n"


@cache
def base_files() -> dict[str, bytes]:
    """Every file of the sound repository by its path."""
    texts = {
        seed.SETTINGS: SETTINGS,
        seed.PROMPT: PROMPT,
        seed.PARTIAL: "{% set tone = 'kind' %}Be {{ tone }} about {{ ticket | length }} characters.\n",
        seed.SUITE: SUITE,
        seed.ROWS: '{"ticket": "late", "answer": "late", "tags.area": "mail"}\n{"ticket": "lost", "answer": "lost"}\n',
        seed.TABLE: 'ticket,answer\n"a, b",a\n',
        "prompts/q/prompt.yaml": "description: q\nmodel: echo:echo\ninputs: {text: string}\ntemplate: 'Say {{ "
        "text }}'\n",
        "prompts/c/prompt.yaml": CHAIN,
        seed.LOCK: LOCK,
        seed.POINTER: POINTER,
        seed.MOVES: moves().text,
        seed.FREEZE: FREEZE,
        seed.EVIDENCE: evidence(),
        seed.REPLIES: replies(),
    }
    return {path: text.encode() for path, text in texts.items()}


def moves() -> Moves:
    """Two moves of a pointer, chained."""
    found = Moves()
    for serial, (version, digest) in enumerate(((Version(1, 0, 0), _DIGEST), (Version(1, 1, 0), _OTHER)), 1):
        served = Served(version, digest)
        move = Move(serial=serial, at=f"2026-11-20T12:00:0{serial}Z", kind="promote", served=served, by="Ada")
        found = found.append(move)
    return found


def evidence() -> str:
    """Evidence of three samples."""
    samples = [
        CaseResult(
            case="refund",
            model="echo:echo",
            sample=number,
            passed=number < 2,
            scores={"contains": 1.0, "score": 0.5},
            error=None,
            cost=0.001,
            latency_ms=12.5,
            replies=(ReplyReference(key=_DIGEST, digest=_OTHER),),
        )
        for number in range(3)
    ]
    meta = Meta(time="2026-11-20T12:00:00Z", tool="0.1.0", durations={"calls": 1.5})
    return to_text(make_evidence(_DIGEST, _OTHER, samples, ["127.0.0.1"], meta))


def replies() -> str:
    """Two recorded replies."""
    usage = Usage(input=10, output=5)
    kept = {
        _DIGEST: Reply(text="billing", usage=usage, model="m", provider="local", host="127.0.0.1", cost=0.001),
        _OTHER: Reply(text="", tool_calls=({"name": "look_up", "arguments": {"id": 1}},), usage=usage),
    }
    return spell_replies(kept) or ""
