"""Pointers, moves and freezes that were forged, cut, mixed up or written by something else."""

from __future__ import annotations

from tests.hostile import seed
from tests.hostile.seed import each
from tests.hostile.sound import FREEZE, POINTER, moves

_MOVES = moves().text
_FIRST, _SECOND = _MOVES.splitlines(keepends=True)
_SPLIT = f"""\
split:
  {{kind: rollout, id: x, salt: s, unit: user, state: running, when: WHEN, arms:
    [{{name: a, version: 1.1.0, digest: sha256:{"2" * 64}, ranges: [[0, 10000]]}}]}}
"""
_WHENS = {
    "not": "not " * 120 + "a",
    "minus": "-" * 490 + "a",
    "parentheses": "(" * 240 + "a" + ")" * 240,
    "power": "2 ** 9 ** 9 ** 9 == a",
    "folded": "1" * 480 + " ** 9 == a",
    "product": "a == 'x' * 10 ** 12",
    "method": "a.__class__.__mro__",
    "call": "a.__init__.__globals__['os'].system('id')",
    "template": "a }}{% for b in range(10 ** 9) %}{% endfor %}{{ a",
    "control": "a == \\x1b[2J\\x00",
    "bidi": "a == \\u202e'x'",
    "long": "a == '" + "x" * 1_000_000 + "'",
}
_POINTERS = {
    **{f"when-{name}": POINTER + _SPLIT.replace("WHEN", f'"{text}"') for name, text in _WHENS.items()},
    "split-sound": POINTER + _SPLIT.replace("WHEN", "a == 'x'"),
    "split-ranges": POINTER + _SPLIT.replace("WHEN", "a").replace("10000", "9" * 300),
    "split-arms": POINTER + _SPLIT.replace("WHEN", "a").replace("name: a", "name: A\u202e"),
    "empty": "",
    "null": "~\n",
    "list": "[]\n",
    "cut": POINTER[: len(POINTER) // 2],
    "other-prompt": POINTER.replace("prompt: p", "prompt: q"),
    "prompt-traversal": POINTER.replace("prompt: p", "prompt: ../../p"),
    "prompt-control": POINTER.replace("prompt: p", 'prompt: "\\x1b[2J"'),
    "prompt-list": POINTER.replace("prompt: p", "prompt: [p]"),
    "serial-zero": POINTER.replace("serial: 2", "serial: 0"),
    "serial-negative": POINTER.replace("serial: 2", "serial: -2"),
    "serial-text": POINTER.replace("serial: 2", "serial: '2'"),
    "serial-float": POINTER.replace("serial: 2", "serial: 2.0"),
    "serial-fraction": POINTER.replace("serial: 2", "serial: 2.5"),
    "serial-huge": POINTER.replace("serial: 2", "serial: " + "9" * 300),
    "version-number": POINTER.replace("version: 1.1.0", "version: 1.1"),
    "digest-number": POINTER.replace("sha256:" + "2" * 64, "2" * 64),
    "digest-newline": POINTER.replace("digest: sha256:" + "2" * 64, 'digest: "sha256:' + "2" * 64 + '\\n"'),
    "lineage-lower": POINTER.replace("01ARZ", "01arz"),
    "lineage-short": POINTER.replace("01ARZ", ""),
    "no-digest": "\n".join(line for line in POINTER.splitlines() if not line.startswith("digest")) + "\n",
    "extra": POINTER + "url: http://attacker.example\n",
    "twice": POINTER + POINTER,
    "two-documents": POINTER + "---\n" + POINTER,
    "previous-null": POINTER.split("previous")[0] + "previous: ~\n",
    "previous-deep": POINTER + "    previous: {version: 1.0.0}\n",
    "conflict": "<<<<<<< HEAD\n" + POINTER + "=======\n" + POINTER + ">>>>>>> x\n",
    "anchor": POINTER.replace("serial: 2", "serial: &a 2"),
    "split": POINTER + "split: {arms: [{version: 1.0.0, share: 50}]}\n",
}
_LINES = {
    "empty": "",
    "blank": "\n",
    "cut": _MOVES[:-10],
    "no-line-end": _MOVES[:-1],
    "first-missing": _SECOND,
    "swapped": _SECOND + _FIRST,
    "repeated": _MOVES + _SECOND,
    "first-twice": _FIRST + _FIRST,
    "edited": _MOVES.replace("Ada", "Eve", 1),
    "edited-last": _FIRST + _SECOND.replace("Ada", "Eve"),
    "spaced": _MOVES.replace('":', '": '),
    "reordered-keys": '{"at":"x",' + _MOVES[1:],
    "key-twice": _FIRST.replace('"by":"Ada"', '"by":"Ada","by":"Eve"'),
    "escaped": _FIRST.replace("Ada", "\\u0041da"),
    "surrogate": _FIRST.replace("Ada", "\\ud800"),
    "control": _FIRST.replace("Ada", "\\u001b[2J"),
    "kind-unknown": _FIRST.replace("promote", "approve"),
    "remove-with-version": _FIRST.replace("promote", "remove"),
    "promote-of-nothing": _FIRST.replace('"version":"1.0.0"', '"version":null'),
    "time-odd": _FIRST.replace("2026-11-20T12:00:01Z", "9999-99-99T99:99:99Z"),
    "time-local": _FIRST.replace("01Z", "01+02:00"),
    "serial-back": _FIRST + _SECOND.replace('"serial":2', '"serial":1'),
    "serial-float": _FIRST.replace('"serial":1', '"serial":1.0'),
    "serial-huge": _FIRST.replace('"serial":1', '"serial":' + "9" * 4000),
    "serial-huger": _FIRST.replace('"serial":1', '"serial":' + "9" * 5000),
    "chain-wrong": _FIRST + _SECOND.replace('"chain":"sha256:', '"chain":"sha256:0')[:-3] + '"}\n',
    "chain-null": _FIRST + _SECOND[: _SECOND.index('"chain"')] + '"chain":null}\n',
    "evidence-deep": _FIRST.replace('"evidence":null', '"evidence":' + '{"a":' * 500 + "1" + "}" * 500),
    "evidence-deeper": _FIRST.replace('"evidence":null', '"evidence":' + '{"a":' * 5000 + "1" + "}" * 5000),
    "nan": _FIRST.replace('"evidence":null', '"evidence":{"a":NaN}'),
    "list": "[]\n",
    "conflict": "<<<<<<< HEAD\n" + _FIRST + "=======\n" + _SECOND + ">>>>>>> x\n",
    "many": _FIRST * 20_000,
    "long-line": _FIRST.replace("Ada", "A" * 5_000_000),
}
_FREEZES = {
    "empty": "",
    "null": "~\n",
    "list": "[]\n",
    "extra": FREEZE + "until: x\n",
    "no-reason": "at: x\nby: y\n",
    "control": FREEZE.replace("holidays", '"\\x1b[2J"'),
    "format": FREEZE.replace("holidays", "'{at.__class__} {0} {'"),
    "number": FREEZE.replace("holidays", "1"),
    "cut": FREEZE[:20],
    "long": FREEZE.replace("holidays", "x" * 1_000_000),
}
SEEDS = (
    *each("pointers/pointer", seed.POINTER, _POINTERS),
    *each("pointers/moves", seed.MOVES, _LINES),
    *each("pointers/freeze", seed.FREEZE, _FREEZES),
)
