from __future__ import annotations

from promptctl.core.prompts.dependencies import Dependency, edges, reversed_edges, tree
from tests.closures import closure_of, project_of

INCLUDE = 'template: \'{% include "a.j2" %}{% include "./own.j2" %}{% include "a.j2" %}\'\n'
PARTIALS = {"a.j2": '{% include "b.j2" %}', "b.j2": "x", "p/own.j2": '{% include "b.j2" %}'}


def test_what_each_file_names_itself() -> None:
    assert edges([closure_of(INCLUDE, PARTIALS)]) == {
        "p": ["a.j2", "p/own.j2"],
        "a.j2": ["b.j2"],
        "b.j2": [],
        "p/own.j2": ["b.j2"],
    }


def test_steps_are_followed() -> None:
    chain = "inputs: {t: string}\nsteps: [{name: one, prompt: q}, {name: two, prompt: q}]\n"
    project = project_of({"c": chain, "q": "template: '{% include \"a.j2\" %}'\n"}, **{"a.j2": "x"})
    assert edges([project.closure("c")]) == {"c": ["q"], "q": ["a.j2"], "a.j2": []}


def test_what_is_reached_twice_is_followed_once() -> None:
    shown = tree("p", {"p": ["a", "b"], "a": ["b"], "b": ["c"], "c": []})
    below = Dependency(name="b", inner=(Dependency(name="c"),))
    assert shown == Dependency(
        name="p", inner=(Dependency(name="a", inner=(below,)), Dependency(name="b", repeated=True))
    )


def test_a_file_that_leads_nowhere_is_never_called_repeated() -> None:
    shown = tree("p", {"p": ["a", "b"], "a": ["b"]})
    assert [inner.repeated for inner in shown.inner] == [False, False]


def test_the_other_way_leads_to_users() -> None:
    assert reversed_edges({"p": ["a"], "q": ["a", "b"], "a": ["b"]}) == {
        "p": [],
        "q": [],
        "a": ["p", "q"],
        "b": ["a", "q"],
    }
