"""The vectors of ``spec/`` hold for this implementation; what they expect was written by hand or is recomputed here."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from promptctl.adapters.project import Project
from promptctl.core.files.made_trees import TextTree
from promptctl.core.models.request import compact_json
from promptctl.core.moves.pointer import Served
from promptctl.core.prompts.canonical import canonical, digest, parts
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.render import Rendering
from promptctl.core.prompts.rendered import digest_or_none, rendered_form
from promptctl.core.releases.tag import parse_tag_ref, tag_ref
from promptctl.core.releases.version import bump, parse_version, version
from promptctl.core.splits.assignment import assigner, position
from promptctl.core.splits.split import Arm, Split
from promptctl.errors import UsageError

SPEC = Path(__file__).parents[1] / "spec"


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def vectors(kind: str) -> list[Any]:
    return [pytest.param(read(path), id=path.stem) for path in sorted((SPEC / kind).glob("*.json"))]


def closure(vector: dict[str, Any]) -> Closure:
    return Project(TextTree(vector["files"])).closure(vector["prompt"])


@pytest.mark.parametrize("vector", vectors("digest"))
def test_digest(vector: dict[str, Any]) -> None:
    found = closure(vector)
    assert compact_json(canonical(found)) == vector["canonical"]
    assert digest(found) == vector["digest"]


@pytest.mark.parametrize("vector", vectors("digest"))
def test_the_digest_is_plain_sha256_of_the_written_form(vector: dict[str, Any]) -> None:
    again = hashlib.sha256(b"promptctl/v1\n" + vector["canonical"].encode("utf-8")).hexdigest()
    assert vector["digest"] == f"sha256:{again}"


def test_a_form_written_by_hand() -> None:
    """Nothing of the implementation, nothing of the vectors: the rules of the design, spelled out once."""
    written = read(SPEC / "digest" / "everything.json")
    form = (
        '{"format":1,"model":"gpt-4.1","parameters":{"temperature":0},"inputs":{"t":{"type":"string"}},'
        '"messages":[{"role":"system","content":"{% include \\"s.j2\\" %}"},{"role":"user","content":"{{ t }}"}],'
        '"output":{"type":"object"},"tools":[{"name":"f"}],"partials":{"s.j2":"S"}}'
    )
    expected = "sha256:" + hashlib.sha256(b"promptctl/v1\n" + form.encode()).hexdigest()
    assert written["digest"] == expected
    assert digest(closure(written)) == expected


def test_a_chain_written_by_hand() -> None:
    step = '{"format":1,"inputs":{"text":{"type":"string"}},"messages":[{"role":"user","content":"One {{ text }}"}]}'
    inner = "sha256:" + hashlib.sha256(b"promptctl/v1\n" + step.encode()).hexdigest()
    form = '{"format":1,"steps":[{"name":"s","digest":"' + inner + '","inputs":{"text":"a"}}]}'
    files = {
        "prompts/one/prompt.yaml": "inputs: {text: string}\ntemplate: 'One {{ text }}'\n",
        "prompts/c/prompt.yaml": "steps:\n  - {name: s, prompt: one, inputs: {text: a}}\n",
    }
    expected = "sha256:" + hashlib.sha256(b"promptctl/v1\n" + form.encode()).hexdigest()
    assert digest(closure({"files": files, "prompt": "c"})) == expected


def test_vectors_that_say_the_same_have_one_digest_and_no_others_do() -> None:
    same = {
        "smallest",
        "messages-spelled-out",
        "empty-keys",
        "for-people-only",
        "name-of-the-folder",
        "layout-and-comments",
    }
    digests: dict[str, set[str]] = {}
    for path in (SPEC / "digest").glob("*.json"):
        digests.setdefault(read(path)["digest"], set()).add(path.stem)
    assert [names for names in digests.values() if len(names) > 1] == [same]


@pytest.mark.parametrize("vector", vectors("digest"))
def test_parts_change_where_the_form_does(vector: dict[str, Any]) -> None:
    form = json.loads(vector["canonical"])
    named = parts(closure(vector))
    partials = form.pop("partials", {})
    del form["format"]
    assert list(named) == [*form, *partials]


@pytest.mark.parametrize("vector", read(SPEC / "assign" / "points.json"), ids=lambda vector: ascii(vector["unit"]))
def test_points(vector: dict[str, Any]) -> None:
    hashed = hashlib.sha256(f"promptctl-assign/v1|{vector['salt']}|{vector['unit']}".encode()).hexdigest()
    bits = int(hashed[:14], 16) >> 3
    assert (hashed, bits, repr(bits / 2**53)) == (vector["sha256"], vector["bits"], vector["u"])
    assert vector["ten_thousandth"] == bits * 10_000 // 2**53
    assert position(vector["salt"], vector["unit"]) == vector["ten_thousandth"]


@pytest.mark.parametrize("vector", read(SPEC / "assign" / "arms.json"))
def test_arms(vector: dict[str, Any]) -> None:
    served = Served(version("1.0.0"), "sha256:" + "0" * 64)
    arms = tuple(
        Arm(name=arm["name"], served=served, ranges=tuple((start, end) for start, end in arm["ranges"]))
        for arm in vector["arms"]
    )
    split = Split(kind="rollout", id="x", salt=vector["salt"], unit="user", state="running", arms=arms)
    assign = assigner(split)
    assert {unit: arms[assign(unit)].name for unit in vector["units"]} == vector["units"]


@pytest.mark.parametrize("vector", vectors("render"))
def test_render(vector: dict[str, Any]) -> None:
    rendering = Rendering(closure(vector))
    if "error" in vector:
        with pytest.raises(UsageError) as caught:
            rendering.messages(vector["inputs"])
        assert caught.value.code == vector["error"]
    else:
        assert list(rendering.messages(vector["inputs"])) == vector["messages"]


@pytest.mark.parametrize("vector", read(SPEC / "tags" / "valid.json"), ids=lambda vector: vector["ref"][18:50])
def test_tags(vector: dict[str, Any]) -> None:
    assert tag_ref(vector["name"], version(vector["version"])) == vector["ref"]
    assert parse_tag_ref(vector["ref"]) == (vector["name"], version(vector["version"]))


@pytest.mark.parametrize("vector", read(SPEC / "tags" / "refused.json"), ids=lambda vector: ascii(vector["ref"])[:60])
def test_tags_that_are_none(vector: dict[str, Any]) -> None:
    assert parse_tag_ref(vector["ref"]) is None


def test_version_order() -> None:
    ordered = [version(text) for text in read(SPEC / "version" / "order.json")["versions"]]
    for index, lower in enumerate(ordered):
        for higher in ordered[index + 1 :]:
            assert lower < higher
            assert not higher < lower
            assert not higher <= lower
    assert [str(found) for found in ordered] == read(SPEC / "version" / "order.json")["versions"]


@pytest.mark.parametrize(
    "vector", read(SPEC / "version" / "bump.json"), ids=lambda vector: "-".join(map(str, vector.values()))
)
def test_version_bump(vector: dict[str, Any]) -> None:
    base = None if vector["base"] is None else version(vector["base"])
    assert str(bump(base, vector["change"])) == vector["next"]


@pytest.mark.parametrize("vector", vectors("rendered"))
def test_the_digest_of_what_was_sent(vector: dict[str, Any]) -> None:
    form = vector["form"]
    again = form and "sha256:" + hashlib.sha256(b"promptctl-rendered/v1\n" + form.encode()).hexdigest()
    assert digest_or_none(vector["messages"]) == vector["digest"] == again
    if form:
        assert rendered_form(vector["messages"]) == form


@pytest.mark.parametrize("text", read(SPEC / "version" / "refused.json"), ids=ascii)
def test_versions_that_are_none(text: str) -> None:
    assert parse_version(text) is None


@pytest.mark.parametrize(
    ("kind", "least"), [("digest", 25), ("render", 25), ("rendered", 8), ("tags", 2), ("version", 3), ("assign", 2)]
)
def test_every_kind_is_there_and_says_what_it_is(kind: str, least: int) -> None:
    assert len(list((SPEC / kind).glob("*.json"))) >= least
    assert (SPEC / kind / "README.md").read_text(encoding="utf-8").startswith("# ")
