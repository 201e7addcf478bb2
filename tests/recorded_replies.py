"""Writes the recorded replies of the demo and of our own prompts from plain tables.

Run it with ``python -m tests.recorded_replies``. A reply is found by its whole request, so its key and its file's name
change with every byte of a prompt. The tables below ``tests/answers`` are kept by hand: case name -> answer, or case
name -> step -> answer for a chain; an answer that is a mapping is spelled as JSON. After a prompt or the canonical form
changed, run this, then ``promptctl eval`` and ``promptctl lock`` for our own prompts. Tokens are estimated (four
characters each) and priced by the table here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from promptctl.adapters.files import parse_yaml
from promptctl.adapters.project import Project
from promptctl.adapters.suites import load_suite
from promptctl.core.evals.recording import reply_key, spell_replies
from promptctl.core.files.made_trees import TextTree
from promptctl.core.models.request import Reply, Request, Usage, compact_json
from promptctl.core.prompts.canonical import digest, short
from promptctl.core.prompts.chain import step_calls
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.render import Rendering

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "promptctl/demo"
ANSWERS = Path(__file__).parent / "answers"
DEMO_PROMPT = "support/reply"
DEMO_STATES = ("1-first", "2-friendlier", "3-warmer")
OWN_PROMPTS = ("release/announce", "release/notes", "release/post", "review/contract")
USD_PER_MILLION = {"gpt-4.1-mini": (0.40, 1.60), "claude-sonnet-4-5": (3.0, 15.0)}
"""Input and output tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One table: the files it speaks of, laid over each other, and the folder below which its replies belong."""

    table: str
    prompt: str
    layers: tuple[Path, ...]
    target: Path

    def project(self) -> Project:
        """The prompts as a person finds them once every layer is copied."""
        files: dict[str, str] = {}
        for layer in self.layers:
            files |= {
                path.relative_to(layer).as_posix(): path.read_text()
                for path in sorted((layer / "prompts").rglob("*"))
                if path.is_file() and not {"evidence", "replies", "environments"} & set(path.parts)
            }
        return Project(TextTree(files))

    def answers(self) -> Mapping[str, Any]:
        return dict(parse_yaml((ANSWERS / f"{self.table}.yaml").read_bytes(), f"tests/answers/{self.table}.yaml").value)

    def file(self) -> Path:
        name = f"{short(digest(self.project().closure(self.prompt)))}.jsonl"
        return self.target / "prompts" / self.prompt / "replies" / name


def recordings() -> Iterator[Recording]:
    """Every table, the demo's first."""
    layers: tuple[Path, ...] = ()
    for state in DEMO_STATES:
        layers += (DEMO / state,)
        yield Recording(table=f"demo/{state}", prompt=DEMO_PROMPT, layers=layers, target=DEMO / state)
    for name in OWN_PROMPTS:
        yield Recording(table=f"own/{name.replace('/', '-')}", prompt=name, layers=(ROOT,), target=ROOT)


def recorded(recording: Recording) -> str:
    """The text of the file of replies. Raises AssertionError where table and suite name different cases."""
    project, answers = recording.project(), recording.answers()
    loaded = load_suite(project, recording.prompt)
    assert loaded is not None
    names = [case.name for case in loaded.suite.cases]
    assert sorted(names) == sorted(answers), f"{recording.table}: {set(names) ^ set(answers)}"
    closure = project.closure(recording.prompt)
    replies: dict[str, Reply] = {}
    for case in loaded.suite.cases:
        replies |= dict(_replies(closure, case.inputs, answers[case.name]))
    text = spell_replies(replies)
    assert text is not None
    return text


def _replies(closure: Closure, inputs: Mapping[str, Any], written: Any) -> Iterator[tuple[str, Reply]]:
    calls = step_calls(closure, inputs)
    call = next(calls)
    while True:
        request = Rendering(call.closure).request(call.inputs)
        answer = written[call.path] if call.path else written
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        yield reply_key(request, 0), _reply(request, text)
        try:
            call = calls.send(text)
        except StopIteration:
            return


def _reply(request: Request, text: str) -> Reply:
    asked, said = _tokens(compact_json(request.to_dict())), _tokens(text)
    low, high = USD_PER_MILLION[request.model]
    return Reply(
        text=text,
        usage=Usage(input=asked, output=said),
        model=request.model,
        provider="replay",
        latency_ms=float(300 + 12 * said),
        cost=round((asked * low + said * high) / 1e6, 8),
    )


def _tokens(text: str) -> int:
    return -(-len(text) // 4)


def main() -> None:
    """Writes every file; what the demo's states had before goes, what backs our own kept evidence stays."""
    for recording in recordings():
        path = recording.file()
        text = recorded(recording)
        path.parent.mkdir(parents=True, exist_ok=True)
        for stale in path.parent.glob("*.jsonl") if recording.prompt == DEMO_PROMPT else ():
            stale.unlink()
        path.write_bytes(text.encode())
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
