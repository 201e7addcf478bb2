"""Names of prompts, as folders and as arguments."""

from __future__ import annotations

from tests.hostile.seed import Seed

_BROKEN = [
    "P",
    "pÄ",
    "a b",
    "a.b",
    ".a",
    "a.",
    "-a",
    "_a",
    "a-",
    "a_",
    "con",
    "nul",
    "com1",
    "lpt9",
    "aux",
    "prn",
    "replies",
    "evidence",
    "experiments",
    "environments",
    "a/replies",
    "a/experiments/b",
    "a/b/c/d/e/f",
    "a" * 64,
    "a/" * 4 + "b" * 150,
    "..a",
    "a..b",
    "a@1.0.0",
    "a:b",
    "a*b",
    "a?b",
    "a[b]",
    "a{b}",
    "a^b",
    "a~b",
    "a\\b",
    "a'b",
    'a"b',
    "a$b",
    "$(touch pwned)",
    "`touch pwned`",
    ";touch pwned",
    "|id",
    "&id",
    ">pwned",
    "a\tb",
    "a\rb",
    "a\x1b[2Jb",
    "a\x07b",
    "a\u202eb",
    "a\u200bb",
    "\u0430",
    "e\u0301",
    "\u00e9",
    "ﬁ",
    "\u2024",
    "ａ",
    "a\u0000b".replace("\0", "␀"),
    "%2e%2e",
    "%00",
    "--output=pwned",
    "-rf",
    "--upload-pack=x",
    "refs",
    "head.lock",
    "a.lock",
    "@",
    "@{-1}",
    "HEAD",
    "~",
    "prompt.yaml",
    "__proto__",
    "constructor",
    "{{ 7*7 }}",
    "{% raw %}",
    "[link=x]",
    "::error::x",
    "=1+1",
    "<b>",
    "\udce9",
    "\udcff\udcfe",
]
_ARGUMENTS = [
    *_BROKEN,
    "",
    " ",
    "/",
    "//",
    "/p",
    "p/",
    "p//q",
    "./p",
    "../p",
    "p/../q",
    "p/./q",
    "..",
    ".",
    "\n",
    "p\n",
    "\np",
    "p\0".replace("\0", "\x01"),
    "old/router",
    "old/router ",
    "P/Q",
    "p" * 100_000,
    "p/" * 50_000,
    "\U0001f600" * 40,
    "None",
    "null",
    "0",
    "*",
    "p q",
]
_PROMPT = "model: echo:echo\ntemplate: hello\n"


def _slug(text: str) -> str:
    return ascii(text)[1:-1][:40]


SEEDS = (
    *(
        Seed(name=f"names/folder-{_slug(name)}", files={f"prompts/{name}/prompt.yaml": _PROMPT})
        for name in _BROKEN
        if all(len(part.encode("utf-8", "surrogatepass")) < 250 for part in name.split("/"))
    ),
    *(
        Seed(name=f"names/argument-{number:03}-{_slug(name)}", commands=(("show", "--", name), ("lint", "--", name)))
        for number, name in enumerate(_ARGUMENTS)
    ),
    Seed(
        name="names/step", files={"prompts/c/prompt.yaml": "steps: [{name: a, prompt: ../p}, {name: b, prompt: P}]\n"}
    ),
    Seed(
        name="names/step-taken",
        files={"prompts/c/prompt.yaml": "steps: [{name: a, prompt: p}, {name: a, prompt: q}]\n"},
    ),
    Seed(name="names/former", files={"prompts/p/prompt.yaml": "template: x\nformerly: [../x, P, con, p, q, q]\n"}),
    Seed(
        name="names/former-circle",
        files={
            "prompts/p/prompt.yaml": "template: x\nformerly: [q]\n",
            "prompts/q/prompt.yaml": "template: x\nformerly: [p]\n",
        },
    ),
    Seed(name="names/at-the-top", files={"prompts/prompt.yaml": _PROMPT}),
    Seed(
        name="names/twins",
        files={"prompts/p/PROMPT.YAML": _PROMPT, "prompts/p/prompt.yml": _PROMPT, "prompts/P/prompt.yaml": _PROMPT},
    ),
    Seed(name="names/nested", files={"prompts/p/q/prompt.yaml": _PROMPT, "prompts/p/q/r/s/t/prompt.yaml": _PROMPT}),
    Seed(name="names/many", files={f"prompts/m{number}/prompt.yaml": _PROMPT for number in range(300)}),
)
