"""Servers that a program starts by itself: on which host and port, with what, and where the source says so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.objects import calls
from dockergen.languages.python.syntax import Module, dotted, nodes, top_level
from dockergen.lazy import regex

_EVERYWHERE = ("0.0.0.0", "::", "[::]", "*")
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
_PLACE = regex(r"(?i)port|bind|addr|listen|host|interface|server|sock|url")
_HOST_NAME = regex(r"(?i)host|addr|bind|interface|(?:^|_)ip$")
_ADDRESS = regex(r"(?:tcp://)?(\[?[\w.:*]*\]?):(\d{2,5})")


@frozen
class Listening:
    """One call that starts a server."""

    function: str  # as the file calls it
    line: int
    host: str = ""  # as the source gives it, or the function's default; "" when it cannot be known
    host_variable: str = ""  # environment variable that overrides it
    port: int = 0
    port_variable: str = ""
    target: str = ""  # "package.module:app", or the name of the object
    factory: bool = False
    eager: bool = False  # it runs when the file is imported
    kind: str = "http"  # http, tcp or grpc
    host_name: str = ""  # the attribute or name that gives the host, where this file does not tell its value
    port_name: str = ""  # the attribute or key that gives the port, where this file does not tell its value

    @property
    def loopback(self) -> bool:
        """True when nothing outside of the container reaches it."""
        return self.host in LOOPBACK


def listening(module: Module, objects: frozenset[str] = frozenset()) -> list[Listening]:
    """The servers that the file starts; `objects` are names of its app objects, whose `run` starts one."""
    if not _hint().search(module.text):
        return []
    constants = _constants(module)
    found = []
    for name, call, eager in calls(module):
        row = _row(name, call, module, objects)
        if row is None:
            continue
        kind, host, port = row
        given = list(_arguments(call, constants))
        hosts = [value for value, _ in given if value in (*_EVERYWHERE, *LOOPBACK)]
        addresses = [m for value, _ in given if (m := _ADDRESS.fullmatch(value))]
        ports = [int(value) for value, _ in given if value.isdigit() and 80 <= int(value) <= 65535]
        blank = any(value == "" for value, _ in given) and not hosts
        variables = {variable for _, variable in given if variable}
        unread = "" if ports or addresses else _port_name(call, constants)
        found.append(
            Listening(
                _local(name.rpartition(".")[0], module) + "." + name.rpartition(".")[2],
                call.lineno,
                next(
                    iter((*hosts, *(m[1] or "0.0.0.0" for m in addresses))),
                    "0.0.0.0" if blank else _unknown(call, host),
                ),
                next((v for v in sorted(variables) if re.search(r"HOST|ADDR|BIND|INTERFACE", v)), ""),
                next(iter((*ports, *(int(m[2]) for m in addresses))), 0 if unread else port),
                next((v for v in sorted(variables) if v.endswith("PORT")), ""),
                _target(call),
                any(k.arg == "factory" for k in call.keywords),
                eager,
                kind,
                "" if hosts or addresses else _host_name(call),
                unread,
            )
        )
    return found


@cache
def _hint() -> re.Pattern[str]:
    """What stands in every file that starts a server."""
    names = {re.escape(line.split()[0].rsplit(".", 1)[-1]) for line in load("python").lists["serving"]}
    return re.compile(rf"\b(?:{'|'.join(sorted({*names, 'run', 'run_server'}))})\(")


def _row(name: str, call: ast.Call, module: Module, objects: frozenset[str]) -> tuple[str, str, int] | None:
    """Kind, default host and default port of the function; None when it starts no server."""
    starred = [f"{origin}.{name}" for key, origin in module.imports.items() if key[:1] == "*" and len(key) > 1]
    for line in load("python").lists["serving"]:
        function, kind, host, port = line.split()
        if (
            name == function
            or (starred and function in starred)
            or (function.startswith(".") and name.endswith(function))
        ):
            return kind, host.strip("-"), int(port)
    owner, _, last = name.rpartition(".")
    made = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call)  # create_app().run()
    if last not in ("run", "run_server") or not (owner or made):
        return None
    if _local(owner, module) in objects or owner.endswith("socketio"):
        return "http", "127.0.0.1", 0
    if owner in module.imports.values() or not {k.arg for k in call.keywords} & {"host", "port"}:
        return None
    return "http", "127.0.0.1", 0


def _local(dotted_name: str, module: Module) -> str:
    """What the file itself calls an imported name."""
    return next((name for name, origin in module.imports.items() if origin == dotted_name), dotted_name)


def _unknown(call: ast.Call, default: str) -> str:
    """The default host, unless the call gives one that cannot be read."""
    given = {k.arg for k in call.keywords}
    return "" if given & {"host", "address", "bind", "server_name", "listen", None} else default


def _target(call: ast.Call) -> str:
    for argument in [*call.args[:1], *(k.value for k in call.keywords if k.arg in ("app", "target"))]:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and ":" in argument.value:
            return argument.value if re.fullmatch(r"[\w.]+:[\w.]+", argument.value) else ""
        if isinstance(argument, ast.Name):
            return argument.id
        if isinstance(argument, ast.Call) and (parts := dotted(argument.func)):
            return f"{parts[-1]}()"
    maker = call.func.value if isinstance(call.func, ast.Attribute) else None
    return f"{parts[-1]}()" if isinstance(maker, ast.Call) and (parts := dotted(maker.func)) else ""


def _port_name(call: ast.Call, constants: dict[str, ast.expr]) -> str:
    """What `port=`, or the end of an f-string for `listen=`, is given: the last name of args.port, settings["port"] or
    port; "" for none."""
    node = next((k.value for k in call.keywords if k.arg == "port"), None)
    if node is None:
        given = (k.value for k in call.keywords if k.arg in ("listen", "bind"))
        texts = (constants.get(text.id, text) if isinstance(text, ast.Name) else text for text in given)
        last = next((text.values[-1] for text in texts if isinstance(text, ast.JoinedStr) and text.values), None)
        node = last.value if isinstance(last, ast.FormattedValue) else None
    if isinstance(node, ast.Name):
        node = constants.get(node.id, node)
    while isinstance(node, ast.Call) and len(node.args) == 1 and dotted(node.func)[-1:] in (["int"], ["str"]):
        node = node.args[0]
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value
    return node.id if isinstance(node, ast.Name) else ""


def _host_name(call: ast.Call) -> str:
    """The last name of what gives the host: settings.host, as `host=` or in a pair with the port; "" for none."""
    given = [*call.args, *(k.value for k in call.keywords)]
    parts = [part for node in given for part in (node.elts if isinstance(node, ast.Tuple) else [node])]
    names = (dotted(part)[-1:] for part in parts if isinstance(part, (ast.Name, ast.Attribute)))
    return next((name[0] for name in names if name and _HOST_NAME.search(name[0])), "")


def _constants(module: Module) -> dict[str, ast.expr]:
    """Module-level names with the expressions that give them their values."""
    found: dict[str, ast.expr] = {}
    for node in top_level(module.body):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    for statement in module.body:
        for inner in nodes(statement):
            if isinstance(inner, ast.Assign) and len(inner.targets) == 1 and isinstance(inner.targets[0], ast.Name):
                found.setdefault(inner.targets[0].id, inner.value)
    return found


def _arguments(call: ast.Call, constants: dict[str, ast.expr]) -> Iterator[tuple[str, str]]:
    """Texts and numbers among the arguments with the variable that overrides each, names followed once."""
    # Other keywords hold numbers as well: timeouts, limits.
    named = [k for k in call.keywords if k.arg is None or _PLACE.search(k.arg)]
    named.sort(key=lambda keyword: keyword.arg != "port")
    for argument in [*call.args, *(k.value for k in named)]:
        followed = constants.get(argument.id, argument) if isinstance(argument, ast.Name) else argument
        parts = followed.elts if isinstance(followed, ast.Tuple) else [followed]
        for part in parts:
            yield from _values(constants.get(part.id, part) if isinstance(part, ast.Name) else part, constants)


def _values(node: ast.expr, constants: dict[str, ast.expr]) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, (str, int)) and not isinstance(node.value, bool):
            yield str(node.value), ""
        return
    if isinstance(node, ast.JoinedStr):
        yield (
            "".join(
                str(part.value)
                if isinstance(part, ast.Constant)
                else next((v for v, _ in _formatted(part, constants)), "")
                for part in node.values
            ),
            "",
        )
        return
    texts = [str(n.value) for n in nodes(node) if isinstance(n, ast.Constant) and isinstance(n.value, (str, int))]
    names = [text for text in texts if re.fullmatch(r"[A-Z][A-Z0-9_]+", text)]
    for text in texts:
        if text not in names:
            yield text, names[0] if names else ""
    if names and len(names) == len(texts):
        yield "-", names[0]


def _formatted(part: ast.expr, constants: dict[str, ast.expr]) -> Iterator[tuple[str, str]]:
    if isinstance(part, ast.FormattedValue):
        value = part.value
        yield from _values(constants.get(value.id, value) if isinstance(value, ast.Name) else value, constants)
