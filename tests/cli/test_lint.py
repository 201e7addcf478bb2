"""``promptctl lint`` as people, programs and GitHub see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden import golden
from tests.support import STARTER, TRIAGE, build_files, must_fail, promptctl, succeed

SUITE = "cases: [{name: a, inputs: {ticket: x}, expect: [{contains: x}]}]\n"
CLEAN = STARTER | {"prompts/support/triage/eval.yaml": SUITE}
BROKEN = CLEAN | {
    "prompts/support/triage/prompt.yaml": TRIAGE.replace("{{ ticket }}", "{{ tickt }}, 100%: see"),
    "prompts/support/answer/prompt.yaml": "model: echo:echo\ntemplte: Hi\n",
    "prompts/shared/old.j2": "Never \u200bused.\n",
}


@pytest.fixture
def broken(folder: Path) -> Path:
    return build_files(folder, BROKEN)


@pytest.mark.parametrize(("format", "file"), [("text", "text.txt"), ("json", "data.json"), ("github", "github.txt")])
def test_each_format_has_every_finding(broken: Path, format: str, file: str) -> None:
    golden(f"lint/{file}", must_fail("lint", "--format", format, cwd=broken, code=1).out)


def test_json_is_the_same_by_either_option(broken: Path) -> None:
    assert promptctl("lint", "--json", cwd=broken) == promptctl("lint", "--format", "json", cwd=broken)


def test_nothing_to_report(folder: Path) -> None:
    ran = succeed("lint", cwd=build_files(folder, CLEAN))
    assert (ran.out, ran.err) == ("1 prompt: nothing to report\n", "next: promptctl lock\n")


def test_notices_do_not_fail(folder: Path) -> None:
    ran = succeed("lint", "support/triage", cwd=build_files(folder, STARTER))
    golden("lint/notice.txt", ran.out)


def test_no_prompts_are_said_to_be_none(folder: Path) -> None:
    ran = succeed("lint", cwd=build_files(folder, {"promptctl.toml": ""}))
    assert (ran.out, ran.err) == ("0 prompts: nothing to report\n", "next: promptctl new NAME\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("support/triag",),
            "error[PC002]: there is no prompt `support/triag`\n  hint: did you mean `support/triage`?",
        ),
        (("support/triage", "nobody"), "error[PC002]: there is no prompt `nobody`"),
        (("--format", "github-actions"), "error[PC001]: there is no format `github-actions`"),
    ],
)
def test_a_wrong_call_is_no_finding(broken: Path, arguments: tuple[str, ...], said: str) -> None:
    assert said in must_fail("lint", *arguments, cwd=broken, code=2).err


def test_a_malformed_file_of_any_kind_is_a_finding(folder: Path) -> None:
    files: dict[str, str | bytes] = {
        "promptctl.toml": "[lint\n",
        "prompts/a/prompt.yaml": b"\xef\xbb\xbftemplate: x\n",
        "prompts/b/prompt.yaml": b"template: '\xff'\n",
        "prompts/c/prompt.yaml": "",
        "prompts/d/prompt.yaml": "a: &x 1\nb: *x\n",
        "prompts/e/prompt.yaml": "template: '{% include \"e.j2\" %}'\n",
        "prompts/e.j2": '{% include "e.j2" %}',
        "prompts/prompts.lock": "<<<<<<< ours\n",
    }
    ran = must_fail("lint", "--json", cwd=build_files(folder, files), code=1)
    errors = [finding for finding in ran.data["findings"] if finding["level"] == "error"]
    assert {finding["where"]["file"] for finding in errors} == set(files) - {"prompts/e/prompt.yaml"}
    assert all(finding["code"].startswith("PC") for finding in errors)


def test_a_link_below_prompts_is_a_finding(folder: Path) -> None:
    build_files(folder, CLEAN)
    (folder / "prompts/link.j2").symlink_to("/etc/passwd")
    ran = must_fail("lint", cwd=folder, code=1)
    assert "error[PC015]: prompts/link.j2 is not a regular file" in ran.out


def test_secrets_and_control_characters_reach_neither_screen_nor_log(folder: Path) -> None:
    key = "ghp_" + "a1" * 18
    prompt = f'model: m\ntemplate: "{key} \\e[31m {{{{ x }}}}"\n'
    build_files(folder, {"promptctl.toml": "", "prompts/p/prompt.yaml": prompt, "prompts/a.j2": "x\x1b[31m\x9b31m"})
    for kind in ("text", "json", "github"):
        ran = must_fail("lint", "--format", kind, cwd=folder, code=1)
        assert key not in ran.out + ran.err
        assert not {"\x9b", "\x1b"} & set(ran.out)
