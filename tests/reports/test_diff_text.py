from __future__ import annotations

from promptctl.core.diffs.diff import prompt_diff
from promptctl.core.diffs.rendered_diff import rendered_diff
from promptctl.reports.diff_text import diff_lines
from tests.closures import closure_of, prompt_with


def text_of(old: str, new: str) -> list[str]:
    lines = diff_lines("a", "b", prompt_diff(closure_of(old), closure_of(new)))
    return ["".join(segment.text for segment in line) for line in lines]


def test_words_values_and_the_class_are_marked() -> None:
    old = "model: x\nparameters: {n: 1}\ntemplate: Answer one.\n"
    assert text_of(old, "model: z\nparameters: {n: 2, s: [a]}\ntemplate: Answer two.\n")[0] == "a -> b  minor"
    assert text_of(old, "model: z\nparameters: {n: 2, s: [a]}\ntemplate: Answer two.\n")[2:] == [
        "  minor  model: changed",
        "  minor  parameters.n: changed",
        "  minor  parameters.s: was added",
        "  minor  messages: changed",
        "model",
        "  [-x-]{+z+}",
        "parameters",
        "  n: [-1-]{+2+}",
        "  s: {+[a]+}",
        "messages",
        "  user [0]",
        "    Answer [-one-]{+two+}.",
    ]


def test_messages_say_what_happened_to_them() -> None:
    old = "messages: [{role: system, content: Be kind.}, {role: user, content: x}]\n"
    new = "messages: [{role: user, content: x, cache: true}, {role: assistant, content: y}]\n"
    assert text_of(old, new)[4:] == [
        "  system [0] (removed)",
        "    [-Be kind.-]",
        "  user [0] (cache: true)",
        "  assistant [1] (added)",
        "    {+y+}",
    ]


def test_rendered_cases_are_counted() -> None:
    old, new = (
        prompt_with(inputs={"a": {}}, template="{{ a }}"),
        prompt_with(inputs={"a": {"type": "string"}}, template="{{ a }}"),
    )
    cases = rendered_diff(old, new, [("text", {"a": "x"}), ("number", {"a": 1})])
    lines = ["".join(it.text for it in line) for line in diff_lines("a", "b", prompt_diff(old, new), cases)]
    assert lines[-4:] == [
        "rendered cases",
        "  number",
        '    the new side sends nothing: input `a`: 1 is not of type "string"',
        "  1 of 2 send the same",
    ]


def test_the_same_digest_is_one_line() -> None:
    same = prompt_with()
    (line,) = diff_lines("a", "b", prompt_diff(same, same))
    assert "".join(segment.text for segment in line).endswith("no change")
