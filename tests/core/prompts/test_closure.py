"""Partials: which may be included from where, and where errors point."""

from __future__ import annotations

import pytest

from promptctl.adapters.project import Project
from promptctl.core.files.made_trees import TextTree
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.closure import partial_path
from promptctl.errors import DocumentError


def project(files: dict[str, str]) -> Project:
    return Project(TextTree({f"prompts/{path}": text for path, text in files.items()}))


PATHS = [
    ("shared/tone.j2", "shared/tone.j2"),
    ("./x.j2", "a/b/x.j2"),
    ("./sub/x.j2", "a/b/sub/x.j2"),
    ("x.txt", None),
    ("../x.j2", None),
    ("shared/../x.j2", None),
    ("/etc/x.j2", None),
    ("a\\x.j2", None),
    ("././x.j2", None),
    ("", None),
]


@pytest.mark.parametrize(("written", "path"), PATHS)
def test_a_partial_is_named_by_a_plain_path(written: str, path: str | None) -> None:
    assert partial_path("a/b", written) == path


def test_partials_are_followed_and_keyed_as_written() -> None:
    found = project(
        {
            "a/prompt.yaml": "template: \"{% include 'shared/x.j2' %}{% include './own.j2' %}\"\n",
            "shared/x.j2": "{% include 'shared/y.j2' %}",
            "shared/y.j2": "y",
            "a/own.j2": "{% include './inner.j2' %}",
            "a/inner.j2": "inner",
        }
    )
    assert list(found.closure("a").partials) == ["shared/x.j2", "shared/y.j2", "./own.j2", "./inner.j2"]


BROKEN = [
    ("{% include 'none.j2' %}", {}, "there is no partial `none.j2`", "prompts/a/prompt.yaml", 3),
    (
        "{% include 's.j2' %}",
        {"s.j2": "x\n{% include './y.j2' %}"},
        "only from its own prompt's files",
        "prompts/s.j2",
        2,
    ),
    ("{% include 's.j2' %}", {"s.j2": "{% include 's.j2' %}"}, "include each other", "prompts/s.j2", 1),
    ("{% include x %}", {}, "must be written out", "prompts/a/prompt.yaml", 3),
    ("{% include ['a.j2','b.j2'] %}", {}, "must be written out", "prompts/a/prompt.yaml", 3),
    ("{{ x", {}, "unexpected end of template", "prompts/a/prompt.yaml", 3),
    ("{{ x|nope }}", {}, "unknown filter `nope`", "prompts/a/prompt.yaml", 3),
    ("{{ x|random }}", {}, "unknown filter `random`", "prompts/a/prompt.yaml", 3),
    ("{% if x is nope %}{% endif %}", {}, "unknown test `nope`", "prompts/a/prompt.yaml", 3),
    ("{% include 'evidence/x.j2' %}", {"evidence/x.j2": "x"}, "there is no partial", "prompts/a/prompt.yaml", 3),
]


@pytest.mark.parametrize(("template", "partials", "message", "file", "line"), BROKEN)
def test_a_broken_include_points_at_its_line(
    template: str, partials: dict[str, str], message: str, file: str, line: int
) -> None:
    found = project({"a/prompt.yaml": f"model: m\ntemplate: |\n  {template}\n", **partials})
    with pytest.raises(DocumentError) as caught:
        found.closure("a")
    problem = caught.value.problem
    assert message in problem.message
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == (file, line)


def test_eight_levels_are_allowed_and_nine_are_not() -> None:
    files = {f"p{number}.j2": f"{{% include 'p{number + 1}.j2' %}}" for number in range(1, 8)}
    chain = {"a/prompt.yaml": "template: \"{% include 'p1.j2' %}\"\n", **files}
    assert len(project({**chain, "p8.j2": "end"}).closure("a").partials) == 8
    with pytest.raises(DocumentError, match="deeper than 8"):
        project({**chain, "p8.j2": "{% include 'p9.j2' %}", "p9.j2": "end"}).closure("a")


def test_a_missing_partial_may_be_optional() -> None:
    found = project({"a/prompt.yaml": "template: \"{% include 'x.j2' ignore missing %}\"\n"})
    assert found.closure("a").partials == {}


def test_a_chain_holds_its_steps_and_their_change_is_its_change() -> None:
    files = {
        "c/prompt.yaml": "inputs: {t: string}\nsteps: [{name: s, prompt: a, inputs: {x: '{{ t }}'}}]\n",
        "a/prompt.yaml": "inputs: {x: string}\ntemplate: '{{ x }}'\n",
    }
    before = digest(project(files).closure("c"))
    after = digest(project({**files, "a/prompt.yaml": "inputs: {x: string}\ntemplate: '{{ x }}!'\n"}).closure("c"))
    assert before != after


def test_chains_that_contain_each_other_are_refused() -> None:
    files = {
        name: f"steps: [{{name: s, prompt: {other}}}]\n"
        for name, other in (("a/prompt.yaml", "b"), ("b/prompt.yaml", "a"))
    }
    with pytest.raises(DocumentError, match="a -> b -> a"):
        project(files).closure("a")


def test_a_step_that_names_nothing_suggests_the_nearest() -> None:
    with pytest.raises(DocumentError) as caught:
        project(
            {"c/prompt.yaml": "steps: [{name: s, prompt: summry}]\n", "summary/prompt.yaml": "template: t\n"}
        ).closure("c")
    assert caught.value.hint == "did you mean `summary`?"


def test_a_partial_in_a_folder_of_ours_is_to_go_elsewhere() -> None:
    files = {"a/prompt.yaml": "template: \"{% include 'evidence/x.j2' %}\"\n", "evidence/x.j2": "x"}
    with pytest.raises(DocumentError) as caught:
        project(files).closure("a")
    assert caught.value.hint == "keep it elsewhere: no partial is read from a folder called evidence"
