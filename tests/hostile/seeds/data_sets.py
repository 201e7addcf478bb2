"""Data sets: rows that are no rows, too many of them, paths that leave the folder, names that meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.hostile import seed
from tests.hostile.seed import Content, Seed, each

_MIB = 1024 * 1024


def _times(text: str, count: int, before: str = "") -> Callable[[], str]:
    return lambda: before + text * count


_LINES: Mapping[str, Content] = {
    "empty": "",
    "blank": "\n \n\t\n",
    "list": "[1]\n",
    "number": "1\n",
    "null": "null\n",
    "text": '"x"\n',
    "open": '{"ticket": "x"\n',
    "trailing-comma": '{"ticket": "x",}\n',
    "single-quotes": "{'ticket': 'x'}\n",
    "comment": '// x\n{"ticket": "x"}\n',
    "two-on-a-line": '{"ticket": "x"} {"ticket": "y"}\n',
    "over-lines": '{\n"ticket": "x"\n}\n',
    "duplicate-key": '{"ticket": "x", "ticket": "y", "answer": "a"}\n',
    "nan": '{"ticket": "x", "answer": "a", "n": NaN}\n',
    "infinity": '{"ticket": "x", "answer": "a", "n": -Infinity}\n',
    "huge-float": '{"ticket": "x", "answer": "a", "n": 1e999}\n',
    "huge-integer": lambda: '{"ticket": "x", "answer": "a", "n": ' + "9" * 5000 + "}\n",
    "surrogate": '{"ticket": "\\ud800", "answer": "a"}\n',
    "surrogate-key": '{"ticket": "x", "answer": "a", "\\udfff": 1}\n',
    "surrogate-pair": '{"ticket": "\\ud83d\\ude00", "answer": "a"}\n',
    "control": '{"ticket": "\\u001b]52;c;cHduZWQ=\\u0007", "answer": "a", "name": "\\u001b[2J"}\n',
    "deep": lambda: '{"ticket": "x", "answer": ' + "[" * 3000 + "]" * 3000 + "}\n",
    "deep-but-fine": lambda: '{"ticket": "x", "answer": "a", "more": ' + "[" * 200 + "]" * 200 + "}\n",
    "name-number": '{"ticket": "x", "answer": "a", "name": 7}\n',
    "name-list": '{"ticket": "x", "answer": "a", "name": [1]}\n',
    "name-twice": '{"ticket": "x", "answer": "a", "name": "n"}\n{"ticket": "y", "answer": "a", "name": "n"}\n',
    "name-of-another": '{"ticket": "x", "answer": "a", "name": "refund"}\n',
    "name-of-a-row": '{"ticket": "x", "answer": "a", "name": "cases.jsonl:2"}\n{"ticket": "y", "answer": "a"}\n',
    "tag-list": '{"ticket": "x", "answer": "a", "tags.area": [1]}\n',
    "tag-empty": '{"ticket": "x", "answer": "a", "tags.": "x"}\n',
    "wrong-type": '{"ticket": 1, "answer": "a"}\n',
    "missing-input": '{"answer": "a"}\n',
    "missing-column": '{"ticket": "x"}\n',
    "column-null": '{"ticket": "x", "answer": null}\n',
    "column-template": '{"ticket": "{{ 7*7 }}", "answer": "{{ row.answer }}{% for a in range(9999) %}x{% endfor %}"}\n',
    "python-keys": '{"ticket": "x", "answer": "a", "__class__": "x", "items": "y", "self": "z"}\n',
    "many-rows": _times('{"ticket": "x", "answer": "a"}\n', 60_000),
    "many-small-rows": _times("{}\n", 400_000),
    "many-bad-rows": _times("{\n", 400_000),
    "many-misfits": _times('{"ticket": 1, "answer": "a"}\n', 20_000),
    "many-blank-lines": _times("\n", 8 * _MIB),
    "large-row": lambda: '{"ticket": "x", "answer": "' + "a" * 15 * _MIB + '"}\n',
    "wide-row": lambda: '{"ticket": "x", "answer": "a"' + "".join(f', "c{n}": 1' for n in range(200_000)) + "}\n",
}
_TABLES: Mapping[str, Content] = {
    "empty": "",
    "header-only": "ticket,answer\n",
    "no-header": "a,b\nc,d\n",
    "ragged": "ticket,answer\nx\n",
    "too-wide": "ticket,answer\nx,y,z\n",
    "open-quote": 'ticket,answer\n"x,y\n',
    "quote-inside": 'ticket,answer\nx"y,z\n',
    "quote-after": 'ticket,answer\n"x"y,z\n',
    "column-twice": "ticket,ticket\nx,y\n",
    "column-blank": "ticket,,answer\nx,y,z\n",
    "column-spaced": "ticket , answer\nx,y\n",
    "semicolons": "ticket;answer\nx;y\n",
    "tabs": "ticket\tanswer\nx\ty\n",
    "formula": "ticket,answer\n=1+1,=cmd|' /C calc'!A0\n",
    "control": "ticket,answer\n\x1b[2J,\x07\n",
    "many-lines-in-a-cell": 'ticket,answer\n"' + "x\n" * 1000 + '",y\n',
    "large-cell": lambda: 'ticket,answer\nx,"' + "a" * 15 * _MIB + '"\n',
    "many-rows": _times("x,a\n", 60_000, "ticket,answer\n"),
    "many-ragged": _times("x\n", 400_000, "ticket,answer\n"),
    "many-quotes": _times('""', 7 * _MIB, "ticket,answer\n"),
    "wide": lambda: "ticket,answer," + ",".join(f"c{n}" for n in range(100_000)) + "\n",
    "wide-same": lambda: ",".join(["c"] * 100_000) + "\nx\n",
    "typed": 'ticket,answer,queues\nx,a,"[1, 2]"\ny,a,[\n',
}
_PATHS = [
    "../q/prompt.yaml",
    "/etc/passwd.csv",
    "a/../cases.jsonl",
    "./cases.jsonl",
    "cases.json",
    "cases",
    "nobody.csv",
    "a\\\\b.csv",
    "C:/x.csv",
    "cases.jsonl ",
    ".csv",
    "http://attacker.example/x.csv",
    "evidence/x.jsonl",
    "replies/111111111111.jsonl",
    "\\x1b[2J.csv",
    "a\\nb.csv",
    "~/x.csv",
    "",
]
SEEDS = (
    *each("data_sets/lines", seed.ROWS, _LINES),
    *each("data_sets/table", seed.TABLE, _TABLES),
    *(
        Seed(
            name=f"data_sets/path-{number:02}",
            files={seed.SUITE: f'cases: [{{dataset: "{path}", expect: [{{contains: x}}]}}]\n'},
        )
        for number, path in enumerate(_PATHS)
    ),
    Seed(
        name="data_sets/same-often",
        files={seed.SUITE: "cases:\n" + "- {dataset: cases.jsonl, expect: [{contains: x}]}\n" * 2000},
    ),
    Seed(
        name="data_sets/large-often",
        files={
            seed.SUITE: "cases:\n" + "- {dataset: cases.jsonl, expect: [{contains: x}]}\n" * 40,
            seed.ROWS: _times('{"ticket": "x"}\n', 5000),
        },
    ),
    Seed(
        name="data_sets/large-values-often",
        files={
            seed.SUITE: "cases:\n" + "- {dataset: cases.jsonl, expect: [{contains: '{{ row.answer }}'}]}\n" * 40,
            seed.ROWS: lambda: ('{"ticket": "x", "answer": "' + "a" * _MIB + '"}\n') * 12,
        },
    ),
)
