"""Variables that Django's settings demand: what a container has to be told, and what lets the build load them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dockergen.catalog import load
from dockergen.languages.python.django_places import Sources
from dockergen.languages.python.unset import active
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

ANY_WORD = "only-for-the-build"  # the dummy of a variable that takes any text
_ASKED = regex(r"""^(\w+) *= *os\.(?:environ\.get|getenv)\( *["'](\w+)["'] *(?:, *(?:""|'') *)?\)""", re.MULTILINE)
_DEMANDED = regex(
    r"""environ\[\s*["'](\w+)["']\s*\](?!\s*=[^=])|"""
    # A configuration has other methods than those for the types of variables: config.credentials("database").
    r"""\b(?:env|config(?=\(|\.(?:str|bool|int|float|list|json|url|db|cache)\b))(\.\w+)?\(\s*["'](\w+)["']\s*,?\s*"""
    # cast=Csv(), cast=lambda v: [s.strip() for s in v.split(",")], and no default behind it.
    r"""(?:cast\s*=\s*(\w+)((?:(?!\bdefault\s*=)(?:[^()]|\((?:[^()]|\([^()]{0,80}\)){0,80}\))){0,120}))?\)"""
    r"""|\b(?:getenv|environ\.get)\(\s*["'](SECRET_KEY|DJANGO_SECRET_KEY)["']\s*\)"""
    # What is asked for without a default, and used at once as if it were there.
    r"""|\b(?:getenv|environ\.get)\(\s*["'](\w+)["']\s*\)\s*(?:\.\w|\+)"""
    # The address of a cache, which no back end does without.
    r"""|["']LOCATION["']\s*:\s*(?:os\.)?(?:getenv|environ\.get)\(\s*["'](\w+)["']\s*\)"""
    # What a function takes that refuses nothing: int(os.getenv("PORT")), dj_database_url.parse(os.environ.get("URL")).
    r"""|\b(int|float|parse|loads|literal_eval)\(\s*(?:os\.)?(?:getenv|environ\.get)\(\s*["'](\w+)["']\s*\)\s*[,)]"""
)
# Without a key Django answers nobody, whatever the variable is called.
_KEY = regex(
    r"""^SECRET_KEY\s*(?::[^=\n]+)?=\s*(?:os\.)?(?:getenv|environ\.get)\(\s*["'](\w+)["']\s*(?:,\s*(?:""|''|None)\s*)?\)\s*(?:#|$)""",
    re.MULTILINE,
)
# With an empty default Django answers nobody: ALLOWED_HOSTS = os.getenv("HOSTS", "").split(",")
_NOBODY = regex(
    r"""^ALLOWED_HOSTS\s*(?::[^=\n]+)?=[^\n#]{0,40}?(?:getenv|environ\.get|\benv(?:\.\w+)?|\bconfig)\(\s*["'](\w+)["']\s*,"""
    r"""\s*(?:cast\s*=\s*\w+(?:\(\))?\s*,\s*)?(?:default\s*=\s*)?(?:""|''|\[\s*\]|\(\s*\))""",
    re.MULTILINE,
)
# The only address of the database: {"default": dj_database_url.config(conn_max_age=600)}
_ADDRESS = regex(
    r"""(?:["']default["']\s*:|\bDATABASES\[["']default["']\]\s*=)\s*dj_database_url\.config\(([^()]*)\)(?!\s*or\b)"""
)
_OF_ENVIRON = regex(r"\benv\.db(?:_url)?\(\s*\)")  # of django-environ, which has a name for it
_OTHER_NAME = regex(r"""\benv\s*=\s*["'](\w+)["']""")
_HOST = regex(r"""["']HOST["']\s*:\s*(?:os\.)?(?:getenv|environ\.get)\(\s*["'](\w+)["']\s*\)""")


def demanded_by(text: str) -> tuple[tuple[str, str], ...]:
    """The variables without which the text of the settings does not load, each with a value that it loads with."""
    text = active(text)
    found: dict[str, str] = {}
    for match in _DEMANDED.finditer(text):
        name = match[1] or match[3] or match[6] or match[7] or match[8] or match[10]
        kind = match[9] or ("cache" if match[8] else "") or (match[2] or "").lstrip(".") or (match[4] or "")
        found.setdefault(name, _dummy(name, kind))
    for name in _KEY.findall(text):
        found.setdefault(name, ANY_WORD)
    if _OF_ENVIRON.search(text):
        found.setdefault("DATABASE_URL", _dummy("DATABASE_URL", ""))
    # Without a host, drivers of servers look for a socket of the machine, which no container has.
    for name in _HOST.findall(text) if "sqlite" not in text else ():
        found.setdefault(name, "localhost")
    # DSN = os.environ.get("DSN") and, a few lines on, `if not DSN: raise ...`.
    for variable, name in _ASKED.findall(text):
        if re.search(rf"^if (?:not {variable}|{variable} is None)\b[^\n]*:\s*\n?\s*raise\b", text, re.MULTILINE):
            found.setdefault(name, _dummy(name, ""))
    # SECURE_PROXY_SSL_HEADER = tuple(...) if "HEADER" in os.environ else None
    # HOSTS = os.getenv("HOSTS").split(",") if os.getenv("HOSTS") else []
    found = {name: value for name, value in found.items() if not _asked_before(name, text)}
    # ast.literal_eval(os.environ["PROVIDERS"]) and json.loads take no word.
    read = {name for name in found if re.search(rf"\b(?:literal_eval|loads)\([^\n]*\b{name}\b", text)}
    found |= dict.fromkeys(read, "{}") | dict.fromkeys(_switches(text, found), "")
    return tuple(sorted(found.items()))


def needed(
    view: Repository, prefix: str, sources: Sources, text: str, demanded: tuple[tuple[str, str], ...]
) -> Iterator[Sourced[str]]:
    """What a container has to be told: what the settings read without a value of their own, and who may ask where they
    let nobody."""
    text = active(text)
    for name in dict.fromkeys((*(name for name, _ in demanded), *_NOBODY.findall(text), *_addresses(text))):
        # django-environ's scheme may hold the default: Env(DEBUG=(bool, False)).
        if not re.search(rf"\b{name}\s*=\s*\(", text):
            asked = re.compile(rf"""["']{name}["']""")
            if not any(asked.search(source) for _, source in sources):
                asked = re.compile(r"dj_database_url\.config\(|\benv\.db(?:_url)?\(")
            file = next((path for path, source in sources if asked.search(source)), sources[0][0])
            yield Sourced(name, Origin("file", file, view.line_of(file.removeprefix(prefix), asked)))


def _addresses(text: str) -> Iterator[str]:
    for arguments in _ADDRESS.findall(text):
        if "default" not in arguments:
            other = _OTHER_NAME.search(arguments)
            yield other[1] if other else "DATABASE_URL"


def _asked_before(name: str, text: str) -> bool:
    """True where the settings look whether the variable is there before they use it."""
    inside = rf"""["']{name}["'] (?:not )?in (?:os\.)?environ\b"""
    given = rf"""\bif (?:os\.)?(?:getenv|environ\.get)\(\s*["']{name}["']\s*\)\s*(?:else\b|:)"""
    return bool(re.search(f"{inside}|{given}", text))


def _switches(text: str, found: Mapping[str, str]) -> Iterator[str]:
    """Variables whose words switch something on that a build cannot have, such as a bucket: `if AWS_ACCESS_KEY_ID:`."""
    for name, value in found.items():
        held = re.search(rf"""^(\w+)\s*=[^\n]*\(?\[?["']{name}["']""", text, re.MULTILINE)
        if held and value == ANY_WORD and re.search(rf"^if {held[1]}\b *(?:and\b[^\n]*)?:", text, re.MULTILINE):
            yield name


def _dummy(name: str, kind: str) -> str:
    """A value that lets the settings load; no real service is reached with it."""
    if kind in ("int", "float") or name.endswith("_PORT"):
        return "1"
    if kind == "bool" or name in ("DEBUG", "DJANGO_DEBUG"):
        return "False"
    if name.endswith("ENGINE"):
        return "django.db.backends.sqlite3"  # it is imported when the settings are used
    if "DATABASE_URL" in name or kind in ("db", "db_url"):
        return "sqlite:////tmp/build.sqlite3"
    if name.endswith(("_URL", "_URI")) or kind in ("cache", "cache_url", "url"):
        return "redis://localhost:6379/0" if "REDIS" in name or "BROKER" in name else "http://localhost"
    fixed = (row.split() for row in load("python").lists["fixed_values"])
    return next((known for ending, known in fixed if name.endswith(ending)), ANY_WORD)
