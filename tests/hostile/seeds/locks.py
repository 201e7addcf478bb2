"""Locks that are no JSON, hold what no lock holds, or are half a merge."""

from __future__ import annotations

from tests.hostile import seed
from tests.hostile.seed import each
from tests.hostile.sound import LOCK

_D = "sha256:" + "1" * 64
_P = '"p": {"version": "1.0.0", "digest": "' + _D + '", "parts": {}, "releases": {"1.0.0": "' + _D + '"}}'


def _of(entry: str) -> str:
    return f'{{"format": 1, "prompts": {{{entry}}}}}\n'


_TEXTS = {
    "null": "null\n",
    "list": "[]\n",
    "empty-object": "{}\n",
    "format-2": '{"format": 2, "prompts": {}}\n',
    "format-true": '{"format": true, "prompts": {}}\n',
    "format-float": '{"format": 1.0, "prompts": {}}\n',
    "format-text": '{"format": "1", "prompts": {}}\n',
    "no-format": '{"prompts": {}}\n',
    "extra": '{"format": 1, "prompts": {}, "serial": 1}\n',
    "prompts-list": '{"format": 1, "prompts": []}\n',
    "entry-null": _of('"p": null'),
    "entry-empty": _of('"p": {}'),
    "entry-extra": _of(_P.replace('"parts"', '"url": "x", "parts"')),
    "cut": LOCK[: len(LOCK) // 2],
    "conflict": "<<<<<<< HEAD\n" + LOCK + "=======\n" + LOCK + ">>>>>>> x\n",
    "conflict-deep": LOCK.replace('    "releases"', '<<<<<<< HEAD\n    "releases"'),
    "twice": LOCK + LOCK,
    "trailing": LOCK + "x",
    "comments": "// x\n" + LOCK,
    "single-quotes": LOCK.replace('"', "'"),
    "nan": LOCK.replace('"format": 1', '"format": NaN'),
    "prompt-twice": _of(f"{_P}, {_P}"),
    "key-twice": _of(_P.replace('"parts": {}', '"parts": {}, "digest": "' + _D.replace("1", "2") + '"')),
    "release-twice": _of(_P.replace('"releases": {', '"releases": {"1.0.0": "' + _D.replace("1", "2") + '", ')),
    "releases-empty": _of(_P.replace('{"1.0.0": "' + _D + '"}', "{}")),
    "digest-upper": LOCK.replace("sha256:" + "2" * 64, "SHA256:" + "2" * 64),
    "digest-short": LOCK.replace("2" * 64, "2" * 63),
    "digest-long": LOCK.replace("2" * 64, "2" * 65),
    "digest-other": LOCK.replace("sha256:" + "2" * 64, "md5:" + "2" * 32),
    "digest-newline": LOCK.replace("2" * 64, "2" * 64 + "\\n"),
    "digest-null": LOCK.replace('"sha256:' + "2" * 64 + '"', "null"),
    "name-traversal": LOCK.replace('"p"', '"../../p"'),
    "name-upper": LOCK.replace('"p"', '"P"'),
    "name-empty": LOCK.replace('"p"', '""'),
    "name-control": LOCK.replace('"p"', '"\\u001b[2J"'),
    "name-surrogate": LOCK.replace('"p"', '"\\ud800"'),
    "name-reserved": LOCK.replace('"p"', '"environments/prod"'),
    "name-slash": LOCK.replace('"p"', '"a//b/"'),
    "name-long": LOCK.replace('"p"', '"' + "p" * 200 + '"'),
    "part-control": LOCK.replace('"messages"', '"\\u001b[2J"'),
    "part-surrogate": LOCK.replace('"messages"', '"\\udfff"'),
    "part-number": LOCK.replace(f'"messages": "{_D}"', '"messages": 1'),
    "retired-list": LOCK.replace('{"1.0.0": "leaks addresses"}', '["1.0.0"]'),
    "retired-empty": LOCK.replace("leaks addresses", ""),
    "retired-control": LOCK.replace("leaks addresses", "\\u001b]52;c;eA==\\u0007\\n::error::x"),
    "retired-surrogate": LOCK.replace("leaks addresses", "\\ud800"),
    "retired-unknown": LOCK.replace('{"1.0.0": "leaks', '{"9.9.9": "leaks'),
    "version-not-released": LOCK.replace('"version": "1.1.0"', '"version": "7.0.0"'),
    "proto": LOCK.replace('"p"', '"__proto__"'),
    "yaml": "format: 1\nprompts: {}\n",
    "numbers": '{"format": 1, "prompts": {"p": ' + "1" * 4500 + "}}",
    "float-overflow": '{"format": 1e999, "prompts": {}}',
    "escapes": '{"format": 1, "prompts": {"\\x": {}}}',
    "control-raw": '{"format": 1, "prompts": {"a\x1bb": {}}}',
}
SEEDS = each("locks", seed.LOCK, _TEXTS)
