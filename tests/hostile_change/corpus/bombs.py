"""Changes that are small to write and large to judge: templates, patterns, YAML, files that are just large."""

from __future__ import annotations

import json

from tests.hostile.seed import PROMPT, made
from tests.hostile.seeds import category_seeds
from tests.hostile_change.change import Change, Content
from tests.hostile_change.team import ECHO, SUITE, TRIAGE_FILE, TRIAGE_SUITE

CATEGORIES = ("template_bombs", "template_escapes", "yaml_bombs")
MILLION = 1_000_000
LOCK = "prompts/prompts.lock"
"""What nobody can lock is an error there, where lint has nothing to say before it renders."""
FRESH = "prompts/fresh/prompt.yaml"


def seeds() -> tuple[Change, ...]:
    """The corpus of hostile prompts, each as a new prompt that nobody locked."""
    found = []
    for category in CATEGORIES:
        for seed in category_seeds(category):
            data = made(seed.files[PROMPT]) if set(seed.files) == {PROMPT} else None
            if data is not None and len(data) < MILLION:
                files = {FRESH: data}
                found.append(Change(name=f"{category}: {seed.name}", files=files, heavy=True))
    return tuple(found)


def _prompt(name: str, text: str | bytes, where: str = FRESH) -> Change:
    return Change(name=name, files={FRESH: text}, where=where)


def _suite(name: str, expectation: str) -> Change:
    return Change(
        name=name,
        files={TRIAGE_SUITE: SUITE.replace("{contains: parcel}", f"{{contains: parcel}}, {expectation}")},
        outcome="pass",
    )


SMALL = (
    _prompt(
        "a loop for hours",
        ECHO.replace("{{ text }}", "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}"),
        LOCK,
    ),
    _prompt(
        "a way out of the sandbox", ECHO.replace("{{ text }}", "{{ text.__class__.__mro__[1].__subclasses__() }}"), LOCK
    ),
    _prompt("an include of what is outside", ECHO.replace("{{ text }}", "{% include '../../../../etc/passwd' %}")),
    _prompt("a deep list", "inputs: " + "[" * 20_000),
    _prompt(
        "a billion laughs",
        "a: &a [x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)),
    ),
    _prompt(
        "a schema that refers to itself", ECHO.replace("text: string", "text: {$ref: '#', $dynamicRef: '#'}"), LOCK
    ),
    _prompt("a schema elsewhere", ECHO.replace("text: string", "text: {$ref: 'http://@SERVER@/x.json'}")),
    _prompt(
        "a pattern that explodes",
        ECHO.replace("text: string", "text: {type: string, pattern: '(a+)+$', default: '" + "a" * 40 + "b'}"),
    ),
    _suite("an expectation that explodes", "{regex: '(a+)+$'}"),
    Change(
        name="a schema in an expectation elsewhere",
        files={TRIAGE_SUITE: SUITE.replace("{contains: parcel}", "{is_json: {$ref: 'http://@SERVER@/x.json'}}")},
        where=TRIAGE_SUITE,
        says="JSON Schema",
    ),
    _prompt("numbers without end", ECHO + "parameters: {temperature: " + "9" * 100_000 + "}\n"),
    _prompt("no text at all", b"\x00\xff\xfe" * 1000),
)


def large() -> tuple[Change, ...]:
    """Files that are just large; made when they are asked for, since they fill the memory of who keeps them."""
    big = b"#" * 200 * MILLION
    many = range(100_000)
    lock = json.dumps({"format": 1, "prompts": {f"p{n}": {} for n in many}})
    return (
        _large("a prompt of 200 MB", {TRIAGE_FILE: big}, TRIAGE_FILE),
        _large("a lock of 200 MB", {LOCK: big}, LOCK),
        _large("a suite of 200 MB", {TRIAGE_SUITE: big}, TRIAGE_SUITE),
        _large("settings of 200 MB", {"promptctl.toml": big}, "promptctl.toml"),
        _large("replies of 200 MB", {"prompts/support/triage/replies/x.jsonl": big}),
        _large("a partial of 20 MB", {"prompts/shared/tone.j2": big[: 20 * MILLION]}, "prompts/shared/tone.j2"),
        _large("a line of 3 MB", {FRESH: "description: " + "x" * 3 * MILLION + "\n"}, FRESH),
        _large("files that nothing reads", {f"prompts/support/triage/n/{n}": "" for n in many}),
        _large("20,000 prompts", {f"prompts/many/p{n}/prompt.yaml": ECHO for n in many[:20_000]}, LOCK),
        _large("files of code", {f"src/n/{n}.py": "x = 1\n" for n in many}),
        _large("deep code", {"src/deep.py": "(" * 100_000, "src/wide.py": "x = 1\n" * 500_000}),
        _large("a deep lock", {LOCK: '{"a":' * 100_000}, LOCK),
        _large("a wide lock", {LOCK: lock}, LOCK),
    )


def _large(name: str, files: dict[str, Content], where: str | None = None) -> Change:
    return Change(name=name, files=files, where=where, outcome="fail" if where else "pass", heavy=True)
