"""Odd but sound: everything here must pass lint, render and hash."""

from __future__ import annotations

from tests.hostile import seed
from tests.hostile.seed import Content, Seed

_HEAD = "description: x\nmodel: echo:echo\n"
_TICKET = "inputs: {ticket: string}\n"
_TEXTS: dict[str, Content] = {
    "smallest": _HEAD + "template: x\n",
    "json": '{"description": "x", "model": "echo:echo", "inputs": {"ticket": "string"}, "template": "{{ ticket }}"}',
    "comments": "# a\n" + _HEAD + _TICKET + "# b\ntemplate: '{{ ticket }}' # c\n# d\n",
    "marker": "---\n" + _HEAD + _TICKET + "template: '{{ ticket }}'\n...\n",
    "quoted-keys": "'description': x\n\"model\": echo:echo\n'template': hello\n",
    "words-of-yaml-1.1": _HEAD + "metadata: {a: no, b: on, c: y, d: 12:30:45}\ntemplate: hello\n",
    "numbers": _HEAD + "parameters: {temperature: 1.0e-3, seed: 0x1F, top: +1}\ntemplate: hello\n",
    "folded": _HEAD + _TICKET + "template: >-\n  a\n  {{ ticket }}\n\n  b\n",
    "kept-ends": _HEAD + "template: |+\n  a\n\n\n",
    "unicode": _HEAD + _TICKET + "template: 'Grüße, 世界 🙂 {{ ticket }}'\n",
    "family-emoji": _HEAD + "template: 'Hello \U0001f469\u200d\U0001f467 and "
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f'\n",
    "persian": _HEAD + "template: 'می\u200cخواهم'\n",
    "hebrew": _HEAD + "template: 'שלום\u200f (abc)'\n",
    "long": lambda: _HEAD + "template: '" + "word " * 50_000 + "'\n",
    "nested": _HEAD + "inputs: {deep: {default: " + "[" * 28 + "]" * 28 + "}}\ntemplate: '{{ deep|length }}'\n",
    "wide": lambda: _HEAD + "inputs: {many: {default: [" + "1, " * 5000 + "1]}}\ntemplate: '{{ many|length }}'\n",
    "raw": _HEAD + "template: '{% raw %}{{ not filled }}{% endraw %}'\n",
    "loops": _HEAD
    + "inputs: {many: {type: array, default: [1, 2]}}\ntemplate: '{% for a in many %}{{ loop.index }}{{ a "
    "}}{% endfor %}'\n",
    "recursion": _HEAD + "inputs: {tree: {default: [[1], [2, [3]]]}}\ntemplate: "
    "'{% for a in tree recursive %}{{ loop(a) if a is iterable else a }}{% endfor %}'\n",
    "macros": _HEAD + _TICKET + "template: '{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(ticket) }}'\n",
    "braces-as-text": _HEAD + "template: \"{{ '{{' }} and {{ '%}' }}\"\n",
    "recursive-schema": _HEAD + "inputs: {tree: {$ref: '#/$defs/t', $defs: {t: {type: object, properties: "
    "{left: {$ref: '#/$defs/t'}, right: {$ref: '#/$defs/t'}}}}, default: {left: {left: {}}, right: "
    "{}}}}\ntemplate: '{{ tree }}'\n",
    "look-ahead": _HEAD + "inputs: {a: {type: string, pattern: '^(?!x)[a-z]+$', default: abc}}\ntemplate: '{{ a }}'\n",
    "large-enum": lambda: (
        _HEAD
        + "inputs: {a: {enum: ["
        + ", ".join(f"v{n}" for n in range(2000))
        + "], default: v7}}\ntemplate: '{{ a }}'\n"
    ),
    "local-include": _HEAD + _TICKET + "template: '{% include \"./own.j2\" %}{{ ticket }}'\n",
    "optional-include": _HEAD + _TICKET + "template: '{% include \"shared/none.j2\" ignore missing %}{{ ticket }}'\n",
    "chain": "description: x\n" + _TICKET + "steps: [{name: a, prompt: q, inputs: {text: '{{ ticket }}'}}]\n",
    "cached": _HEAD
    + _TICKET
    + "messages: [{role: system, content: x, cache: true}, {role: user, content: '{{ ticket }}'}]\n",
    "tier": "description: x\nmodel: {tier: balanced, max_latency_ms: 1500}\ntemplate: x\n",
}
SEEDS = (
    Seed(name="controls/nothing-changed", accepted=True),
    *(
        Seed(
            name=f"controls/{name}",
            files={seed.PROMPT: text, "prompts/p/own.j2": "own\n", seed.SUITE: None, seed.ROWS: None, seed.TABLE: None},
            accepted=True,
        )
        for name, text in _TEXTS.items()
    ),
    Seed(
        name="controls/deep-name",
        files={"prompts/a/b/c/d/e/prompt.yaml": "template: x\ndescription: x\n"},
        accepted=True,
    ),
    Seed(
        name="controls/longest-segment",
        files={f"prompts/{'a' * 63}/prompt.yaml": "template: x\ndescription: x\n"},
        accepted=True,
    ),
    Seed(name="controls/no-settings", files={seed.SETTINGS: None}, accepted=True),
    Seed(name="controls/no-lock", files={seed.LOCK: None}, accepted=True),
    Seed(name="controls/empty-partial", files={seed.PARTIAL: ""}, accepted=True),
    Seed(
        name="controls/other-files",
        files={"prompts/README.md": "x", "prompts/p/notes.txt": b"\x80", ".gitignore": "x"},
        accepted=True,
    ),
)
