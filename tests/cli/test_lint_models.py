"""What lint knows of a prompt hangs on what the settings say of models too."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.cli.app import main
from tests.support import new_repository

PROMPT = "model: gpt-5\nparameters: {temperature: 0}\ntemplate: x\n"


def test_what_settings_say_of_models_counts_at_once(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    new_repository(folder, {"prompts/p/prompt.yaml": PROMPT, "promptctl.toml": ""})

    def said(*arguments: str) -> tuple[int, str]:
        code = main([*arguments, "-C", str(folder)])
        return code, "".join(capfd.readouterr())

    for _ in range(2):
        code, text = said("lint")
        assert (code, "gpt-5 takes no `temperature` but 1" in text) == (1, True)
    assert "error[PC201]" in said("render", "p", "--format", "openai")[1]
    (folder / "promptctl.toml").write_text('[models."gpt-5"]\nonly = {}\n')
    for _ in range(2):
        code, text = said("lint")
        assert (code, "L052" in text) == (0, False)
    assert said("render", "p", "--format", "openai")[0] == 0


def test_settings_that_could_not_be_read_hide_nothing_later(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    new_repository(folder, {"prompts/p/prompt.yaml": PROMPT, "promptctl.toml": "models = [\n"})
    assert main(["lint", "-C", str(folder)]) == 1
    assert "error[PC007]" in capfd.readouterr().out
    (folder / "promptctl.toml").write_text("")
    assert main(["lint", "-C", str(folder)]) == 1
    assert "gpt-5 takes no `temperature` but 1" in capfd.readouterr().out
