"""Databases and queues that a program looks for on localhost, which in a container is the container itself, or under a
name that only a network of containers has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.start import Start
from dockergen.lazy import regex
from dockergen.repository import Repository

_MOST = 2
_SCHEMES = r"(?:postgres|mysql|mariadb|mongodb|redis|amqp)"
_HINT = regex(rf"""["']HOST["']\s*:|localhost|127\.0\.0\.1|MongoClient\(\s*\)|{_SCHEMES}[\w+]*://""")
_URL = regex(rf"""({_SCHEMES})\w*(?:\+\w+)?://(?:[^"'\s/@]*@)?(?:localhost|127\.0\.0\.1)\b""")
# A host without a dot, as compose files call their services: amqp://guest:guest@rabbit:5672/
_NAMED = regex(rf"""({_SCHEMES})\w*(?:\+\w+)?://(?:[^"'\s/@{{}}]*@)?((?!localhost\b)[a-z][\w-]*)(?=[:/"'?])""")
_ALIAS = regex(r"""\b(?:alias|validation_alias|env)\s*=\s*["'](\w+)["']""")
# mysql.connector.connect(host="localhost"), {"HOST": "localhost"} of Django, app.config["MYSQL_HOST"] = "localhost"
_HOST = regex(
    r"""(?:\bconnect\([^()]{0,200}?\bhost\s*=|["']HOST["']\s*:|\b(?:MYSQL|MYSQL_DATABASE|DB|DATABASE|POSTGRES|MONGO)_HOST["']?\]?\s*=)"""
    r"""(?:\s*[\w.]{1,40}\(\s*["']\w{1,60}["']\s*,)?[^"'\n#]{0,60}["'](?:localhost|127\.0\.0\.1)["']|\bMongoClient\(\s*(?:["']localhost["']|\))""",
)
# {"HOST": "db"} of Django, be it the default of a variable
_NAMED_HOST = regex(
    r"""["']HOST["']\s*:(?:\s*[\w.]{1,40}\(\s*["']\w{1,60}["']\s*,)?\s*(?:default\s*=\s*)?["']()((?!localhost\b)[a-z][\w-]*)["']"""
)
_VARIABLE = regex(r"""\b(?:getenv|get|env(?:\.\w+)?|config)\(\s*["']([A-Z][A-Z0-9_]*)["']""")
_FIELD = regex(r"\s+(\w+)\s*:[^=]+=")  # of a class that reads its fields from the environment


@frozen
class Local:
    """One such place: what is told of it, and whether no variable names another."""

    what: str
    told: str
    fixed: bool


def on_localhost(repo: Repository, start: Start) -> tuple[Local, ...]:
    """What the program looks for there, with the line and the variable that names another place, nearest first."""
    paths = (
        *(whole_program(repo, start.entry) if start.entry else ()),
        *(start.django.sources if start.django else ()),
    )
    found = [local for path in dict.fromkeys(paths) for local in _in_file(repo, path)]
    return tuple({local.what: local for local in reversed(found)}.values())[:_MOST]


def _in_file(repo: Repository, path: str) -> Iterator[Local]:
    text = repo.source(path)
    if not _HINT.search(text):
        return
    named = dict(row.split() for row in load("python").lists["services"])
    for found in (*_URL.finditer(text), *_HOST.finditer(text)):
        head = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        line = text.count("\n", 0, found.end()) + 1
        if "#" in head:
            continue
        what = named.get((found.groups() or ("",))[0] or "", "database")
        variable = _VARIABLE.search(head + found[0])
        field = _FIELD.match(head) if "BaseSettings" in text else None
        where = f"{path}:{line} looks for its {what} on localhost"
        if told := variable or field:
            name = told[1].upper()
            given = f"docker run -e {name}=..., or --network host for one of this machine"
            yield Local(what, f"{where} unless {name} says otherwise: {given}.", fixed=False)
            continue
        yield Local(
            what,
            f"{where}, which in a container is the container itself: read the address from a variable, or take one of "
            "this machine by docker run --network host.",
            fixed=True,
        )
    yield from _under_a_name(path, text, named)


def _under_a_name(path: str, text: str, named: Mapping[str, str]) -> Iterator[Local]:
    for found in (*_NAMED.finditer(text), *_NAMED_HOST.finditer(text)):
        head = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        if "#" in head:
            continue
        rest = text[found.end() :].partition("\n")[0]
        field = _FIELD.match(head) if "BaseSettings" in text else None
        told = _VARIABLE.search(head + found[0]) or (_ALIAS.search(rest) if field else None) or field
        what = named.get(found[1], "database")
        line = text.count("\n", 0, found.end()) + 1
        where = f"{path}:{line} looks for its {what} on {found[2]}, a name that only a network of containers has"
        way = f"`docker run -e {told[1].upper()}=...` names another" if told else "join it with docker run --network"
        yield Local(what, f"{where}; {way}.", fixed=False)
