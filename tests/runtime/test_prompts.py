"""``Prompts.get`` and what it gives: the right version with the reason, and every mistake of a caller named."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from promptctl import PromptctlError, Prompts, UsageError
from promptctl.core.splits.assignment import position
from tests.bundles import bundle_of, small_bundle
from tests.runtime.prompting import prompts_of, written

MESSAGES = """\
model: openai:gpt-4.1
parameters: {max_tokens: 5}
inputs: {text: {type: string, maxLength: 5}}
messages:
  - {role: system, content: Be kind., cache: true}
  - {role: user, content: "{{ text }}"}
output: {type: object}
tools: [{name: f}]
"""


@pytest.fixture
def prompts(tmp_path: Path) -> Prompts:
    return prompts_of(written(tmp_path, small_bundle(former={"hello": "greet"})))


def test_a_prompt_without_a_split(prompts: Prompts) -> None:
    both = prompts.get("both")
    assert (both.name, both.version, both.reason, both.arm, both.split) == ("both", "1.0.0", "pointer", None, None)
    assert (both.notes, both.environment, both.unit, both.is_chain) == (frozenset(), "prod", None, True)
    assert prompts.get("both") is both
    assert prompts.get("both", unit="u").unit == "u"
    assert repr(both) == "<Prompt both@1.0.0 (pointer)>"


def test_units_are_where_the_split_puts_them(prompts: Prompts) -> None:
    units = [f"user-{number}" for number in range(200)]
    found = {unit: prompts.get("greet", unit=unit) for unit in units}
    assert {unit: prompt.arm for unit, prompt in found.items()} == {
        unit: "a" if position("salt", unit) < 7500 else "b" for unit in units
    }
    assert {(prompt.arm, prompt.version) for prompt in found.values()} == {("a", "1.0.0"), ("b", "1.1.0")}
    assert {(prompt.reason, prompt.split) for prompt in found.values()} == {("split", "greet-split")}
    assert prompts.get("greet", unit="user-1", attributes={"region": "eu"}).attributes == {"region": "eu"}


@pytest.mark.parametrize("unit", [None, ""])
def test_without_a_unit_the_pointer_decides_and_says_so(prompts: Prompts, unit: str | None) -> None:
    found = prompts.get("greet", unit=unit)
    assert (found.version, found.reason, found.arm, {*found.notes}) == ("1.1.0", "pointer", None, {"no-unit"})


def test_a_former_name_leads_to_the_prompt(prompts: Prompts) -> None:
    found = prompts.get("hello", unit="u")
    assert (found.name, found.reason, {*found.notes}) == ("greet", "split", {"renamed"})


def test_rendering(tmp_path: Path) -> None:
    prompts = prompts_of(written(tmp_path, bundle_of({"m": {"1.0.0": MESSAGES}, "t": {"1.0.0": "Hi {{ name }}"}})))
    assert prompts.get("t").render() == "Hi you"
    assert prompts.get("t").render(name="Ada") == "Hi Ada"
    assert prompts.get("t").request(name="Ada") == {
        "model": "echo",
        "messages": [{"role": "user", "content": "Hi Ada"}],
    }
    found = prompts.get("m")
    assert found.model == "openai:gpt-4.1"
    assert found.messages(text="q")[1] == {"role": "user", "content": "q"}
    request = found.request(text="q")
    assert (request["model"], request["max_tokens"]) == ("gpt-4.1", 5)
    assert request["messages"] == [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "q"}]
    assert request["tools"] == [{"type": "function", "function": {"name": "f"}}]
    assert request["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert prompts.get("m").render.__doc__


@pytest.mark.parametrize(
    ("act", "code", "said"),
    [
        (lambda it: it.get("gret"), "PC002", "prod serves no prompt 'gret'"),
        (lambda it: it.get("gret", unit="u"), "PC002", "prod serves no prompt 'gret'"),
        (lambda it: it.get(["greet"]), "PC002", "prod serves no prompt"),
        (lambda it: it.get("greet", unit=7), "PC219", "a unit is a text, not int"),
        (lambda it: it.get("greet", version="9.9.9"), "PC219", "prod neither serves nor served greet 9.9.9 last"),
        (lambda it: it.get("gret", version="1.0.0"), "PC002", "prod serves no prompt 'gret'"),
        (lambda it: it.get("greet").render(nmae="x"), "PC020", "unknown input `nmae`"),
        (lambda it: it.get("greet").render(name=7), "PC020", "input `name`"),
        (lambda it: it.get("both").messages(name="x"), "PC219", "both is a chain, which has steps"),
        (lambda it: it.get("both").request(name="x"), "PC219", "both is a chain, which has steps"),
        (lambda it: it.get("greet", version="c"), "PC219", "prod neither serves nor served greet c last"),
        (lambda it: it.get("both", version="a"), "PC219", "prod neither serves nor served both a last"),
        (lambda it: it.forced({"greet": "1.0"}).__enter__(), "PC219", "forced: 'greet@1.0' names no version or arm"),
        (lambda it: it.forced({"greet": ""}).__enter__(), "PC219", "forced: 'greet@' names no version or arm"),
    ],
)
def test_mistakes_of_a_caller_are_named(prompts: Prompts, act: Callable[[Prompts], Any], code: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        act(prompts)
    assert (caught.value.code, str(caught.value)[: len(said)]) == (code, said)
    assert caught.value.hint or code == "PC020"


@pytest.mark.parametrize(
    ("source", "options"),
    [
        ("ftp://host/prod.json", {}),
        ("http://example.org/prod.json", {}),
        ("https://ada:secret@example.org/prod.json", {}),
        ("https:///prod.json", {}),
        (".", {"signer": "ssh-ed25519 AAAA"}),
        ("prod.json", {"signer": "no key"}),
    ],
)
def test_a_source_that_is_none(source: str, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        prompts_of(source, **options)
    assert "secret" not in str(caught.value)


def test_an_environment_that_is_none() -> None:
    with pytest.raises(PromptctlError):
        Prompts("Prod!", source="prod.json")


def test_a_version_may_be_asked_for(prompts: Prompts) -> None:
    found = prompts.get("greet", version="1.0.0", unit="u")
    assert (found.version, found.reason, found.arm, found.unit) == ("1.0.0", "forced", None, "u")


@pytest.mark.parametrize(("arm", "version"), [("a", "1.0.0"), ("b", "1.1.0")])
def test_an_arm_may_be_asked_for(prompts: Prompts, arm: str, version: str) -> None:
    """Whatever arm the unit is in, and also for a call without one."""
    with prompts.forced({"greet": arm}):
        found = [prompts.get("greet"), prompts.get("hello", unit="u"), prompts.get("greet", unit="u", version=arm)]
    assert {(it.version, it.reason, it.arm, it.split) for it in found} == {(version, "forced", arm, "greet-split")}
    assert [{*it.notes} for it in found] == [set(), {"renamed"}, set()]


def test_a_process_may_be_forced_into_an_arm_while_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTCTL_FORCE", "greet@b, both@1.0.0")
    prompts = prompts_of(written(tmp_path))
    assert {prompts.get("greet", unit=f"user-{number}").arm for number in range(20)} == {"b"}
    written(tmp_path, small_bundle(serial=2, splits={}))
    prompts.refresh()
    found = prompts.get("greet", unit="u")
    assert (found.version, found.reason, found.arm, {*found.notes}) == ("1.1.0", "pointer", None, {"no-arm"})
    assert prompts.get("both").reason == "forced"
    with pytest.raises(UsageError, match="prod neither serves nor served greet b last"):
        prompts.get("greet", unit="u", version="b")


def test_a_mistake_is_named_where_something_else_is_forced_too(prompts: Prompts) -> None:
    with prompts.forced({"both": "1.0.0"}):
        for wrong in ({"name": "greet", "unit": 7}, {"name": ["greet"]}, {"name": "gret"}):
            with pytest.raises(UsageError):
                prompts.get(**wrong)


def test_an_arm_that_is_not_there_forces_nobody(prompts: Prompts) -> None:
    with prompts.forced({"greet": "kanary"}):
        found = prompts.get("greet", unit="u")
    assert (found.reason, found.arm, {*found.notes}) == ("split", prompts.get("greet", unit="u").arm, {"no-arm"})


def test_a_process_may_be_forced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTCTL_FORCE", "greet@v1.0.0, both@1.0.0")
    prompts = prompts_of(written(tmp_path, small_bundle(former={"hello": "greet"})))
    found = [prompts.get("greet"), prompts.get("greet", unit="u"), prompts.get("hello"), prompts.get("both")]
    assert [(it.name, it.version, it.reason) for it in found] == [
        *[("greet", "1.0.0", "forced")] * 3,
        ("both", "1.0.0", "forced"),
    ]
    monkeypatch.setenv("PROMPTCTL_FORCE", "greet@9.0.0")
    other = prompts_of(tmp_path / "prod.json")
    assert other.get("both").reason == "pointer"
    with pytest.raises(UsageError):
        other.get("greet")
    monkeypatch.setenv("PROMPTCTL_FORCE", "greet")
    with pytest.raises(UsageError):
        prompts_of(tmp_path / "prod.json")


def test_a_piece_of_code_may_be_forced_and_nothing_beside_it(prompts: Prompts) -> None:
    inside, beside = threading.Event(), list[str]()

    def look() -> None:
        assert inside.wait(10)
        beside.append(prompts.get("greet").version)

    thread = threading.Thread(target=look)
    thread.start()
    with prompts.forced({"greet": "1.0.0"}):
        inside.set()
        thread.join()
        assert prompts.get("greet").version == "1.0.0"
        assert prompts.get("both").reason == "pointer"
        with prompts.forced({"greet": "1.1.0"}):
            assert prompts.get("greet").version == "1.1.0"
        assert prompts.get("greet").version == "1.0.0"
    assert beside == ["1.1.0"]
    assert prompts.get("greet").reason == "pointer"


def test_tasks_are_forced_apart(prompts: Prompts) -> None:
    async def one(version: str, barrier: asyncio.Barrier) -> str:
        with prompts.forced({"greet": version}):
            await barrier.wait()
            return prompts.get("greet").version

    async def both() -> list[str]:
        barrier = asyncio.Barrier(2)
        return list(await asyncio.gather(one("1.0.0", barrier), one("1.1.0", barrier)))

    assert asyncio.run(both()) == ["1.0.0", "1.1.0"]


def test_a_snapshot_is_replaced_and_templates_are_kept(tmp_path: Path) -> None:
    prompts = prompts_of(written(tmp_path))
    before = prompts.get("greet")
    rendering = before._resolution.released.rendering
    written(tmp_path, small_bundle(serial=2))
    assert prompts.refresh().refreshes == 2
    assert prompts.get("greet") is not before
    assert prompts.get("greet")._resolution.released.rendering is rendering
    assert before.render() == "Good day you"


def test_settings_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTCTL_SOURCE", str(written(tmp_path)))
    with Prompts("prod", refresh_every=0) as prompts:
        assert prompts.status().source == str(tmp_path / "prod.json")
        assert prompts.status().ok


def test_what_serves_a_tier_may_change_while_the_digest_stays(tmp_path: Path) -> None:
    tiered = {"greet": {"1.0.0": "model: {tier: economy}\ntemplate: Hello\n"}}
    digest = bundle_of(tiered).prompts["greet"].served.digest

    def serving(model: str, serial: int) -> Path:
        return written(tmp_path, bundle_of(tiered, serial=serial, settings={"models": {"served": {digest: [model]}}}))

    prompts = prompts_of(serving("openai:gpt-4.1", 1))
    before = prompts.get("greet")
    serving("openai:gpt-4.1-mini", 2)
    assert prompts.refresh().ok
    assert (before.model, prompts.get("greet").model) == ("openai:gpt-4.1", "openai:gpt-4.1-mini")
    assert prompts.get("greet").digest == digest
