"""A user whose home folder nobody knows, as in a container that runs as a number: what needs none works."""

from __future__ import annotations

import pwd
from pathlib import Path

import pytest

from promptctl import Prompts
from tests.shipping import NAME, done, line, refused
from tests.support import GitRepository


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    def nobody(number: int) -> pwd.struct_passwd:
        raise KeyError(number)

    made = line(tmp_path, staged=("1.0.0", "1.1.0"))
    for key, value in (
        ("user.name", "Ada Tester"),
        ("user.email", "ada@example.org"),
        ("protocol.file.allow", "always"),
    ):
        made.git("config", key, value)
    for variable in ("HOME", "PROMPTCTL_CACHE_DIR", "PROMPTCTL_DATA_DIR"):
        monkeypatch.delenv(variable)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    return made


def test_what_needs_no_home_works(repository: GitRepository) -> None:
    done(repository, "lint")
    done(repository, "rollback", NAME, "staging", "--reason", "bad day")
    assert "rolled back" in done(repository, "status").out
    with Prompts("staging", source=str(repository.folder)) as prompts:
        assert str(prompts.get(NAME).version) == "1.0.0"


def test_what_needs_one_says_so(repository: GitRepository) -> None:
    for words in (("cache", "stats"), ("promote", NAME, "staging")):
        ran = refused(repository, *words, code=2, error="PC010")
        assert "hint: set HOME, or PROMPTCTL_CACHE_DIR" in ran.err
    provider = '\n[providers.relay]\nkind = "openai"\nbase_url = "https://relay.invalid/v1"\nmodels = ["gpt-*"]\n'
    settings = repository.folder / "promptctl.toml"
    settings.write_text(settings.read_text() + provider)
    assert "PROMPTCTL_DATA_DIR" in refused(repository, "trust", code=2, error="PC010").err
