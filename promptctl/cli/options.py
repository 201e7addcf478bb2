"""Options and arguments that several commands share, each spelled once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.parameters import Argument, Option

if TYPE_CHECKING:
    from promptctl.workflows.sending import Sending

_name: Any = Argument(metavar="NAME[@REF]", help="A prompt, at a reference.")
_prompt: Any = Argument(metavar="NAME", help="A prompt.")
_names: Any = Argument(metavar="[NAME]…", help="Prompts; all without one.")
_environment: Any = Argument(metavar="ENV", help="An environment.")
_inputs: Any = Option(
    "--input",
    "-i",
    metavar="INPUT",
    help="key=text, key=@file, key:=json, @file, or - for standard input.",
    show_default=False,
)

_reports: Any = Option("--report", metavar="KIND=FILE,…", help="Also write junit, html or markdown.")
_case: Any = Option("--case", metavar="GLOB", help="The answers of these cases.")

NameArgument = Annotated[str, _name]
PromptArgument = Annotated[str, _prompt]
OptionalNameArgument = Annotated[str | None, _name]
NamesArgument = Annotated[list[str] | None, _names]
EnvironmentArgument = Annotated[str, _environment]
ReportOption = Annotated[list[str] | None, _reports]
CaseOption = Annotated[str | None, _case]
InputOption = Annotated[list[str] | None, _inputs]
ReasonOption = Annotated[str, Option("--reason", help="Why, for the record.", show_default=False)]
NoPushOption = Annotated[bool, Option("--no-push", help="Record here only; send later.", show_default=False)]
BranchOption = Annotated[
    str | None,
    Option("--branch", metavar="BRANCH", help="Make a branch of it, for a pull request.", show_default=False),
]
TokensOption = Annotated[
    str | None,
    Option("--tokens", metavar="DIR", help="Another folder of tokens than your own.", show_default=False),
]
UntrustedOption = Annotated[
    bool, Option("--untrusted", help="Judge a change by what --base holds; run nothing of it, keep nothing.")
]
BaseOption = Annotated[
    str | None,
    Option(
        "--base", metavar="REV", help="The commit that a change is judged by, or compared with.", show_default=False
    ),
]


def sending(no_push: bool, branch: str | None) -> Sending:
    """How the commit of a command reaches the others, by its options."""
    from promptctl.workflows.sending import Sending

    return Sending(push=not no_push, branch=branch)
