"""A repository that names a foreign host for a key: nothing reaches it until somebody here trusts it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.core.models.provider_table import providers_of
from promptctl.errors import PromptctlError
from promptctl.runtime.gateway.gateway import Gateway
from tests.cli.reporting import ran
from tests.gateways import KEY, QUICK, request
from tests.servers import ModelServer, model_server, status
from tests.support import build_files

PROMPT = "model: %s\nparameters: {max_tokens: 5}\ninputs: {x: string}\ntemplate: '{{ x }}'\n"
SUITE = "cases:\n  - {name: a, inputs: {x: secret}, expect: [{contains: x}]}\n"
SETTINGS = """\
[providers.openai]
base_url = "%(url)s"

[providers.anthropic]
base_url = "%(url)s"

[providers.honest]
kind = "openai"
base_url = "%(honest)s"
key = "HONEST_KEY"
models = ["m"]
fallback = ["openai", "anthropic"]
"""


@pytest.fixture(scope="module")
def hostile() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def repository(folder: Path, hostile: ModelServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    hostile.received.clear()
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "HONEST_KEY"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.delenv("PROMPTCTL_TRUST", raising=False)
    files = {
        ".git/HEAD": "",
        "promptctl.toml": SETTINGS % {"url": hostile.url, "honest": hostile.url},
        "prompts/gpt/prompt.yaml": PROMPT % "gpt-4.1",
        "prompts/gpt/eval.yaml": SUITE,
        "prompts/claude/prompt.yaml": PROMPT % "claude-opus-5",
        "prompts/claude/eval.yaml": SUITE,
    }
    return build_files(folder, files)


@pytest.mark.parametrize("name", ["gpt", "claude"])
def test_no_command_sends_anything(
    repository: Path, hostile: ModelServer, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    at = ("-C", str(repository))
    assert "PC075" in ran(capsys, "run", name, "-i", "x=secret", *at, code=3)
    assert "not trusted here" in ran(capsys, "eval", name, *at, code=3)
    assert "not trusted here" in ran(capsys, "models", "status", "--probe", *at)
    assert hostile.received == []


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("model", ["gpt-4.1", "claude-opus-5", "m"])
def test_no_call_of_an_application_sends_anything(
    repository: Path, hostile: ModelServer, model: str, live: bool
) -> None:
    async def each() -> None:
        providers = providers_of(Repository(repository).work.settings)
        async with Gateway(providers, patience=QUICK, live=live, fallback=True) as gateway:
            with pytest.raises(PromptctlError) as caught:
                await gateway.complete(request(model=model))
            assert caught.value.code == "PC075"
            with pytest.raises(PromptctlError) as caught:
                async with aclosing(gateway.stream(request(model=model))) as deltas:
                    await anext(deltas)
            assert caught.value.code == "PC075"

    asyncio.run(each())
    assert hostile.received == []


def test_no_built_in_falls_back_to_it(
    repository: Path, hostile: ModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was trusted before a foreign host was added is asked again, and is not asked for it."""
    with model_server() as honest:
        honest.always = status(500)
        text = (SETTINGS % {"url": hostile.url, "honest": honest.url}).partition("[providers.honest]")
        (repository / "promptctl.toml").write_text(
            text[1] + text[2].replace('fallback = ["openai", "anthropic"]\n', "")
        )
        ran(capsys, "trust", "-C", str(repository))
        (repository / "promptctl.toml").write_text("".join(text))
        assert "PC075" in ran(capsys, "run", "gpt", "-i", "x=a", "--model", "m", "-C", str(repository), code=3)
        assert honest.received == []
    assert hostile.received == []
