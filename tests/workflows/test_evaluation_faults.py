"""Whole suites against a server that speaks both wire formats and does wrong whatever a server can do wrong.

Whatever happens, a verdict is right or there is none: what a provider does wrong is its sample's error, nobody is asked
more often than the patience allows, and nobody again who has answered.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from promptctl.adapters.providers.exchange import Bounds
from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from promptctl.runtime.gateway.retries import Patience
from promptctl.workflows.eval import EvalResult
from tests.evals import KEY, PROMPT, SETTINGS, Bench, bench, cases, saying
from tests.servers import (
    Handler,
    Reaction,
    cut,
    drip,
    hang_up,
    json_answer,
    last_text,
    raw,
    redirect,
    reset,
    reset_midway,
    silence,
    status,
    zipped,
)
from tests.support import build_files

REPEAT, ATTEMPTS = 2, 3
MODELS = ("m-1", "c-1")
TWO = SETTINGS + '\n[providers.second]\nkind = "anthropic"\nbase_url = "%s"\nkey = "RELAY_KEY"\nmodels = ["c-*"]\n'
CAPPED = PROMPT.replace("{temperature: 0}", "{temperature: 0, max_tokens: 50}")
HTML = {"Content-Type": "text/html"}
PASSING: Mapping[str, Reaction] = {
    "429 at once": status(429),
    "429 seconds": status(429, headers={"Retry-After": "0"}),
    "429 fraction": status(429, headers={"Retry-After": "0.001"}),
    "429 date": status(429, headers={"Retry-After": "Sun, 01 Nov 2026 12:00:00 GMT"}),
    "429 ms": status(429, headers={"retry-after-ms": "1"}),
    "429 nonsense": status(429, headers={"Retry-After": "later"}),
    "408": status(408),
    "500": status(500),
    "503": status(503, headers={"Retry-After": "0"}),
    "529": status(529, "Overloaded", type="overloaded_error"),
    "hang up": hang_up,
    "reset": reset,
}
LASTING: Mapping[str, tuple[Reaction, str]] = {
    "400": (status(400, "bad"), "answered 400"),
    "401": (status(401, "who"), "answered 401"),
    "402": (status(402, "broke", type="billing_error"), "nothing left to spend"),
    "403": (status(403, "no"), "answered 403"),
    "404": (status(404, "where"), "answered 404"),
    "quota": (status(429, code="insufficient_quota"), "nothing left to spend"),
    "redirect": (redirect("http://127.0.0.1:1/elsewhere"), "redirects are not followed"),
    "empty": (raw(b""), "not JSON"),
    "blank": (raw(b" \n"), "not JSON"),
    "html": (raw(b"<html>ok</html>", HTML), "not JSON"),
    "plain text": (raw(b"ok", {"Content-Type": "text/plain"}), "not JSON"),
    "events": (raw(b'data: {"choices": []}\n\n', {"Content-Type": "text/event-stream"}), "not JSON"),
    "truncated": (raw(b'{"content": [{"type": "text", "text": "ok'), "not JSON"),
    "two values": (raw(b'{"choices": []} {"choices": []}'), "not JSON"),
    "not utf-8": (raw(b'{"content": "\xff\xfe"}'), "not JSON"),
    "nan": (raw(b'{"usage": NaN}'), "not JSON"),
    "deep": (raw(b"[" * 50_000), "not JSON"),
    "null": (json_answer(None), "the answer has no"),
    "list": (json_answer([]), "the answer has no"),
    "no fields": (json_answer({}), "the answer has no"),
    "error as success": (json_answer({"type": "error", "error": {"message": "ok"}}), "the answer is an error"),
    "cut": (cut, "ends in the middle"),
    "reset midway": (reset_midway, "ends in the middle"),
    "huge": (raw(b" " * 200_000), "larger than 100,000 bytes"),
    "bomb": (zipped(b" " * 5_000_000), "larger than 100,000 bytes"),
    "not gzip": (raw(b"{}", {"Content-Encoding": "gzip"}), "garbled"),
    "unknown encoding": (raw(b"{}", {"Content-Encoding": "br"}), "garbled"),
}


@dataclass
class Script:
    """What the server does for each ticket: some reactions once, in turn, for each model, and then always another."""

    once: Mapping[str, Reaction] = field(default_factory=dict)
    always: Mapping[str, Reaction] = field(default_factory=dict)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    _turns: dict[tuple[str, str], deque[Reaction]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, handler: Handler) -> None:
        ticket, model = last_text(handler.request_body), handler.request_body["model"]
        with self._lock:
            self.asked[ticket, model] += 1
            first = [self.once[ticket]] if ticket in self.once else []
            turns = self._turns.setdefault((ticket, model), deque(first))
            reaction = turns.popleft() if turns else self.always.get(ticket, saying(str))
        reaction(handler)


def judged(folder: Path, script: Script, tickets: tuple[str, ...], patience: Patience) -> EvalResult:
    """One run of a suite of these tickets by both wire formats."""
    with bench(folder, cases(*map(repr, tickets), models=list(MODELS), repeat=REPEAT), CAPPED) as it:
        _trust_both(it)
        it.patience, it.server.always = patience, script
        result = it.eval()
        assert sum(script.asked.values()) == it.asked
    return result


def _trust_both(it: Bench) -> None:
    build_files(it.folder, {"promptctl.toml": TWO % (it.server.url, it.server.url)})
    entry = {"base_url": it.server.url, "key": "RELAY_KEY"}
    table = {
        "relay": {"kind": "openai", "models": ["m-*"], **entry},
        "second": {"kind": "anthropic", "models": ["c-*"], **entry},
    }
    it.environment = {"RELAY_KEY": KEY, "PROMPTCTL_TRUST": str(trust_digest(parse_providers(table)))}


def patience(attempts: int = ATTEMPTS, total: float = 60.0, read: float = 30.0) -> Patience:
    bounds = Bounds(connect=30, read=read, max_bytes=100_000)
    return Patience(attempts=attempts, shortest=0.001, longest=0.002, total=total, bounds=bounds)


def outcomes(result: EvalResult) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for sample in result.results:
        found.setdefault(sample.case, set()).add(sample.outcome)
    return found


def test_faults_that_pass_cost_a_call_and_no_verdict(tmp_path: Path) -> None:
    script = Script(once={f"ok {name}": reaction for name, reaction in PASSING.items()})
    tickets = (*script.once, "ok", "no")
    result = judged(tmp_path, script, tickets, patience(attempts=6))
    assert outcomes(result) == {ticket: {"fail" if ticket == "no" else "pass"} for ticket in tickets}
    assert script.asked == {(ticket, model): REPEAT + (ticket in script.once) for ticket in tickets for model in MODELS}
    assert result.asked == len(tickets) * len(MODELS) * REPEAT


def test_faults_that_last_are_errors_beside_right_verdicts(tmp_path: Path) -> None:
    lasting = {f"ok {name}": reaction for name, (reaction, _) in LASTING.items()}
    always = lasting | {f"ok {name}": reaction for name, reaction in PASSING.items()}
    tickets = (*always, "ok", "no")
    script = Script(always=always)
    result = judged(tmp_path, script, tickets, patience())
    assert outcomes(result) == {
        ticket: {"error" if ticket in always else "fail" if ticket == "no" else "pass"} for ticket in tickets
    }
    once = {*lasting, "ok", "no"}
    assert script.asked == {
        (ticket, model): REPEAT * (1 if ticket in once else ATTEMPTS) for ticket in tickets for model in MODELS
    }
    for sample in result.results:
        if sample.case in lasting:
            assert LASTING[sample.case.removeprefix("ok ")][1] in str(sample.error), sample
    assert result.asked == 2 * len(MODELS) * REPEAT
    assert (result.ok, result.verdict.outcome, result.written) == (False, "fail", ())
    assert "ended in an error" in result.verdict.sentence


@pytest.mark.parametrize("reaction", [silence, drip], ids=["silence", "drip"])
def test_what_never_ends_ends_at_the_deadline_and_is_not_asked_again(tmp_path: Path, reaction: Reaction) -> None:
    script = Script(always={"ok slow": reaction})
    result = judged(tmp_path, script, ("ok slow",), patience(total=1.0, read=0.5))
    assert outcomes(result) == {"ok slow": {"error"}}
    assert script.asked == {("ok slow", model): REPEAT for model in MODELS}
    said = "nothing came for 0.5 s" if reaction is silence else "no answer within 1 s"
    assert all(said in str(sample.error) for sample in result.results)
