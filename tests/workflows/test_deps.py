from __future__ import annotations

import pytest

from promptctl.errors import DocumentError, UsageError
from promptctl.workflows.deps import deps
from tests.closures import project_of

PROMPTS = {
    "p": "template: '{% include \"a.j2\" %}'\n",
    "q": "formerly: [old]\ntemplate: '{% include \"b.j2\" %}'\n",
    "plain": "template: x\n",
    "c": "steps: [{name: one, prompt: p}]\n",
}
PARTIALS = {"a.j2": '{% include "b.j2" %}', "b.j2": "x", "unused.j2": "x"}


def trees(*names: str, reverse: bool = False) -> dict[str, list[str]]:
    found = deps(project_of(PROMPTS, **PARTIALS), names, reverse=reverse)
    return {dependency.name: [inner.name for inner in dependency.inner] for dependency in found.trees}


def test_what_prompts_include() -> None:
    assert trees() == {"c": ["p"], "p": ["a.j2"], "plain": [], "q": ["b.j2"]}
    assert trees("plain") == {"plain": []}
    assert trees("old", "a.j2") == {"q": ["b.j2"], "a.j2": ["b.j2"]}


def test_what_includes_a_prompt_or_partial() -> None:
    assert trees(reverse=True) == {"a.j2": ["p"], "b.j2": ["a.j2", "q"], "p": ["c"]}
    assert trees("prompts/b.j2", reverse=True) == {"b.j2": ["a.j2", "q"]}
    assert trees("unused.j2", "plain", reverse=True) == {"unused.j2": [], "plain": []}


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="there is no prompt `plane`"):
        trees("plane")
    with pytest.raises(UsageError, match=r"there is no partial prompts/bb\.j2") as caught:
        trees("bb.j2")
    assert (caught.value.code, caught.value.hint) == ("PC033", "did you mean `b.j2`?")


def test_an_answer_over_all_prompts_needs_all_of_them() -> None:
    project = project_of(PROMPTS | {"broken": "template: [", "worse": "tmplate: x\n"}, **PARTIALS)
    assert [dependency.name for dependency in deps(project, ["p"]).trees] == ["p"]
    with pytest.raises(DocumentError) as caught:
        deps(project, ["b.j2"], reverse=True)
    assert {problem.place.file for problem in caught.value.problems if problem.place} == {
        "prompts/broken/prompt.yaml",
        "prompts/worse/prompt.yaml",
    }
