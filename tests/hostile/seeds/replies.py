"""Recorded replies that are no replies."""

from __future__ import annotations

from collections.abc import Mapping

from tests.hostile import seed
from tests.hostile.seed import Content, each
from tests.hostile.sound import replies

_GOOD = replies()
_LINE = _GOOD.splitlines()[0]
_TEXTS: Mapping[str, Content] = {
    "list": "[]\n",
    "null": "null\n",
    "number": "7\n",
    "empty-object": "{}\n",
    "no-reply": '{"key": "x"}\n',
    "reply-null": '{"key": "x", "reply": null}\n',
    "reply-text": '{"key": "x", "reply": "billing"}\n',
    "key-number": _LINE.replace('"key":"sha256:' + "1" * 64 + '"', '"key":1'),
    "key-list": _LINE.replace('"key":"sha256:' + "1" * 64 + '"', '"key":[]'),
    "key-surrogate": _LINE.replace("sha256:", "\\ud800"),
    "extra": _LINE.replace('"key"', '"x":1,"key"'),
    "field-missing": _LINE.replace('"finish":"stop",', ""),
    "field-extra": _LINE.replace('"finish"', '"x":1,"finish"'),
    "field-dunder": _LINE.replace('"finish"', '"__class__":1,"finish"'),
    "text-number": _LINE.replace('"text":"billing"', '"text":1'),
    "text-null": _LINE.replace('"text":"billing"', '"text":null'),
    "text-surrogate": _LINE.replace("billing", "\\ud800"),
    "text-control": _LINE.replace("billing", "\\u001b]52;c;eA==\\u0007"),
    "text-secret": _LINE.replace("billing", "AKIA" + "A" * 16),
    "text-huge": lambda: _LINE.replace("billing", "x" * 15_000_000),
    "usage-list": _LINE.replace('"usage":{"input":10', '"usage":{"input":[]'),
    "usage-bool": _LINE.replace('"input":10', '"input":true'),
    "usage-negative": _LINE.replace('"input":10', '"input":-10'),
    "usage-huge": _LINE.replace('"input":10', '"input":' + "9" * 4000),
    "usage-huger": _LINE.replace('"input":10', '"input":' + "9" * 5000),
    "usage-float": _LINE.replace('"input":10', '"input":1e3'),
    "cost-nan": _LINE.replace('"cost":0.001', '"cost":NaN'),
    "cost-huge": _LINE.replace('"cost":0.001', '"cost":1e999'),
    "cost-negative": _LINE.replace('"cost":0.001', '"cost":-1'),
    "latency-huge": _LINE.replace('"latency_ms":0.0', '"latency_ms":1e999'),
    "latency-null": _LINE.replace('"latency_ms":0.0', '"latency_ms":null'),
    "calls-text": _LINE.replace('"tool_calls":[]', '"tool_calls":"x"'),
    "calls-numbers": _LINE.replace('"tool_calls":[]', '"tool_calls":[1]'),
    "calls-deep": _LINE.replace('"tool_calls":[]', '"tool_calls":[{"a":' + "[" * 500 + "]" * 500 + "}]"),
    "calls-deeper": _LINE.replace('"tool_calls":[]', '"tool_calls":[{"a":' + "[" * 9000 + "]" * 9000 + "}]"),
    "same-key": _LINE + "\n" + _LINE + "\n",
    "same-key-other-text": _LINE + "\n" + _LINE.replace("billing", "other") + "\n",
    "duplicate-field": _LINE.replace('"finish":"stop"', '"finish":"stop","finish":"x"'),
    "cut": _GOOD[:-20],
    "conflict": "<<<<<<< HEAD\n" + _GOOD + "=======\n" + _GOOD + ">>>>>>> x\n",
    "blank-lines": "\n\n" + _GOOD + "\n\n",
    "many": lambda: "".join(_LINE.replace("1" * 64, f"{n:064}") + "\n" for n in range(20_000)),
    "many-same": lambda: (_LINE + "\n") * 40_000,
}
SEEDS = each("replies", seed.REPLIES, _TEXTS)
