"""Every command: its group, its module below ``cli/commands`` and one line of help. The order is the order of help.

A command is one word or two: ``eval show`` is a command of its own beside ``eval``, in ``eval_show.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

GROUPS: dict[str, dict[str, str]] = {
    "Start": {
        "init": "Make this Git repository a prompt registry.",
        "new": "Write a new prompt with a suite.",
        "demo": "Take a scratch repository through the whole line, offline.",
        "schema": "Print the JSON Schema of a file kind.",
        "trust": "Allow the providers this repository defines on this machine.",
        "completion": "Print the completion script of a shell.",
    },
    "Write": {
        "list": "List prompts, with filters.",
        "show": "Show one prompt: contract, messages, versions.",
        "render": "Render a prompt to text, messages or a request.",
        "run": "Call the model and print its answer, tokens and cost.",
        "lint": "Find mistakes in prompts, all at once, with their place.",
        "fmt": "Write prompt files in their canonical layout.",
        "diff": "Compare two states of prompts by meaning.",
        "deps": "Show what a prompt includes and what includes it.",
        "import": "Bring in prompts that other tools keep.",
        "export": "Write a prompt as another tool keeps it.",
    },
    "Version": {
        "hash": "Print a prompt's digest.",
        "lock": "Write or check the lock.",
        "release": "Tag what the lock proposes and push the tags.",
        "verify": "Check that tags, lock and files agree.",
        "history": "List the versions of a prompt and its moves.",
        "retire": "Withdraw a version so that nothing promotes it.",
    },
    "Test": {
        "eval": "Run suites and judge them.",
        "eval add": "Add a case to a suite.",
        "eval review": "Show and keep what people say of answers.",
        "eval merge": "Put the shards of a run together, and judge it.",
        "eval show": "Show kept evidence and its answers.",
        "eval compare": "Compare two pieces of kept evidence.",
        "eval verify": "Score kept replies again, offline.",
        "bisect": "Find the version at which a case began to fail.",
        "cache stats": "Show what this machine's cache of replies keeps.",
        "cache explain": "Show which answers are kept, and why others are not.",
        "cache prune": "Delete replies from this machine's cache.",
    },
    "Ship": {
        "fetch": "Bring branches and tags from the remote, and name moved ones.",
        "plan": "Show what a promotion would change.",
        "promote": "Point an environment at a released version.",
        "rollback": "Point an environment back at what it served before.",
        "remove": "Stop serving a prompt in an environment.",
        "approve": "Agree to a promotion.",
        "freeze": "Stop promotions to an environment.",
        "unfreeze": "Allow promotions again.",
        "status": "Show prompts and what each environment serves.",
        "drift": "Find every disagreement between files, lock, tags and pointers.",
        "why": "Trace a digest or a call back to who changed and who promoted it.",
        "doctor": "Find what in this clone or on this machine stops commands.",
    },
    "Split": {
        "rollout start": "Give a version a share of the traffic, to grow step by step.",
        "rollout advance": "Hold, go one step on, finish or roll back, by what calls say.",
        "rollout watch": "Watch rollouts and their calls in one live table.",
        "rollout pause": "Leave a rollout at its present share.",
        "rollout resume": "Let a paused rollout go on.",
        "rollout abort": "End a rollout: everybody gets what was served before.",
        "rollout status": "Show the rollouts under way.",
        "experiment new": "Write the draft of an experiment.",
        "experiment power": "Show how many units an experiment needs, and how long that takes.",
        "experiment start": "Start a draft: its arms share the traffic.",
        "experiment advance": "Do what the plan says by now, as a schedule does.",
        "experiment report": "Show what an experiment says: verdict, effects, looks.",
        "experiment pause": "Pause an experiment.",
        "experiment resume": "Go on with a paused experiment.",
        "experiment conclude": "End an experiment by hand with an arm.",
        "experiment abort": "End an experiment without a verdict.",
        "experiment assign": "Show which arm units are in.",
        "experiment list": "List experiments and drafts.",
    },
    "Observe": {
        "models list": "List models: who serves them, what they cost and take.",
        "models route": "Show who would be asked for a model or a prompt, and why.",
        "models status": "Show which providers could be asked from here.",
        "costs": "Show what calls cost, by what they were for.",
        "costs whatif": "Show what the same calls would have cost otherwise.",
        "costs advise": "Show what would have saved money.",
        "events import": "Bring events or scores from files into a store.",
        "events export": "Write events or scores as a file.",
        "events prune": "Delete old events.",
        "watch": "Hold the calls of what is live against those before it.",
        "quality": "Show how good calls were, by version and segment.",
        "quality score": "Score a sample of live answers by what the suite expects of all.",
        "feedback add": "Keep what somebody says of a call.",
        "feedback list": "List what people said of calls.",
    },
    "Deliver": {
        "bundle": "Write what an environment serves as one file for applications.",
        "bundle verify": "Check that a bundle is whole, and who signed it.",
        "report": "Write the registry as pages that need no server.",
        "serve": "Serve an API and pages over the registry.",
        "token new": "Make a token for `serve`.",
        "token list": "List the tokens of `serve`.",
        "token revoke": "Take a token away.",
        "ci": "Judge a change: lint, lock, suites of what changed.",
        "hook": "Judge what is staged, as a pre-commit hook.",
        "git-setup": "Let this clone's Git show prompts as text and merge the lock.",
        "textconv": "Print a prompt's file as text, for Git.",
        "merge-driver": "Merge the lock or refuse to merge a pointer, for Git.",
    },
}

ARGUMENTS = {
    "init": "",
    "new": "NAME",
    "demo": "",
    "schema": "[KIND]",
    "trust": "",
    "completion": "SHELL",
    "list": "",
    "show": "NAME[@REF]",
    "render": "NAME[@REF]",
    "run": "NAME[@REF]",
    "lint": "[NAME]…",
    "fmt": "[NAME]…",
    "diff": "NAME[@REF] NAME[@REF]",
    "deps": "[NAME]…",
    "import": "FILE…",
    "export": "NAME[@REF]",
    "hash": "NAME[@REF]",
    "lock": "[NAME]…",
    "release": "",
    "verify": "[NAME[@VERSION]]…",
    "history": "NAME",
    "retire": "NAME@VERSION",
    "bisect": "NAME",
    "eval": "[NAME[@REF]]…",
    "eval add": "NAME",
    "eval review": "NAME[@REF]",
    "eval merge": "FILE…",
    "eval show": "[NAME[@REF]]…",
    "eval compare": "NAME[@REF] NAME[@REF]",
    "eval verify": "[NAME]…",
    "cache stats": "",
    "cache explain": "NAME[@REF]",
    "cache prune": "",
    "fetch": "",
    "plan": "[NAME[@VERSION]]… ENV",
    "promote": "NAME[@VERSION]… ENV",
    "rollback": "NAME[@VERSION] ENV",
    "remove": "NAME ENV",
    "approve": "NAME[@VERSION] ENV",
    "freeze": "ENV",
    "unfreeze": "ENV",
    "status": "",
    "drift": "",
    "why": "[DIGEST|CALL_ID|NAME[@REF]]",
    "rollout start": "NAME[@VERSION] ENV",
    "rollout advance": "[NAME]… ENV",
    "rollout watch": "[NAME]… ENV",
    "rollout pause": "NAME ENV",
    "rollout resume": "NAME ENV",
    "rollout abort": "NAME ENV",
    "rollout status": "[ENV]",
    "watch": "NAME ENV",
    "doctor": "",
    "experiment new": "NAME PROMPT[@VERSION]… ENV",
    "experiment power": "NAME",
    "experiment start": "NAME",
    "experiment advance": "[NAME]…",
    "experiment report": "NAME",
    "experiment pause": "NAME",
    "experiment resume": "NAME",
    "experiment conclude": "NAME",
    "experiment abort": "NAME",
    "experiment assign": "NAME UNIT…",
    "experiment list": "",
    "bundle": "ENV",
    "bundle verify": "FILE",
    "models list": "",
    "models route": "MODEL|NAME",
    "models status": "",
    "costs": "",
    "costs whatif": "",
    "costs advise": "",
    "events import": "FILE…",
    "events export": "",
    "events prune": "",
    "quality": "",
    "quality score": "",
    "feedback add": "CALL_ID [SCORE=NUMBER]…",
    "feedback list": "",
    "report": "",
    "serve": "",
    "token new": "NAME",
    "token list": "",
    "token revoke": "ID",
    "ci": "",
    "hook": "HOOK [FILE]…",
    "git-setup": "",
    "textconv": "FILE",
    "merge-driver": "BASE OURS THEIRS PATH",
}
"""Each command's arguments as its help shows them, for completion, which must not wait for commands to load."""


SUPERVISED = frozenset(
    "list show render lint fmt diff deps import export hash lock verify plan status drift doctor new hook".split()
)
"""Commands that read text nobody has released, and do nothing else that takes long."""


def summaries() -> dict[str, str]:
    """Every command's one line."""
    return {name: text for group in GROUPS.values() for name, text in group.items()}


def command_named(words: Sequence[str]) -> str | None:
    """The command that the leading words name: of two, the longer. None when they name none."""
    known = summaries()
    return next((name for count in (2, 1) if (name := " ".join(words[:count])) in known), None)


def second_words(first: str) -> dict[str, str]:
    """The words that make a command of two with ``first``, each with its line of help."""
    return {name.split()[1]: text for name, text in summaries().items() if name.startswith(f"{first} ")}


def family(first: str) -> str:
    """The commands that begin with a word, for help."""
    return "\n".join(f"  {first} {second:<10} {text}" for second, text in second_words(first).items())


def overview() -> str:
    """The text of ``promptctl --help``."""
    lines = ["Usage: promptctl COMMAND NAME… [options]", "", "A Git repository as a prompt registry.", ""]
    for group, commands in GROUPS.items():
        lines += [f"{group}:", *(f"  {name:<13} {text}" for name, text in commands.items()), ""]
    lines += ["Every command takes --help, --json, -q and -C DIR. promptctl --version prints the version."]
    return "\n".join(lines)
