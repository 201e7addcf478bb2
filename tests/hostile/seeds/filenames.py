"""Names of files that are odd, not portable or not text at all."""

from __future__ import annotations

from tests.hostile.seed import Seed

_NAMES = [
    "a\nb.j2",
    "a\n::error::x.j2",
    "a\tb.j2",
    "a b.j2",
    "a'b.j2",
    'a"b.j2',
    "a`b.j2",
    "a$b.j2",
    "a\\b.j2",
    "-a.j2",
    "--x.j2",
    "a:b.j2",
    "a|b.j2",
    "a*.j2",
    "a?.j2",
    "<a>.j2",
    "a\x1b[31m.j2",
    "a\x9b31m.j2",
    "a\u202etxt.j2",
    "e\u0301.j2",
    "\u00e9.j2",
    "A.j2",
    "a.J2",
    ".j2",
    "..j2",
    "...j2",
    "a..j2",
    "con.j2",
    "\U0001f600.j2",
    "\u200b.j2",
    "\udcff.j2",
    "\udcc3(.j2",
    "\udced\udca0\udc80.j2",
    "x" * 240 + ".j2",
    "a.j2 ",
    " a.j2",
    "a.j2\r",
    "[link=http://x]a[/link].j2",
    "=1+1.j2",
    "%0A.j2",
    "%s.j2",
    "{0}.j2",
    "{{ x }}.j2",
    "a;b.j2",
    "a&b.j2",
]


def _slug(text: str) -> str:
    return ascii(text)[1:-1][:40]


_UNDECLARED = "{{ nobody_declared_this }}"
SEEDS = (
    *(
        Seed(
            name=f"filenames/partial-{_slug(name)}",
            files={f"prompts/shared/{name}": _UNDECLARED, f"prompts/p/{name}": "x"},
        )
        for name in _NAMES
    ),
    *(
        Seed(
            name=f"filenames/evidence-{_slug(name)}",
            files={f"prompts/p/evidence/{name}.json": "{", f"prompts/p/replies/{name}.jsonl": "{"},
        )
        for name in _NAMES[:12]
        if len(name) < 200
    ),
    *(
        Seed(name=f"filenames/environment-{_slug(name)}", files={f"prompts/environments/{name}/p.yaml": "x: 1\n"})
        for name in ["Prod", "..x", "-x", "a\nb", "work", "latest", "\udcff", "x" * 200, "_x", "prod "]
    ),
    Seed(
        name="filenames/case-twins",
        files={"prompts/shared/a.j2": "1", "prompts/shared/A.j2": "2", "prompts/Shared/a.j2": "3"},
    ),
    Seed(name="filenames/unicode-twins", files={"prompts/shared/\u00e9.j2": "1", "prompts/shared/e\u0301.j2": "2"}),
    Seed(name="filenames/many", files={f"prompts/shared/{number}.j2": "x" for number in range(1500)}),
    Seed(name="filenames/deep", files={"prompts/" + "d/" * 120 + "x.j2": "x"}),
    Seed(name="filenames/deep-and-long", files={"prompts/" + ("d" * 200 + "/") * 17 + "x.j2": "x"}),
)
