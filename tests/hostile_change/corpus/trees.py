"""Trees that are more than files: links, submodules, attributes, repositories in repositories, names that collide."""

from __future__ import annotations

from tests.hostile_change.change import CANARY, SECRETS, SERVER, Change, Content, Gitlink, Link
from tests.hostile_change.corpus.planted import SHELL
from tests.hostile_change.team import ECHO, SETTINGS, SUITE, TRIAGE_FILE, TRIAGE_SUITE
from tests.support import TONE, TRIAGE

TONE_FILE, LOCK = "prompts/shared/tone.j2", "prompts/prompts.lock"
RENAMED = {TRIAGE_FILE: TRIAGE.replace("a queue", "one queue")}


def _link(name: str, path: str, target: str, says: str = "not a regular file", where: str = "") -> Change:
    return Change(name=f"links {name}", files={path: Link(target)}, where=where or path, says=says)


LINKS = (
    _link("a prompt to the runner's files", TRIAGE_FILE, f"{SECRETS}/deploy"),
    _link("a partial to the runner's files", TONE_FILE, f"{SECRETS}/deploy"),
    _link("a partial out of the tree", TONE_FILE, "../../../runner/deploy"),
    _link("a partial to Git's configuration", TONE_FILE, "../../.git/config"),
    _link("a suite to its environment", TRIAGE_SUITE, "/proc/self/environ"),
    _link("the lock to a device", LOCK, "/dev/zero"),
    _link("the lock to a terminal", LOCK, "/dev/stdin"),
    _link("a prompt to itself", TRIAGE_FILE, "prompt.yaml"),
    _link("a folder to the whole machine", "prompts/all", "/"),
    _link("a folder to its own", "prompts/support/loop", ".."),
    _link("a file that nothing reads", "prompts/support/triage/notes.txt", f"{SECRETS}/deploy"),
    _link("to text of a shell", "prompts/support/x", f"$(touch {CANARY}/x)`touch {CANARY}/y`"),
    _link("kept replies", "prompts/support/paid/replies/9adae6cd0f0b.jsonl", f"{SECRETS}/deploy"),
    Change(
        name="links all prompts to another place",
        files={
            "prompts": Link("elsewhere"),
            "elsewhere/support/triage/prompt.yaml": TRIAGE,
        },
        where="prompts",
        says="not a regular file",
    ),
    Change(
        name="links all prompts to the checkout",
        files={"prompts": Link("/proc/self/cwd")},
        where="prompts",
        says="not a regular file",
    ),
    Change(
        name="links all prompts to the machine",
        files={"prompts": Link("/")},
        where="prompts",
        says="not a regular file",
    ),
    Change(
        name="links where reports are written",
        files={"promptctl.sarif": Link(f"{SECRETS}/deploy"), "junit.xml": Link(f"{CANARY}/junit")},
        outcome="pass",
    ),
    Change(
        name="links outside the prompts",
        files={
            "docs": Link("/"),
            "src/loop": Link("."),
            "src/x.py": Link("/dev/zero"),
            "src/y.py": Link(f"{SECRETS}/deploy"),
        },
        outcome="pass",
    ),
)

SUBMODULES = (
    Change(
        name="makes the prompts a submodule",
        files={
            "prompts": Gitlink(),
            ".gitmodules": f'[submodule "p"]\npath = prompts\nurl = http://{SERVER}/p\n',
        },
        where="prompts",
        says="submodule",
    ),
    Change(
        name="makes a prompt a submodule",
        files={
            "prompts/support/triage": Gitlink(),
            ".gitmodules": f'[submodule "p"]\npath = prompts/support/triage\nurl = ext::sh -c touch% {CANARY}/ext\n',
        },
        where="prompts/support/triage",
        says="submodule",
    ),
    Change(
        name="adds submodules with options",
        files={
            "vendor": Gitlink(),
            "prompts/vendor": Gitlink(),
            ".gitmodules": "".join(
                f'[submodule "{name}"]\npath = {path}\nurl = {url}\nupdate = {update}\nfetchRecurseSubmodules = true\n'
                for name, path, url, update in (
                    ("../../hooks", "vendor", f"--upload-pack=touch {CANARY}/pack", f"!touch {CANARY}/update"),
                    ('x" y = "', "prompts/vendor", f"ssh://-oProxyCommand=touch {CANARY}/proxy/x", "checkout"),
                )
            ),
        },
        where="prompts/vendor",
        says="submodule",
    ),
)

ATTRIBUTES = f"""\
* filter=lfs diff=promptctl merge=promptctl ident eol=crlf working-tree-encoding=UTF-16
*.yaml filter=x
[attr]binary -diff
/{"a/" * 2000} x
*.j2 export-subst
"""
BARE: dict[str, Content] = {
    "HEAD": "ref: refs/heads/main\n",
    "config": f"[core]\nbare = true\nfsmonitor = touch {CANARY}/x\nworktree = .\nsshCommand = touch {CANARY}/ssh\n",
    "objects/info/alternates": "/\n",
    "refs/heads/main": "0" * 40 + "\n",
    "hooks/post-checkout": SHELL,
}
GIT = (
    Change(
        name="asks for filters and drivers",
        files={
            ".gitattributes": ATTRIBUTES.replace("working-tree-encoding=UTF-16", ""),
            "prompts/.gitattributes": "* filter=x diff=y merge=z\n",
        },
        outcome="pass",
    ),
    Change(
        name="asks for another encoding of all files",
        files={".gitattributes": "*.yaml working-tree-encoding=UTF-16\n"},
        where=TRIAGE_FILE,
        says="UTF-8|byte order|NUL",
    ),
    Change(
        name="brings a bare repository", files={f"bare/{path}": text for path, text in BARE.items()}, outcome="pass"
    ),
    Change(
        name="brings a bare repository below the prompts",
        files={f"prompts/bare/{path}": text for path, text in BARE.items()},
        outcome="pass",
    ),
    Change(name="makes the top a bare repository", files=BARE, outcome="pass"),
    Change(
        name="ignores its own files",
        files={
            ".gitignore": "prompts/\n*.yaml\n*.lock\n",
            "prompts/.gitignore": "*\n",
            "prompts/hidden/prompt.yaml": ECHO,
        },
        where=LOCK,
        says="hidden",
    ),
    Change(
        name="hides a worse partial in another's folder",
        files={
            TRIAGE_FILE: TRIAGE.replace("shared/tone.j2", "support/paid/tone.j2"),
            "prompts/support/paid/tone.j2": TONE,
        },
        where=LOCK,
        says="triage",
    ),
)

TWINS = (
    Change(
        name="a twin in capitals",
        files={"prompts/support/TRIAGE/prompt.yaml": TRIAGE},
        where="prompts/support/TRIAGE/prompt.yaml",
        says="",
    ),
    Change(
        name="a lock in capitals",
        files={"prompts/PROMPTS.LOCK": "{}", "Promptctl.toml": SETTINGS},
        where=LOCK,
        says="are one",
    ),
    Change(
        name="twins of Unicode",
        files={
            "prompts/support/caf\u00e9/prompt.yaml": ECHO,
            "prompts/support/cafe\u0301/prompt.yaml": ECHO,
        },
        where="prompts/support/caf\u00e9/prompt.yaml",
        says="name",
    ),
    Change(
        name="a suite in capitals",
        files={"prompts/support/triage/Eval.yaml": SUITE},
        where=TRIAGE_SUITE,
        says="are one",
    ),
    Change(
        name="a twin with letters that look the same",
        files={"prompts/support/tri\u0430ge/prompt.yaml": ECHO},
        where="prompts/support/tri\u0430ge/prompt.yaml",
        says="name",
    ),
    Change(
        name="names of devices",
        files={f"prompts/{name}/prompt.yaml": ECHO for name in ("con", "aux", "nul", "com1")},
        where="prompts/aux/prompt.yaml",
        says="name|Windows|device",
    ),
    Change(
        name="names that are taken",
        files={f"prompts/x/{name}/prompt.yaml": ECHO for name in ("environments", "evidence", "replies")},
        where="prompts/x/environments/prompt.yaml",
        says="",
    ),
    Change(
        name="a prompt within a prompt",
        files={"prompts/support/triage/inner/prompt.yaml": ECHO},
        where=LOCK,
        says="inner",
    ),
    Change(
        name="a partial that is a folder",
        files={TONE_FILE: None, f"{TONE_FILE}/x": "x"},
        where=TRIAGE_FILE,
        says="tone",
    ),
)
