"""``lint --code`` and ``plan``: code that asks for prompts, with its place; what a release would break."""

from __future__ import annotations

from pathlib import Path

from tests.shipping import NAME, done, line, promoted, refused
from tests.support import SETTINGS, STARTER, GitRepository, build_files, promptctl
from tests.versioning import breaking, released

APPLICATION = """\
import promptctl

prompts = promptctl.Prompts("prod")


def route(ticket):
    return prompts.get("support/triage").render(tiket=ticket)


def other():
    return prompts.get("support/trige")
"""
CHECKING = SETTINGS + '\n[lint]\ncode = ["app"]\n'


def test_places_and_hints(folder: Path) -> None:
    build_files(folder, STARTER | {"app/main.py": APPLICATION})
    ran = promptctl("lint", "--code", "app", "--json", cwd=folder)
    assert ran.code == 1
    found = [(it["code"], it["where"]["file"], it["where"]["line"], it["hint"]) for it in ran.data["findings"]]
    assert [it for it in found if it[0].startswith("L08")] == [
        ("L081", "app/main.py", 7, "did you mean `ticket`?"),
        ("L082", "app/main.py", 7, "pass ticket=…"),
        ("L080", "app/main.py", 11, "did you mean `support/triage`?"),
    ]


def test_places_where_lines_and_letters_are_not_as_python_counts_them(folder: Path) -> None:
    text = 'from app import prompts\n\x0c\ngrößen = "\u2028", prompts.get("nowhere")\n'
    build_files(folder, STARTER | {"app/main.py": text})
    ran = promptctl("lint", "--code", "app", "--json", cwd=folder)
    (found,) = (it for it in ran.data["findings"] if it["code"] == "L080")
    assert found["excerpt"] == 'größen = "\u2028", prompts.get("nowhere")'
    assert found["where"] == {"file": "app/main.py", "line": 3, "column": found["excerpt"].index('"nowhere') + 1}


def test_the_settings_name_where_code_is(folder: Path) -> None:
    build_files(folder, STARTER | {"app/main.py": APPLICATION, "promptctl.toml": CHECKING})
    assert "L080" in promptctl("lint", cwd=folder).out
    assert "L080" not in promptctl("lint", NAME, cwd=folder).out
    assert "L080" not in promptctl("lint", "--ignore", "L08", cwd=folder).out


def test_a_file_that_python_cannot_read_is_named(folder: Path) -> None:
    deep = "(" * 5000 + ")" * 5000
    build_files(folder, STARTER | {"app/a.py": "def f(:\n", "app/b.py": b"\xff\xfe", "app/c.py": f"x = {deep}\n"})
    ran = promptctl("lint", "--code", "app", "--json", cwd=folder)
    named = {it["where"]["file"] for it in ran.data["findings"] if it["code"] == "L084"}
    assert named == {"app/a.py", "app/b.py", "app/c.py"}


def test_a_path_that_is_not_there(folder: Path) -> None:
    build_files(folder, STARTER)
    ran = promptctl("lint", "--code", "nowhere", cwd=folder)
    assert ran.code == 2
    assert "there is no nowhere" in ran.err


def test_settings_stay_in_the_repository(folder: Path) -> None:
    for path in ("/etc", "../other", "a/../../b"):
        build_files(folder, STARTER | {"promptctl.toml": CHECKING.replace('"app"', f'"{path}"')})
        ran = promptctl("lint", cwd=folder)
        assert ran.code == 1
        assert "error[PC012]: `lint.code[0]`" in ran.out


def test_the_plan_names_calls_that_a_release_breaks(tmp_path: Path) -> None:
    repository: GitRepository = line(tmp_path, CHECKING)
    application = APPLICATION.replace("tiket", "ticket").replace("support/trige", NAME)
    repository.commit({"app/main.py": application})
    repository.git("push", "-q")
    promoted(repository, "1.2.0")
    released(repository, {f"prompts/{NAME}/prompt.yaml": breaking()})
    plan = done(repository, "plan", NAME, "staging")
    assert "fails once it is served: app/main.py:7:12: support/triage needs the input `language`" in plan.out
    refused(repository, "lint", code=1)
