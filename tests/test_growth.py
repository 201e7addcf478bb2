"""What is drawn of how costs grow: lines and powers that fit, drawings that can be read, a place for each axis."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.growth.__main__ import AXES
from benchmarks.growth.curve import Growth
from benchmarks.growth.plot import drawing
from benchmarks.growth.record import PAGE, RESULTS, told

SIZES = (10, 100, 1_000, 10_000)


def growing(power: float, start: float = 100.0, each: float = 0.5) -> Growth:
    return Growth(title="t", start=start, points={size: start + each * size**power for size in SIZES})


@pytest.mark.parametrize("power", [0.5, 1.0, 1.5, 2.0])
def test_the_power_by_which_something_grows_is_found(power: float) -> None:
    found = growing(power).exponent
    assert found is not None
    assert math.isclose(found, power, rel_tol=1e-6)
    assert told(growing(power)) == f"n^{power:.2f}"


def test_what_hardly_grows_is_flat_whatever_its_power() -> None:
    assert told(growing(2.0, each=1e-7)) == "flat"
    assert growing(1.0, each=0.001).exponent is None


def test_the_line_of_what_is_one_is_found() -> None:
    intercept, slope = growing(1.0).line
    assert math.isclose(intercept, 100.0)
    assert math.isclose(slope, 0.5)


@pytest.mark.parametrize("axis", AXES, ids=lambda axis: axis.key)
def test_an_axis_has_a_drawing_and_its_place(axis: object) -> None:
    found = next(it for it in AXES if it is axis)
    text = drawing(found, [growing(1.0), growing(2.0)])
    assert len(ET.fromstring(text).findall("{http://www.w3.org/2000/svg}polyline")) == 2
    assert f"<!-- {found.key} -->" in PAGE.read_text()
    if RESULTS.exists() and (kept := json.loads(RESULTS.read_text()).get(found.key)):
        assert [curve["title"] for curve in kept["curves"]] == [curve.title for curve in found.curves]
        assert f"growth-{found.key}.svg" in PAGE.read_text()
        ET.fromstring(PAGE.with_name(f"growth-{found.key}.svg").read_text())


def test_nothing_is_made_before_it_is_measured(tmp_path: Path) -> None:
    line = [sys.executable, "-c", "import benchmarks.growth.__main__, benchmarks.__main__"]
    subprocess.run(line, cwd=PAGE.parents[1], env=os.environ | {"TMPDIR": str(tmp_path)}, check=True)
    assert not list(tmp_path.iterdir())
