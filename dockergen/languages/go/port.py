"""Which port a program listens on, read from the files it is made of."""

from __future__ import annotations

import re

from dockergen.catalog import Framework, load
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

_SERVES = regex(r"\b(ListenAndServe(?:TLS)?|Serve|Listen|Start|StartServer|Run)\s*\(|\bhttp\.Server\s*\{")
_SERVES_IMPORT = regex(
    r'"(net/http|net|github\.com/(?:gin-gonic|labstack|gofiber|go-chi|valyala|gorilla)/[^"]+|google\.golang\.org/grpc)"'
)
_SERVES_HTTP = regex(r"\bListenAndServe(?:TLS)?\s*\(|\bhttp\.Server\s*\{|\bhttp\.Serve\s*\(")
_READS_PORT = regex(
    r'(?:Getenv|LookupEnv|env)\w*\(\s*"PORT"|env:"PORT[",]|BindEnv\([^)]*"PORT"|`[^`]*env(?:config)?:"PORT"'
)
_HOST = r"(?P<host>localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])?"
_OPTION = r"[\w.-]*(?i:port|addr|address|listen|bind|http)"
# The most telling first: a variable's or an option's default, an address.
_STRONG = (
    regex(r'"(?:\w+_)?PORT(?:_NUMBER)?"\s*,\s*"?:?(?P<port>\d{2,5})\b'),
    regex(r'`[^`\n]*\benv(?:config)?:"(?:\w+_)?PORT\b[^`\n]*\b(?:default|envDefault):":?(?P<port>\d{2,5})"'),
    regex(r'`[^`\n]*\b(?:default|envDefault):":?(?P<port>\d{2,5})"[^`\n]*\benv(?:config)?:"(?:\w+_)?PORT\b'),
    regex(r'\b(?:\w*[a-z])?Port\s+u?int\w*\s+`[^`\n]*\b(?:default|envDefault):"(?P<port>\d{2,5})"'),
    regex(rf'`[^`\n]*\blong:"{_OPTION}"[^`\n]*\bdefault:"(?:{_HOST}:)?(?P<port>\d{{2,5}})"'),
    regex(
        rf'\b(?:String|Int|Uint|Uint16|TextVar)\w*\([^)\n]{{0,60}}?"{_OPTION}"\s*,\s*(?:"\w?"\s*,\s*)?'
        rf'(?:\w+\(\s*"\w+"\s*,\s*)?"?(?:{_HOST}:)?(?P<port>\d{{2,5}})\b(?![.\d])'
    ),
    regex(rf'"{_HOST}:(?P<port>[1-9]\d{{1,4}})"'),
)
# A number that is called a port.
_WEAK = (
    regex(r'(?i:port)\w*"?[^"\n]{0,40}?"(?P<port>[1-9]\d{3,4})"'),
    regex(r"\b\w*(?i:port)\w*\s*(?:int\w*\s*)?(?::=|=|:)\s*(?P<port>80|[1-9]\d{3,4})\b"),
)
# Ports of what a program talks to, or shows to its operators only.
_ELSEWHERE = regex(
    r"(?i)metrics|pprof|debug|redis|postgres|pgsql|mysql|mongo|smtp|mail|kafka|nats|rabbit|amqp|otlp|otel|jaeger"
    r"|zipkin|memcache|elastic|statsd|graphite|\bdb|database|ssh|ldap|consul|etcd|_test\b|example|\bdsn\b|admin"
)
_OTHER_PORTS = frozenset(
    (22, 25, 53, 389, 465, 587, 636, 1433, 3306, 4317, 4318, 5432, 5672, 6060, 6379, 9092, 9200, 11211, 65535)
)


def framework(
    requires: dict[str, tuple[str, int]], imported: frozenset[str], texts: list[str]
) -> tuple[Sourced[str], Framework] | None:
    """The first framework of the catalog that the program imports, with the line that requires it."""
    for row in load("go").frameworks.values():
        if row.kind == "grpc" and any(_SERVES_HTTP.search(text) for text in texts):
            continue  # it answers HTTP as well, and that is what is probed
        for name in row.dependencies:
            if name in requires and any(path == name or path.startswith(f"{name}/") for path in imported):
                path, line = requires[name]
                return Sourced(row.title, Origin("file", path, line)), row
    return None


def reads_port(repo: Repository, files: tuple[str, ...]) -> bool:
    """True when a file asks the environment for PORT."""
    return any(_READS_PORT.search(repo.source(path)) for path in files)


def listens(repo: Repository, files: tuple[str, ...]) -> bool:
    """True when a file opens a server."""
    return any(_serves(repo.source(path)) for path in files)


def port(repo: Repository, files: tuple[str, ...], row: Framework | None) -> tuple[Sourced[int] | None, list[str]]:
    """The port and notes about it; None for a program that does not listen. `files` come with the near ones first."""
    serving = [path for path in files if _serves(repo.source(path))]
    if not serving and row is None:
        return None, []
    # The main package says what is asked for; after it, the files that open a server.
    main = files[0].rpartition("/")[0] if files else ""
    near = [path for path in files if path.rpartition("/")[0] == main]
    # What a client connects to, or answers in another protocol, comes last.
    others = [path for path in dict.fromkeys([*serving, *files]) if path not in near]
    others.sort(key=lambda path: any(word in path.lower() for word in ("client", "grpc")))
    for ordered in (near, others):
        for patterns in (_STRONG, _WEAK):
            found = _first(repo, ordered, patterns)
            if found is not None:
                return found
    default = row.port if row is not None and row.port else 8080
    return Sourced(default, Origin("default", note=row.title if row else "Go")), []


def _first(
    repo: Repository, files: list[str], patterns: tuple[re.Pattern[str], ...]
) -> tuple[Sourced[int], list[str]] | None:
    for path in files:
        found = _found(repo.source(path), patterns)
        if found is not None:
            number, line, host = found
            origin = Origin("file", path, line)
            return Sourced(number, origin), _local_only(host, number, origin)
    return None


def _serves(text: str) -> bool:
    return _SERVES.search(text) is not None and _SERVES_IMPORT.search(text) is not None


def _found(text: str, patterns: tuple[re.Pattern[str], ...]) -> tuple[int, int, str] | None:
    """The number, its line and the host before it; by the strength of the patterns, then by line."""
    for pattern in patterns:
        for hit in pattern.finditer(text):
            begin, end = text.rfind("\n", 0, hit.start()) + 1, text.find("\n", hit.end())
            line = text[begin : end if end >= 0 else len(text)]
            number = int(hit["port"])
            if number in _OTHER_PORTS or not 1 <= number <= 65535:
                continue
            if line.lstrip().startswith("//") or _ELSEWHERE.search(line):
                continue
            return number, text.count("\n", 0, hit.start()) + 1, hit.groupdict().get("host") or ""
    return None


def _local_only(host: str, number: int, origin: Origin) -> list[str]:
    if host not in ("localhost", "127.0.0.1", "[::1]"):
        return []
    return [f"{origin} listens on {host}, which nothing outside the container reaches; use :{number}."]
