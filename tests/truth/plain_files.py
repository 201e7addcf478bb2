"""Reads the files of the state branch with naive parsers: pointers, moves, plans, approvals and the lock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import yaml

from promptctl.adapters.files import parse_yaml
from promptctl.core.experiments.plan_parsing import parse_experiment
from promptctl.core.splits.split import parse_split
from tests.truth.seen import PLANS, Approval, Arm, Experiment, Lock, Move, Place, Pointer, Split

APPROVALS = "/_approvals/"
RECORD = ("state", "started", "counting", "looks", "result")


def is_pointer(path: str) -> bool:
    """Whether a file below the environments is a pointer."""
    return path.endswith(".yaml") and not path.endswith("_freeze.yaml") and APPROVALS not in path


def place_of(path: str) -> Place:
    """The environment and prompt of a pointer or of moves."""
    environment, _, name = path.partition("/")
    return environment, name.removesuffix(".yaml").removesuffix(".moves.jsonl")


def read_pointer(path: str, text: str) -> Pointer | None:
    """The pointer that a text spells; None when it spells none."""
    try:
        value = yaml.safe_load(text)
        sound = value["prompt"] == place_of(path)[1]
        split = _split(path, text, value.get("split"))
        return Pointer(value["version"], value["digest"], value["serial"], value["lineage"], split) if sound else None
    except (yaml.YAMLError, TypeError, KeyError):
        return None


def _split(path: str, text: str, written: Any) -> Split | None:
    if not written:
        return None
    arms = tuple(
        Arm(arm["name"], (arm["version"], arm["digest"]), tuple((start, end) for start, end in arm["ranges"]))
        for arm in written["arms"]
    )
    digest = parse_split(parse_yaml(text.encode(), path), written).digest
    return Split(written["kind"], written["id"], written["salt"], arms, written["state"] == "paused", digest)


def read_experiments(files: Mapping[str, str]) -> dict[str, Experiment | None]:
    """The experiments among some files; None for one that cannot be read."""
    below = {path.removeprefix(f"{PLANS}/"): text for path, text in files.items() if path.startswith(f"{PLANS}/")}
    return {name.removesuffix(".yaml"): _experiment(name, text) for name, text in below.items()}


def _experiment(path: str, text: str) -> Experiment | None:
    try:
        value = yaml.safe_load(text)
        plan = {key: said for key, said in value.items() if key not in (*RECORD, "hypothesis")}
        arms = tuple((arm["name"], arm["version"], float(arm["percent"])) for arm in value["arms"])
        place = value["environment"], value["prompt"]
    except (yaml.YAMLError, TypeError, KeyError, AttributeError):
        return None
    counted = (value.get("counting") or {}).get("plan")
    parsed = parse_experiment(parse_yaml(text.encode(), path), value["experiment"]) if counted else None
    edited = parsed is not None and parsed.plan.digest != counted
    ended = (value.get("result") or {}).get("arm")
    return Experiment(value.get("state", "draft"), place, arms, json.dumps(plan), edited, ended)


def read_approval(text: str) -> Approval:
    """The approval that a file holds."""
    found = yaml.safe_load(text)
    release = found["version"], found["digest"]
    return Approval(found["environment"], found["prompt"], release, found["follows"], found["by"])


def read_lock(text: str | None) -> Lock | None:
    """The lock that a text spells; None when it spells none."""
    if text is None:
        return {}
    try:
        prompts: Any = json.loads(text)["prompts"]
    except (ValueError, TypeError, KeyError):
        return None
    return {name: entry | {"retired": entry.get("retired", {})} for name, entry in prompts.items()}


def read_moves(text: str) -> tuple[Move, ...] | None:
    """The moves of a file; None when a line is none, or is not chained to the line before."""
    found: list[Move] = []
    chain = None
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            return None
        if value["chain"] != chain or (found and value["serial"] <= found[-1].serial):
            return None
        found.append(_move(value))
        chain = "sha256:" + sha256(line.encode()).hexdigest()
    return tuple(found)


def last_move(text: str) -> Move | None:
    """The last move of a file, whatever stands before it; None where there is none."""
    try:
        return _move(json.loads(text.splitlines()[-1]))
    except (ValueError, IndexError):
        return None


def _move(value: Mapping[str, Any]) -> Move:
    served = (value["version"], value["digest"]) if value["version"] else None
    return Move(value["serial"], value["kind"], served, (value["split"] or {}).get("digest"))
