"""Bundles made of texts, without a repository."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from promptctl.core.moves.bundle import Bundle
from promptctl.core.moves.pointer import Pointer, Served
from promptctl.core.prompts.canonical import canonical, digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.releases.version import version
from promptctl.core.splits.split import Arm, Split
from tests.closures import project_of

LINEAGE = "01JD3Y8K2ZQ4V6W7X8Y9ZABCDE"
COMMIT, POLICY = "a" * 40, "b" * 40


def written(text: str) -> str:
    """A prompt file: the text itself where it is one, else a template over ``name``, which has a default."""
    if text.startswith(("steps:", "template:", "inputs:", "messages:", "model:")):
        return text
    return f"model: echo:echo\ninputs: {{name: {{type: string, default: you}}}}\ntemplate: {json.dumps(text)}\n"


def bundle_of(
    prompts: Mapping[str, Mapping[str, str]],
    *,
    environment: str = "prod",
    serial: int = 1,
    splits: Mapping[str, Mapping[str, int]] | None = None,
    settings: Mapping[str, Any] | None = None,
    former: Mapping[str, str] | None = None,
) -> Bundle:
    """Prompts by name and version. The last version is served, the one before it is the previous one.

    ``splits`` are per cents by version, in their order: a split called ``NAME-split`` whose arms are called ``a``,
    ``b`` and so on.
    """
    forms: dict[str, Any] = {}
    pointers = {}
    for name, versions in prompts.items():
        served = [Served(version(it), _kept(forms, prompts, name, text)) for it, text in versions.items()]
        shares = (splits or {}).get(name)
        pointers[name] = Pointer(
            prompt=name,
            lineage=LINEAGE,
            serial=serial,
            served=served[-1],
            previous=served[-2] if len(served) > 1 else None,
            split=split_of(name, served, shares) if shares else None,
        )
    return Bundle(
        environment=environment,
        commit=COMMIT,
        time="2026-11-20T12:00:00Z",
        policy=POLICY,
        prompts=pointers,
        former=former or {},
        forms=forms,
        settings=settings or {},
    )


def _kept(forms: dict[str, Any], prompts: Mapping[str, Mapping[str, str]], name: str, text: str) -> str:
    texts = {other: written(list(versions.values())[-1]) for other, versions in prompts.items()}
    closure = project_of({**texts, name: written(text)}).closure(name)

    def keep(found: Closure) -> None:
        forms[digest(found)] = canonical(found)
        for step in found.steps.values():
            keep(step)

    keep(closure)
    return digest(closure)


def split_of(name: str, served: list[Served], shares: Mapping[str, int]) -> Split:
    """A rollout whose arms share the line from the left in the order of ``shares``."""
    by_version = {str(it.version): it for it in served}
    arms, start = [], 0
    for label, (text, percent) in zip("abcdef", shares.items(), strict=False):
        end = start + percent * 100
        arms.append(Arm(name=label, served=by_version[text], ranges=((start, end),) if percent else ()))
        start = end
    return Split(kind="rollout", id=f"{name}-split", salt="salt", unit="user", state="running", arms=tuple(arms))


def small_bundle(**options: Any) -> Bundle:
    """A prompt of two versions with a split, and a chain over it."""
    chain = "inputs: {name: string}\nsteps:\n"
    chain += "  - {name: first, prompt: greet, inputs: {name: '{{ name }}'}}\n"
    chain += "  - {name: second, prompt: greet, inputs: {name: '{{ first }}'}}\n"
    prompts = {"greet": {"1.0.0": "Hello {{ name }}", "1.1.0": "Good day {{ name }}"}, "both": {"1.0.0": chain}}
    return bundle_of(prompts, **{"splits": {"greet": {"1.0.0": 75, "1.1.0": 25}}, **options})


def resealed(content: Any) -> bytes:
    """A bundle of any content, or of its text, with the digest that fits it."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    seal = hashlib.sha256(b"promptctl-bundle/v1\n" + text.encode()).hexdigest()
    return f'{{"format":1,"digest":"sha256:{seal}","content":{text}}}\n'.encode()
