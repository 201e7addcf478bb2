"""Rows on applications: importing, asking for a prompt, rendering it, and making the bundle they read."""

from __future__ import annotations

import hashlib
import json
import math
import sys
from typing import Any

from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from benchmarks.calls import TEMPLATE, VALUES
from benchmarks.clock import Process, race, race_calls
from benchmarks.fast_import import GIT
from benchmarks.references import promptctl
from benchmarks.repositories import NOTHING, SERVED, forget, kept_in
from benchmarks.row import Measured, Row
from promptctl import Prompts
from promptctl.core.files.document import Document
from promptctl.core.moves.bundle import Bundle
from promptctl.core.moves.pointer import Pointer, Served
from promptctl.core.prompts.canonical import canonical, digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import parse_prompt
from promptctl.core.prompts.template import Renderer
from promptctl.core.releases.version import Version
from promptctl.core.splits.split import WHOLE, Arm, Split

_UNIT = "0123456789abcdef0123456789abcdef"
"""Of the size of a user's id."""


def _import(rounds: int) -> Measured:
    lines = {"ours": "import promptctl", "jinja2": "import jinja2"}
    contestants = {name: Process(line=[sys.executable, "-c", line], folder=kept_in()) for name, line in lines.items()}
    times = race(contestants, rounds)
    return Measured(ours=times["ours"].wall, reference=times["jinja2"].wall)


def _prompts() -> Prompts:
    """One prompt, half of whose units get one arm and half the other."""
    inputs: dict[str, Any] = {name: {} for name in VALUES}
    value = {"inputs": inputs, "messages": [{"role": "user", "content": TEMPLATE}]}
    closure = Closure(prompt=parse_prompt("p", Document("p", value)))
    served = Served(Version(1, 0, 0), digest(closure))
    ranges = (((0, WHOLE // 2),), ((WHOLE // 2, WHOLE),))
    arms = tuple(Arm(name=name, served=served, ranges=own) for name, own in zip("ab", ranges, strict=True))
    split = Split(kind="rollout", id="s", salt="salt", unit="user", state="running", arms=arms)
    bundle = Bundle(
        environment="prod",
        commit="a" * 40,
        time="2026-11-20T12:00:00Z",
        policy="b" * 40,
        prompts={"p": Pointer(prompt="p", lineage="0" * 26, serial=1, served=served, split=split)},
        former={},
        forms={served.digest: canonical(closure)},
        settings={},
    )
    file = kept_in() / "bundle.json"
    file.write_bytes(bundle.to_bytes())
    return Prompts("prod", source=file, refresh_every=0)


def _get(rounds: int) -> Measured:
    get = _prompts().get
    times = race_calls({"ours": lambda: get("p")}, rounds, 100_000)
    return Measured(ours=times["ours"].wall, reference=0.001, note="against one microsecond")


def _get_unit(rounds: int) -> Measured:
    get, data, sha256 = _prompts().get, b"x" * 40, hashlib.sha256
    times = race_calls({"ours": lambda: get("p", unit=_UNIT), "sha": lambda: sha256(data).digest()}, rounds, 100_000)
    return Measured(ours=times["ours"].wall, reference=times["sha"].wall)


def _get_and_render(rounds: int) -> Measured:
    prompts, alone = _prompts(), Renderer({"t": TEMPLATE})
    if prompts.get("p").render(**VALUES) != alone.render("t", VALUES):
        raise RuntimeError("the two renderings differ")
    jinja = ImmutableSandboxedEnvironment(
        loader=DictLoader({"t": TEMPLATE}), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    contestants = {
        "ours": lambda: prompts.get("p", unit=_UNIT).render(**VALUES),
        "alone": lambda: alone.render("t", VALUES),
        "jinja": lambda: jinja.get_template("t").render(VALUES),
    }
    times = race_calls(contestants, rounds, 300)
    details = {"Jinja's immutable sandbox": times["jinja"].wall}
    return Measured(ours=times["ours"].wall, reference=times["alone"].wall, details=details)


def _bundle(rounds: int) -> Measured:
    return _bundled(rounds, cold=False)


def _bundle_cold(rounds: int) -> Measured:
    return _bundled(rounds, cold=True)


def _bundled(rounds: int, *, cold: bool) -> Measured:
    """Against one ``cat-file --batch`` that reads the blobs of the same prompts from the same commits."""
    folder = SERVED.folder
    wanted = kept_in() / "blobs.txt"
    wanted.write_text("".join(f"{line}\n" for line in _blobs()))
    shell = ["sh", "-c", f"exec {GIT} cat-file --batch < {wanted}"]
    made = Process(
        line=promptctl("bundle", "prod", "-o", str(kept_in() / "made.json")),
        folder=folder,
        before=(lambda: forget(folder)) if cold else None,
    )
    nothing = Process(line=promptctl("bundle", "prod"), folder=NOTHING.folder)
    times = race({"ours": made, "no-op": nothing, "git": Process(line=shell, folder=folder)}, rounds)
    count = len(json.loads((kept_in() / "made.json").read_bytes())["content"]["prompts"])
    details = {"whole": times["ours"].wall, "no-op": times["no-op"].wall, "prompts": float(count)}
    return Measured(ours=times["ours"].wall - times["no-op"].wall, reference=times["git"].wall, details=details)


def _blobs() -> list[str]:
    """Every served prompt's file at its release, by name."""
    return [f"refs/tags/prompts/{name}@v1.0.0:prompts/{name}/prompt.yaml" for name in SERVED.names]


ROWS = (
    Row(
        key="import",
        group="runtime",
        title="`import promptctl`",
        target="<= 1.3x import jinja2",
        limit=1.3,
        measure=_import,
        rounds=21,
    ),
    Row(key="get", group="runtime", title="`get(name)`", target="<= 1 us", limit=1.0, measure=_get),
    Row(
        key="get-unit",
        group="runtime",
        title="`get(name, unit=…)` with a split",
        target="<= 3x one SHA-256 of 40 bytes",
        limit=3.0,
        measure=_get_unit,
    ),
    Row(
        key="get-render",
        group="runtime",
        title="`get` and `render`",
        target="<= 1.3x the sandboxed render alone",
        limit=1.3,
        measure=_get_and_render,
        rounds=15,
    ),
    Row(
        key="bundle",
        group="runtime",
        title="`bundle`, 1,000 prompts from tags",
        target="after start <= 3x git cat-file --batch of the blobs",
        limit=3.0,
        measure=_bundle,
        rounds=7,
    ),
    Row(
        key="bundle-cold",
        group="runtime",
        title="the same, cold",
        target="shown: paid once a release",
        limit=math.inf,
        measure=_bundle_cold,
        rounds=3,
    ),
)
