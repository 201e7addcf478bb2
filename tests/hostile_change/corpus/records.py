"""Changes of what only promptctl writes: the lock, pointers, moves, approvals, freezes, experiments, release tags."""

from __future__ import annotations

from tests.hostile.sound import moves
from tests.hostile_change.change import CANARY, Change, Content
from tests.hostile_change.team import ECHO, TRIAGE_FILE
from tests.support import TRIAGE

LOCK, PLACE = "prompts/prompts.lock", "prompts/environments"
DIGEST, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
RENAMED = TRIAGE.replace("a queue", "one queue")


def _lock(version: str = "1.0.0", digest: str = DIGEST, releases: str = f'"1.0.0": "{DIGEST}"', more: str = "") -> str:
    return (
        '{"format": 1, "prompts": {\n  "support/triage": {\n'
        f'    "version": "{version}", "digest": "{digest}",\n    "parts": {{}},\n'
        f'    "releases": {{\n      {releases}}}{more}}}}}}}\n'
    )


def _locks(name: str, text: str, says: str = "") -> Change:
    return Change(name=name, files={LOCK: text}, where=LOCK, says=says)


LOCKS = (
    _locks("removes releases", _lock()),
    _locks("gives a release another digest", _lock(digest=OTHER, releases=f'"1.0.0": "{OTHER}"'), "triage"),
    _locks(
        "takes a version in advance",
        _lock("9.9.9", releases=f'"1.0.0": "{DIGEST}",\n      "9.9.9": "{DIGEST}"'),
        "triage",
    ),
    _locks("takes a version of rubbish", _lock("1.0.0; touch " + CANARY)),
    _locks("retires what is served", _lock(more=',\n    "retired": {"1.0.0": "no reason"}')),
    _locks("has two entries of a name", _lock().replace('{"format": 1,', '{"format": 1, "format": 1,')),
    _locks("is of a format to come", _lock().replace('"format": 1', '"format": 99')),
    _locks("is a conflict", "<<<<<<< HEAD\n" + _lock() + "=======\n>>>>>>> x\n"),
    Change(name="takes the lock away", files={LOCK: None}, where=LOCK, says=""),
    Change(name="changes a prompt without its lock", files={TRIAGE_FILE: RENAMED}, where=LOCK, says="triage"),
    Change(
        name="says that it is another prompt",
        files={
            "prompts/fresh/prompt.yaml": ECHO.replace("model:", "formerly: [support/triage]\nmodel:"),
            TRIAGE_FILE: None,
        },
        where=LOCK,
        says="",
    ),
)

POINTER = f"""\
prompt: support/triage
lineage: 01ARZ3NDEKTSV4RRFFQ69G5FAV
serial: 9
version: 1.0.0
digest: {DIGEST}
"""
APPROVAL = f"""\
prompt: support/triage
version: 1.0.0
digest: {DIGEST}
suite: null
environment: prod
follows: 0
by: Ada Tester <ada@example.org>
at: 2026-11-21T12:00:00Z
"""
SPLIT = POINTER + "split: {kind: rollout, id: x, salt: x, unit: user, state: running, arms: []}\n"
FREEZE = "at: 2026-11-20T12:00:00Z\nby: Ada\nreason: none\n"


def _state(name: str, files: dict[str, Content], where: str) -> Change:
    return Change(
        name=name, files={f"{PLACE}/{path}": text for path, text in files.items()}, where=f"{PLACE}/{where}", says=""
    )


STATE = (
    _state("points prod at something", {"prod/support/triage.yaml": POINTER}, "prod/support/triage.yaml"),
    _state("turns staging back", {"staging/support/triage.yaml": POINTER}, "staging/support/triage.yaml"),
    _state("takes a pointer away", {"staging/support/triage.yaml": None}, "staging/support/triage.yaml"),
    _state(
        "rewrites moves", {"staging/support/triage.moves.jsonl": moves().text}, "staging/support/triage.moves.jsonl"
    ),
    _state("starts a rollout", {"staging/support/triage.yaml": SPLIT}, "staging/support/triage.yaml"),
    _state(
        "approves itself",
        {"prod/_approvals/support/triage@1.0.0/ada.yaml": APPROVAL},
        "prod/_approvals/support/triage@1.0.0/ada.yaml",
    ),
    _state("freezes prod", {"prod/_freeze.yaml": FREEZE}, "prod/_freeze.yaml"),
    _state("points at the runner's files", {"prod/support/triage.yaml": "prompt: [}"}, "prod/support/triage.yaml"),
    Change(
        name="runs an experiment",
        files={"prompts/experiments/tone.yaml": "experiment: tone\nstate: running\n"},
        where="prompts/experiments/tone.yaml",
        says="",
    ),
)

TAGS = (
    Change(
        name="brings a release tag",
        files={"README.md": "x\n"},
        outcome="pass",
        tags=("prompts/support/triage@v9.9.9",),
    ),
    Change(
        name="brings a tag of the base's name",
        files={"README.md": "x\n"},
        outcome="pass",
        tags=("main", "origin/main", "HEAD", "refs/heads/main"),
    ),
    Change(
        name="brings tags with options",
        files={"README.md": "x\n"},
        outcome="pass",
        tags=("x-$(id)", "`id`", "prompts/x@v1.0.0;id"),
    ),
)
