"""The table of rules: code, level, title and why. The documentation of the rules is made from it."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.core.lint.finding import Finding, Level
from promptctl.errors import Place


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: ``title`` says what is found, ``why`` what goes wrong if it stays."""

    code: str
    level: Level
    title: str
    why: str


RULES: tuple[Rule, ...] = (
    Rule(
        "L001",
        "error",
        "a template uses a variable that is no input",
        "An undefined variable is an error when the prompt is rendered, and nobody can pass what is not declared.",
    ),
    Rule(
        "L002",
        "warning",
        "an input is used by no template",
        "Callers fill it in and the model never sees it: usually a misspelt name or a line that was lost.",
    ),
    Rule(
        "L003",
        "warning",
        "an input's name stands in the braces of another template language",
        "`{ticket}` and `${ticket}` reach the model as they are; only `{{ ticket }}` is filled in.",
    ),
    Rule(
        "L010",
        "error",
        "a field that [lint] require names is missing",
        "The team decided that every prompt says this.",
    ),
    Rule(
        "L011",
        "notice",
        "a prompt names no model",
        "run and eval need `--model`, and what is released does not say what it was tested with.",
    ),
    Rule(
        "L012",
        "error",
        "a former name is taken",
        "An old name has to lead to one prompt; one that leads to another is never looked up.",
    ),
    Rule(
        "L020",
        "error",
        "a placeholder's input is no array",
        "A placeholder stands for earlier messages; an input of another type can never hold them.",
    ),
    Rule("L021", "warning", "a message is empty", "Providers refuse empty messages, or the model is asked nothing."),
    Rule(
        "L022",
        "notice",
        "free text from callers stands in a system message",
        "Text of users in a message that outranks them is the shortest way to a prompt injection.",
    ),
    Rule(
        "L023",
        "warning",
        "a required input stands before the end of a cached prefix",
        "The provider's cache matches a prefix byte for byte: a value that changes with every call never hits it.",
    ),
    Rule(
        "L024",
        "notice",
        "a line is joined to the end of a partial",
        "Jinja drops the line break after an include, so that two sentences meet without a space between them.",
    ),
    Rule(
        "L025",
        "warning",
        "a cached prefix is shorter than its model caches",
        "The provider leaves a prefix below its model's minimum uncached, and says nothing: every call pays for it.",
    ),
    Rule(
        "L030",
        "warning",
        "a hidden character stands in a prompt file",
        "Invisible, control and direction characters change what the model reads without anybody seeing it in review.",
    ),
    Rule(
        "L031",
        "error",
        "something that looks like a secret stands in a prompt file",
        "Prompts are released, sent to providers and logged; a key in one has to be revoked and taken out.",
    ),
    Rule(
        "L032",
        "error",
        "merge conflict markers stand in a prompt file",
        "A partial is plain text: the model would be sent both sides of the conflict, markers and all.",
    ),
    Rule(
        "L040",
        "error",
        "a chain's step fills an input that its prompt does not have",
        "Unknown inputs are errors, so the step can never run.",
    ),
    Rule(
        "L041",
        "error",
        "a chain's step leaves out a required input of its prompt",
        "Missing inputs are errors, so the step can never run.",
    ),
    Rule(
        "L042",
        "error",
        "a chain's step uses the answer of a step that has not run yet",
        "Steps run in the order they are written; the answer does not exist at that time.",
    ),
    Rule(
        "L043",
        "warning",
        "nothing uses the answer of a chain's step",
        "Only the last step's answer is the chain's; another that no later step uses is paid for and lost.",
    ),
    Rule(
        "L044",
        "error",
        "a chain's step fills an input that takes no text",
        "Steps are filled with rendered text, so an input of another type refuses it.",
    ),
    Rule(
        "L050",
        "error",
        "two tools have one name",
        "A model calls tools by name; providers refuse the request or one tool is never called.",
    ),
    Rule(
        "L051",
        "warning",
        "the output schema is no object",
        "Providers take only objects as a response format.",
    ),
    Rule(
        "L052",
        "error",
        "the model does not take what the prompt asks of it",
        "The provider answers with an error; promptctl stops before anything is sent, and drops nothing in silence.",
    ),
    Rule(
        "L060",
        "warning",
        "no prompt includes a partial",
        "Nobody notices when it goes stale; often the include was misspelt or its prompt was deleted.",
    ),
    Rule(
        "L061",
        "error",
        "two paths differ only in case or Unicode spelling",
        "On macOS and Windows they are one file, so a checkout there changes one of them.",
    ),
    Rule(
        "L062",
        "notice",
        "a prompt has no suite",
        "Environments with a gate refuse it for missing evidence, and a change of it is judged by nobody.",
    ),
    Rule(
        "L070",
        "notice",
        "an ignore has nothing to ignore",
        "It hides the next mistake on that line from everybody; a misspelt one hides nothing.",
    ),
    Rule(
        "L080",
        "error",
        "code asks for a prompt that there is not",
        "`get` raises an error where the application runs.",
    ),
    Rule(
        "L081",
        "error",
        "code passes an input that the prompt does not take",
        "The call raises an error where the application runs.",
    ),
    Rule(
        "L082",
        "error",
        "code does not pass a required input",
        "The call raises an error where the application runs.",
    ),
    Rule(
        "L083",
        "notice",
        "code asks for a prompt by a former name",
        "The old name works as long as the prompt says `formerly`.",
    ),
    Rule(
        "L084",
        "notice",
        "a file of code cannot be read",
        "Its calls are not checked.",
    ),
)
_BY_CODE = {rule.code: rule for rule in RULES}


def found(code: str, message: str, place: Place, hint: str | None = None) -> Finding:
    """A finding of the rule ``code``, at the rule's level."""
    return Finding(code=code, level=_BY_CODE[code].level, message=message, place=place, hint=hint)
