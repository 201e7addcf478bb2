"""What the page about serving shows for other programs is what those programs take."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest

from tests.certificates import authority
from tests.serving import serving
from tests.shipping import done, line, refused

PAGE = (Path(__file__).parent.parent / "docs/how-to/serve.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The first block of a language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "promptctl.service"
    unit.write_text(block("ini").replace("/opt/promptctl/bin/promptctl", "/bin/true").replace("User=promptctl", ""))
    ran = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert "promptctl.service" not in ran.stdout + ran.stderr


def test_the_unit_starts_what_there_is(tmp_path: Path) -> None:
    (words,) = re.findall(r"^ExecStart=\S+ -C \S+ (.*)$", block("ini"), re.MULTILINE)
    # All is right with the line but that nothing can listen there.
    refused(line(tmp_path), *words.split(), "--host", "192.0.2.1", code=4, error="PC311")
    refused(line(tmp_path / "other"), *words.split(), "--open-reads", code=2, error="PC001")


NAME = "prompts.example.org"
_OWN = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{server}
}}
"""


@contextmanager
def proxy(folder: Path, changes: dict[str, str]) -> Iterator[None]:
    """nginx by the page, with other places."""
    server = block("nginx")
    for shown, here in changes.items():
        assert shown in server
        server = server.replace(shown, here)
    (folder / "nginx.conf").write_text(_OWN.format(folder=folder, server=server))
    words = ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")]
    with subprocess.Popen(words) as process:
        try:
            yield
        finally:
            process.terminate()


def asked(url: str, trusted: ssl.SSLContext, token: str = "") -> int:
    """The status of an answer by way of the proxy, once that is up."""
    headers = {"Host": NAME} | ({"Authorization": f"Bearer {token}"} if token else {})
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), context=trusted) as found:
                return int(found.status)
        except HTTPError as error:
            with error:
                return error.code
        except (ConnectionError, URLError) as error:
            if isinstance(getattr(error, "reason", error), ConnectionError):
                continue
            raise


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_nginx_passes_on_what_the_page_says(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    signed, repository, tokens = authority(tmp_path), line(tmp_path / "registry"), str(tmp_path / "tokens")
    made = done(repository, "token", "new", "robot", "--tokens", tokens, "--json").data["token"]
    with serving(repository.folder, hosts=(NAME,), closed=True, tokens=tokens) as server:
        changes = {
            "listen 443": f"listen 127.0.0.1:{port}",
            "/etc/ssl/prompts.example.org.pem": str(signed.certificate),
            "/etc/ssl/private/prompts.example.org.key": str(signed.key),
            "http://127.0.0.1:8420": server.url,
        }
        trusted = ssl.create_default_context(cafile=str(signed.file))
        with proxy(tmp_path, changes):
            url = f"https://localhost:{port}/api/v1/prompts"
            assert [asked(url, trusted), asked(url, trusted, made)] == [401, 200]
