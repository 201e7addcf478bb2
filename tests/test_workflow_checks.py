"""The checks of workflows let ours pass, and find the faults that they are there for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from tests.workflow_checks import ACTION, SCHEMAS, WORKFLOWS, auditing

ROOT = Path(__file__).parents[1]
SHIP = ROOT / "examples/github/ship.yml"


PIPELINE = ROOT / "examples/gitlab/.gitlab-ci.yml"
EXAMPLES = (*(path for path in WORKFLOWS if "examples" in path.parts), PIPELINE)
INSTALL = re.compile(r"python -m pip install .*")


def audited(*files: Path) -> subprocess.CompletedProcess[str]:
    command = auditing(Path(sys.executable).parent, *files)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_nothing_is_found_in_ours() -> None:
    done = audited(*WORKFLOWS, ACTION)
    assert done.returncode == 0, done.stdout
    assert {path.name for path in WORKFLOWS} >= {"checks.yml", "prompts.yml", "ship.yml", "advance.yml", "drift.yml"}


def test_what_is_let_pass_says_why() -> None:
    for path in (*WORKFLOWS, ACTION):
        lines = path.read_text().splitlines()
        for above, line in pairwise(lines):
            assert "zizmor: ignore" not in line or above.strip().startswith("# "), line


@pytest.mark.parametrize(
    ("was", "planted", "audit"),
    [
        ('"$version" staging', "${{ github.head_ref }} staging", "template-injection"),
        ("@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f  # v7.0.0", "@v7", "unpinned-uses"),
        ("permissions: {}", "permissions: write-all", "excessive-permissions"),
        ("persist-credentials: false", "persist-credentials: true", "artipacked"),
        ("  workflow_dispatch:", "  pull_request_target:\n  workflow_dispatch:", "dangerous-triggers"),
        ("    environment: prod-bundle", "    #", "secrets-outside-env"),
    ],
)
def test_a_planted_fault_is_found(tmp_path: Path, was: str, planted: str, audit: str) -> None:
    text = SHIP.read_text()
    assert was in text
    (tmp_path / "ship.yml").write_text(text.replace(was, planted))
    done = audited(tmp_path / "ship.yml")
    assert done.returncode != 0
    assert f"[{audit}]" in done.stdout


WRONG: dict[str, dict[str, object]] = {
    "github-workflows": {"jobs": {"a": {"runs-on": "x", "step": []}}},
    "github-actions": {"runs": {"using": "composite"}},
    "gitlab-ci": {"a": {"script": 1}},
}


def faults(schema: str, document: object) -> list[str]:
    """What the schema that the check brings says of a document."""
    package = find_spec("check_jsonschema")
    assert package
    assert package.origin
    vendored = Path(package.origin).parent / f"builtin_schemas/vendor/{schema}.json"
    validator = jsonschema_rs.validator_for(json.loads(vendored.read_text()))
    return [error.message for error in validator.iter_errors(document)]


@pytest.mark.parametrize(("schema", "path"), [(name, path) for name, paths in SCHEMAS.items() for path in paths])
def test_each_file_fits_its_schema_and_a_wrong_key_does_not(schema: str, path: Path) -> None:
    document = {("on" if key is True else key): value for key, value in yaml.safe_load(path.read_text()).items()}
    assert faults(schema, document) == []
    assert faults(schema, document | WRONG[schema])


def test_examples_install_what_there_is_to_install() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    texts = {path.name: path.read_text() for path in EXAMPLES}
    asked = {
        extra
        for text in texts.values()
        for it in re.findall(r"git-promptctl\[(.*?)\]", text)
        for extra in it.split(",")
    }
    assert asked == {"evals", "experiments", "reports", "storage"}
    assert asked <= extras.keys()
    lines = {line.removesuffix(" s3fs") for text in texts.values() for line in INSTALL.findall(text)}
    assert all(
        re.fullmatch(r'.* --disable-pip-version-check "(git-promptctl.* @ )?\$PROMPTCTL"', it) for it in lines
    ), lines


@pytest.mark.long
def test_what_they_install_is_what_is_named() -> None:
    """What is there already, since tests are offline."""
    line = next(iter(INSTALL.findall(SHIP.read_text())))
    for named, code in (("git-promptctl", 0), ("git-promptctl==99", 1)):
        known = {"PROMPTCTL": named, "PIP_NO_INDEX": "1", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        done = subprocess.run(["bash", "-c", line], env=os.environ | known, capture_output=True, check=False)
        assert done.returncode == code, done
