"""What is fuzzed of records: bundles, experiments, approvals, splits, and what a machine keeps for itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO

from promptctl.adapters.files import decode, parse_yaml
from promptctl.adapters.run_journal import RunJournal, parse_journal
from promptctl.adapters.token_folder import TokenFolder
from promptctl.adapters.yaml_documents import yaml_bytes
from promptctl.core.caching.entry import EntrySeal
from promptctl.core.evals.recording import reply_to_dict
from promptctl.core.evals.run_head import RunHead, RunSuite, head_dict, head_from_dict
from promptctl.core.evals.selection import Shard
from promptctl.core.experiments.experiment import planned_text
from promptctl.core.experiments.plan_parsing import parse_experiment
from promptctl.core.files.strict_json import strict_json
from promptctl.core.models.request import Reply, compact_json
from promptctl.core.moves.approval import Approval, Promoted, Rules, Vote, approval_path, count, parse_approval
from promptctl.core.moves.bundle import bundle_digest, parse_bundle
from promptctl.core.moves.pointer import parse_pointer
from promptctl.core.prompts.canonical import form_digest
from promptctl.core.splits.rollout import CANARY, STABLE, is_followed, next_step, parse_steps, since_of, stepped
from promptctl.core.splits.split import Split
from promptctl.core.splits.targeting import condition
from promptctl.core.token import new_token, recognized
from promptctl.errors import PromptctlError, UsageError
from promptctl.runtime.snapshot import Snapshot
from tests.bundles import resealed, small_bundle
from tests.experiments import PLAN, TONE
from tests.fuzz.scratch import scratch
from tests.fuzz.target import Target, starting

_NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
_EXPECTED = {"kind": "contains", "argument": "Hello", "negate": False, "name": "contains", "weight": 1}
_SEAL = EntrySeal(b"k" * 40)


def bundles(data: bytes) -> None:
    """A bundle is the same when it is written again, and serves; its seal is made to fit, which chance never does."""
    with suppress(PromptctlError):
        parse_bundle(data, "fuzzed.json")
    sealed = resealed(_fitting(decode(data, "fuzzed.json")))
    bundle = parse_bundle(sealed, "fuzzed.json")
    written = bundle.to_bytes()
    assert parse_bundle(written, "again.json") == bundle
    snapshot = Snapshot(bundle, bundle_digest(written) or "", "source")
    for name, pick in snapshot.picks.items():
        for prompt in (pick("user-1", {"plan": "pro"}), snapshot.plain[name]):
            assert prompt.digest in bundle.forms
            with suppress(PromptctlError):
                prompt.request(name="Ada")


def _fitting(text: str) -> str:
    """A bundle's content whose closures are called by their digests."""
    for _ in range(3):
        try:
            forms = json.loads(text)["closures"].items()
            called = {digest: form_digest(form) for digest, form in forms if len(digest) > 8}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return text
        for digest, fits in called.items():
            text = text.replace(json.dumps(digest, ensure_ascii=False), f'"{fits}"')
    return text


def experiments(data: bytes) -> None:
    """An experiment is the same when it is written again, and its plan when its text is taken out of the file."""
    document = parse_yaml(data, "fuzzed.yaml")
    found = parse_experiment(document, TONE)
    again = parse_experiment(parse_yaml(yaml_bytes(document.value), "again.yaml"), TONE)
    assert (again.plan, again.record()) == (found.plan, found.record())
    assert again.plan.digest == found.plan.digest
    if found.state != "draft":
        draft = parse_experiment(parse_yaml(planned_text(document).encode(), "draft.yaml"), TONE)
        assert (draft.plan, draft.state) == (found.plan, "draft")


def splits(data: bytes) -> None:
    """A pointer's split assigns every unit, and a step of it keeps all arms."""
    pointer = parse_pointer(parse_yaml(data, "greet.yaml"), "greet")
    split = pointer.split
    if split is None:
        return
    again = parse_pointer(parse_yaml(yaml_bytes(pointer.to_dict()), "greet.yaml"), "greet")
    assert again.split
    assert again.split.digest == split.digest
    _assigns(split)
    if split.kind == "rollout" and is_followed(split):
        assert since_of(split).tzinfo
        step = stepped(split, next_step(split), _NOW)
        assert sorted(step.percents) == sorted(split.percents)
        _assigns(step)


def _assigns(split: Split) -> None:
    from promptctl.core.splits.assignment import assigner

    arm_of = assigner(split)
    assert all(split.arms[arm_of(unit)].percent for unit in ("a", "b", "user-1", "\udc80"))


def conditions(data: bytes) -> None:
    """A condition answers yes or no for attributes of any kind, the same each time; and steps are what they spell."""
    text = decode(data, "when")
    with suppress(PromptctlError):
        steps = parse_steps(text)
        assert parse_steps(",".join(map(str, steps))) == steps
        assert steps[-1] == Decimal(100)
    matches = condition(text)
    for attributes in ({}, {"plan": "pro", "region": "eu", "n": 3}, {"plan": ["a", None], "n": -0.5, "region": {}}):
        with suppress(UsageError):
            assert matches(attributes) == matches(attributes)


def approvals(data: bytes) -> None:
    """An approval is the same when it is written again, stands in one place, and counts once or not at all."""
    found = parse_approval(parse_yaml(data, "fuzzed.yaml"))
    assert parse_approval(parse_yaml(yaml_bytes(found.to_dict()), "again.yaml")) == found
    path = approval_path(found.promoted, found.by)
    assert path.startswith("prompts/environments/")
    assert ".." not in path.split("/")
    rules = Rules(promoter="p@example.org", authors=frozenset(), signed=False, now=_NOW)
    counted = count([Vote(name="a", approval=found), Vote(name="b", approval=found)], found.promoted, rules)
    assert len(counted.agreed) + len(counted.void) in (1, 2)
    assert len(counted.agreed) <= 1


def tokens(data: bytes) -> None:
    """A folder with a token in it, kept as anything, is refused or read; a text that is no token is nobody's."""
    folder = scratch("tokens")
    path = folder / "0123456789ab.json"
    path.write_bytes(data)
    recognized(data.decode("latin-1"), {}, _NOW)
    found = TokenFolder(folder, {}).tokens()["0123456789ab"]
    TokenFolder(folder, {}).add(found)
    assert TokenFolder(folder, {}).tokens() == {"0123456789ab": found}
    recognized(data.decode("latin-1"), {found.id: found}, _NOW)
    found.refusal("read", "prod")


def journals(data: bytes) -> None:
    """A journal is gone on with or left alone; its replies are the same in the part that another machine merges."""
    path = scratch("journals") / "run.jsonl"
    path.write_bytes(data)
    journal = RunJournal.reopen(path)
    if journal is None:
        return
    replies = dict(journal.replies)
    journal.put("key", None, Reply(text="late"))
    journal.close()
    again = RunJournal.reopen(path)
    assert again
    again.close()
    assert again.head == journal.head
    assert dict(again.replies) == {**replies, "key": Reply(text="late")}
    part = RunJournal.unwritten(journal.head, parse_journal(BytesIO(again.part(again.replies)))[1])
    assert dict(part.replies) == dict(again.replies)


def run_heads(data: bytes) -> None:
    """A head of a run is the same when it is written again."""
    try:
        head = head_from_dict(strict_json(decode(data, "head.json")))
    except ValueError:
        return
    assert head_from_dict(strict_json(compact_json(head_dict(head)))) == head


def cache_entries(data: bytes) -> None:
    """Nothing that was not sealed under its name is an entry; what was, is what it was."""
    assert _SEAL.read("name", data, 0.0) is None
    text = data.decode("utf-8", "replace")
    entry = _SEAL.spell("name", 5.0, text)
    assert _SEAL.read("name", entry, 4.0) == text
    assert _SEAL.read("other", entry, 4.0) is None
    assert _SEAL.read("name", entry, 6.0) is None
    assert _SEAL.read("name", entry[: len(entry) // 2], 0.0) is None


@cache
def _approval() -> str:
    promoted = Promoted(
        prompt="a/b", version="1.0.0", digest="sha256:" + "1" * 64, suite=None, environment="prod", follows=3
    )
    made = Approval(promoted=promoted, by="Ada <ada@example.org>", at="2026-11-21T11:00:00Z", reason="read it")
    return yaml_bytes(made.to_dict()).decode()


def _split_pointers() -> Iterator[bytes]:
    pointer = small_bundle().prompts["greet"]
    yield yaml_bytes(pointer.to_dict())
    assert pointer.split
    rules = {"steps": [5, 25, 100], "minimum": {"requests": 100, "minutes": 60}, "began": "2026-11-21T10:00:00Z"}
    rules |= {"since": "2026-11-21T10:00:00Z", "health": {"error_rate": {"max_rise": 0.02}}}
    arms = tuple(replace(arm, name=name) for arm, name in zip(pointer.split.arms, (STABLE, CANARY), strict=True))
    growing = replace(pointer.split, arms=arms, when="plan == 'pro'", shadow=10, rules=rules)
    yield yaml_bytes(replace(pointer, split=growing).to_dict())
    trial = replace(pointer.split, kind="experiment", state="paused")
    yield yaml_bytes(replace(pointer, split=trial).to_dict())


def _contents() -> Iterator[bytes]:
    quality = {"greet": {"expect": [_EXPECTED], "judges": {}}}
    relay = {"kind": "openai", "base_url": "https://relay.example/v1", "key": "K"}
    sound = {"providers": {"relay": relay}, "cache": {"mode": "force", "ttl": "1h"}, "events": {"content": True}}
    for settings in ({}, sound, {"providers": {"relay": {**relay, "kind": "opena[i"}}}):
        bundle = replace(small_bundle(settings=settings), quality=quality if settings else {})
        whole = bundle.to_bytes()
        yield whole
        yield whole.partition(b'"content":')[2][:-2]


def _running() -> bytes:
    plan = parse_experiment(parse_yaml(PLAN.encode(), "x.yaml"), TONE).plan
    at = "2026-11-21T10:00:00Z"
    counting = {"since": at, "sample": 1000, "plan": plan.digest, "counted": plan.counted}
    return PLAN.encode() + yaml_bytes({"state": "running", "started": at, "counting": counting})


def _tokens() -> Iterator[bytes]:
    token, text = new_token("ci", ["prod"], ["read", "promote"], _NOW, _NOW - _NOW.replace(day=1), bytes(range(38)))
    yield json.dumps({"format": 1, **token.to_dict(), "id": "0123456789ab"}).encode()
    yield text.encode()


def _journal() -> Iterator[bytes]:
    head = RunHead(suites=(RunSuite(reference="a/b", subject="sha256:1", suite="sha256:2"),))
    lines = [{"key": "k", "by": "", "reply": reply_to_dict(Reply(text="hello"))}]
    lines += [{"suite": "a/b", "starts": {"m\none": 0}}]
    whole = RunJournal.unwritten(head, lines)
    yield whole.part(whole.replies)
    yield whole.part(whole.replies)[:-7]


def _heads() -> Iterator[bytes]:
    suites = (RunSuite(reference="a/b", subject="sha256:1", suite="sha256:2", cases=("one", "two")),)
    for head in (
        RunHead(suites=suites, provider="p", against="prod"),
        RunHead(suites=(), shard=Shard(index=1, count=3)),
    ):
        yield json.dumps(head_dict(head)).encode()


TARGETS: Mapping[str, Target] = {
    "bundles": Target(run=bundles, begin=_contents),
    "experiments": Target(
        run=experiments,
        begin=lambda: [PLAN.encode(), _running()],
    ),
    "splits": Target(run=splits, begin=_split_pointers),
    "conditions": Target(
        run=conditions, begin=starting("plan == 'pro' and region in ['eu', 'us']", "n | default(0) > 2", "5,25,50,100")
    ),
    "approvals": Target(
        run=approvals, begin=lambda: [_approval().encode(), _approval().replace("11:00:00", "99:00:00").encode()]
    ),
    "tokens": Target(run=tokens, begin=_tokens),
    "journals": Target(run=journals, begin=_journal),
    "run_heads": Target(run=run_heads, begin=_heads),
    "cache_entries": Target(run=cache_entries, begin=starting("hello", _SEAL.spell("another", 5.0, "hello"))),
}
