"""Python source as text: ports, routes and guards that a line shows."""

from __future__ import annotations

import re

from dockergen.lazy import regex

_PORT = regex(
    r"""(?:environ\.get|getenv|env\.int|config)\(\s*["'](?:[A-Z_]*_)?PORT["']\s*,\s*(?:default\s*=\s*)?["']?(\d{2,5})"""
    r"""|["']--port["'][^)]*?\bdefault\s*=\s*["']?(\d{2,5})|\bdefine\(\s*["']port["'][^)]*?\bdefault\s*=\s*(\d{2,5})"""
    r"""|\b(?:http_?|server_?|app_?)?port\s*(?::\s*int\s*)?=\s*["']?(\d{2,5})\b|(?:HTTPServer|TCPServer|make_server|create_server)\(\s*\(?\s*["'][^"']*["']\s*,\s*(\d{2,5})"""
    r"""|\bPORT\s*(?::\s*int\s*)?=\s*["']?(\d{2,5})\b|\.listen\(\s*(\d{2,5})|add_(?:in)?secure_port\(\s*f?["'][^"']*:(\d{2,5})"""
    r"""|["']server\.socket_port["']\s*:\s*(\d{2,5})"""
)
_HEALTH = regex(r"""["']/?((?:api/)?(?:health|healthz|health-check|healthcheck|livez|ping|_health))(/?)["']""")
_SCHEME = regex(r"""scheme|["']https?["']""")
_GUARD = regex(r"""^if\s+__name__\s*==\s*["']__main__["']|^if\s+["']__main__["']\s*==\s*__name__""", re.MULTILINE)


def port_in(text: str) -> tuple[int, int]:
    """The port that the source names and its line; (0, 0) when it names none that is plausible."""
    for found in _PORT.finditer(text):
        port = int(next(group for group in found.groups() if group))
        if 80 <= port <= 65535 and not (port in (80, 443) and _of_scheme(text, found.start())):
            return port, text.count("\n", 0, found.start()) + 1
    return 0, 0


def _of_scheme(text: str, at: int) -> bool:
    """True where the line, or one of the four before, asks for the scheme of an address: its port is no service's."""
    end = text.find("\n", at)
    near = text[: end if end >= 0 else len(text)].rsplit("\n", 5)[-5:]
    return any(_SCHEME.search(line) for line in near)


def port_called(text: str, name: str) -> tuple[int, int]:
    """The port that a name of the source has, be it a variable, a field of a class or an option, and its line."""
    option = name.replace("_", "-")
    called = (
        r"""(?:[\w.]+\(\s*(?:["']\w+["']\s*,\s*)?(?:default\s*=\s*)?)*"""  # Field(default=, int(os.environ.get("PORT",
    )
    found = re.search(
        rf"""\b{re.escape(name)}\b["']?\]?\s*(?::[^=\n]+)?=\s*{called}["']?(\d{{3,5}})\b"""
        rf"""|["']{re.escape(name)}["']\s*:\s*{called}["']?(\d{{3,5}})\b"""
        # A row of a table of settings, its default last: "port": (Integer(), "Port", 8000).
        rf"""|["']{re.escape(name)}["']\s*:\s*\((?:[^()\n]|\([^()\n]*\))*?,\s*["']?(\d{{3,5}})["']?\s*\)"""
        rf"""|["']--{re.escape(option)}["'][^()]*?\bdefault\s*=\s*{called}["']?(\d{{3,5}})\b""",
        text,
    )
    port = int(next(group for group in found.groups() if group)) if found else 0
    return (port, text.count("\n", 0, found.start()) + 1) if found and 80 <= port <= 65535 else (0, 0)


def health_route(text: str) -> str:
    """A route for health checks that the source declares, "" when it declares none."""
    found = _HEALTH.search(text)
    return f"/{found[1]}{found[2]}" if found else ""


def guard_line(text: str) -> int:
    """The line of the `__main__` guard, 0 when the file has none."""
    found = _GUARD.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def serves(text: str) -> bool:
    """True when the program starts a server of its own on all interfaces."""
    started = re.search(r"\b(serve|run_app|run|serve_forever|listen|start_server|create_server)\(", text)
    return bool(started) and "0.0.0.0" in text and not re.search(r"\b(debug|reload)\s*=\s*True", text)
