"""What is read of code: which prompt is asked for, with which inputs, and where nothing can be told."""

from __future__ import annotations

import pytest

from promptctl.core.prompts.call_sites import CallSite, call_sites, input_faults

HEAD = "import promptctl\nprompts = promptctl.Prompts('prod')\n"
KEPT = """\
class A:
    def __init__(self):
        self.p = prompts.get('a')
    def f(self):
        return self.p.render(x=1)
"""
READ = {
    "chained": ("prompts.get('a').render(x=1, y=2)", {"x", "y"}, False),
    "by a name": ("prompt = prompts.get('a')\nprompt.messages(x=1)", {"x"}, False),
    "with an annotation": ("prompt: object = prompts.get('a')\nprompt.request(x=1)", {"x"}, False),
    "in an expression": ("if prompt := prompts.get('a'):\n    prompt.render(x=1)", {"x"}, False),
    "in a function": ("def f():\n    p = prompts.get('a')\n    return p.render(x=1)", {"x"}, False),
    "from around a function": ("p = prompts.get('a')\ndef f():\n    return p.render(x=1)", {"x"}, False),
    "asynchronous": ("async def f():\n    p = prompts.get('a')\n    return await prompts.call(p, x=1)", {"x"}, False),
    "a call": ("prompts.call(prompts.get('a'), user='u', deadline=3, x=1)", {"x"}, False),
    "a call with a mapping": ("prompts.call(prompts.get('a'), {'x': 1})", set(), True),
    "a call with inputs=": ("prompts.call(prompts.get('a'), inputs=known)", set(), True),
    "more than can be read": ("prompts.get('a').render(x=1, **others)", {"x"}, True),
    "an input called inputs": ("prompts.get('a').render(inputs=1)", {"inputs"}, False),
    "an attribute": (KEPT, {"x"}, False),
}


@pytest.mark.parametrize("case", READ)
def test_inputs_that_are_read(case: str) -> None:
    code, inputs, more = READ[case]
    sites = call_sites(HEAD + code)
    assert [site.prompt for site in sites] == ["a", "a"]
    (used,) = (site for site in sites if site.inputs is not None)
    assert (set(used.inputs or ()), used.open, used.sure) == (inputs, more, True)


NOT_READ = {
    "a mapping": "settings.get('a')",
    "a name that is not written out": "prompts.get(name)",
    "no name": "prompts.get()",
}


@pytest.mark.parametrize("case", NOT_READ)
def test_what_is_not_ours_or_cannot_be_told(case: str) -> None:
    assert not any(site.sure for site in call_sites(HEAD + NOT_READ[case]))


def test_a_name_that_is_bound_anew_is_followed_no_more() -> None:
    sites = call_sites(HEAD + "p = prompts.get('a')\np = other()\np.render(x=1)")
    assert all(site.inputs is None for site in sites)


HIDDEN = {
    "an argument": "def f(p):\n    return p.render(x=1)",
    "an argument of a lambda": "f = lambda p: p.render(x=1)",
    "the name of a loop": "for p in others:\n    p.render(x=1)",
    "the name of a comprehension": "[p.render(x=1) for p in others]",
    "one of several names": "p, q = others\np.render(x=1)",
    "one of the rest": "q, *p = others\np.render(x=1)",
    "what with opens": "with other() as p:\n    p.render(x=1)",
}


@pytest.mark.parametrize("case", HIDDEN)
def test_a_name_that_something_else_has_there_is_no_prompt(case: str) -> None:
    sites = call_sites(HEAD + "p = prompts.get('a')\n" + HIDDEN[case])
    assert [site.inputs for site in sites] == [None]


def test_a_name_is_followed_again_behind_what_hides_it() -> None:
    sites = call_sites(HEAD + "p = prompts.get('a')\nn = [p for p in others]\np.render(x=1)")
    assert [site.inputs for site in sites] == [None, frozenset("x")]


def test_names_of_one_function_mean_nothing_in_another() -> None:
    sites = call_sites(HEAD + "def f():\n    p = prompts.get('a')\ndef g(p):\n    p.render(x=1)")
    assert all(site.inputs is None for site in sites)


def test_the_place_is_that_of_the_code() -> None:
    (site,) = call_sites(HEAD + "x = [\n    prompts.get('a')]")
    assert (site.line, site.column) == (4, 17)


def used(*inputs: str, more: bool = False) -> CallSite:
    return CallSite(prompt="a", line=1, column=1, inputs=frozenset(inputs), open=more)


FAULTS = {
    "as it should be": (used("x"), []),
    "with an optional one": (used("x", "y"), []),
    "one that there is not": (used("x", "z"), [("unknown", "z")]),
    "none of those needed": (used(), [("missing", "x")]),
    "perhaps passed": (used(more=True), []),
    "only asked for": (CallSite(prompt="a", line=1, column=1), []),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faults(case: str) -> None:
    site, faults = FAULTS[case]
    assert list(input_faults(site, {"x": True, "y": False})) == faults
