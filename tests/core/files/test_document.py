from __future__ import annotations

import pytest

from promptctl.adapters.files import parse_yaml

BLOCK = "a: 1\ntemplate: |\n  one\n  two\n"
CASES = [
    (BLOCK, 1, 3, "  one"),
    (BLOCK, 2, 4, "  two"),
    ('template: "one\\ntwo\\nthree"\n', 1, 1, 'template: "one\\ntwo\\nthree"'),
    ('template: "one\\ntwo\\nthree"\n', 3, 1, 'template: "one\\ntwo\\nthree"'),
    ("a: 1\ntemplate: one\n", 1, 2, "template: one"),
    ("template: >\n  one\n  two\n\n  three\n", 1, 2, "  one"),
]


@pytest.mark.parametrize(("text", "line", "expected", "excerpt"), CASES)
def test_a_line_of_a_template_is_found_in_its_file(text: str, line: int, expected: int, excerpt: str) -> None:
    place = parse_yaml(text.encode(), "prompt.yaml").template_place(("template",), line)
    assert (place.line, place.excerpt) == (expected, excerpt)


def test_the_nearest_known_node_gives_the_place() -> None:
    document = parse_yaml(b"inputs:\n  a: string\n", "prompt.yaml")
    assert str(document.place(("inputs", "a", "maxLength"))) == "prompt.yaml:2:3"
    assert str(document.place(("output",))) == "prompt.yaml:1:1"
    assert str(document.template_place(("output",), 3)) == "prompt.yaml:1:1"
