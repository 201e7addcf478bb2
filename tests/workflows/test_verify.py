"""``verify``: what it looks at, and what it says of names and versions nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.errors import StateError, UsageError
from promptctl.workflows.verify import VerifyResult, verify
from tests.support import GitRepository, new_repository, with_remote
from tests.versioning import NAME, PROMPT, copy_of, opened, plain, released, text


def two_prompts(folder: Path) -> GitRepository:
    made = with_remote(new_repository(folder / "r"), folder / "bare.git")
    released(made, {"prompts/plain/prompt.yaml": plain()})
    released(made, {PROMPT: text("one")})
    return made


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """``support/triage`` at 1.1.0 and ``plain`` at 1.0.0, all released."""
    return copy_of(two_prompts, tmp_path)


def run(repository: GitRepository, *references: str) -> VerifyResult:
    return verify(opened(repository), references)


def names(result: VerifyResult) -> list[str]:
    return [f"{found.name}@{found.version}" for found in result.releases]


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        ((), ["plain@1.0.0", f"{NAME}@1.0.0", f"{NAME}@1.1.0"]),
        (("plain",), ["plain@1.0.0"]),
        ((f"{NAME}@1.0.0",), [f"{NAME}@1.0.0"]),
        ((f"{NAME}@v1.0.0",), [f"{NAME}@1.0.0"]),
        (("plain", f"{NAME}@1.1.0"), ["plain@1.0.0", f"{NAME}@1.1.0"]),
        ((f"{NAME}@1.1.0", NAME), [f"{NAME}@1.0.0", f"{NAME}@1.1.0"]),
    ],
)
def test_all_releases_those_of_a_prompt_or_single_ones(
    repository: GitRepository, references: tuple[str, ...], expected: list[str]
) -> None:
    result = run(repository, *references)
    assert names(result) == expected
    assert (result.findings, result.ok) == ((), True)


def test_what_was_not_asked_for_is_not_judged(repository: GitRepository) -> None:
    repository.git("tag", "-f", f"prompts/{NAME}@v1.0.0", "HEAD")
    assert run(repository, "plain").ok
    assert run(repository, f"{NAME}@1.1.0").ok
    assert not run(repository, "plain", f"{NAME}@1.0.0").ok
    assert not run(repository, NAME).ok


@pytest.mark.parametrize("reference", ["support/triaje", "support/triaje@1.0.0"])
def test_an_unknown_name_is_a_usage_error_with_the_nearest_one(repository: GitRepository, reference: str) -> None:
    with pytest.raises(UsageError) as caught:
        run(repository, reference)
    assert (caught.value.code, caught.value.hint) == ("PC002", "did you mean `support/triage`?")


def test_an_unknown_version_is_told_with_the_known_ones(repository: GitRepository) -> None:
    with pytest.raises(StateError) as caught:
        run(repository, f"{NAME}@3.0.0")
    assert (caught.value.code, caught.value.hint) == ("PC096", "releases: 1.0.0, 1.1.0")


@pytest.mark.parametrize("reference", [f"{NAME}@latest", f"{NAME}@prod", f"{NAME}@sha256:abcd", f"{NAME}@HEAD"])
def test_only_versions_can_be_verified(repository: GitRepository, reference: str) -> None:
    with pytest.raises(UsageError, match="names no version"):
        run(repository, reference)


def test_without_a_release_there_is_nothing_to_find(tmp_path: Path) -> None:
    fresh = new_repository(tmp_path / "r")
    assert (run(fresh).releases, run(fresh).findings) == ((), ())
    assert run(fresh, NAME).ok


def test_releases_of_a_prompt_that_is_gone_still_hold(repository: GitRepository) -> None:
    repository.git("rm", "-rq", f"prompts/{NAME}")
    released(repository)
    assert names(run(repository)) == ["plain@1.0.0", f"{NAME}@1.0.0", f"{NAME}@1.1.0"]
    assert run(repository).findings == ()
    assert names(run(repository, NAME)) == [f"{NAME}@1.0.0", f"{NAME}@1.1.0"]


def test_releases_of_a_prompt_that_was_renamed_still_hold(repository: GitRepository) -> None:
    repository.git("mv", f"prompts/{NAME}", "prompts/router")
    released(repository, {"prompts/router/prompt.yaml": text("one") + f"formerly: [{NAME}]\n"})
    assert names(run(repository)) == ["plain@1.0.0", "router@1.1.0", f"{NAME}@1.0.0", f"{NAME}@1.1.0"]
    assert run(repository).findings == ()
