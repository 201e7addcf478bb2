"""Settings: environments in their order, and what is wrong with a promptctl.toml."""

from __future__ import annotations

import pytest

from promptctl.adapters.settings import parse_toml
from promptctl.core.settings import Settings, parse_settings
from promptctl.errors import DocumentError, UsageError


def settings(text: str) -> Settings:
    return parse_settings(parse_toml(text.encode(), "promptctl.toml"))


def test_an_environment_is_gated_by_recorded_evidence_unless_it_says_otherwise() -> None:
    found = settings('[environments.staging]\ngate = false\n[environments.prod]\nafter = "staging"\n').environments
    assert found["staging"].gate is None
    assert found["prod"].gate == "recorded"
    assert found["prod"].after == "staging"
    assert found["prod"].approvals == 0


REFUSED = [
    ('[environments.prod]\nafter = "stagign"\n[environments.staging]\n', 2, "did you mean `staging`?"),
    ('[environments.a]\nafter = "b"\n[environments.b]\nafter = "a"\n', 2, None),
    ('[environments.a]\nafter = "b"\n[environments.b]\nafter = "c"\n', 4, None),
    ('[environments.prod]\naftr = "x"\n', 2, "did you mean `after`?"),
    ("[environments.prod]\ngate = true\n", 2, None),
    ("[enviroments.prod]\n", None, "did you mean `environments`?"),
    ("[environments.Prod]\n", 1, None),
    ("[environments.latest]\n", None, None),
    ("[models.served]\ntools = false\n", 1, None),
    ("[repository]\nstate = 3\n", 2, None),
    ("[lint]\nrequire = [2026-01-01]\n", 2, "put it in quotes if text is meant"),
    ("[environments.a]\napprovals = 12:00:00\n", 2, "put it in quotes if text is meant"),
    ("x = 1\napprovals = nan\n", None, None),
    ("[environments.a]\napprovals = 1e999\n", None, None),
    ("approvals = " + "9" * 5000, None, None),
    ('[events]\nstore = "sqlite:notes.txt"\n', 2, "sqlite:notes.txt.sqlite3"),
    ('[events]\nunits = "plain"\nkeep = "long"\n', 3, "write it as 12h, 30d or 4w"),
    ('[repository]\nstate = "a:b"\n', 2, "letters, digits and ._/+@#=- make a branch's name; example: main"),
    ('[repository]\ndefault_branch = "refs/heads/main"\n', 2, "a branch's short name is needed; example: main"),
]


@pytest.mark.parametrize(("text", "line", "hint"), REFUSED)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int | None, hint: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        settings(text)
    problem = caught.value.problem
    assert line is None or (problem.place is not None and problem.place.line == line)
    assert hint is None or problem.hint == hint


def test_broken_toml_is_one_clean_error() -> None:
    with pytest.raises(DocumentError, match="not valid TOML"):
        settings("[a\n")


def test_an_unknown_environment_suggests_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        settings("[environments.prod]\n").environment("prd")
    assert caught.value.hint == "did you mean `prod`?"
