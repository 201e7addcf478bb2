"""``models`` as people and programs get it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.reporting import ran
from tests.gateways import KEY
from tests.golden import golden
from tests.servers import ModelServer, model_server, status
from tests.support import build_files

SETTINGS = """\
[models.tiers]
economy = ["house-small"]

[models."house-*"]
tools = false
only = {temperature = 1}
context = 32_000

[providers.relay]
kind = "openai"
base_url = "%s"
key = "RELAY_KEY"
models = ["house-*"]
weight = 75
fallback = ["echo"]
prices = {"*" = {input = 0.25, output = 1.5}}

[providers.other]
kind = "anthropic"
base_url = "https://other.example"
key = "OTHER_KEY"
models = ["house-large"]
"""
FILES = {
    ".git/HEAD": "",
    "prompts/one/prompt.yaml": "model: house-large\ntemplate: x\n",
    "prompts/two/prompt.yaml": "model: house-large\ntemplate: x\n",
    "prompts/try/prompt.yaml": "model: echo:echo\ntemplate: x\n",
    "prompts/odd/prompt.yaml": "model: nobody:knows\ntemplate: x\n",
}


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, server: ModelServer) -> Path:
    return build_files(tmp_path_factory.mktemp("models"), FILES | {"promptctl.toml": SETTINGS % server.url})


def steady(text: str, server: ModelServer) -> str:
    host = server.url.removeprefix("http://")
    return re.sub(r"\b\d+ ms\b", "0 ms", text).replace(host, "127.0.0.1:0".ljust(len(host)))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("list", ["list"]),
        ("route-model", ["route", "house-large"]),
        ("route-prompt", ["route", "try"]),
        ("route-named", ["route", "relay:gpt-9"]),
        ("status", ["status"]),
    ],
)
def test_screens(
    repository: Path, server: ModelServer, capsys: pytest.CaptureFixture[str], name: str, arguments: list[str]
) -> None:
    golden(f"models/{name}.txt", steady(ran(capsys, "models", *arguments, "-C", str(repository)), server))
    if name != "route-prompt":
        shown = ran(capsys, "models", *arguments, "--json", "-C", str(repository))
        golden(f"models/{name}.json", shown.replace(server.url.removeprefix("http://"), "127.0.0.1:0"))
    assert server.received == []


@pytest.fixture
def trusted(repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shown = json.loads(ran(capsys, "trust", "--show", "--json", "-C", str(repository)))
    monkeypatch.setenv("PROMPTCTL_TRUST", shown["data"]["digest"])
    monkeypatch.setenv("RELAY_KEY", KEY)


def test_a_probe_asks_only_who_may_be_asked(
    repository: Path, server: ModelServer, trusted: None, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = ran(capsys, "models", "status", "--probe", "-C", str(repository))
    assert re.search(r"^relay .* answers in \d+ ms$", shown, re.MULTILINE)
    assert re.search(r"^other .* OTHER_KEY is not set$", shown, re.MULTILINE)
    assert [received.path for received in server.received] == ["/models"]
    server.received.clear()


def test_who_does_not_answer_is_told(
    repository: Path, server: ModelServer, trusted: None, capsys: pytest.CaptureFixture[str]
) -> None:
    server.get = status(503, "busy")
    try:
        shown = ran(capsys, "models", "status", "--probe", "-C", str(repository), code=1)
    finally:
        server.get = None
        server.received.clear()
    assert "answered 503 (it is failing): busy" in shown
    assert KEY not in shown


def test_a_model_that_nobody_serves(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "PC070" in ran(capsys, "models", "route", "nobody:knows", "-C", str(repository), code=2)
