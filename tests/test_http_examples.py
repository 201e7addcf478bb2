"""The examples of Node and curl, followed as they are written, while the server goes away and comes back."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.serving import serving
from tests.shipping import NAME, done, line
from tests.support import GitRepository

FOLDER = Path(__file__).parent.parent / "examples" / "http"
needs_node = pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")
needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    return line(tmp_path_factory.mktemp("examples"), staged=("1.0.0",))


@pytest.fixture(scope="module")
def token(repository: GitRepository) -> str:
    words = ("token", "new", "robot", "--env", "staging", "--allow", "read", "--allow", "promote")
    made: str = done(repository, *words, "--tokens", tokens(repository), "--json").data["token"]
    return made


def tokens(repository: GitRepository) -> str:
    return str(repository.folder.parent / "tokens")


@contextmanager
def followed(url: str, file: Path) -> Iterator[IO[str]]:
    """What the Node example prints."""
    words = ["node", str(FOLDER / "follow.mjs"), url, "staging", NAME]
    environment = os.environ | {"LAST_GOOD": str(file), "INTERVAL": "50"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout
            yield process.stdout
        finally:
            process.kill()


@needs_node
@needs_curl
def test_what_curl_promotes_node_sees_also_when_the_server_was_away(
    repository: GitRepository, token: str, tmp_path: Path
) -> None:
    file = tmp_path / "last.json"
    with ExitStack() as first_server, ExitStack() as example:
        server = first_server.enter_context(serving(repository.folder, tokens=tokens(repository), writable=True))
        said = example.enter_context(followed(server.url, file))
        assert said.readline() == f"{NAME} 1.0.0 (pointer)\n"
        words = [str(FOLDER / "promote.sh"), server.url, "staging", NAME, "1.1.0", "tested in staging"]
        ran = subprocess.run(
            words, env=os.environ | {"PROMPTCTL_TOKEN": token}, capture_output=True, text=True, check=True
        )
        first, second = re.findall(r"asked \d times:\n(.*)", ran.stdout)
        assert (first == second, json.loads(first)["moved"][0]["to"]["version"]) == (True, "1.1.0")
        assert said.readline() == f"{NAME} 1.1.0 (pointer)\n"
        first_server.close()
        assert said.readline().startswith("still 1.1.0: ")
        with followed(server.url, file) as without_a_server:
            assert without_a_server.readline() == f"{NAME} 1.1.0 (pointer)\n"
        done(repository, "rollback", NAME, "staging", "--reason", "bad day")
        with serving(repository.folder, int(server.url.rpartition(":")[2])):
            assert next(line for line in said if not line.startswith("still")) == f"{NAME} 1.0.0 (pointer)\n"


@needs_curl
def test_a_no_ends_the_example(repository: GitRepository, token: str) -> None:
    with serving(repository.folder, tokens=tokens(repository), writable=True) as server:
        words = [str(FOLDER / "promote.sh"), server.url, "prod", NAME, "1.1.0", "why"]
        ran = subprocess.run(
            words, env=os.environ | {"PROMPTCTL_TOKEN": token}, capture_output=True, text=True, check=False
        )
    assert ran.returncode == 22
    assert token not in ran.stdout + ran.stderr


@needs_node
def test_node_renders_what_is_served(repository: GitRepository) -> None:
    script = f"""
        import {{ Prompt }} from {json.dumps((FOLDER / "prompt.mjs").as_uri())};
        const prompt = new Prompt({{ url: process.argv[1], environment: "staging", name: "{NAME}" }});
        await prompt.start();
        console.log(JSON.stringify((await prompt.render({{ ticket: "Charged twice" }})).messages));
        await prompt.render({{}}).catch((fault) => console.log(fault.code));
        prompt.stop();
    """
    with serving(repository.folder) as server:
        words = ["node", "--input-type=module", "-e", script, server.url]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    assert "Charged twice" in said[0]
    assert said[1].startswith("PC")
