"""YAML and JSON that is small to write and large to read: depth, width, repetition, problems without number."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.hostile import seed
from tests.hostile.seed import Content, each

_MIB = 1024 * 1024


def _repeated(text: str, count: int, before: str = "", after: str = "") -> Callable[[], str]:
    return lambda: before + text * count + after


def _numbered(text: str, count: int, before: str = "", after: str = "") -> Callable[[], str]:
    return lambda: before + "".join(text.replace("#", str(number)) for number in range(count)) + after


def _laughs() -> str:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join([*lines, "template: x", ""])


_TEXTS: Mapping[str, Content] = {
    "laughs": _laughs,
    "self-alias": "a: &a [*a]\ntemplate: x\n",
    "brackets-100": _repeated("[", 100, "metadata: {a: ", "\n"),
    "brackets-2000": _repeated("[", 2000, "metadata: {a: ", "\n"),
    "brackets-1m": _repeated("[", _MIB, "metadata: {a: ", "\n"),
    "braces-2000": _repeated("{a: ", 2000, "metadata: ", "\n"),
    "braces-200k": _repeated("{a: ", 200_000, "metadata: ", "\n"),
    "braces-closed": lambda: "metadata: " + "{a: " * 5000 + "1" + "}" * 5000 + "\ntemplate: x\n",
    "dashes-5000": _repeated("- ", 5000, "", "x\n"),
    "dashes-1m": _repeated("- ", _MIB, "", "x\n"),
    "question-marks": _repeated("? ", 10_000, "", "x\n"),
    "staircase": lambda: "metadata:\n" + "".join("  " * n + "a:\n" for n in range(1, 400)) + "template: x\n",
    "long-staircase": lambda: "metadata:\n" + "".join(" " * n + "a:\n" for n in range(1, 4000)) + "template: x\n",
    "wide-list": lambda: "metadata: {a: [" + "1," * 190_000 + "1]}\ntemplate: x\n",
    "too-wide-list": lambda: "metadata: {a: [" + "1," * 4 * _MIB + "1]}\ntemplate: x\n",
    "wide-mapping": _numbered("  k#: #\n", 99_000, "metadata:\n", "template: x\n"),
    "too-wide-mapping": _numbered("  k#: #\n", 300_000, "metadata:\n", "template: x\n"),
    "unknown-keys": _numbered("key#: 1\n", 50_000, "template: x\n"),
    "unknown-long-keys": _numbered("k" * 900 + "#: 1\n", 5000, "template: x\n"),
    "one-long-key": lambda: "'" + "k" * 1000 + "': 1\ntemplate: x\n",
    "one-longer-key": lambda: '? "' + "k" * _MIB + '"\n: 1\ntemplate: x\n',
    "bad-tags": lambda: "tags: [" + "1," * 60_000 + "1]\ntemplate: x\n",
    "bad-tags-blocks": _repeated("- 1\n", 90_000, "tags:\n", "template: x\n"),
    "bad-messages": _repeated("- {rol: x}\n", 30_000, "messages:\n"),
    "bad-roles": _repeated("- {role: usr, content: x}\n", 30_000, "messages:\n"),
    "bad-placeholders": _numbered("- {placeholder: p#}\n", 30_000, "inputs: {pp: array}\nmessages:\n"),
    "bad-former-names": _numbered("- P#\n", 60_000, "template: x\nformerly:\n"),
    "bad-steps": _numbered("- {name: s, prompt: Q#}\n", 20_000, "steps:\n"),
    "bad-inputs": _numbered("  i#: {type: nothing}\n", 20_000, "template: x\ninputs:\n"),
    "bad-input-names": _numbered("  i-#: string\n", 40_000, "template: x\ninputs:\n"),
    "bad-defaults": _numbered("  i#: {type: string, default: #}\n", 20_000, "template: x\ninputs:\n"),
    "many-inputs": _numbered("  i#: string\n", 40_000, "template: x\ninputs:\n"),
    "many-messages": _repeated("- {role: user, content: x}\n", 30_000, "messages:\n"),
    "many-templates": _numbered(
        "- {role: user, content: 'n# {{ ticket }}'}\n", 20_000, "inputs: {ticket: string}\nmessages:\n"
    ),
    "many-undefined": _numbered("- {role: user, content: '{{ undefined# }}'}\n", 10_000, "messages:\n"),
    "many-tools": _numbered("- {name: t#, parameters: {type: object}}\n", 20_000, "template: x\ntools:\n"),
    "one-tool-often": _repeated("- {name: t}\n", 40_000, "template: x\ntools:\n"),
    "many-steps": _numbered("- {name: s#, prompt: q, inputs: {text: x}}\n", 20_000, "steps:\n"),
    "16-mib-scalar": lambda: "metadata: {a: '" + "x" * (16 * _MIB - 100) + "'}\ntemplate: x\n",
    "16-mib-comment": lambda: "#" + "x" * (16 * _MIB - 100) + "\ntemplate: x\n",
    "16-mib-line-ends": lambda: "template: x\n" + "\n" * (16 * _MIB - 100),
    "16-mib-carriage-returns": lambda: "template: x\n" + "\r" * (16 * _MIB - 100),
    "16-mib-spaces": lambda: "template: x\n" + " " * (16 * _MIB - 100),
    "16-mib-quotes": lambda: "template: '" + "''" * (8 * _MIB - 100) + "'\n",
    "16-mib-escapes": lambda: 'template: "' + "\\x41" * (4 * _MIB - 100) + '"\n',
    "16-mib-hidden": lambda: "metadata: {a: '" + "\u200b\n\n" * (3 * _MIB) + "'}\ntemplate: x\n",
    "hidden-in-many-lines": lambda: "template: x\nmetadata: {a: '" + "\u200b\n\n" * 100_000 + "'}\n",
    "secrets": lambda: "template: x\nmetadata: {a: '" + "AKIA" + "A" * 16 + " " * 3 + "'}\n",
    "many-secrets": lambda: "template: x\nmetadata: {a: '" + ("AKIA" + "A" * 16 + "\n\n") * 100_000 + "'}\n",
    "almost-secrets": lambda: "template: x\nmetadata: {a: '" + "sk-" + "a_" * (4 * _MIB) + "'}\n",
    "almost-keys": lambda: "template: x\nmetadata: {a: '" + "-----BEGIN PRIVATE KEY-----" * 200_000 + "'}\n",
    "almost-urls": lambda: "template: x\nmetadata: {a: '" + "://a:b" * _MIB + "'}\n",
    "almost-tokens": lambda: "template: x\nmetadata: {a: '" + "eyJ" * 4 * _MIB + "'}\n",
    "digits": lambda: "metadata: {a: " + "9" * (8 * _MIB) + "}\ntemplate: x\n",
    "float-digits": lambda: "metadata: {a: 1." + "9" * (8 * _MIB) + "}\ntemplate: x\n",
}
_JSON: Mapping[str, Content] = {
    "brackets": _repeated("[", 100_000),
    "brackets-closed": lambda: "[" * 100_000 + "]" * 100_000,
    "braces": _repeated('{"a":', 100_000),
    "wide": lambda: "[" + "1," * 4 * _MIB + "1]",
    "digits": lambda: '{"format": ' + "9" * 100_000 + "}",
    "keys": lambda: "{" + ",".join(f'"k{n}": 1' for n in range(300_000)) + "}",
    "one-key-often": lambda: "{" + ",".join(['"k": 1'] * 300_000) + "}",
    "empty-lists": lambda: '{"format": 1, "prompts": {"p": [' + "[]," * 2 * _MIB + "[]]}}",
    "lines": _repeated("{}\n", 500_000),
    "bad-lines": _repeated("{\n", 500_000),
}
SEEDS = (
    *each("yaml_bombs", seed.PROMPT, _TEXTS),
    *each("yaml_bombs/lock", seed.LOCK, _JSON),
    *each("yaml_bombs/moves", seed.MOVES, _JSON),
    *each("yaml_bombs/evidence", seed.EVIDENCE, _JSON),
    *each("yaml_bombs/replies", seed.REPLIES, _JSON),
    *each("yaml_bombs/rows", seed.ROWS, _JSON),
)
