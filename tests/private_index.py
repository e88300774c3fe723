"""A package index that wants a login, served on this machine for builds that run on it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

USER = "builder"
PASSWORD = "correct-horse-4711"
GREETING = "hello from a private package"


@dataclass
class PrivateIndex:
    """Where the index is, and what was asked of it."""

    host: str
    port: int
    wheel: bytes
    refused: list[str] = field(default_factory=list)
    served: list[str] = field(default_factory=list)

    name = "corp_greeting-1.0-py3-none-any.whl"

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def simple(self) -> str:
        return f"http://{self.place}/simple"

    @property
    def file(self) -> str:
        return f"http://{self.place}/files/{self.name}"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.wheel).hexdigest()


@contextlib.contextmanager
def private_index() -> Iterator[PrivateIndex]:
    """The index, on the address under which containers see this machine; every page and file wants the login."""
    index = PrivateIndex(_bridge(), 0, _wheel())
    wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("Authorization") != wanted:
                index.refused.append(self.path)
                self._answer(401, b"login please", "text/plain")
            elif self.path.startswith("/files/"):
                index.served.append(self.path)
                self._answer(200, index.wheel, "application/octet-stream")
            elif self.path.rstrip("/") == "/simple/corp-greeting":
                link = f'<a href="/files/{index.name}#sha256={index.sha256}">{index.name}</a>'
                self._answer(200, f"<!DOCTYPE html><html><body>{link}</body></html>".encode(), "text/html")
            else:
                self._answer(404, b"", "text/plain")

        do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="packages"')
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer((index.host, 0), Handler)
    index.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()


def _bridge() -> str:
    form = "{{(index .IPAM.Config 0).Gateway}}"
    done = subprocess.run(
        ["docker", "network", "inspect", "bridge", "-f", form], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _wheel() -> bytes:
    info = "corp_greeting-1.0.dist-info"
    files = {
        "corp_greeting.py": f"TEXT = {GREETING!r}\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: corp-greeting\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return data.getvalue()
