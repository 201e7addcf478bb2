"""Evidence that was edited, does not follow from its samples, or was not written by promptctl."""

from __future__ import annotations

from collections.abc import Mapping

from tests.hostile import seed
from tests.hostile.seed import Content, each
from tests.hostile.sound import evidence

_GOOD = evidence()
_SAMPLE = next(line for line in _GOOD.splitlines() if line.startswith('{"case"')).rstrip(",")
_TEXTS: Mapping[str, Content] = {
    "null": "null",
    "list": "[]",
    "empty-object": "{}",
    "cut": _GOOD[: len(_GOOD) // 2],
    "twice": _GOOD + _GOOD,
    "format-2": _GOOD.replace('"format":1', '"format":2'),
    "no-samples": _GOOD.replace(_SAMPLE, "", 1),
    "samples-text": _GOOD[: _GOOD.index('"samples":[')] + '"samples":"x"},"meta":{}}',
    "sample-null": _GOOD.replace(_SAMPLE, "null", 1),
    "sample-number": _GOOD.replace(_SAMPLE, "7", 1),
    "sample-twice": _GOOD.replace(_SAMPLE, f"{_SAMPLE},{_SAMPLE}", 1),
    "passed-flipped": _GOOD.replace('"passed":false', '"passed":true'),
    "passed-text": _GOOD.replace('"passed":false', '"passed":"true"'),
    "passed-one": _GOOD.replace('"passed":false', '"passed":1'),
    "error-and-passed": _GOOD.replace('"error":null', '"error":"x"'),
    "score-nan": _GOOD.replace('"contains":1', '"contains":NaN', 1),
    "score-over": _GOOD.replace('"contains":1', '"contains":1.5', 1),
    "score-huge": _GOOD.replace('"contains":1', '"contains":1e400', 1),
    "score-digits": _GOOD.replace('"contains":1', '"contains":' + "1" * 5000, 1),
    "score-key-control": _GOOD.replace('"contains"', '"\\u001b[2J"'),
    "score-key-surrogate": _GOOD.replace('"contains"', '"\\ud800"'),
    "counts-edited": _GOOD.replace('"passed":2', '"passed":3'),
    "counts-extra": _GOOD.replace('"counts":{', '"counts":{"x":{},'),
    "cost-negative": _GOOD.replace('"cost":0.001', '"cost":-0.001'),
    "cost-huge": _GOOD.replace('"cost":0.001', '"cost":1e308'),
    "cost-huger": _GOOD.replace('"cost":0.001', '"cost":1e999'),
    "cost-integer": _GOOD.replace('"cost":0.001', '"cost":' + "9" * 400),
    "latency-huge": _GOOD.replace('"latency_ms":12.5', '"latency_ms":' + "9" * 4000),
    "latency-text": _GOOD.replace('"latency_ms":12.5', '"latency_ms":"12"'),
    "sample-huge": _GOOD.replace('"sample":0', '"sample":' + "9" * 4000),
    "sample-negative": _GOOD.replace('"sample":0', '"sample":-1'),
    "sample-float": _GOOD.replace('"sample":0', '"sample":0.0'),
    "digest-short": _GOOD.replace("1" * 64, "1" * 12),
    "subject-null": _GOOD.replace('"subject":"sha256:' + "1" * 64 + '"', '"subject":null'),
    "key-twice": _GOOD.replace('"subject"', '"subject":"x","subject"', 1),
    "case-control": _GOOD.replace('"case":"refund"', '"case":"\\u001b[2J\\n::error::"'),
    "case-surrogate": _GOOD.replace('"case":"refund"', '"case":"\\udc80"'),
    "case-empty": _GOOD.replace('"case":"refund"', '"case":""'),
    "model-other": _GOOD.replace('"models":["echo:echo"]', '"models":["a","b"]'),
    "hosts-number": _GOOD.replace('"hosts":["127.0.0.1"]', '"hosts":[1]'),
    "meta-null": _GOOD[: _GOOD.index('"meta"')] + '"meta":null}',
    "meta-extra": _GOOD.replace('"tool"', '"x":1,"tool"'),
    "meta-deep": _GOOD.replace(
        '"replies":"kept"}',
        '"replies":"kept","earlier":['
        + '{"time":"x","tool":"x","durations":{},"replies":"kept","earlier":[' * 300
        + "]}" * 300
        + "]}",
    ),
    "meta-deeper": _GOOD.replace(
        '"replies":"kept"}',
        '"replies":"kept","earlier":['
        + '{"time":"x","tool":"x","durations":{},"replies":"kept","earlier":[' * 3000
        + "]}" * 3000
        + "]}",
    ),
    "durations-nan": _GOOD.replace('"calls":1.5', '"calls":NaN'),
    "durations-huge": _GOOD.replace('"calls":1.5', '"calls":1e400'),
    "replies-many": lambda: _GOOD.replace(
        '"replies":[{', '"replies":[' + '{"key":"x","digest":"y"},' * 50_000 + "{", 1
    ),
    "samples-many": lambda: _GOOD.replace(
        _SAMPLE, ",".join(_SAMPLE.replace('"sample":0', f'"sample":{n}') for n in range(10, 40_000)), 1
    ),
    "samples-bad-many": lambda: _GOOD.replace(_SAMPLE, ",".join(["{}"] * 300_000), 1),
    "scores-many": lambda: _GOOD.replace(
        '"scores":{"contains"', '"scores":{' + "".join(f'"m{n}":1,' for n in range(50_000)) + '"contains"', 1
    ),
}
SEEDS = each("evidence", seed.EVIDENCE, _TEXTS)
