"""What stands behind the program's name when it starts: words of the Procfile, the subcommand that serves, the option
that lets others reach it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.lazy import regex
from dockergen.manifests.procfile import procfile
from dockergen.model import Origin
from dockergen.repository import Repository

_LITERAL = regex(r"\bcobra\.Command\s*\{|\bcli\.(?:Command|App)\s*\{")
_FIELD = regex(r'\b(?:Use|Name)\s*:\s*"([\w.-]+)')
_RUNS = regex(r"^\s*(?:Run|RunE|Action)\s*:", re.M)
_ARGUMENTS = regex(r"\bos\.Args\b|\bflag\.Args?\(")
_CASE = regex(r'^\s*case\s+"([a-z-]+)"', re.M)
_ACTION = regex(r"\b(?:app|cmd|root\w*)\.(?:Action|Run|RunE)\s*=")
# An option whose default is this machine alone: of package flag or pflag, or a struct tag of go-flags.
_LOCAL = regex(
    r'\bString\w*\([^)\n]{0,60}?"(?P<flag>[\w.-]*(?:address|addr|bind|listen|host|interface|ip))"\s*,\s*(?:"\w?"\s*,\s*)?'
    r'"(?:localhost|127\.0\.0\.1)(?P<rest>:\d+)?"'
    r'|`[^`\n]*\blong:"(?P<tag>[\w.-]*(?:address|addr|bind|listen|host|interface|ip))"[^`\n]*'
    r'\bdefault:"(?:localhost|127\.0\.0\.1)(?P<port>:\d+)?"'
    r'|\bName:\s*"(?P<field>[\w.-]*(?:address|addr|bind|listen\w*|host|interface|ip))"[^{}]{0,300}?'
    r'\bValue:\s*"(?:localhost|127\.0\.0\.1)(?P<value>:\d+)?"'
)
# A variable whose default is this machine alone, in a struct tag of env, envconfig or configor.
_LOCAL_VARIABLE = regex(
    r'`(?=[^`\n]*\b(?:default|envDefault):"(?:localhost|127\.0\.0\.1)(?P<port>:\d+)?")'
    r'[^`\n]*\benv(?:config)?:"(?P<name>[A-Z][A-Z0-9_]*(?:ADDR|ADDRESS|BIND|HOST|IP|IPV4|LISTEN)(?:_?IPV4)?)\b'
)
# The name of such an option, or the words beside it, tell that it is the program's own address.
_OWN = regex(r"(?i)(?<![a-z])(?:bind|listen|serve|http)")
_OTHERS = regex(r"(?i)redis|postgres|mysql|mongo|smtp|mail|kafka|nats|amqp|otel|metrics|pprof|debug|database|\bdb\b")
_VARIABLE = regex(r"\$\{?([A-Za-z_]\w*)\}?")
_LONGEST = 20_000  # characters of a literal that are looked at


@frozen
class Command:
    """Arguments of the program; `shell` when they hold variables that only a shell fills in."""

    arguments: tuple[str, ...] = ()
    origin: Origin = Origin("default")
    shell: bool = False
    environment: tuple[tuple[str, str], ...] = ()


def command(repo: Repository, files: tuple[str, ...], names: tuple[str, ...], port: int | None) -> Command:
    """The Procfile's web line where it starts this program > the subcommand that serves > nothing."""
    written = _written(repo, names, port)
    if written is not None or port is None:
        return written or Command()
    served = _subcommand(repo, files, names) or Command()
    reach = _reach(repo, files)
    origin = (served if served.arguments else reach).origin
    return Command(
        (*served.arguments, *reach.arguments), origin, environment=() if reach.arguments else _variables(repo, files)
    )


def _written(repo: Repository, names: tuple[str, ...], port: int | None) -> Command | None:
    if not repo.is_file("Procfile"):
        return None
    web = next((row for row in procfile(repo.read("Procfile")) if row.name == "web"), None)
    try:
        words = shlex.split(web.command) if web else []
    except ValueError:
        return None
    if web is None or not words or words[0].rsplit("/", 1)[-1] not in names or set("|&;<>`(") & set(web.command):
        return None
    # There is no shell in the image to fill in PORT.
    filled = [re.sub(r"\$\{?PORT\b\}?", str(port), word) if port else word for word in words[1:]]
    unknown = any(_VARIABLE.search(word) for word in filled)
    return Command(tuple(words[1:] if unknown else filled), Origin("file", "Procfile", web.line), unknown)


def _reach(repo: Repository, files: tuple[str, ...]) -> Command:
    """The option that binds all addresses, where the program's default is this machine alone."""
    for path in files:
        text = repo.source(path)
        for hit in _LOCAL.finditer(text):
            begin, end = text.rfind("\n", 0, hit.start()) + 1, text.find("\n", hit.end())
            line = text[begin : end if end >= 0 else len(text)]
            name = hit["flag"] or hit["tag"] or hit["field"]
            if _OTHERS.search(line) or not (_OWN.search(line) or name in ("address", "addr", "ip")):
                continue
            value = f"0.0.0.0{hit['rest'] or hit['port'] or hit['value'] or ''}"
            return Command((f"--{name}={value}",), Origin("file", path, text.count("\n", 0, hit.start()) + 1))
    return Command()


def _variables(repo: Repository, files: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The variables that bind all addresses, where the program's default is this machine alone."""
    found = {}
    for path in files:
        text = repo.source(path)
        for hit in _LOCAL_VARIABLE.finditer(text):
            begin = text.rfind("\n", 0, hit.start()) + 1
            if _OWN.search(text[begin : hit.end()]) and not _OTHERS.search(text[begin : hit.end()]):
                found[hit["name"]] = f"0.0.0.0{hit['port'] or ''}"
    return tuple(sorted(found.items()))


def _subcommand(repo: Repository, files: tuple[str, ...], names: tuple[str, ...]) -> Command | None:
    """The subcommand, where the program does nothing without one."""
    found: dict[str, Origin] = {}
    for path in files:
        text = repo.source(path)
        for name, runs, start in _commands(text):
            if (name in names or not name) and runs:
                return None
            if runs and name:
                found.setdefault(name, Origin("file", path, text.count("\n", 0, start) + 1))
        if _LITERAL.search(text) and _ACTION.search(text):
            return None
    if not found:
        found = _switched(repo, files)
    best = next((name for name in load("go").lists["serves"] if name in found), "")
    return Command((best,), found[best]) if best else None


def _switched(repo: Repository, files: tuple[str, ...]) -> dict[str, Origin]:
    """Subcommands of a switch over the arguments in the main package, where another of them is a client's."""
    main = files[0].rpartition("/")[0] if files else ""
    for path in files:
        text = repo.source(path)
        if path.rpartition("/")[0] != main or not _ARGUMENTS.search(text) or '"client"' not in text:
            continue
        hits = list(_CASE.finditer(text))
        return {hit[1]: Origin("file", path, text.count("\n", 0, hit.start()) + 1) for hit in hits}
    return {}


def _commands(text: str) -> Iterator[tuple[str, bool, int]]:
    """Each command literal: its name, whether it does something by itself, and where it begins."""
    for opening in _LITERAL.finditer(text):
        own = _own_fields(text, opening.end())
        named = _FIELD.search(own)
        yield named[1] if named else "", _RUNS.search(own) is not None, opening.start()


def _own_fields(text: str, begin: int) -> str:
    """The text of a literal up to its closing brace, without what lies in braces or parentheses of its own."""
    depth, index, kept = 1, begin, []
    end = min(len(text), begin + _LONGEST)
    while index < end and depth:
        char = text[index]
        if char in '"`':
            close = text.find(char, index + 1)
            while char == '"' and close > 0 and text[close - 1] == "\\":
                close = text.find(char, close + 1)
            close = close if close > 0 else end
            if depth == 1:
                kept.append(text[index : close + 1])
            index = close + 1
            continue
        depth += (char in "{(") - (char in "})")
        if depth == 1:
            kept.append(char)
        index += 1
    return "".join(kept)
