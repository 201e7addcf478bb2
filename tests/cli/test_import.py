"""``import`` and ``export`` as users run them: all or nothing, all named, nothing run, nothing read elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import GitRepository, build_files, must_fail, new_repository, promptctl, succeed

CONFIG = """\
description: Greets.
prompts:
  - "Greet {{who}} in {{language}}."
  - file://second.txt
providers:
  - {id: openai:chat:gpt-4.1, config: {temperature: 0, apiKey: secret}}
  - exec:./run.sh
defaultTest:
  vars: {language: English}
tests:
  - description: says hello
    vars: {who: Ada}
    assert:
      - {type: icontains, value: "{{who}}", metric: named, weight: 2}
      - {type: not-contains, value: Max}
  - vars: {who: [Ada, Max], language: French}
    assert: [{type: python, value: "file://judge.py"}]
"""
FILES = {
    "there/promptfooconfig.yaml": CONFIG,
    "there/second.txt": "Hello {{who}}",
    "there/judge.py": "open('ran', 'w')",
}


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    found = new_repository(tmp_path / "repository")
    build_files(found.folder, FILES)
    return found


def there(repository: GitRepository) -> set[str]:
    return {path.relative_to(repository.folder).as_posix() for path in (repository.folder / "prompts").rglob("*.*")}


def test_nothing_is_written_while_something_is_left_out(repository: GitRepository) -> None:
    before = there(repository)
    ran = must_fail("import", "there/promptfooconfig.yaml", cwd=repository.folder, code=1)
    assert "error[PC141]: `providers[0].config.apiKey` belongs to a provider" in ran.out
    assert "there/promptfooconfig.yaml:7:5" in ran.out
    assert "`tests[1].assert[0]` (python) is judged by code" in ran.out
    assert ran.out.endswith("4 things cannot be carried over; --lossy leaves them out\n")
    assert there(repository) == before


def test_lossy_writes_prompts_that_lint_render_and_stay_as_fmt_has_them(repository: GitRepository) -> None:
    ran = succeed("import", "there/promptfooconfig.yaml", "--lossy", "--name", "greet", cwd=repository.folder)
    assert "notice[PC141]" in ran.out
    assert there(repository) >= {f"prompts/greet-{n}/{file}" for n in (1, 2) for file in ("prompt.yaml", "eval.yaml")}
    for name in ("greet-1", "greet-2"):
        assert succeed("lint", name, cwd=repository.folder).out.startswith("1 prompt")
        assert "right already" in succeed("fmt", name, "--check", cwd=repository.folder).out
    shown = succeed("render", "greet-1", "-i", "who=Ada", cwd=repository.folder).out
    assert shown.strip() == "Greet Ada in English."
    suite = (repository.folder / "prompts/greet-1/eval.yaml").read_text()
    assert '{icontains: "{{ inputs.who }}", weight: 2, name: named}' in suite
    assert not (repository.folder / "ran").exists()


def test_a_dry_run_writes_nothing(repository: GitRepository) -> None:
    before = there(repository)
    ran = succeed("import", "there/second.txt", "--dry-run", cwd=repository.folder)
    assert "would write prompts/second/prompt.yaml" in ran.out
    assert there(repository) == before


def test_again_is_nothing_and_another_text_is_refused(repository: GitRepository) -> None:
    succeed("import", "there/second.txt", cwd=repository.folder)
    assert (
        "is there already: prompts/second/prompt.yaml"
        in succeed("import", "there/second.txt", cwd=repository.folder).out
    )
    build_files(repository.folder, {"there/second.txt": "Good bye {{who}}"})
    must_fail("import", "there/second.txt", cwd=repository.folder, code=2)


def test_several_files_and_folders_go_under_a_folder(repository: GitRepository) -> None:
    build_files(repository.folder, {"kind/system.md": "Be kind.", "kind/user.md": "{{input}}"})
    data = succeed("import", "there/second.txt", "kind", "--under", "old", "--json", cwd=repository.folder).data
    assert [(found["name"], found["format"]) for found in data["prompts"]] == [
        ("old/second", "text"),
        ("old/kind", "text"),
    ]
    assert data["dropped"] == []
    must_fail("import", "there/second.txt", "kind", "--name", "x", cwd=repository.folder, code=2)


@pytest.mark.parametrize("path", ["../secret.txt", "link/secret.txt", "sub/../../secret.txt"])
def test_files_elsewhere_are_not_read(repository: GitRepository, path: str) -> None:
    build_files(repository.folder.parent, {"secret.txt": "a secret"})
    (repository.folder / "there/link").symlink_to(repository.folder.parent)
    build_files(repository.folder, {"there/promptfooconfig.yaml": f"prompts: ['file://{path}']"})
    ran = must_fail("import", "there/promptfooconfig.yaml", "--lossy", cwd=repository.folder, code=2)
    assert "error[PC010]" in ran.err
    assert "a secret" not in ran.err + ran.out


def test_export_prints_or_writes_and_never_over_another_file(repository: GitRepository) -> None:
    succeed("import", "there/second.txt", cwd=repository.folder)
    printed = succeed("export", "second", "--format", "prompty", cwd=repository.folder).out
    assert printed.endswith("user:\nHello {{ who }}\n")
    options = ("export", "second", "--format", "prompty", "--output", "there/second.prompty")
    assert succeed(*options, cwd=repository.folder).out == "wrote there/second.prompty\n"
    assert (repository.folder / "there/second.prompty").read_text() == printed
    build_files(repository.folder, {"there/second.prompty": "mine"})
    must_fail(*options, cwd=repository.folder, code=2)
    assert (repository.folder / "there/second.prompty").read_text() == "mine"


def test_export_names_what_it_cannot_say(repository: GitRepository) -> None:
    text = "owner: me\nmodel: m\ninputs: {who: {type: string, maxLength: 9}}\ntemplate: Hi {{ who }}\n"
    build_files(repository.folder, {"prompts/greet/prompt.yaml": text})
    ran = must_fail("export", "greet", "--format", "github-models", "--output", "x", cwd=repository.folder, code=1)
    assert "`inputs.who.maxLength` has no place in an input of GitHub Models" in ran.out
    assert "`owner` has no place in GitHub Models" in ran.out
    assert not (repository.folder / "x").exists()
    ran = succeed("export", "greet", "--format", "github-models", "--lossy", cwd=repository.folder)
    assert ran.out == 'model: m\nmessages:\n  - role: user\n    content: "Hi {{who}}"\n'
    assert "notice[PC141]" in ran.err


def test_export_at_a_reference(repository: GitRepository) -> None:
    build_files(repository.folder, {"prompts/greet/prompt.yaml": "model: m\ntemplate: old\n"})
    commit = repository.commit(message="old")
    build_files(repository.folder, {"prompts/greet/prompt.yaml": "model: m\ntemplate: new\n"})
    ran = succeed("export", f"greet@{commit}", "--format", "dotprompt", cwd=repository.folder)
    assert ran.out.endswith('{{role "user"}}\nold\n')
    assert promptctl("export", "greet", "--format", "nothing", cwd=repository.folder).code == 2


def test_what_a_model_judges_comes_with_its_judge_which_stays_as_it_is_once_it_is_there(
    repository: GitRepository,
) -> None:
    text = (
        "prompts: ['Hello {{who}}']\nproviders: [openai:chat:gpt-4.1]\ntests:\n"
        "- vars: {who: Ada}\n  assert: [{type: llm-rubric, value: 'greets {{who}}', threshold: 0.6}]\n"
    )
    build_files(repository.folder, {"there/graded.yaml": text})
    ran = succeed("import", "there/graded.yaml", "--format", "promptfoo", "--json", cwd=repository.folder)
    judge = "prompts/judges/rubric/prompt.yaml"
    assert judge in ran.data["written"]
    assert "model: gpt-4.1" in (repository.folder / judge).read_text()
    assert "judge: {prompt: judges/rubric, min: 0.6" in (repository.folder / "prompts/graded/eval.yaml").read_text()
    succeed("lint", cwd=repository.folder)
    build_files(repository.folder, {judge: (repository.folder / judge).read_text().replace("gpt-4.1", "gpt-5")})
    again = succeed(
        "import", "there/graded.yaml", "--format", "promptfoo", "--name", "b", "--json", cwd=repository.folder
    )
    assert judge not in again.data["written"]
    assert "gpt-5" in (repository.folder / judge).read_text()


def test_who_embeds_texts_is_for_the_repository_to_say(repository: GitRepository) -> None:
    test = {"vars": {"who": "Ada"}, "assert": [{"type": "similar", "value": "Hello {{who}}", "threshold": 0.8}]}
    config = {"prompts": ["Greet {{who}}."], "providers": ["openai:gpt-4.1"], "tests": [test]}
    build_files(repository.folder, {"near.yaml": json.dumps(config)})
    succeed("import", "near.yaml", "--format", "promptfoo", "--name", "near", cwd=repository.folder)
    assert "min: 0.8" in (repository.folder / "prompts/near/eval.yaml").read_text()
    assert "[PC185]" in must_fail("eval", "near", cwd=repository.folder, code=2).err
