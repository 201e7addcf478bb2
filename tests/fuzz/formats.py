"""What is fuzzed of other tools' files: each format that is imported, each that is exported, and code that is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from promptctl.adapters.files import decode, parse_yaml
from promptctl.adapters.import_files import source_of
from promptctl.adapters.suites import load_suite
from promptctl.core.exporting import registry as exporting
from promptctl.core.exporting.exported import Subject
from promptctl.core.exporting.reading_back import differences
from promptctl.core.importing.node import Node
from promptctl.core.importing.registry import FORMATS, format_of
from promptctl.core.importing.written import files
from promptctl.core.lint.code import UNREADABLE, Asked, code_findings, placed_sites
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.prompt import parse_prompt
from promptctl.errors import PromptctlError
from promptctl.workflows.import_prompts import Brought, require_valid
from tests.core.importing import test_formats as samples
from tests.fuzz.files import project_with
from tests.fuzz.target import Target, starting
from tests.hostile import seed
from tests.hostile.sound import base_files
from tests.importing import closure_of

_NAMES = {
    "promptfoo": "promptfooconfig.yaml",
    "prompty": "x.prompty",
    "dotprompt": "x.prompt",
    "github-models": "x.prompt.yml",
    "langfuse": "x.json",
    "langchain": "x.json",
    "llm": "x.yaml",
    "text": "x.md",
}


def imports(data: bytes, form: str) -> None:
    """A file becomes prompts that are valid as they are written; what it says and they do not is named with a place."""
    source = source_of(data, _NAMES[form], None, form)
    with suppress(PromptctlError):
        assert format_of(source) in FORMATS
    found = FORMATS[form].read(source)
    for problem in found.dropped:
        assert problem.message
        assert problem.place
    for prompt in found.prompts[:3]:
        texts = {f"prompts/made/up/{name}": text for name, text in files(prompt).items()}
        assert parse_yaml(texts["prompts/made/up/prompt.yaml"].encode(), "x.yaml").value == prompt.value
        with suppress(PromptctlError):
            require_valid(Brought(source="x", format=form, name="made/up", files=texts))


def exports(data: bytes) -> None:
    """A prompt is written the same each time; where nothing is lost of it, what comes back says the same again."""
    project = project_with(seed.PROMPT, data)
    loaded, closure, document = None, project.closure("p"), project.document(seed.SUITE)
    with suppress(PromptctlError):
        loaded = load_suite(project, "p")
    for name, form in exporting.FORMATS.items():
        with suppress(PromptctlError):
            suite = loaded.suite if loaded and form.tests and document else None
            subject = Subject(closure=closure, suite=suite, suite_node=Node(document) if document and suite else None)
            exported = form.write(subject)
            assert form.write(subject).text == exported.text
            found = FORMATS[name].read(source_of(exported.text.encode(), form.file, None))
            value = found.prompts[0].value
            if not exported.dropped and not [*differences(closure.prompt, value, name)]:
                back = Closure(prompt=parse_prompt("p", closure_of(value).prompt.document))
                assert digest(back) == digest(Closure(prompt=closure.prompt))


def call_sites(data: bytes) -> None:
    """Code is read and never run: what it asks for stands where it says, or the code cannot be read."""
    text = decode(data, "app.py")
    asked = Asked(names=frozenset({"a/b"}), former={"old": "a/b"}, inputs=lambda _: {})
    for finding in code_findings("app.py", text, asked):
        assert finding.place.line is None or 1 <= finding.place.line <= text.count("\n") + text.count("\r") + 2
    with suppress(*UNREADABLE):
        for site, place in placed_sites("app.py", text):
            assert place().line == site.line


def _promptfoo() -> str:
    return (
        "prompts: ['Greet {{who}}', {raw: 'Hello {{who}}', label: b}]\nproviders: [openai:gpt-4.1]\n"
        "defaultTest: {vars: {who: Max}}\ntests:\n  - {vars: {who: [Ada, Bo]}, description: a, assert: "
        "[{type: contains, value: Ada}, {type: not-regex, value: '^x'}, {type: llm-rubric, value: kind}]}\n"
    )


_SAMPLES: Mapping[str, tuple[str, ...]] = {
    "promptfoo": (_promptfoo(),),
    "prompty": (samples.PROMPTY,),
    "dotprompt": (samples.DOTPROMPT,),
    "github-models": (samples.GITHUB, samples.GITHUB.replace("{who: Max, expected: Max!}", "Max")),
    "langfuse": (json.dumps(samples.LANGFUSE), '{"prompt": "Hi {{who}}", "labels": []}', '{"prompt": []}'),
    "langchain": (json.dumps(samples.LANGCHAIN), '{"_type": "prompt", "template": "Hi {who}"}'),
    "llm": (samples.LLM,),
    "text": ("# Greet\n\nYou greet {{who}}.\n", "x"),
}
_CODE = """\
from promptctl import Prompts
prompts = Prompts("prod")
prompt = prompts.get("a/b", unit="u")
class A:
    async def f(self):
        self.p = await prompts.get("old")
        with prompts.get("a/b") as q, (r := prompts.get("c")): q.render(who=1, **more)
        return prompts.call(self.p, {"who": "x"}, user="u", late=1), lambda: r.messages()
"""


def _importing(form: str) -> Callable[[bytes], None]:
    return partial(imports, form=form)


TARGETS: Mapping[str, Target] = {
    **{f"import_{form}": Target(run=_importing(form), begin=starting(*_SAMPLES[form])) for form in FORMATS},
    "exports": Target(
        run=exports,
        begin=lambda: [
            base_files()[seed.PROMPT],
            b"model: gpt-4.1\ninputs: {who: {type: string}}\ntemplate: Hi {{ who }}",
        ],
    ),
    "call_sites": Target(run=call_sites, begin=starting(_CODE)),
}
