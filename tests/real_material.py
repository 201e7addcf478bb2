"""Brings published prompts into a promptctl repository and checks that each renders as plain Jinja2 renders its source.

``python -m tests.real_material REAL TARGET``: REAL holds the folders ``fabric``, ``openhands``, ``spacy-llm`` and
``prompthub``; TARGET gets ``prompts/…`` and a ``promptctl.toml``. Exit 1 when a prompt cannot be brought in or differs.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, TemplateError

from promptctl.adapters.project import Project
from promptctl.adapters.work_tree import WorkTree
from promptctl.core.files.yaml_text import block, flow
from promptctl.core.name import check_name
from promptctl.core.prompts.render import Rendering
from promptctl.errors import PromptctlError
from tests.real_sources import FAMILIES, Material
from tests.template_shapes import VARIANTS, Shape, made_up, needs_code

SETTINGS = """\
[repository]
default_branch = "main"

[environments.staging]
gate = false

[environments.prod]
after = "staging"
gate = false
"""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What became of one prompt: how many renders agreed, how many failed on both sides, and what differs.

    ``code`` names the variables that the source calls, which data cannot stand for.
    """

    material: Material
    agreed: int
    failed_alike: int
    code: tuple[str, ...]
    fault: str | None = None


def files(material: Material) -> dict[str, str]:
    """The prompt's files by path: ``prompt.yaml`` and the partials it needs."""
    lines = [
        f"owner: real\ntags: [{material.name.split('/')[0]}]",
        f"metadata: {{source: {flow(material.source)}}}\nmodel: echo:echo",
    ]
    inputs = {name: {"type": "string"} if _is_text(shape) else {} for name, shape in material.shapes().items()}
    lines += ["inputs:", *(f"  {name}: {flow(written)}" for name, written in inputs.items())] if inputs else []
    lines.append("messages:")
    for role, text in material.messages:
        lines.append(f"  - role: {role}\n    content: {block(material.renamed(text), 6)}")
    partials = {f"prompts/{material.partials[name]}": material.renamed(name) for name in material.included()}
    return {f"prompts/{check_name(material.name)}/prompt.yaml": "\n".join(lines) + "\n"} | partials


def _is_text(shape: Shape) -> bool:
    return not (shape.fields or shape.element or shape.mapping or shape.called)


def samples(material: Material) -> dict[str, dict[str, Any]]:
    """Inputs made up for a prompt, by the name of the variant."""
    shapes = material.shapes()
    return {variant: {name: made_up(shape, name, variant) for name, shape in shapes.items()} for variant in VARIANTS}


def bring_in(real: Path, target: Path) -> list[Material]:
    """Writes every prompt below ``target``; a name that is there twice is an error."""
    found = [material for family in FAMILIES.values() for material in family(real)]
    twice = [name for name, number in Counter(material.name for material in found).items() if number > 1]
    assert not twice, twice
    written = {"promptctl.toml": SETTINGS}
    for material in found:
        written |= files(material)
    for path, text in written.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(text.encode())
    return found


def check(material: Material, project: Project) -> Checked:
    """Renders a prompt on both sides for every variant."""
    agreed = failed = 0
    code = tuple(name for name, shape in material.shapes().items() if needs_code(shape))
    fault: str | None = None
    try:
        rendering, environment = Rendering(project.closure(material.name)), _plain(material)
        for variant, inputs in samples(material).items():
            ours, theirs = _ours(rendering, inputs), _theirs(material, environment, inputs)
            agreed += ours == theirs and ours is not None
            failed += ours == theirs and ours is None
            if ours != theirs:
                fault = fault or f"{variant}: {_difference(ours, theirs)}"
    except PromptctlError as error:
        fault = f"{error.problem.place}: {error}"
    return Checked(material=material, agreed=agreed, failed_alike=failed, code=code, fault=fault)


def _plain(material: Material) -> Environment:
    """Jinja2 with promptctl's settings and nothing else of it."""
    return Environment(
        trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, loader=DictLoader(dict(material.texts))
    )


def _ours(rendering: Rendering, inputs: Mapping[str, Any]) -> list[str] | None:
    try:
        return [str(message["content"]) for message in rendering.messages(inputs)]
    except PromptctlError:
        return None


def _theirs(material: Material, environment: Environment, inputs: Mapping[str, Any]) -> list[str] | None:
    def one(text: str) -> Callable[[Mapping[str, Any]], str]:
        return material.literals.get(text) or environment.get_template(text).render

    try:
        return [one(text)(inputs) for _, text in material.messages]
    except (TemplateError, TypeError, AttributeError, LookupError):
        return None


def _difference(ours: list[str] | None, theirs: list[str] | None) -> str:
    if ours is None or theirs is None:
        return f"{'promptctl' if ours is None else 'plain Jinja2'} alone fails"
    left, right = next(pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1])
    pairs = enumerate(zip(left, right, strict=False))
    at = next((index for index, (one, other) in pairs if one != other), min(len(left), len(right)))
    return f"at character {at}: {left[at : at + 40]!r} and {right[at : at + 40]!r}"


def report(checked: list[Checked]) -> str:
    """A line a family, then what differs, then what data alone cannot render."""
    lines = []
    for family in FAMILIES:
        own = [one for one in checked if one.material.source.startswith(f"{family}/")]
        whole = sum(one.fault is None and one.agreed > 0 for one in own)
        renders = sum(one.agreed for one in own)
        failed = sum(one.failed_alike for one in own)
        lines.append(f"{family}: {whole} of {len(own)} prompts; {renders} renders agree, {failed} fail on both sides")
    lines += [f"differs: {one.material.source}: {one.fault}" for one in checked if one.fault]
    lines += [f"never rendered: {one.material.source}" for one in checked if not one.agreed and not one.fault]
    lines += [
        f"calls code, rendered with that left empty: {one.material.source}: {', '.join(one.code)}"
        for one in checked
        if one.code
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Brings in, checks, reports."""
    if len(arguments) != 2:
        print("usage: python -m tests.real_material REAL TARGET", file=sys.stderr)
        return 2
    real, target = map(Path, arguments)
    materials = bring_in(real, target)
    project = Project(WorkTree(target))
    checked = [check(material, project) for material in materials]
    print(report(checked))
    return 0 if all(one.fault is None and one.agreed for one in checked) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
