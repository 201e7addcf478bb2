"""What is fuzzed of a repository's own files, and of what is written in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

from promptctl.adapters.files import decode, parse_yaml
from promptctl.adapters.project import Project
from promptctl.adapters.settings import parse_toml
from promptctl.adapters.suites import load_suite
from promptctl.adapters.yaml_documents import yaml_bytes
from promptctl.core.evals.evidence_document import from_document, to_text
from promptctl.core.evals.recording import parse_replies, spell_replies
from promptctl.core.files.document import Document
from promptctl.core.files.made_trees import ChangedTree, TextTree
from promptctl.core.files.strict_json import strict_json
from promptctl.core.models.provider_table import parse_providers
from promptctl.core.models.request import compact_json
from promptctl.core.moves.moves import parse_moves
from promptctl.core.moves.pointer import parse_pointer
from promptctl.core.name import branch_fault, name_fault
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.render import Rendering
from promptctl.core.prompts.template import Renderer, TemplateFault
from promptctl.core.releases.lockfile import parse_lock
from promptctl.core.releases.reference import parse_reference
from promptctl.core.releases.tag import message_text, parse_message, parse_tag_ref, tag_ref
from promptctl.core.releases.version import parse_version
from promptctl.core.safe_text import safe_text
from promptctl.core.scorers.answer import Answer
from promptctl.core.scorers.registry import judge
from promptctl.core.settings import parse_settings
from promptctl.errors import PromptctlError
from promptctl.workflows.evidence import read_evidence
from promptctl.workflows.fmt import fmt_files
from promptctl.workflows.lint import lint
from tests.fuzz.corpus import beginnings_of_files
from tests.fuzz.target import Target
from tests.hostile import seed
from tests.hostile.load import sample_inputs
from tests.hostile.sound import base_files

_VALUES = {"ticket": "late", "many": ["b", "a"], "deep": {"a": {"b": [1, {"c": "d"}]}}, "number": 3}


def project_with(path: str, data: bytes) -> Project:
    """The sound repository in memory with one file replaced."""
    texts = {path: content.decode() for path, content in base_files().items()}
    return Project(ChangedTree(TextTree(texts | {path: ""}), {path: data}))


def prompts(data: bytes) -> None:
    """A prompt is read, linted, laid out, hashed and rendered; YAML that was read is read the same when written."""
    document = parse_yaml(data, "fuzzed.yaml")
    assert parse_yaml(yaml_bytes(document.value), "again.yaml").value == document.value
    project = project_with(seed.PROMPT, data)
    lint(project)
    fmt_files(project, [seed.PROMPT])
    closure = project.closure("p")
    assert digest(closure) == digest(project_with(seed.PROMPT, data).closure("p"))
    if not closure.prompt.steps:
        Rendering(closure).messages(sample_inputs(closure))


def partials(data: bytes) -> None:
    """A partial is linted and rendered with the prompt that includes it."""
    project = project_with(seed.PARTIAL, data)
    lint(project)
    Rendering(project.closure("p")).messages({"ticket": "late"})


def templates(data: bytes) -> None:
    """A template alone is rendered; rendering it again gives the same text."""
    text = decode(data, "fuzzed.j2")
    with suppress(TemplateFault):
        renderer = Renderer({"template": text})
        assert renderer.render("template", _VALUES) == renderer.render("template", _VALUES)


def suites(data: bytes) -> None:
    """A suite is read, laid out and judges an answer."""
    project = project_with(seed.SUITE, data)
    fmt_files(project, [seed.SUITE])
    loaded = load_suite(project, "p")
    for case in loaded.suite.cases[:5] if loaded else ():
        judge(case.expect, Answer(text='{"queue": "billing"}', inputs=case.inputs, row=case.row, latency_ms=1, cost=0))


def lines(data: bytes) -> None:
    """A data set in JSON Lines fills the suite."""
    load_suite(project_with(seed.ROWS, data), "p")


def tables(data: bytes) -> None:
    """A data set in CSV fills the suite."""
    load_suite(project_with(seed.TABLE, data), "p")


def locks(data: bytes) -> None:
    """A lock that was read is read the same when written."""
    lock = parse_lock(decode(data, "prompts.lock"))
    assert parse_lock(lock.to_text()) == lock


def pointers(data: bytes) -> None:
    """A pointer that was read is read the same when written."""
    pointer = parse_pointer(parse_yaml(data, "p.yaml"), "p")
    assert parse_pointer(parse_yaml(yaml_bytes(pointer.to_dict()), "p.yaml"), "p") == pointer


def moves(data: bytes) -> None:
    """Moves that were read can be gone on with: one more line keeps all others and the chain."""
    found = parse_moves(decode(data, "p.moves.jsonl"), "p.moves.jsonl")
    found.stack()
    if found.entries:
        longer = found.append(replace(found.entries[-1], serial=found.serial + 1))
        assert parse_moves(longer.text, "again.moves.jsonl") == longer
        assert longer.text.startswith(found.text)


def evidence(data: bytes) -> None:
    """Evidence that was read is read the same when written."""
    found = read_evidence(project_with(seed.EVIDENCE, data).tree, seed.EVIDENCE)
    text = to_text(found)
    assert from_document(Document("again.json", strict_json(text), {}, text)) == found


def replies(data: bytes) -> None:
    """Replies that were read are read the same when written."""
    found = parse_replies(decode(data, "x.jsonl"), "x.jsonl")
    text = spell_replies(found)
    assert text is None or parse_replies(text, "again.jsonl") == found


def settings(data: bytes) -> None:
    """Settings and the providers that they define are read."""
    found = parse_settings(parse_toml(data, "promptctl.toml"))
    parse_providers(found.providers, found.document)


def grammars(data: bytes) -> None:
    """Names, versions, references, refs and tag messages: what is accepted is spelled in one way only."""
    text = data.decode("utf-8", "surrogateescape")
    name_fault(text)
    branch_fault(text)
    if version := parse_version(text):
        assert str(version) == text
    if tag := parse_tag_ref(text):
        assert tag_ref(*tag) == text
        message = parse_message(message_text(*tag, "sha256:" + "1" * 64))
        assert message
        assert message.path == f"prompts/{tag[0]}"
    parse_message(text)
    shown = safe_text(text)
    assert safe_text(shown) == shown
    shown.encode()
    with suppress(PromptctlError):
        reference = parse_reference(text)
        assert reference.ref == "work" or str(reference) == text
        assert (reference.version, reference.digest_prefix, reference.at_time).count(None) >= 2


def canonical_json(data: bytes) -> None:
    """JSON that was read is spelled in one way, which is read as the same value."""
    try:
        value = strict_json(decode(data, "x.json"))
        spelled = compact_json(value)
    except ValueError:
        return
    assert compact_json(strict_json(spelled)) == spelled
    assert json.loads(spelled) == value


TARGETS: Mapping[str, Target] = {
    run.__name__: Target(run=run, begin=partial(beginnings_of_files, run.__name__))
    for run in (
        prompts,
        partials,
        templates,
        suites,
        lines,
        tables,
        locks,
        pointers,
        moves,
        evidence,
        replies,
        settings,
        grammars,
        canonical_json,
    )
}
