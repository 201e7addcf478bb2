"""Every command line with what it needs, and what each state lacks: a command works where it lacks nothing.

Where a command lacks something it refuses, with a documented exit code and a repair, and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.shipping import NAME

WHY = ("--reason", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One command line. ``judges``: its answer may be "no", exit 1; ``writes``: it changes files or refs."""

    words: tuple[str, ...]
    needs: frozenset[str] = field(default_factory=frozenset)
    judges: bool = False
    writes: bool = False

    @property
    def called(self) -> str:
        return " ".join(self.words)


def _line(words: str, needs: str = "", *, judges: bool = False, writes: bool = False) -> Line:
    return Line(words=tuple(words.split()), needs=frozenset(needs.split()), judges=judges, writes=writes)


READING = (
    _line("list", "root files parses"),
    _line(f"show {NAME}", "root files prompt parses"),
    _line(f"show {NAME}@1.0.0", "root git files releases"),
    _line(f"show {NAME}@staging", "root git files releases pointers"),
    _line(f"render {NAME} -i ticket=x", "root files prompt parses"),
    _line(f"render {NAME}@1.0.0 -i ticket=x", "root git files releases"),
    _line(f"run {NAME} -i ticket=x", "root files prompt parses"),
    _line("lint", "root files", judges=True),
    _line("fmt --check", "root files parses", judges=True),
    _line("fmt --diff", "root files parses", judges=True),
    _line(f"diff {NAME}@1.0.0 {NAME}@1.1.0", "root git files releases"),
    _line(f"diff {NAME}@staging {NAME}", "root git releases pointers files prompt parses"),
    _line("deps", "root files parses"),
    _line(f"hash {NAME}", "root files prompt parses"),
    _line("lock --check", "root files parses", judges=True),
    _line("verify", "root git files tags"),
    _line(f"history {NAME}", "root git tags"),
    _line("eval verify", "root files evidence", judges=True),
    _line("plan staging", "root git tags"),
    _line("status", "root git files"),
    _line("drift", "root git files tags", judges=True),
    _line("doctor", "root git", judges=True),
    _line("doctor", "root git", judges=True),
    _line("ci", "root git files", judges=True),
    *(_line(f"hook {hook}", "root git merged", judges=True) for hook in ("lint", "fmt", "lock-check", "no-secrets")),
    _line("hook pointer-check", "root git", judges=True),
    _line("schema prompt"),
    _line("trust --show", "root"),
    _line("completion bash"),
)
WRITING = (
    _line("init", "work-tree", writes=True),
    _line("new added/one", "root writable", writes=True),
    _line("trust", "root", writes=True),
    _line("fmt", "root files parses", writes=True),
    _line("lint --fix", "root files", judges=True, writes=True),
    _line("lock", "root git files prompt parses", writes=True),
    _line("release", "root git history head branch locked writable", writes=True),
    _line(f"retire {NAME}@1.0.0 --reason why", "root files lock-here releases-locked writable", writes=True),
    _line("eval", "root files suite parses", judges=True, writes=True),
    _line(f"promote {NAME}@1.2.0 staging", "root git tags-there free writable", writes=True),
    _line(f"rollback {NAME} staging --reason why", "root git releases pointers free writable", writes=True),
    _line(f"remove {NAME} staging --reason why", "root git pointers free writable", writes=True),
    _line("freeze staging --reason why", "root git committed free writable", writes=True),
    _line("unfreeze staging --reason why", "root git writable", writes=True),
)
ELSEWHERE = {
    "report": "reads the default branch, whatever lies here: tests/cli/test_report.py",
    **dict.fromkeys(["token new", "token list", "token revoke"], "touches no repository: tests/cli/test_token.py"),
    "serve": "reads the default branch, whatever lies here: tests/server",
    "fetch": "asks the remote, and reads what `drift` reads: tests/workflows/test_fetch.py",
    "approve": "moves no pointer, and writes as `freeze` does: tests/workflows/test_approve.py",
    "git-setup": "writes to this clone's configuration, which no state of prompts changes: tests/cli/test_git_setup.py",
    "textconv": "reads one file, whatever else lies here: tests/cli/test_git_setup.py",
    "merge-driver": "reads the files that Git gives it: tests/cli/test_git_setup.py",
    **dict.fromkeys(
        [f"experiment {verb}" for verb in ("start", "pause", "resume", "advance", "conclude", "abort")],
        "writes as `promote` does: tests/workflows/test_experiment.py",
    ),
    "experiment new": "reads what `status` reads, writes one file as `new` does: tests/workflows/test_experiment.py",
    "experiment power": "reads what `status` reads, and a store: tests/workflows/test_experiment_power.py",
    "experiment assign": "reads what `status` reads: tests/workflows/test_experiment.py",
    "experiment report": "reads what `status` reads, and a store: tests/workflows/test_experiment_report.py",
    **dict.fromkeys(
        [f"rollout {verb}" for verb in ("start", "advance", "pause", "resume", "abort")],
        "writes as `promote` does: tests/workflows/test_rollout.py",
    ),
    "rollout watch": "reads what `status` reads, and a store: tests/workflows/test_rollout.py",
    "rollout status": "reads what `status` reads: tests/workflows/test_rollout.py",
    "experiment list": "reads what `status` reads: tests/workflows/test_experiment.py",
    "demo": "makes a repository of its own, whatever lies here: tests/cli/test_demo.py",
    "bisect": "judges releases as `eval NAME@VERSION` does, and writes nothing: tests/workflows/test_bisect.py",
    "cache stats": "asks this machine, not the repository: tests/cli/test_cache.py",
    "cache explain": "reads what `eval` reads, and asks nobody: tests/cli/test_cache.py",
    "cache prune": "writes to this machine, not to the repository: tests/cli/test_cache.py",
    "eval add": "reads what `eval` reads, and writes one file as `fmt` does: tests/workflows/test_eval_add.py",
    "eval review": "reads what `eval show` reads, and writes one file: tests/workflows/test_eval_review.py",
    "eval merge": "needs the files of shards, and writes what `eval` writes: tests/workflows/test_eval_merge.py",
    "eval show": "reads what `eval verify` reads: tests/cli/test_eval_reports.py",
    "eval compare": "reads what `eval verify` reads: tests/cli/test_eval_reports.py",
    "import": "needs a file of another tool, and writes new files as `new` does: tests/cli/test_import.py",
    "export": "reads what `show` reads, of a prompt that includes nothing: tests/cli/test_import.py",
    "why": "reads what `history` and `show` read: tests/workflows/test_why.py",
    "watch": "reads what `history` reads, and a store outside the repository: tests/cli/test_watch.py",
    "bundle": "reads what `verify` and `status` read, and writes one file outside: tests/workflows/test_bundle.py",
    "bundle verify": "needs a bundle, and no repository: tests/workflows/test_bundle.py",
    "models list": "reads what `list` reads: tests/cli/test_models.py",
    "models route": "reads the settings: tests/cli/test_models.py",
    "models status": "reads the settings: tests/cli/test_models.py",
    **dict.fromkeys(
        ("costs", "costs whatif", "costs advise", "quality", "quality score", "feedback add", "feedback list"),
        "asks a store outside the repository: tests/cli",
    ),
    **dict.fromkeys(
        ("events import", "events export", "events prune"),
        "moves what a store outside the repository holds: tests/cli/test_events.py",
    ),
}

_UNRELEASED = "releases pointers tags-there evidence"
_CONFLICT = "prompt parses merged free locked"
_NOWHERE = "root"
LACKS: dict[str, frozenset[str]] = {
    state: frozenset(words.split())
    for state, words in {
        "clean": "",
        "dirty": "",
        "staged": "",
        "intent to add": "",
        "detached": "",
        "other branch": "branch",
        "unborn": "head",
        "no commits": f"{_UNRELEASED} suite head committed",
        "no repository": f"{_UNRELEASED} suite git releases-locked",
        "nothing here": _NOWHERE,
        "bare": f"{_NOWHERE} work-tree",
        "linked": "",
        "submodule": "",
        "sparse": "",
        "sparse without prompts": "files prompt suite evidence",
        "without prompts": "prompt suite evidence lock-here",
        "shallow": "releases tags history",
        "partial": "",
        "ignore case": "",
        "merging": _CONFLICT,
        "rebasing": _CONFLICT,
        "cherry picking": _CONFLICT,
        "bisecting": "free suite evidence",
        "index lock": "free",
        "longer ids": f"{_UNRELEASED} locked releases-locked",
        "foreign owner": "git",
        "read only": "writable",
        **{f"crlf, autocrlf {setting}": "" for setting in ("true", "input", "false")},
        "sha256": "",
        "reftable": "",
        "alternates": "",
        "names that fold to one": "",
        "decomposed names": "",
        "trusted owner": "",
        "case folding": "",
        "eol=crlf": "",
        "ident": "",
        "working-tree-encoding": "prompt parses",
    }.items()
}

EXCEPTIONS: dict[tuple[str, str], tuple[int, str]] = {
    ("foreign owner", "lock --check"): (4, "works without Git, but here is a repository that Git does not open"),
}
"""Exit codes that the rule does not give, each with the reason."""


def refuses(state: str, line: Line) -> bool:
    """Whether the rule lets a command refuse in a state."""
    return bool(line.needs & LACKS[state])
