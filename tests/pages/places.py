"""Which pages are looked at: every kind, in its usual, its empty and its hostile states."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from tests.pages.scene import CHAIN, EMPTY, Scene
from tests.shipping import NAME, OTHER


def live_places(scene: Scene, calls: Sequence[str]) -> dict[str, int]:
    """Paths with the status that they answer with. ``calls`` are as ``fill`` gives them."""
    told, bare, *hostile = calls
    prompts = (NAME, OTHER, CHAIN, EMPTY, scene.hostile, scene.names[0], scene.names[len(scene.names) // 2])
    paths = [
        "/",
        "/?show=drift&sort=failed",
        "/?q=nothing-is-called-so",
        *(f"/prompts/{name}/" for name in prompts),
        f"/prompts/{NAME}/?days=7&env=prod",
        *(f"/prompts/{NAME}/-/diff/?old=1.3.0&new=1.4.0&show={show}" for show in ("source", "rendered", "answers")),
        *(
            f"/prompts/{scene.hostile}/-/diff/?old=1.0.0&new=1.1.0&show={it}"
            for it in ("source", "rendered", "answers")
        ),
        f"/prompts/{CHAIN}/-/diff/?old=1.0.0&new=work&show=rendered",
        f"/prompts/{NAME}/-/diff/?old=1.0.0&new=1.0.0",
        "/splits/",
        "/experiments/tone/",
        f"/rollouts/staging/{OTHER}/-/2/",
        "/costs/",
        "/costs/?since=7d&prompt=nothing",
        f"/costs/?since=7d&prompt={quote(scene.hostile)}&other_model=gpt-4.1-mini",
        "/costs/?since=no-time",
        f"/costs/?user=nobody&cache=24h&model={quote('<script>window.taken=1</script>')}",
        "/calls/",
        f"/calls/?since=30d&prompt={quote(scene.hostile)}",
        f"/calls/?since=30d&model={quote('<script>window.taken=1</script>')}",
        "/calls/?since=no-time",
        "/calls/?user=nobody",
        *(f"/calls/{call}/" for call in (told, bare, *hostile)),
    ]
    missing = ["/calls/01M00000000000000000000000/", "/nowhere/", "/prompts/%3Cscript%3Ewindow.taken=1%3C/script%3E/"]
    return dict.fromkeys(paths, 200) | dict.fromkeys(missing, 404)


def file_places(scene: Scene) -> tuple[str, ...]:
    """The pages of a report that are looked at as files."""
    change = "-/diff/1.0.0..1.1.0/index.html"
    named = [f"prompts/{name}/{page}" for name in (scene.hostile, NAME) for page in ("index.html", change)]
    splits = (
        "costs/index.html",
        "splits/index.html",
        "experiments/tone/index.html",
        f"rollouts/staging/{OTHER}/-/2/index.html",
    )
    return ("index.html", *splits, f"prompts/{CHAIN}/index.html", *named)
