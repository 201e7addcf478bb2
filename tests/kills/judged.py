"""Commands of suites that are struck: runs that ask a provider on loopback, runs in parts, cases, people's scores."""

from __future__ import annotations

import atexit
import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache

from tests.evals import SETTINGS as ASKING
from tests.evals import environment_for, saying
from tests.kills.scene import Scene, passes
from tests.resuming import killed
from tests.servers import ModelServer, model_server, silence
from tests.shipping import NAME, done, run
from tests.support import GitRepository, build_files

FOLDER = f"prompts/{NAME}"
EXPECT = "    expect: [{icontains: ok}]\n"
SUITE = "cases:\n" + "".join(f"  - name: case {n}\n    inputs: {{ticket: ok {n}}}\n{EXPECT}" for n in range(6))
PROMPT = 'model: m-1\nparameters: {temperature: 0}\ninputs: {ticket: string}\ntemplate: "{{ ticket }}"\n'
LATE = ("eval", "add", NAME, "--case", "late", "-i", "ticket=where is it", "--expect", "contains: where")
SHARDS = tuple(f"eval-shard-{number}-of-2.jsonl" for number in (1, 2))
_OPEN = ExitStack()
atexit.register(_OPEN.close)


@cache
def _provider() -> ModelServer:
    """One for all repeats of all scenes, as long as this process lives."""
    return _OPEN.enter_context(model_server())


def _asking(repository: GitRepository) -> None:
    """A suite whose model answers on loopback; commands find it by the environment of this process."""
    server = _provider()
    os.environ.update(environment_for(server.url))
    server.always = saying(str)
    files = {"promptctl.toml": ASKING % server.url, f"{FOLDER}/prompt.yaml": PROMPT, f"{FOLDER}/eval.yaml": SUITE}
    repository.git("rm", "-rq", "prompts", "promptctl.toml")
    repository.commit(files, "a model that is asked")


def _cut_short(repository: GitRepository) -> None:
    """Half of the answers came, then somebody pulled the plug."""
    _asking(repository)
    server = _provider()
    server.then(saying(str), saying(str), saying(str))
    server.always, before = silence, len(server.received)
    line = [sys.executable, "-m", "promptctl", "eval", NAME, "--concurrency", "1"]
    process = subprocess.Popen(
        line, cwd=repository.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    while len(server.received) < before + 4:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    killed(process)
    server.always = saying(str)


def _in_parts(repository: GitRepository) -> None:
    _asking(repository)
    for number in (1, 2):
        done(repository, "eval", NAME, "--shard", f"{number}/2")


def _reviewed(repository: GitRepository) -> None:
    """Somebody has written down what they think of the answers."""
    _asking(repository)
    done(repository, "eval", NAME)
    done(repository, "eval", "review", NAME, "--export", "answers.csv")
    rows = list(csv.DictReader((repository.folder / "answers.csv").read_text().splitlines()))
    lines = [json.dumps({"case": it["case"], "reply": it["reply"], "score": "pass", "note": "mine"}) for it in rows]
    build_files(repository.folder, {"scores.jsonl": "".join(f"{line}\n" for line in lines)})


def _evident(repository: GitRepository) -> bool:
    """The evidence stands by the replies that are kept with it."""
    folder = repository.folder / FOLDER / "evidence"
    return folder.is_dir() and bool(list(folder.glob("*.json"))) and passes("eval", "verify")(repository)


def _in_a_file(repository: GitRepository) -> bool:
    path = repository.folder / SHARDS[0]
    return path.exists() and len(path.read_text().splitlines()) > 1


def _voted(repository: GitRepository) -> bool:
    ran = run(repository, "eval", "review", NAME, "--json")
    return ran.code == 0 and all(len(answer["votes"]) == 1 for answer in ran.data["answers"])


def _whole_lines(content: bytes) -> bool:
    """Lines of JSON; the last one may be under way, as in a journal that each reply is added to."""
    try:
        return all(json.loads(line) for line in content.split(b"\n")[:-1])
    except ValueError:
        return False


def _suite(*arguments: str, done: Callable[[GitRepository], bool], **more: object) -> Scene:
    settled = {"arrange": _asking, "whole": _whole_lines, "ships": False, "remote": False} | more
    return Scene(arguments=("eval", *arguments), done=done, **settled)  # type: ignore[arg-type]


JUDGED = {
    "eval": _suite(NAME, done=_evident),
    "eval, resumed": _suite("--resume", done=_evident, arrange=_cut_short, repeated=3),
    "eval merge": _suite("merge", *SHARDS, done=_evident, arrange=_in_parts),
    "eval, a part": _suite(NAME, "--shard", "1/2", done=_in_a_file),
    "eval add": _suite(*LATE[1:], done=lambda it: "late" in (it.folder / FOLDER / "eval.yaml").read_text(), repeated=2),
    "eval review": _suite("review", NAME, "--scores", "scores.jsonl", done=_voted, arrange=_reviewed),
    "run": Scene(
        arguments=("run", NAME, "-i", "ticket=ok"),
        done=lambda _: True,
        arrange=_asking,
        ships=False,
        remote=False,
        only=frozenset(),
    ),
}
