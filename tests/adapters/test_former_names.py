"""What a chain is told whose step was renamed."""

from __future__ import annotations

import pytest

from promptctl.adapters.project import Project
from promptctl.core.files.made_trees import TextTree
from promptctl.errors import DocumentError

CHAIN = "steps:\n  - {name: s, prompt: text/sum}\n"
OTHERS = [
    ({"zz": "formerly: [text/sum]\ntemplate: x\n"}, "it is called zz now"),
    ({"text/sums": "template: x\n"}, "did you mean `text/sums`?"),
    ({"text/sums": "template: x\n", "zz": "formerly: 3\n"}, "did you mean `text/sums`?"),
]


@pytest.mark.parametrize(("others", "hint"), OTHERS)
def test_a_step_that_is_called_otherwise_now(others: dict[str, str], hint: str) -> None:
    prompts = {"chain": CHAIN, **others}
    project = Project(TextTree({f"prompts/{name}/prompt.yaml": text for name, text in prompts.items()}))
    with pytest.raises(DocumentError, match="there is no prompt `text/sum`") as caught:
        project.closure("chain")
    assert caught.value.hint == hint
