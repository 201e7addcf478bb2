"""Versions and references, in files and as arguments."""

from __future__ import annotations

from tests.hostile import seed
from tests.hostile.seed import Seed
from tests.hostile.sound import LOCK, POINTER

_BROKEN = [
    "v1.0.0",
    "01.0.0",
    "1.0",
    "1",
    "1.0.0.0",
    "1.0.0+build",
    "1.0.0-alpha",
    "1.0.0-rc",
    "1.0.0-rc.01",
    "1.0.0-rc.1.2",
    "1.0.0-RC.1",
    "-1.0.0",
    "1.-1.0",
    " 1.0.0",
    "1.0.0 ",
    "1.0.0\\n",
    "1_0.0.0",
    "1e3.0.0",
    "0x1.0.0",
    "1.0.0-",
    "1..0",
    "",
    "\\u0661.0.0",
    "\\uff11.0.0",
    "9999999.0.0",
    "99999999999999999999.0.0",
    "1.0.0/../../x",
    "1.0.0.lock",
    "1.0.0@{0}",
    "1.0.0\\u200b",
    "\\u202e1.0.0",
    "latest",
    "HEAD",
    "null",
    "{}",
    "1.0.0-rc.99999",
    "1.0.0~1",
    "1.0.0^{}",
    "true",
]
_REFERENCES = [
    "p@",
    "@",
    "@1.0.0",
    "p@@",
    "p@work",
    "p@latest",
    "p@1.0.0",
    "p@v1.0.0",
    "p@01.0.0",
    "p@prod",
    "p@nowhere",
    "p@HEAD",
    "p@git:HEAD",
    "p@git:",
    "p@git:-x",
    "p@-x",
    "p@--output=pwned",
    "p@HEAD~1000000",
    "p@:/x",
    "p@{u}",
    "p@@{-1}",
    "p@HEAD^{/x}",
    "p@sha256:",
    "p@sha256:" + "1" * 64,
    "p@sha256:" + "1" * 65,
    "p@sha256:zz",
    "p@prod@{",
    "p@prod@{now}",
    "p@prod@{2026-11-20}",
    "p@prod@{9999-99-99T00:00Z}",
    "p@prod@{0001-01-01T00:00:00Z}",
    "p@prod@{9999-12-31T23:59:59+00:00}",
    "p@\n",
    "p@a b",
    "p@a..b",
    "p@refs/heads/main",
    "p@main:prompts",
    "p@ext::sh",
    "p@" + "x" * 5000,
    "p@\udcff",
    "p@\x1b[2J",
    "p@1.0.0\u202e",
]


def _slug(text: str) -> str:
    return ascii(text)[1:-1][:30].replace("/", "|")


SEEDS = (
    *(
        Seed(name=f"versions/lock-{_slug(version)}", files={seed.LOCK: LOCK.replace('"1.1.0"', f'"{version}"')})
        for version in _BROKEN
    ),
    *(
        Seed(
            name=f"versions/pointer-{_slug(version)}",
            files={seed.POINTER: POINTER.replace("version: 1.1.0", f'version: "{version}"')},
        )
        for version in _BROKEN
    ),
    *(
        Seed(
            name=f"versions/reference-{number:02}-{_slug(text)}",
            commands=(("show", "--json", "--", text), ("hash", "--", text)),
        )
        for number, text in enumerate(_REFERENCES)
    ),
)
