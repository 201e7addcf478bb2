"""Options and arguments that several commands share, each spelled once."""

from __future__ import annotations

from typing import Annotated, Any

import typer


def _prompt_names(incomplete: str) -> list[str]:
    """Prompt names for completion; silent when there is no repository, since a shell is waiting."""
    from pathlib import Path

    from promptctl.adapters.project import Project
    from promptctl.adapters.work_tree import WorkTree, find_root
    from promptctl.errors import PromptctlError

    try:
        names = Project(WorkTree(find_root(Path.cwd()))).names
    except PromptctlError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def _environments(incomplete: str) -> list[str]:
    from pathlib import Path

    from promptctl.adapters.project import Project
    from promptctl.adapters.work_tree import WorkTree, find_root
    from promptctl.errors import PromptctlError

    try:
        names = Project(WorkTree(find_root(Path.cwd()))).settings.environments
    except PromptctlError:
        return []
    return [name for name in names if name.startswith(incomplete)]


_name: Any = typer.Argument(
    metavar="NAME[@REF]", help="A prompt, at a reference.", autocompletion=_prompt_names, show_default=False
)
_names: Any = typer.Argument(
    metavar="[NAME]…", help="Prompts; all without one.", autocompletion=_prompt_names, show_default=False
)
_environment: Any = typer.Argument(
    metavar="ENV", help="An environment.", autocompletion=_environments, show_default=False
)
_inputs: Any = typer.Option(
    "--input",
    "-i",
    metavar="INPUT",
    help="key=text, key=@file, key:=json, @file, or - for standard input.",
    show_default=False,
)

NameArgument = Annotated[str, _name]
OptionalNameArgument = Annotated[str | None, _name]
NamesArgument = Annotated[list[str] | None, _names]
EnvironmentArgument = Annotated[str, _environment]
InputOption = Annotated[list[str] | None, _inputs]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for the record.", show_default=False)]
NoPushOption = Annotated[bool, typer.Option("--no-push", help="Record here only; send later.", show_default=False)]
