"""The story itself, from an empty remote to an answered question about a call of last night."""

from __future__ import annotations

import os
import select
from pathlib import Path

from tests.story.files import HOOK, PLACE, PROMPT, SETTINGS, SUITE, WAITING, cut, one_word
from tests.story.team import PEOPLE, Team, refuse_one_word
from tests.story.telling import masked

APP = Path(__file__).parent / "app.py"


def played(team: Team) -> None:
    """Plays all chapters."""
    for chapter in (registry, change, check, merge, canary):
        chapter(team)
    why(team, bad_day(team))
    well(team)


def registry(team: Team) -> None:
    team.chapter("registry", "A registry with rules")
    team.tells("Ada starts it. What environments serve goes to a branch of its own, so that `main` can be protected.")
    team.types("ada", "git clone -q ../acorn.git . && promptctl init --state-branch")
    team.tells(
        "Prod takes what staging served, with recorded evidence that the suite passed, and asks for one person who "
        "agrees. Whose signatures count stands in a file of the same branch; calls go through the team's relay."
    )
    team.writes("ada", "promptctl.toml", SETTINGS.format(url=team.model.url))
    team.shows("toml", SETTINGS.format(url="https://relay.acorn.example"))
    signers = "".join(f"{who}@acorn.example {team.key(who)}\n" for who in PEOPLE)
    team.writes("ada", "prompts/allowed_signers", signers)
    team.writes("ada", PLACE, PROMPT)
    team.writes("ada", "prompts/support/triage/eval.yaml", SUITE)
    team.tells("The prompt, and a suite of three cases:")
    team.shows("yaml", PROMPT)
    team.shows("yaml", SUITE)
    team.types("ada", "promptctl trust")
    team.types("ada", "promptctl eval")
    team.types("ada", "promptctl lock")
    team.types("ada", "git add . && git commit -qm 'Start a registry' && git push -q -u origin main", told=False)
    team.types("ada", "promptctl release --sign")
    team.types("ada", "promptctl promote support/triage staging")
    for who in ("rosa", "olu"):
        team.types(who, "git clone -q ../acorn.git .", told=False)
    team.tells("Rosa reads what would go to prod, and agrees with her signature. Then Ada's promotion is let in.")
    team.types("rosa", "promptctl plan prod", code=1)
    team.types("rosa", "promptctl approve support/triage prod --reason 'read the answers'")
    team.types("ada", "promptctl promote support/triage prod")


def change(team: Team) -> None:
    team.chapter("change", "A change, and the hook that refuses it")
    team.tells("Long tickets cost tokens, so Ada cuts them. A hook judges what she commits; her first try has a typo.")
    team.writes("ada", ".git/hooks/pre-commit", HOOK)
    team.types("ada", "chmod +x .git/hooks/pre-commit && git switch -qc shorter-tickets", told=False)
    team.writes("ada", PLACE, cut(40).replace("ticket[:40]", "tickets[:40]"))
    team.types("ada", "git commit -qam 'Cut tickets short'", code=1)
    team.writes("ada", PLACE, cut(40))
    team.types("ada", "git commit -qam 'Cut tickets short'", code=1)
    team.types("ada", "promptctl lock")
    team.tells("She records the answers, and overlooks what they say:")
    team.types("ada", "promptctl eval", code=1)
    team.types("ada", "git add . && git commit -qm 'Cut tickets short' && git push -q -u origin HEAD")


def check(team: Team) -> None:
    team.chapter("check", "The check of the pull request")
    team.tells(
        "CI checks out what merging would make, two commits deep, without tags and without a key. It judges the change "
        "on the recorded replies:"
    )
    _checks(team, code=1)
    team.tells("Four hundred characters will do.")
    team.writes("ada", PLACE, cut(400))
    team.types("ada", "promptctl lock && promptctl eval -q")
    team.types("ada", "git add . && git commit -qm 'Cut tickets at 400 characters' && git push -q", told=False)
    _checks(team)


def _checks(team: Team, code: int = 0) -> None:
    """Merges as the host does, and judges that as a runner does."""
    host = team.folder / "host"
    team.types(
        "ci",
        f"rm -rf {host} && git clone -q ../acorn.git {host} && cd {host}"
        " && git -c user.name=Host -c user.email=host@acorn.example merge -q --no-ff -m merge origin/shorter-tickets"
        " && git push -q --force origin HEAD:refs/pull/12/merge",
        told=False,
    )
    ref = "refs/pull/12/merge"
    team.types(
        "ci",
        f"rm -rf .git * && git init -q && git remote add origin file://{team.folder}/acorn.git"
        f" && git fetch -q --no-tags --depth=2 origin +{ref}:refs/remotes/pull/12/merge"
        " && git checkout -q --detach refs/remotes/pull/12/merge",
        told=False,
    )
    runner = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_BASE_REF": "main",
        "GITHUB_EVENT_PATH": str(team.folder / "event.json"),
        "GITHUB_OUTPUT": str(team.folder / "output"),
        "GITHUB_STEP_SUMMARY": str(team.folder / "summary.md"),
    }
    team.writes("ci", "../event.json", "{}")
    team.types("ci", "promptctl ci --fetch --github --report comment=../comment.md", code=code, variables=runner)
    team.shows("markdown", masked((team.folder / "comment.md").read_text()))


def merge(team: Team) -> None:
    team.chapter("merge", "Merged, released, promoted")
    team.tells("Rosa merges it. A release is a tag on what the default branch has:")
    team.types(
        "rosa",
        "git fetch -q && git merge -q --no-ff origin/shorter-tickets"
        " -m 'Merge pull request #12 from acorn/shorter-tickets' && git push -q",
        told=False,
    )
    team.types("ada", "git switch -q main && git pull -q && promptctl release --sign")
    team.types("ada", "promptctl promote support/triage staging")
    team.types("ada", "promptctl promote support/triage prod", code=3)
    team.types("rosa", "promptctl fetch && promptctl plan prod", code=1)
    team.types("rosa", "promptctl approve support/triage prod")
    team.types("ada", "promptctl promote support/triage prod")


def canary(team: Team) -> None:
    team.chapter("canary", "A canary")
    team.tells("The next version, a pull request that was squashed, goes to a fifth of the users first.")
    team.writes("ada", PLACE, one_word())
    team.types("ada", "promptctl lock && promptctl eval -q", told=False)
    team.types("ada", "git add . && git commit -qm 'Ask for one word (#13)' && git push -q", told=False)
    team.types("ada", "promptctl release --sign -q && promptctl promote support/triage staging -q", told=False)
    team.types("rosa", "promptctl approve support/triage prod", told=False)
    team.types("ada", "promptctl rollout start support/triage@1.2.0 prod --steps 20,100 --reason 'one word is cheaper'")
    team.types("ada", "promptctl bundle prod -o ../prod.json")
    team.writes("ada", "../app.py", APP.read_text())
    _calls(team, 30)
    team.types("olu", "promptctl fetch -q && promptctl status")


def _calls(team: Team, number: int) -> str:
    """What the application prints, which has the numbers of one run."""
    under_way = team.begins("ada", f"python ../app.py ../prod.json {number}")
    printed, _ = under_way.communicate()
    assert under_way.returncode == 0, printed
    return printed


def bad_day(team: Team) -> str:
    """Gives the id of a call that failed."""
    team.chapter("bad-day", "A bad day")
    team.tells("At night the model's host begins to refuse what the canary asks for. Olu has never seen this prompt.")
    team.model.always = refuse_one_word
    call = _calls(team, 150).rpartition(" ")[2].strip()
    team.types("olu", "promptctl rollout status prod")
    team.types("olu", "promptctl rollout advance prod --dry-run -q | head -n 2")
    team.tells("One command puts everybody back. At the same moment Ada pauses the canary: one of the two is told.")
    _race(team)
    team.tells("Nothing else goes to prod until somebody has slept.")
    team.types("olu", "promptctl freeze prod --reason 'the relay refuses prompts, ticket 4711'")
    team.types("ada", "promptctl promote support/triage prod", code=3)
    team.types("olu", "promptctl status")
    return call


def _race(team: Team) -> None:
    """Olu's move lands while Ada's is on its way to the remote."""
    fifos = team.folder / "fifos"
    fifos.mkdir()
    for name in ("pushing", "go"):
        os.mkfifo(fifos / name)
    pushing, go = (os.open(fifos / name, os.O_RDWR) for name in ("pushing", "go"))
    team.writes("ada", ".git/hooks/pre-push", WAITING)
    (team.folder / "ada/.git/hooks/pre-push").chmod(0o755)
    line = "promptctl rollout pause support/triage prod --reason 'looking at the answers'"
    pausing = team.begins("ada", line, {"FIFOS": str(fifos)})
    assert select.select([pushing], [], [], 120)[0], "Ada's move never got to its push"
    team.types("olu", "promptctl rollback support/triage prod --reason 'calls fail since 02:10'")
    os.write(go, b"go\n")
    team.ends("ada", line, pausing, code=3)
    os.close(pushing)
    os.close(go)
    (team.folder / "ada/.git/hooks/pre-push").unlink()


def why(team: Team, call: str) -> None:
    team.chapter("why", "Why was that?")
    team.tells("In the morning somebody asks about one call of that night.")
    team.types("rosa", "promptctl fetch -q", told=False)
    team.types("rosa", f"promptctl why {call}")
    team.types("rosa", "promptctl why support/triage@1.1.0")
    team.types("rosa", "promptctl history support/triage --env prod")


def well(team: Team) -> None:
    team.chapter("well", "All is well")
    team.tells("Every clone agrees with every other, and the record reads as what happened.")
    for who in ("ada", "rosa", "olu"):
        team.types(who, "git pull -q && promptctl fetch -q && promptctl drift && promptctl verify", told=who == "olu")
    team.types("olu", "promptctl verify --signatures")
    team.types("olu", "git log --format='%an: %s' origin/promptctl/state")
