"""Databases and queues that a program looks for on localhost, which in a container is the container itself."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.start import Start
from dockergen.lazy import regex
from dockergen.repository import Repository

_MOST = 2
_HINT = regex(r"localhost|127\.0\.0\.1|MongoClient\(\s*\)")
_URL = regex(
    r"""(postgres|mysql|mariadb|mongodb|redis|amqp)\w*(?:\+\w+)?://(?:[^"'\s/@]*@)?(?:localhost|127\.0\.0\.1)\b"""
)
# mysql.connector.connect(host="localhost"), {"HOST": "localhost"} of Django, app.config["MYSQL_HOST"] = "localhost"
_HOST = regex(
    r"""(?:\bconnect\([^()]{0,200}?\bhost\s*=|["']HOST["']\s*:|\b(?:MYSQL|MYSQL_DATABASE|DB|DATABASE|POSTGRES|MONGO)_HOST["']?\]?\s*=)"""
    r"""[^"'\n#]{0,60}["'](?:localhost|127\.0\.0\.1)["']|\bMongoClient\(\s*(?:["']localhost["']|\))""",
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
