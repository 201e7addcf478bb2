"""The action, run as a GitHub runner runs it on the checkouts that pull requests really have."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.github_runner import ROOT, ActionRun, Runner
from tests.pulls import GOOD, SUITE, SUITE_FILE, Pull
from tests.snapshot import files
from tests.support import GitRepository, build_files, promptctl, succeed
from tests.versioning import NAME, PROMPT, text
from tests.workflows.test_ci_base import GithubCheckouts


@pytest.fixture
def pull(tmp_path: Path) -> Pull:
    return Pull(tmp_path)


def said(done: ActionRun) -> list[tuple[str, str, str]]:
    return [(name, found["file"], found["title"]) for name, found, _ in done.commands]


def verdict(done: ActionRun) -> dict[str, str]:
    """The outputs that are no files."""
    return {name: value for name, value in done.outputs.items() if not name.endswith("-file")}


def test_a_good_change_passes_on_a_shallow_checkout(pull: Pull) -> None:
    runner = pull.merged(GOOD, "lock", "eval")
    before = GitRepository(runner.checkout).git("status", "--porcelain")
    done = runner.run(install="none")
    assert done.code == 0, done.log
    assert done.commands == []
    assert verdict(done) == {"outcome": "pass", "changed": json.dumps([NAME])}
    assert done.summary.startswith("### ✅ promptctl: pass\n\n1 prompt changed; 1 of 1 suite passed.\n")
    assert re.search(rf"^\| ✅ \| `{NAME}` \| .*`messages changed` \|", done.summary, re.MULTILINE)
    assert GitRepository(runner.checkout).git("status", "--porcelain") == before == ""


def test_each_part_can_say_no(pull: Pull) -> None:
    files = {PROMPT: text("one queue").replace("{{ ticket }}", "{{ tickt }}"), "prompts/other/prompt.yaml":
             "model: echo:echo\ntemplate: Bye\n"}  # fmt: skip
    done = pull.merged(files).run(install="none")
    assert done.code == 1
    assert said(done) == [
        ("error", PROMPT, "L001"),
        ("error", "prompts/prompts.lock", "modified"),
        ("error", "prompts/prompts.lock", "modified"),
        ("error", SUITE_FILE, "PC132"),
        ("error", "prompts/other/eval.yaml", "PC133"),
        ("warning", PROMPT, "L002"),
    ]
    assert verdict(done) == {"outcome": "fail", "changed": json.dumps(["other", NAME])}
    for part in ("lint: 2 prompts, 1 error", "lock: 2 findings", "suites: 0 of 2 suites passed"):
        assert f"<details open><summary>❌ {part}" in done.summary


def test_a_suite_that_fails_is_told_with_its_verdict(pull: Pull) -> None:
    pull.work.git("checkout", "-q", "main")
    runner = pull.merged({SUITE_FILE: SUITE.replace("contains: charged", "contains: refunded")})
    done = runner.run(install="none")
    assert (done.code, done.outputs["changed"]) == (1, json.dumps([NAME]))
    assert said(done) == [("error", SUITE_FILE, "eval")]
    assert f"| ❌ | `{NAME}` | judged otherwise: `eval.yaml` |" in done.summary


@pytest.mark.parametrize("depth", [1, 2])
def test_without_the_network_it_says_what_to_fetch_and_what_was_not_judged(pull: Pull, depth: int) -> None:
    runner = pull.merged(GOOD, "lock", "eval", depth=depth)
    checkout = GitRepository(runner.checkout)
    checkout.git("remote", "set-url", "origin", f"file://{pull.folder}/nowhere")
    done = runner.run(install="none")
    if depth == 2:
        assert (done.code, done.outputs["outcome"]) == (0, "pass"), done.log
        return
    main = pull.work.git("rev-parse", "main")
    assert (done.code, verdict(done)) == (3, {"outcome": "unknown", "changed": "[]"})
    line = f"git fetch --no-tags --depth=1 origin {main}"
    unknown = f"which prompts changed: the base {main} is not in this clone, so every suite was run ({line})"
    assert [message for name, _, message in done.commands if name == "error"] == [unknown]
    assert "2 of 2 suites passed" in done.summary
    assert line in done.summary


def test_a_base_of_ones_own(pull: Pull) -> None:
    runner = pull.merged(GOOD, "lock", "eval")
    done = runner.run(install="none", base="HEAD")
    assert (done.code, done.outputs["changed"]) == (0, "[]")


def test_a_strangers_change_with_our_secrets_is_refused(pull: Pull) -> None:
    runner = pull.merged(GOOD, "lock", "eval")
    runner.name = "pull_request_target"
    done = runner.run(install="none")
    assert (done.code, done.outputs["outcome"]) == (3, "error")
    assert said(done) == [("error", "promptctl.toml", "PC131")]
    assert "pull_request_target" in done.summary


def pushed(pull: Pull, before: str, *options: str, ref: str = "main") -> Runner:
    """A runner with the checkout of a push: the branch it went to, one commit deep unless ``options`` say otherwise."""
    pull.work.git("push", "-q", "--force", "origin", f"HEAD:refs/heads/{ref}")
    checkout = GithubCheckouts(pull.folder).checkout(pull.work.git("rev-parse", "HEAD"), *(options or ("--depth=1",)))
    checkout.git("update-ref", f"refs/remotes/origin/{ref}", "HEAD")
    checkout.git("checkout", "-q", "-B", ref, f"refs/remotes/origin/{ref}")
    event = {"before": before, "ref": f"refs/heads/{ref}"}
    return Runner(checkout=checkout.folder, temporary=pull.folder / "runner", name="push", base="", event=event)


def changed_on_main(pull: Pull) -> str:
    """A change of one prompt, locked and evaluated; the commit before it."""
    before = pull.work.git("rev-parse", "HEAD")
    build_files(pull.work.folder, GOOD)
    for command in ("lock", "eval"):
        succeed(command, cwd=pull.work.folder)
    pull.work.commit(message="change")
    return before


NEW = "0" * 40


def test_a_push_is_compared_with_what_it_found(pull: Pull) -> None:
    done = pushed(pull, changed_on_main(pull)).run(install="none")
    assert (done.code, verdict(done)) == (0, {"outcome": "pass", "changed": json.dumps([NAME])}), done.log


def test_the_push_that_makes_the_default_branch_brings_everything(pull: Pull) -> None:
    changed_on_main(pull)
    done = pushed(pull, NEW).run(install="none")
    assert (done.code, done.outputs["changed"]) == (0, json.dumps(["other", NAME])), done.log
    assert "2 of 2 suites passed" in done.summary


@pytest.mark.parametrize("options", [("--depth=1",), ("--depth=100",)])
def test_a_push_that_makes_another_branch_is_compared_with_the_default_one(pull: Pull, options: tuple[str]) -> None:
    pull.work.git("switch", "-qc", "topic")
    changed_on_main(pull)
    done = pushed(pull, NEW, *options, ref="topic").run(install="none")
    assert (done.code, done.outputs["changed"]) == (0, json.dumps([NAME])), done.log


@pytest.mark.parametrize("given", [True, False])
def test_a_forced_push_is_compared_with_what_it_replaced_where_the_remote_still_gives_it(
    pull: Pull, given: bool
) -> None:
    replaced = pull.work.commit({"README.md": "x\n"}, "replaced")
    pull.work.git("push", "-q")
    pull.work.git("reset", "-q", "--hard", "HEAD~1")
    changed_on_main(pull)
    runner = pushed(pull, replaced)
    if not given:
        GitRepository(pull.folder / "origin.git").git("gc", "-q", "--prune=now")
    done = runner.run(install="none")
    if given:
        assert (done.code, done.outputs["changed"]) == (0, json.dumps([NAME])), done.log
        return
    assert (done.code, done.outputs["outcome"]) == (3, "unknown")
    assert "2 of 2 suites passed" in done.summary
    assert f"git fetch --no-tags --depth=1 origin {replaced}" in done.summary


def test_a_base_branch_that_is_gone_does_not_matter(pull: Pull) -> None:
    runner = pull.merged(GOOD, "lock", "eval")
    GitRepository(pull.folder / "origin.git").git("update-ref", "-d", "refs/heads/main")
    runner.base = "gone"
    done = runner.run(install="none")
    assert (done.code, done.outputs["changed"]) == (0, json.dumps([NAME])), done.log


SHOUT = "::error file=x::hacked\n::set-output name=outcome::pass\n::add-mask::a"
QUOTED = json.dumps(SHOUT)
HOSTILE = {
    PROMPT: text("one queue").replace("owner: support", f"owner: {QUOTED}").replace("ticket }}", "tickt }}"),
    "prompts/other/prompt.yaml": "model: echo:echo\n'::error::hacked': 1\n'a\\n::error::hacked': 1\n",
    "prompts/third/prompt.yaml": f"model: echo:echo\ntemplate: {QUOTED}\n",
    "prompts/third/eval.yaml": "cases: [{name: '::error::hacked', inputs: {}, expect: [{python: 's:f'}]}]\n",
    "prompts/third/s.py": f"print({SHOUT!r})\n\ndef f(*a, **k):\n    print({SHOUT!r})\n    raise OSError({SHOUT!r})\n",
}


@pytest.mark.parametrize("settings", ["", '[lint]\nrequire = ["\\n::error::hacked"]\n'])
def test_text_of_strangers_commands_nothing(pull: Pull, settings: str) -> None:
    """In prompts, cases, names of keys and settings, and in what a suite's own code prints."""
    build_files(pull.work.folder, HOSTILE)
    promptctl("eval", "third", cwd=pull.work.folder)
    done = pull.merged({"promptctl.toml": settings}).run(install="none")
    assert done.code == (2 if settings else 1)
    assert settings or "\n::set-output name=outcome::pass\n" in done.log
    assert {name for name, _, _ in done.commands} <= {"error", "warning", "notice"}
    assert all(re.fullmatch(r"(PC|L)\d+|eval|unlocked", found["title"]) for _, found, _ in done.commands)
    assert {name for name, value in done.outputs.items() if value} <= {*verdict(done), "comment-file", "report-file"}
    assert done.outputs["outcome"] == ("error" if settings else "fail")


def test_odd_names_of_files_name_just_these_files(pull: Pull) -> None:
    odd = ("prompts/a,line=7::error::x/prompt.yaml", "prompts/b%0Ac ü/prompt.yaml", "prompts/c\n::error::x/prompt.yaml")
    done = pull.merged(dict.fromkeys(odd, "model: echo:echo\ntemplate: Hi\n")).run(install="none")
    assert done.code == 1
    found = [(file, title) for name, file, title in said(done) if name == "error"]
    assert [file for file, title in found if title == "PC005"] == sorted(odd)


def test_nothing_is_written_into_the_checkout_and_each_run_has_its_own_delimiter(pull: Pull) -> None:
    """Also where a suite brings code of its own, which Python would keep compiled beside it."""
    scored = SUITE.replace("[{contains: charged}]", "[{python: 'score:f'}]")
    code = "def f(output, context):\n    return 'charged' in output\n"
    build_files(pull.work.folder, {SUITE_FILE: scored, "prompts/support/triage/score.py": code})
    succeed("eval", cwd=pull.work.folder)
    runner = pull.merged(GOOD, "lock", "eval")
    before = files(runner.checkout)
    delimiters = set()
    for _ in range(2):
        assert runner.run(install="none").code == 0
        delimiters |= set(
            re.findall("^outcome<<(end_[0-9a-f]{32})$", (runner.temporary / "output-0").read_text(), re.M)
        )
    assert files(runner.checkout) == before
    assert len(delimiters) == 2


def test_very_many_findings_stay_within_what_github_shows(pull: Pull) -> None:
    many = {f"prompts/many/p{number}/prompt.yaml": "model: m\ntemplate: '{{ x }}'\n" for number in range(30)}
    done = pull.merged(many).run(install="none")
    for level in ("error", "warning", "notice"):
        assert len([name for name, _, _ in done.commands if name == level]) <= 10
    assert "more of level error are not annotated" in done.log
    assert done.summary.count("`L001`") == 30


def test_a_folder_below_and_a_wrong_one(pull: Pull) -> None:
    runner = pull.merged(GOOD, "lock", "eval")
    (runner.checkout / "prompts/inner").mkdir()
    assert runner.run(install="none", directory="prompts/inner").code == 0
    hostile = '$(touch hacked)"; touch hacked; "'
    assert runner.run(install="none", directory=hostile).code != 0
    assert runner.run(install="none", base=hostile).code == 3
    assert list(runner.checkout.rglob("hacked")) == []


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_action_installs_itself(pull: Pull) -> None:
    """As users have it; needs the package index."""
    done = pull.merged(GOOD, "lock", "eval").run()
    assert (done.code, done.outputs["outcome"]) == (0, "pass"), done.log


def test_python_of_the_action_imports_nothing_of_the_checkout() -> None:
    """``python -m`` looks into the folder that it runs in first, and that is the change's."""
    script = (ROOT / "action.yml").read_text(encoding="utf-8")
    modules = re.findall(r"python3?\"? (.*) ?-m (\w+)", script)
    assert [module for _, module in modules] == ["venv", "pip"]
    assert all("-I" in options for options, _ in modules)
