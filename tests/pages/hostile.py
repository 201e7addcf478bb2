"""Texts that would run, redraw or break a page if it took them for more than text."""

from __future__ import annotations

import json

LONG = "unbreakable" * 60
NASTY = (
    "<script>window.taken=1</script>",
    "</script><script>window.taken=1</script>",
    "<img src=x onerror=window.taken=1>",
    "'\"><svg onload=window.taken=1>",
    "javascript:window.taken=1",
    "{{ 7 * 7 }} ${window.taken=1} {% raw %}",
    "datum.constructor.constructor('window.taken=1')()",
    '{"signal": "warn(window.taken=1)"}',
    "&lt;b&gt; &#60;script&#62; <!-- <![CDATA[ ]]> -->",
    "</textarea></title></style></pre></table><h1>taken</h1>",
    LONG,
)
"""What any field may hold."""
PERSON = "\" onfocus=window.taken=1 autofocus x=' {{ 7 * 7 }} ${window.taken=1}"
"""A name that Git takes: it takes no angles."""
CONTROLS = "\x1b[31mred\x1b]8;;http://127.0.0.1:9\x07 \u202egnp.exe\u2066 \u200f \u2028 \x9b \x00"[:-2]
"""Escapes of terminals and turned directions: what stores of events may hold and files may not."""


def hostile_prompt(words: str = "first") -> tuple[str, dict[str, str]]:
    """The name of a prompt that is made of such texts wherever it can be, and its files."""
    name = "hostile/page"
    quoted = [json.dumps(text[:190]) for text in NASTY]
    prose = "\n".join(text for text in NASTY if "{" not in text)
    document = {
        "description": " ".join(NASTY),
        "owner": NASTY[0],
        "tags": list(NASTY[:4]),
        "metadata": {NASTY[2]: NASTY[1], "link": NASTY[4]},
        "model": "echo:echo",
        "inputs": {"ticket": {"type": "string", "description": NASTY[2], "default": NASTY[1]}},
        "messages": [
            {"role": "system", "content": f"{prose}\n{words}"},
            {"role": "user", "content": "{{ ticket }} {{ '" + LONG + "' }}"},
        ],
        "output": {"type": "object", "description": NASTY[0], "properties": {NASTY[2]: {"type": "string"}}},
    }
    suite = "\n".join(
        f"  - name: {it}\n    inputs: {{ticket: {it}}}\n    expect: [{{contains: first}}]" for it in quoted
    )
    return name, {
        f"prompts/{name}/prompt.yaml": json.dumps(document, indent=1),
        f"prompts/{name}/eval.yaml": f"cases:\n{suite}\n",
    }
