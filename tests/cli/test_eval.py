"""``promptctl eval`` and ``trust`` as people, pipes and programs see them; real processes where signals matter."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evals import FOLDER, KEY, NAME, PROMPT, SETTINGS, Bench, bench, cases, saying
from tests.golden import golden
from tests.servers import Handler, Reaction, echo_authorization, json_answer, openai_answer
from tests.shipping import done, hint, refused, run
from tests.support import build_files, must_fail, succeed

ECHO = PROMPT.replace("m-1", "echo:echo")
SUITE = """\
repeat: 2
models: ["echo:other"]
cases:
  - name: billing
    tags: {language: en}
    inputs: {ticket: I was charged twice}
    expect:
      - contains: charged
      - not_contains: [refund policy]
  - name: angry
    tags: {language: de}
    inputs: {ticket: Wo bleibt mein Paket?}
    expect:
      - {contains: Geduld, name: calms}
      - {word_count: {max: 3}}
  - dataset: cases.csv
    expect: [{equals: "{{ row.answer }}"}]
gate:
  pass_rate: {min: 0.5}
  metrics: {calms: {min: 0.5}}
  segments: [language]
"""
HALVES = (KEY[: len(KEY) // 2], KEY[len(KEY) // 2 :])
ROWS = "ticket,answer,tags.language,name\nhello,hello,en,greeting\nbye,later,en,\n"


@pytest.fixture
def echo(folder: Path) -> Path:
    """A registry whose suite fails in several ways, without a network."""
    files = {f"{FOLDER}/prompt.yaml": ECHO, f"{FOLDER}/eval.yaml": SUITE, f"{FOLDER}/cases.csv": ROWS}
    return build_files(folder, {"promptctl.toml": "", **files})


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, cases("ok one", "ok two")) as found:
        found.environment["PROMPTCTL_CACHE_DIR"] = str(tmp_path / "cache")
        found.environment["PROMPTCTL_DATA_DIR"] = str(tmp_path / "data")
        yield found


def untimed(text: str) -> str:
    """Without what differs between runs: times, ports."""
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", re.sub(r'"latency_ms": [0-9.]+', '"latency_ms": 1', text))


def test_a_failing_suite(echo: Path) -> None:
    ran = refused(echo, "eval", code=1)
    golden("eval/fail.txt", ran.out)
    assert ran.err == ""
    golden("eval/fail.json", refused(echo, "eval", "--json", code=1).out)


def test_a_passing_suite(echo: Path) -> None:
    build_files(echo, {f"{FOLDER}/eval.yaml": cases("hello", expect="[{contains: hello}]")})
    ran = done(echo, "eval", NAME)
    golden("eval/pass.txt", ran.out)
    assert ran.err == "next: promptctl lock, commit, promptctl release\n"
    golden("eval/pass.json", done(echo, "eval", "--json").out)


def test_a_filter(echo: Path) -> None:
    golden("eval/filter.txt", done(echo, "eval", "--filter", "gree*").out)
    assert run(echo, "eval", "--filter", "gree*", "--json").data["prompts"][0]["partial"] is True
    assert "cases: billing, angry, greeting, cases.csv:2" in hint(refused(echo, "eval", "--filter", "x", code=2))


def test_many_suites_in_one_run(echo: Path) -> None:
    build_files(echo, {"prompts/b/prompt.yaml": ECHO, "prompts/b/eval.yaml": cases("hello", expect="[{contains: h}]")})
    golden("eval/many.txt", refused(echo, "eval", code=1).out)
    data = refused(echo, "eval", "b", NAME, "b", "--json", code=1).data
    assert [it["prompt"] for it in data["prompts"]] == ["b", NAME]
    assert [it["written"] == [] for it in data["prompts"]] == [True, True]


def test_what_is_wrong_with_one_suite_stops_all_before_anything_is_written(echo: Path) -> None:
    build_files(echo, {"prompts/z/prompt.yaml": ECHO, "prompts/z/eval.yaml": "cases: []\n"})
    assert "prompts/z/eval.yaml" in refused(echo, "eval", code=2).err
    refused(echo, "eval", NAME, "nobody", code=2, error="PC002")
    assert not (echo / FOLDER / "evidence").exists()


def test_verify(echo: Path) -> None:
    assert run(echo, "eval").code == 1
    golden("eval/verified.txt", done(echo, "eval", "verify").out)
    golden("eval/verified.json", done(echo, "eval", "verify", NAME, "--json").out)
    (path,) = (echo / FOLDER / "evidence").iterdir()
    path.write_text(path.read_text()[:100])
    golden("eval/broken.txt", refused(echo, "eval", "verify", code=1).out)
    path.unlink()
    assert hint(refused(echo, "eval", "verify", code=3)) == "promptctl eval"


def test_errors_of_a_provider(it: Bench) -> None:
    it.server.always = echo_authorization
    ran = refused(it.folder, "eval", code=1, **it.environment)
    golden("eval/errors.txt", untimed(ran.out))
    golden("eval/errors.json", untimed(refused(it.folder, "eval", "--json", code=1, **it.environment).out))


def test_nothing_recorded(it: Bench) -> None:
    ran = refused(it.folder, "eval", "--replies", "recorded", code=3, error="PC065", **it.environment)
    golden("eval/nothing-recorded.txt", ran.err)
    assert it.asked == 0


def test_options(it: Bench) -> None:
    environment = it.environment
    done(it.folder, "eval", "--concurrency", "1", **environment)
    assert (it.asked, it.server.busiest) == (2, 1)
    done(it.folder, "eval", "--replies", "live", **environment)
    assert it.asked == 2
    done(it.folder, "eval", "--provider", "echo", **environment)
    done(it.folder, "eval", **environment, PROMPTCTL_PROVIDER="echo")
    assert it.asked == 0
    refused(it.folder, "eval", "--concurrency", "0", code=2, **environment)
    refused(it.folder, "eval", "--replies", "cached", code=2, **environment)
    refused(it.folder, "eval", "--provider", "nobody", code=2, error="PC070", **environment)


def test_a_provider_is_asked_nothing_until_it_is_trusted(it: Bench) -> None:
    environment = {key: value for key, value in it.environment.items() if key != "PROMPTCTL_TRUST"}
    ran = refused(it.folder, "eval", code=3, error="PC065", **environment)
    assert hint(ran).startswith("promptctl trust (in CI: PROMPTCTL_TRUST=sha256:")
    shown = done(it.folder, "trust", "--show", **environment)
    digest = str(it.environment["PROMPTCTL_TRUST"])
    golden("trust/show.txt", untimed(shown.out).replace(digest[:19], "DIGEST"))
    assert refused(it.folder, "eval", code=3, **environment)
    assert it.asked == 0
    trusted = done(it.folder, "trust", "--json", **environment)
    golden("trust/trust.json", untimed(trusted.out).replace(digest, "DIGEST"))
    done(it.folder, "eval", **environment)
    assert it.asked == 2
    settings = (SETTINGS % it.server.url).replace("RELAY_KEY", "OTHER_KEY")
    build_files(it.folder, {"promptctl.toml": settings, f"{FOLDER}/prompt.yaml": PROMPT.replace("m-1", "m-2")})
    refused(it.folder, "eval", code=3, **environment, OTHER_KEY=KEY)
    assert it.asked == 0


def test_without_providers_there_is_nothing_to_trust(echo: Path) -> None:
    assert done(echo, "trust").out == "this repository names nobody to send to: there is nothing to trust\n"


@pytest.mark.parametrize("options", [[], ["--json"]])
@pytest.mark.parametrize(
    "reaction",
    [
        echo_authorization,
        json_answer(openai_answer(f"key {KEY} and {HALVES[0]} and {HALVES[1]}")),
        json_answer({"error": {"message": f"Authorization: Bearer {KEY}"}}),
        json_answer({"choices": [{"message": {"content": "ok", "tool_calls": [
            {"id": KEY, "function": {"name": KEY, "arguments": json.dumps({KEY: KEY})}}]}}]}),
    ],
)  # fmt: skip
def test_the_key_is_nowhere_whatever_the_server_echoes(
    it: Bench, tmp_path: Path, reaction: Reaction, options: list[str]
) -> None:
    it.server.always = reaction
    ran = run(it.folder, "eval", *options, **it.environment)
    assert ran.code in (0, 1)
    said = (ran.out + ran.err).encode()
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    for half in HALVES:
        assert not [data for data in [said, *written] if half.encode() in data]


def test_names_of_cases_and_answers_cannot_control_a_terminal(echo: Path) -> None:
    suite = 'cases: [{name: "a\\u202eb", inputs: {ticket: "\\e[31mred"}, expect: [{equals: blue}]}]\n'
    build_files(echo, {f"{FOLDER}/eval.yaml": suite})
    ran = refused(echo, "eval", code=1)
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out


def test_in_a_process_of_its_own(echo: Path) -> None:
    build_files(echo, {f"{FOLDER}/eval.yaml": cases("hello", expect="[{contains: hello}]")})
    assert succeed("eval", cwd=echo).out.startswith(f"{NAME}: pass: 1 of 1 cases pass")
    assert must_fail("eval", "nobody", cwd=echo, code=2).out == ""


def test_ctrl_c_keeps_what_was_answered_and_leaves_nothing_half_done(it: Bench, tmp_path: Path) -> None:
    it.write({"eval.yaml": cases(*(f"ok{number}" for number in range(6)))})
    waiting = threading.Event()
    answered: list[str] = []

    def slowly(handler: Handler) -> None:
        if len(answered) < 3:
            answered.append(str(handler.request_body["messages"][-1]["content"]))
            saying(str)(handler)
        else:
            waiting.set()
            it.server.released.wait(30)

    it.server.always = slowly
    process = subprocess.Popen(
        [sys.executable, "-m", "promptctl", "eval", "--concurrency", "1"],
        cwd=it.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | it.environment | {"PYTHONWARNINGS": "error"},
        start_new_session=True,
    )
    assert waiting.wait(30)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.decode()) == (
        130,
        b"",
        "interrupted, 3 answers kept: promptctl eval --resume\n",
    )
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert sorted(path.name for path in (it.folder / FOLDER).iterdir()) == ["eval.yaml", "prompt.yaml"]
    it.server.released.set()
    it.server.always = None
    assert it.asked == 4
    done(it.folder, "eval", "--resume", **it.environment)
    assert it.asked == 3
    assert len(answered) == 3


def test_flaky_cases_say_what_further_tries_would_do(tmp_path: Path) -> None:
    numbers = iter(range(100))
    with bench(tmp_path, cases("shaky", "steady", repeat=2, gate={"min_pass": 1})) as it:
        it.server.always = saying(lambda text: "ok" if text == "steady" or next(numbers) % 2 else "no")
        ran = run(it.folder, "eval", **it.environment)
    assert "of 2 tries at least one passes in 100.0% of cases (pass@2), all in 50.0% (pass^2)\n" in ran.out
