"""Partials that include each other, themselves, too much, or what lies outside."""

from __future__ import annotations

from collections.abc import Mapping

from tests.hostile.seed import Content, Seed, templated, templates

_PATHS = [
    "/etc/passwd",
    "../../promptctl.toml",
    "../p/prompt.yaml",
    "./../x.j2",
    "prompts/shared/tone.j2",
    "shared//tone.j2",
    "shared/./tone.j2",
    "shared/../shared/tone.j2",
    "./shared/tone.j2",
    "SHARED/tone.j2",
    "shared/TONE.j2",
    "shared/tone",
    "shared/tone.j2 ",
    " shared/tone.j2",
    "shared\\tone.j2",
    "shared/tone.j2\\0",
    "",
    ".",
    "..",
    "/",
    "./",
    ".j2",
    "./.j2",
    "nobody.j2",
    "p/prompt.yaml",
    "q/prompt.yaml",
    "environments/prod/p.j2",
    "p/replies/x.j2",
    "http://attacker.example/x.j2",
    "file:///etc/passwd.j2",
    "~/x.j2",
    "$HOME/x.j2",
    "%2e%2e/x.j2",
    "\\x1b[2J.j2",
    "shared/\\u202e.j2",
    "C:/x.j2",
    "\\\\\\\\server/x.j2",
    "messages[0].content",
    "template",
    "shared/tone.j2' if 1 else '",
    "x" * 5000 + ".j2",
]
_WAYS = {
    "include-list": "{% include ['a.j2', 'shared/tone.j2'] %}",
    "include-missing-ok": "{% include 'nobody.j2' ignore missing %}",
    "include-variable": "{% include ticket %}",
    "include-sum": "{% include 'shared/' ~ 'tone.j2' %}",
    "include-condition": "{% include 'a.j2' if ticket else 'b.j2' %}",
    "include-number": "{% include 1 %}",
    "include-none": "{% include none %}",
    "include-filter": "{% include 'shared/tone.j2'|upper %}",
    "import-variable": "{% import ticket as x %}",
    "import": "{% import 'shared/tone.j2' as x with context %}{{ x }}{{ x.tone }}{{ x.__class__ }}",
    "from-import": "{% from 'shared/tone.j2' import tone, nobody with context %}{{ tone }}{{ nobody }}",
    "from-import-dunder": "{% from 'shared/tone.j2' import __class__ as x %}{{ x }}",
    "extends": "{% extends 'shared/tone.j2' %}{% block a %}{% endblock %}",
    "extends-variable": "{% extends ticket %}",
    "extends-itself": "{% extends 'template' %}",
    "extends-twice": "{% extends 'shared/tone.j2' %}{% extends 'shared/tone.j2' %}",
    "in-a-loop": "{% for x in range(9999) %}{% include 'shared/tone.j2' %}{% endfor %}",
    "in-a-macro": "{% macro m() %}{% include 'shared/tone.j2' %}{{ m() }}{% endmacro %}{{ m() }}",
    "without-context": "{% include 'shared/tone.j2' without context %}",
    "many": "{% include 'shared/tone.j2' %}" * 2000,
}
_P = "prompts/p/prompt.yaml"


def _chained(length: int) -> dict[str, str]:
    files = {f"prompts/shared/a{n}.j2": f"{{% include 'shared/a{n + 1}.j2' %}}" for n in range(length)}
    return files | {f"prompts/shared/a{length}.j2": "end", _P: templated("{% include 'shared/a0.j2' %}")}


def _fans(levels: int, width: int) -> dict[str, str]:
    def body(level: int) -> str:
        return "".join(f"{{% include 'shared/f{level}x{n}.j2' %}}" for n in range(width)) if level < levels else "x"

    files = {f"prompts/shared/f{level}x{n}.j2": body(level + 1) for level in range(levels) for n in range(width)}
    return files | {_P: templated(body(0))}


def _including(text: str, **partials: str) -> dict[str, str]:
    return {f"prompts/shared/{name}.j2": body for name, body in partials.items()} | {_P: templated(text)}


_FILES: dict[str, Mapping[str, Content]] = {
    "itself": _including("{% include 'shared/a.j2' %}", a="{% include 'shared/a.j2' %}"),
    "circle": _including(
        "{% include 'shared/a.j2' %}", a="{% include 'shared/b.j2' %}", b="{% include 'shared/a.j2' %}"
    ),
    "circle-import": _including(
        "{% import 'shared/a.j2' as a %}", a="{% import 'shared/b.j2' as b %}", b="{% import 'shared/a.j2' as a %}"
    ),
    "circle-extends": _including(
        "{% extends 'shared/a.j2' %}", a="{% extends 'shared/b.j2' %}", b="{% extends 'shared/a.j2' %}"
    ),
    "chain-8": _chained(7),
    "chain-9": _chained(8),
    "chain-500": _chained(500),
    "fan-2-8": _fans(7, 2),
    "fan-6-8": _fans(7, 6),
    "fan-20-8": _fans(7, 20),
    "local-from-shared": _including("{% include 'shared/a.j2' %}", a="{% include './b.j2' %}"),
    "large-partial": _including("{% include 'shared/a.j2' %}", a="x" * 300_000),
    "just-small-enough": _including("{% include 'shared/a.j2' %}", a="x" * 262_144),
    "many-large": {f"prompts/shared/l{n}.j2": "x" * 200_000 for n in range(40)}
    | {_P: templated("".join(f"{{% include 'shared/l{n}.j2' %}}" for n in range(40)))},
    "broken-partial": _including("{% include 'shared/a.j2' %}", a="{% if %}"),
    "binary-partial": {"prompts/shared/a.j2": b"\x80\x81", _P: templated("{% include 'shared/a.j2' %}")},
    "yaml-as-partial": _including("{% include 'p/prompt.yaml' %}{% include 'prompts.lock' %}"),
    "lock-as-partial": _including("{% include 'prompts.lock' %}"),
}
SEEDS = (
    *templates("includes/path", [f"{{% include '{path}' %}}" for path in _PATHS]),
    *templates("includes", _WAYS),
    *(Seed(name=f"includes/{name}", files=files) for name, files in _FILES.items()),
)
