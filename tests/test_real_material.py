"""The script that brings in published prompts: on small sources of each family, and on the real ones where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from promptctl.adapters.project import Project
from promptctl.adapters.work_tree import WorkTree
from promptctl.core.prompts.canonical import canonical
from tests import real_material
from tests.real_sources import Material, escaped
from tests.support import build_files
from tests.template_shapes import made_up, needs_code, read_shapes

REAL = Path(os.environ.get("PROMPTCTL_REAL_MATERIAL", "/nowhere"))
SOURCES = {
    "fabric/patterns/plain/system.md": "# IDENTITY\r\n\r\nYou {%are%} {{ a ? b : c }} {{{x}}} {# it #}\n\n",
    "fabric/patterns/plain/user.md": "CONTENT:\n",
    "fabric/patterns/Var Two/system.md": "Write like {{author_name}}.",
    "openhands/agent_x/prompts/system_prompt.j2": (
        "{% if who %}\n  Hi {{ who.name }}\n{% endif %}\n{% include 'a.j2' %}\nEnd\n"
    ),
    "openhands/agent_x/prompts/a.j2": (
        '{% for k, v in vars.items() %}\n{{ k }}={{ v }}\n{% endfor %}\n{% include "b.jinja" %}'
    ),
    "openhands/agent_x/prompts/b.jinja": "{{ note }}",
    "spacy-llm/ner.v1.jinja": (
        "{%- for e in examples -%}\n{{ e.text }}: {{ ', '.join(e.labels) }}\n{%- endfor -%}{{ f(text) if f }}"
    ),
    "prompthub/prompts/deepset-ask.yaml": (
        "name: x\ntext: |\n  Q: {query} {{raw}} {join(documents, delimiter=', ')}\n  A:\n"
    ),
}


@pytest.fixture
def project(tmp_path: Path) -> tuple[list[Material], Project]:
    real = build_files(tmp_path / "real", SOURCES)
    found = real_material.bring_in(real, tmp_path / "target")
    return found, Project(WorkTree(tmp_path / "target"))


def test_each_family_comes_in(project: tuple[list[Material], Project]) -> None:
    found, opened = project
    assert [material.name for material in found] == [
        "fabric/var-two",
        "fabric/plain",
        "openhands/agent_x/a",
        "openhands/agent_x/b",
        "openhands/agent_x/system_prompt",
        "spacy/ner-v1",
        "prompthub/ask",
    ]
    assert [one.fault for one in (real_material.check(material, opened) for material in found)] == [None] * 7
    form = canonical(opened.closure("openhands/agent_x/system_prompt"))
    assert list(form["partials"]) == ["shared/openhands/agent_x/a.j2", "shared/openhands/agent_x/b.j2"]
    assert list(form["inputs"]) == ["note", "vars", "who"]


def test_the_exit_code_and_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    real = build_files(tmp_path / "real", SOURCES)
    assert real_material.main([str(real), str(tmp_path / "target")]) == 0
    assert "fabric: 2 of 2 prompts; 8 renders agree, 0 fail on both sides" in capsys.readouterr().out
    build_files(real, {"spacy-llm/bad.jinja": "{% include 'nothing.j2' %}"})
    with pytest.raises(KeyError):
        real_material.main([str(real), str(tmp_path / "other")])
    assert real_material.main([]) == 2


@pytest.mark.parametrize("name", ["fabric/plain", "openhands/agent_x/system_prompt", "spacy/ner-v1", "prompthub/ask"])
def test_one_changed_letter_is_found(project: tuple[list[Material], Project], name: str) -> None:
    found, opened = project
    path = opened.tree.root / f"prompts/{name}/prompt.yaml"  # type: ignore[attr-defined]
    text = path.read_text()
    for before, after in (("IDENTITY", "IDENTITI"), ("End", "end"), (": {{", "; {{"), ("A:", "A: ")):
        text = text.replace(before, after, 1) if before in text.split("content:", 1)[1] else text
    assert text != path.read_text()
    path.write_text(text)
    material = next(one for one in found if one.name == name)
    assert real_material.check(material, Project(WorkTree(opened.tree.root))).fault is not None  # type: ignore[attr-defined]


def test_texts_that_look_like_templates_are_escaped() -> None:
    assert escaped("{{{x}}} {%- a %}") == "{{ '{{' }}{x}}} {{ '{%' }}- a %}"


def test_shapes_follow_the_use() -> None:
    texts = {
        "t": "{% set all = a.b %}{% for x in all %}{{ x.y }}{% endfor %}{{ c[0].d }}{{ e | join }}{{ g['h'] }}"
        "{% for p, q in m.items() %}{{ q.r }}{% endfor %}{{ f(1) }}{{ s.lower() }}{% include 'u' %}",
        "u": "{{ w }}",
    }
    shapes = read_shapes(["t"], texts)
    assert {name: made_up(shape, name, "single") for name, shape in shapes.items() if name not in "fsw"} == {
        "a": {"b": [{"y": "a.b0.y <1> & 'grüße' {{ 7 }}\n  next"}]},
        "c": [{"d": "c0.d <1> & 'grüße' {{ 7 }}\n  next"}],
        "e": ["e0 <1> & 'grüße' {{ 7 }}\n  next"],
        "g": {"h": "g.h <1> & 'grüße' {{ 7 }}\n  next"},
        "m": {"one": {"r": "m.one.r <1> & 'grüße' {{ 7 }}\n  next"}},
    }
    assert [name for name, shape in shapes.items() if needs_code(shape)] == ["f"]
    assert made_up(shapes["a"], "a", "none") == {}
    assert made_up(shapes["a"], "a", "blank") == {"b": []}


@pytest.mark.skipif(
    not REAL.is_dir(), reason="the published prompts are not here; name them in PROMPTCTL_REAL_MATERIAL"
)
def test_all_published_prompts_render_byte_for_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = real_material.main([str(REAL), str(tmp_path)])
    assert code == 0, capsys.readouterr().out
