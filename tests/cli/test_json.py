"""``--json``: one object of one shape from every command, whether it works, says no or fails."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from promptctl.cli.app import main
from promptctl.cli.table import command_named, summaries
from tests.support import GitRepository, build_files

COMMIT = "(commit)"
BREAK = "(break)"
LINES = f"""
0 init
0 new greet
0 list
0 show greet
0 hash greet
0 deps greet
0 render greet -i question=hello
0 run greet -i question=hello
0 lint
0 fmt greet
0 eval
1 lock --check
0 lock
0 lock --check
3 release
{COMMIT}
0 release
0 verify
0 diff greet@1.0.0 greet
0 plan staging
0 promote greet staging
3 approve greet prod
3 fetch
0 freeze prod --reason holidays
3 promote greet prod
0 unfreeze prod --reason back
0 promote greet prod
0 bundle prod
0 bundle prod -o prod.json
0 bundle verify prod.json
2 bundle verify nothing.json
2 bundle nowhere
0 status
0 drift
0 doctor
0 git-setup
0 git-setup --undo
0 textconv prompts/greet/prompt.yaml
2 textconv nothing.yaml
1 merge-driver a b c prompts/environments/prod/greet.yaml
3 rollout start greet@1.0.0 prod
0 rollout status
0 rollout advance prod
0 rollout watch prod
3 rollout pause greet prod --reason later
3 rollout resume greet prod --reason later
3 rollout abort greet prod --reason enough
0 experiment list
3 experiment new tone greet prod
2 experiment power tone
2 experiment start tone
0 experiment advance
2 experiment pause tone --reason later
2 experiment resume tone
2 experiment conclude tone --control --reason enough
2 experiment abort tone --reason enough
2 experiment assign tone somebody
3 experiment report tone
0 history greet
3 rollback greet prod --reason again
0 remove greet prod --reason unused
0 retire greet@1.0.0 --reason old
0 eval verify
0 eval show
2 eval add nobody
2 eval review nobody
2 eval merge nowhere.jsonl
0 eval compare greet greet@1.0.0
0 cache stats
0 cache explain greet
2 cache prune --max-size lots
0 cache prune --all
2 bisect greet
0 schema prompt
0 schema
0 completion bash
0 trust
0 models list
0 models status
0 models route greet
2 models route nobody
3 costs
3 costs whatif --cache 24h
3 costs advise
2 events import nothing.csv
3 events export -o calls.jsonl
3 events prune
3 watch greet staging
0 why greet@1.0.0
2 why sha256:0000000
3 quality
3 quality score --sample 1
3 feedback list
3 feedback add 01K00000000000000000000000 good=1
0 report --html pages
2 report
0 token new robot --env staging --allow promote
0 token list
2 token revoke 000000000000
4 serve --host 203.0.113.1
0 hook lint
0 ci
1 export greet --format prompty
0 export greet --format dotprompt --output greet.prompt
0 import greet.prompt --name back
{BREAK}
1 lint
2 lock --check
2 show greet
2 show nobody
2 show greet@nowhere
2 promote greet nowhere
"""


def test_every_command_answers_with_one_object(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    for line in LINES.strip().splitlines():
        if line == COMMIT:
            repository = GitRepository(folder)
            repository.git("add", "-A")
            repository.git("commit", "-qm", "start")
        elif line == BREAK:
            build_files(folder, {"prompts/greet/prompt.yaml": "template: '{{ question'\n"})
        else:
            code, *words = line.split()
            assert main([*words, "--json"]) == int(code), (line, capfd.readouterr())
            shown = capfd.readouterr()
            check(json.loads(shown.out), command_named(words) or "", int(code))
            assert shown.err == "", line


def check(answer: dict[str, Any], command: str, code: int) -> None:
    """Insists on the shape that programs rely on."""
    assert (answer["schema"], answer["command"], answer["ok"]) == (1, command, code == 0)
    if code in (0, 1):
        assert list(answer) == ["schema", "command", "ok", "data"]
        return
    assert list(answer) == ["schema", "command", "ok", "error"]
    error = answer["error"]
    assert list(error)[:4] == ["code", "message", "where", "hint"]
    assert re.fullmatch(r"PC\d{3}", error["code"])
    assert error["message"]
    assert error["where"] is None or list(error["where"]) == ["file", "line", "column"]


def test_no_command_was_forgotten() -> None:
    tried = {command_named(line.split()[1:]) for line in LINES.strip().splitlines() if line[0].isdigit()}
    assert tried == set(summaries()) - {"demo"}
