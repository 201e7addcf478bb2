"""Text that others wrote commands neither a terminal nor the runner of a CI job, whichever command prints it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promptctl.cli.output import Answer, Output
from promptctl.errors import UsageError
from tests.event_samples import event, score
from tests.event_stores import write_sqlite
from tests.github_runner import heard
from tests.shipping import NAME, done, line, run
from tests.support import GitRepository

ONE = "::error::taken ##[error]taken"
FOREIGN = f"{ONE}\n \u00a0::stop-commands::taken\r::warning::taken\x1b[31mtaken\n##[add-path]taken\n"
PIECES = st.sampled_from(
    ["::", "error", "##[", "]", "\n", " ", "\u00a0", "\r", "x", "\x1b[31m", "\u2028", ":", "#", "☃"]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
FOLDER = f"prompts/{NAME}"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    """Releases, moves, commits, prompts, suites and calls that all try to be commands."""
    made = line(tmp_path_factory.mktemp("foreign"), staged=("1.1.0",))
    prompt = made.folder / FOLDER / "prompt.yaml"
    written = prompt.read_text(encoding="utf-8").replace("role: user", f"role: user\n    # {ONE}", 1)
    written = f"description: {json.dumps(FOREIGN)}\n" + written.partition("\n")[2]
    suite = {"cases": [{"name": ONE, "inputs": {"ticket": FOREIGN}, "expect": [{"equals": FOREIGN + "not"}]}]}
    files = {f"{FOLDER}/prompt.yaml": written, f"{FOLDER}/eval.yaml": json.dumps(suite)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_AUTHOR_NAME", ONE)
        made.commit({**files, f"{FOLDER}/prompt.yaml": written + "# x\n"}, message=ONE)
        done(made, "lock")
        made.commit(message=ONE)
        made.git("push", "-q", "origin", "main")
        done(made, "release")
    run(made, "promote", NAME, "staging", "--reason", ONE)
    made.commit(files | {f"{FOLDER}/prompt.yaml": written.replace("Answer", f"{ONE} Answer")}, message=ONE)
    run(made, "eval", NAME)
    return made


@pytest.fixture(scope="module")
def store(repository: GitRepository, tmp_path_factory: pytest.TempPathFactory) -> str:
    hostile = dict.fromkeys(("model", "provider", "endpoint", "environment", "arm", "user", "digest"), FOREIGN)
    fields: dict[str, Any] = {**hostile, "prompt": NAME, "inputs": {"ticket": FOREIGN}, "output": FOREIGN}
    calls = [event(number, **fields | {"attributes": {"region": FOREIGN}}) for number in range(5)]
    calls += [event(number, **fields | {"prompt": FOREIGN, "version": FOREIGN}) for number in range(5, 9)]
    said = [score(number, name=FOREIGN, comment=FOREIGN, correction=FOREIGN, source="feedback") for number in range(9)]
    return write_sqlite(tmp_path_factory.mktemp("events") / "e.sqlite3", calls, said)


EVENTS = [
    "why 01K00000000000000000000000",
    "costs --by prompt,version,model",
    "costs --by provider,endpoint,user,environment,arm",
    "costs --by attribute_region",
    "costs whatif --model gpt-4.1",
    "costs whatif --cache 24h",
    f"costs whatif --prompt {NAME}@work",
    "costs advise",
    "quality --by prompt,version,model",
    "quality score --sample 1",
    "feedback list",
    "status --traffic",
    "models status --traffic",
    "drift --live",
    f"watch {NAME} staging",
]
FILES = [
    f"eval {NAME}",
    f"eval {NAME} --format github",
    f"eval show {NAME} --case *",
    f"show {NAME}",
    "list",
    "lint",
    "fmt --diff",
    f"diff {NAME}@1.0.0 {NAME}",
    f"history {NAME}",
    f"why {NAME}@1.2.0",
    "status",
    "drift",
    "plan staging",
    "lock --check",
    "ci",
    "ci --github",
    "models list",
    f"cache explain {NAME}",
    f"run {NAME} -i ticket=x",
]


def commanded(log: str) -> list[str]:
    """What a runner obeys and we did not write: our annotations have titles."""
    return [f"{name} {message}" for name, properties, message in heard(log) if "title" not in properties]


@pytest.mark.parametrize("words", [*EVENTS, *FILES])
@pytest.mark.parametrize("as_json", [False, True])
def test_no_command_lets_foreign_text_command_the_runner(
    repository: GitRepository, store: str, words: str, as_json: bool
) -> None:
    line = [word.replace("attribute_", "attribute ") for word in words.split()]
    at = ["--store", store] if words in EVENTS else []
    since = ["--since", "2025-11-01"] if words.startswith(("costs", "quality", "feedback", "status")) else []
    if as_json and "github" in words:
        pytest.skip("annotations are no JSON")
    ran = run(repository, *line, *at, *since, *(["--json"] if as_json else []), GITHUB_ACTIONS="true")
    assert ran.code in (0, 1, 3), (words, ran)
    assert commanded(ran.out + ran.err) == [], (words, ran.out)
    assert not {"\r", "\x1b"} & set(ran.out + ran.err), words
    if as_json:
        assert json.loads(ran.out)["schema"] == 1


@given(text=TEXTS, other=TEXTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_leaves_is_inert(capsys: pytest.CaptureFixture[str], text: str, other: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_ACTIONS", "true")
        output = Output("x")
        output.answer(Answer(data=None, view=lambda: text, note=other, next=other))
        output.say(text)
        output.remark(other)
        output.error(UsageError("PC001", text, hint=other))
        Output("x", as_json=True).answer(Answer(data=[text, {other: text}], view=lambda: None))
    shown = capsys.readouterr()
    assert commanded(shown.out) == commanded(shown.err) == []
    assert not [character for character in shown.out + shown.err if character < " " and character != "\n"]
    body = json.loads(shown.out[shown.out.rindex('{\n  "schema"') :])
    assert body["data"] == [text, {other: text}]


def test_our_own_commands_are_left_alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    ours = "::error title=eval::says it"
    Output("x").answer(Answer(data=None, view=lambda: f"- line\n{ours}", commands=lambda: [ours]))
    assert capsys.readouterr().out == f"{ours}\n- line\n{ours.replace('::', chr(92) + 'x3a:', 1)}\n"


@pytest.mark.parametrize("exact", [True, False])
def test_only_exact_text_and_other_places_keep_every_byte(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, exact: bool
) -> None:
    said = []
    for runner in ("true", "false"):
        monkeypatch.setenv("GITHUB_ACTIONS", runner)
        Output("x").answer(Answer(data=None, view=lambda: ONE, exact=exact))
        said.append(capsys.readouterr().out.rstrip("\n") == ONE)
    assert said == [exact, True]
