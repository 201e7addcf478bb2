"""What every command loads of what is heavy: no more than its table says, and no less."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from promptctl.adapters.events.sqlite import SqliteEvents
from promptctl.cli.table import command_named, summaries
from promptctl.core.events.event import Batch, row
from promptctl.core.reporting.window import microseconds
from tests.event_samples import event
from tests.experiments import draft
from tests.loading import loaded
from tests.shipping import line
from tests.support import SETTINGS, GitRepository, build_files

GROUPS = {
    "LOOP": "asyncio concurrent.futures logging ssl",
    "SCHEMA": "jsonschema_rs email",
    "PRICES": "genai_prices pydantic urllib.request",
    "REPORTS": "ibis importlib.metadata email logging rich sqlglot sqlite3",
}
"""An event loop, a validator of schemas, prices, and questions to stores of events, with what each brings along."""

LOADS = """\
--version                                            :
--help                                               :
--complete show s                                    :
show --help                                          : typer
init                                                 : SCHEMA
new support/extra                                    : SCHEMA jinja2 yaml
new --suite support/triage                           : SCHEMA jinja2 yaml
schema prompt                                        :
trust                                                :
completion bash                                      :
list                                                 : SCHEMA yaml
show support/triage                                  : jinja2
render support/triage -i ticket=x                    : jinja2
run support/triage -i ticket=x                       : LOOP jinja2 sqlite3
lint                                                 : SCHEMA jinja2 yaml
fmt                                                  : yaml
diff support/triage@1.0.0 support/triage@1.1.0       : SCHEMA jinja2 yaml
deps                                                 : jinja2
import notes.txt                                     : SCHEMA jinja2 yaml
export text/summary --format prompty                 : SCHEMA jinja2 yaml
hash support/triage                                  :
verify                                               :
fetch                                                :
history support/triage                               :
lock                                                 : SCHEMA jinja2 yaml
lock --check                                         : SCHEMA
eval support/triage                                  : LOOP SCHEMA jinja2 sqlite3 statistics yaml
eval add support/triage --case late -i ticket=late --equals : LOOP SCHEMA jinja2 sqlite3 yaml
eval show support/triage                             : LOOP SCHEMA jinja2 sqlite3 statistics yaml
eval compare support/triage support/triage           : LOOP SCHEMA jinja2 sqlite3 statistics yaml
eval verify                                          : LOOP SCHEMA jinja2 sqlite3 statistics yaml
eval review support/triage --export review.csv       : LOOP SCHEMA jinja2 sqlite3 statistics yaml
eval support/triage --shard 1/1 --replies live       : LOOP SCHEMA jinja2 sqlite3 statistics typer yaml
eval merge eval-shard-1-of-1.jsonl                   : LOOP SCHEMA jinja2 sqlite3 statistics yaml
bisect support/triage --case first                   : LOOP SCHEMA jinja2 sqlite3 statistics yaml
cache stats                                          : sqlite3
cache explain support/triage                         : LOOP SCHEMA jinja2 sqlite3 yaml
cache prune                                          : jinja2 sqlite3
plan staging                                         : jinja2 sqlite3
approve support/triage@1.1.0 staging                 : SCHEMA git jinja2 logging yaml
promote support/triage@1.0.0 staging                 : jinja2 sqlite3 yaml
promote support/triage@1.1.0 staging                 : SCHEMA jinja2 sqlite3 yaml
rollback support/triage staging --reason why         : SCHEMA yaml
promote support/triage@1.1.0 staging --reason again  : SCHEMA jinja2 sqlite3 yaml
promote text/summary@1.0.0 staging                   : sqlite3 yaml
remove text/summary staging --reason why             : SCHEMA yaml
freeze staging --reason why                          : yaml
unfreeze staging --reason why                        : yaml
status                                               : SCHEMA yaml
drift                                                : SCHEMA
why support/triage                                   : git jinja2 logging
doctor                                               :
events import calls.csv --set status=ok              : sqlite3
events export --prompt support/triage                : sqlite3
events prune --keep 3650d                            : sqlite3
costs                                                : LOOP REPORTS
costs whatif --model gpt-4.1-mini                    : LOOP PRICES REPORTS SCHEMA jinja2 statistics
costs advise                                         : LOOP REPORTS SCHEMA jinja2 statistics
quality                                              : REPORTS statistics
quality score --sample 0.5                           : REPORTS jinja2
feedback add 01K00000000000000000000000 resolved=1   : LOOP REPORTS jinja2
feedback list                                        : REPORTS
watch support/triage staging                         : REPORTS
rollout start support/triage@1.2.0 staging           : SCHEMA jinja2 sqlite3 yaml
rollout status                                       : SCHEMA yaml
rollout pause support/triage staging --reason why    : SCHEMA yaml
rollout resume support/triage staging --reason why   : SCHEMA yaml
rollout advance staging                              : REPORTS SCHEMA statistics yaml
rollout abort support/triage staging --reason why    : SCHEMA yaml
experiment new other support/triage@1.2.0 staging    : SCHEMA jinja2 yaml
experiment power tone                                : REPORTS jinja2 statistics yaml
experiment start tone                                : SCHEMA jinja2 sqlite3 yaml
experiment list                                      : SCHEMA jinja2 yaml
experiment assign tone ada                           : SCHEMA jinja2 yaml
experiment report tone                               : REPORTS jinja2 statistics yaml
experiment pause tone --reason why                   : SCHEMA jinja2 yaml
experiment resume tone                               : SCHEMA jinja2 sqlite3 yaml
experiment advance                                   : REPORTS SCHEMA jinja2 statistics yaml
experiment conclude tone --ship control --reason why : SCHEMA jinja2 yaml
bundle staging -o made.json                          : SCHEMA jinja2 yaml
bundle verify made.json                              : SCHEMA jinja2
models list                                          : LOOP SCHEMA jinja2 sqlite3 statistics
models route echo:echo                               : LOOP jinja2 sqlite3
models status                                        :
token new laptop                                     :
token list                                           :
report --html pages                                  : LOOP REPORTS SCHEMA jinja2 statistics yaml
serve --port 0                                       : LOOP click email jinja2 multiprocessing typer uvicorn
ci                                                   : LOOP SCHEMA jinja2 sqlite3 statistics yaml
hook lint                                            :
hook lock-check                                      :
git-setup                                            :
textconv prompts/support/triage/prompt.yaml          : SCHEMA yaml
merge-driver lock lock lock prompts/prompts.lock     : SCHEMA
demo                                                 :
release                                              :
retire support/triage@1.0.0 --reason why             :
"""
"""Lines in the order in which they are run, and what each loads."""
ENDS = {"serve --port 0": 130, "ci": 3, "bisect support/triage --case first": 3}
"""Exit codes that are neither 0 nor 1: interrupted, not judged, nothing bad to be found."""
ELSEWHERE = {
    "rollout watch": "looks again and again until it is stopped, and loads what `rollout advance` does",
    "experiment abort": "ends one as `experiment conclude` does",
    "token revoke": "needs the id of a token, and loads what `token list` does",
}


def _table() -> dict[str, set[str]]:
    rows = (written.rpartition(" :")[::2] for written in LOADS.splitlines())
    return {
        words.strip(): {name for word in modules.split() for name in GROUPS.get(word, word).split()}
        for words, modules in rows
    }


def _lived(folder: Path, data: Path) -> GitRepository:
    """A registry with a draft of an experiment, files to bring in, and calls of the last hours."""
    repository = line(folder, SETTINGS.replace("staging]\n", "staging]\napprovals_signed = false\n", 1))
    repository.git("config", "user.name", "Grace")
    repository.git("config", "user.email", "grace@example.org")
    calls = "id,at,prompt\n01K00000000000000000000009,2026-01-20T12:00:00Z,support/triage\n"
    lock = (repository.folder / "prompts" / "prompts.lock").read_text()
    build_files(repository.folder, {"notes.txt": "Say hello to {{ name }}.\n", "calls.csv": calls, "lock": lock})
    draft(repository)
    (data / "events").mkdir(parents=True)
    hours = microseconds(datetime.now(UTC)) - 3_600_000_000
    made = [event(number, at=hours + number * 10**6, environment="staging", version="1.1.0") for number in range(200)]
    SqliteEvents(data / "events" / "events.sqlite3").write(Batch(events=[row(call) for call in made]))
    return repository


def test_every_command_is_in_the_table() -> None:
    named = {name for words in _table() if (name := command_named(words.split()))}
    assert named | ELSEWHERE.keys() == summaries().keys()
    assert not named & ELSEWHERE.keys()


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_command_loads_what_its_row_says_and_nothing_else(folder: Path) -> None:
    table = _table()
    repository = _lived(folder, Path(os.environ["PROMPTCTL_DATA_DIR"]))
    wrong = {}
    for words, (code, found, said) in zip(table, loaded([*table], repository.folder), strict=True):
        assert code in (ENDS.get(words, 0), 1), (words, code, said)
        if found != table[words]:
            wrong[words] = (sorted(found - table[words]), sorted(table[words] - found))
    assert wrong == {}
