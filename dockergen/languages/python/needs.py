"""Environment variables without which a program does not start, read from what runs when its modules are imported."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from dockergen.catalog import load
from dockergen.languages.python.held import KEEPS, asked, brought, hold, spelled
from dockergen.languages.python.imports import files_of, whole_program
from dockergen.languages.python.paths import assigned_name
from dockergen.languages.python.syntax import gives_up, guards, last_name, nodes, parsed
from dockergen.languages.python.unset import taken
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository
from dockergen.shortened import shortened

_MOST_SHOWN = 6
_ALWAYS = ("PATH", "HOME", "LANG", "HOSTNAME", "PWD", "TMPDIR", "PYTHON_VERSION")
_HINT = regex(
    r"TOKEN|API_ID|API_HASH|\bif (?:not \w|\w+ is None)|environ\[|\b(?:getenv|environ\.get)\([^,()]+\)\s*(?:[.)+]|$)"
    r"|://\{|\b(?:create_engine|create_async_engine|from_url)\(|\benv(?:\.\w+)?\(|\bconfig\(|BaseSettings",
    re.MULTILINE,
)
# What the program gives itself before it asks.
_SET = regex(r"""\benviron(?:\.setdefault\(\s*["'](\w+)["']|\[\s*["'](\w+)["']\s*\]\s*=(?!=))""")
_MADE = regex(r"\b(_?[A-Z]\w*)\(\s*(?:_env\w*\s*=[^()]*)?\)")  # with nothing but where the environment is kept
_NAME = regex(r"[A-Z][A-Z0-9_]*")
_ADDRESS = regex(r"[a-z][a-z0-9+.-]*://")
_PLAIN_ROW = regex(r"([A-Za-z_]\w*)=([^\s\"'#]+)")
# No client of Telegram does without both.
_CLIENT = regex(r"^[ \t]*(?:from|import) (?:telethon|pyrogram)\b", re.MULTILINE)
_OF_IMAGES = ("PORT", "HOST", "PATH", "HOME", "PYTHONPATH")
# Functions that refuse None as their first argument: numbers and paths of it, and those that connect to a server.
_NEED_TEXT = ("int", "float", "Path", "loads", "parse", "urlparse", "join")
_NEED_ADDRESS = ("create_engine", "create_async_engine", "from_url")
_ADDRESSED = regex(rf"\b(?:{'|'.join(_NEED_ADDRESS)})\(\s*(?:url\s*=\s*)?[a-z_]*settings\.(\w+)\s*[,)]")
_TESTED = regex(r"\bif (?:not )?[a-z_]*settings\.(\w+)")
_EMPTY = regex(r"""^[ \t]+(\w+)[ \t]*:\s*str\s*=\s*(?:""|'')\s*(?:#|$)""", re.MULTILINE)
_DATABASE_KEYS = ("SQLALCHEMY_DATABASE_URI", "MONGO_URI")  # of Flask's extensions
# What Flask signs sessions with, without which it flashes nothing and lets nobody in.
_SIGNING_KEYS = ("SECRET_KEY", "secret_key")
_SESSIONS = regex(r"\bflash\(|(?<![.\w])session(?:\[|\.(?:get|pop|clear)\()|\b(?:LoginManager|FlaskForm|CSRFProtect)\(")
_OF_FLASK = regex(r"^[ \t]*(?:from|import) flask\b", re.MULTILINE)
_ADDRESS_SET = regex(rf"""\b({"|".join((*_DATABASE_KEYS, *_SIGNING_KEYS))})(?:["']\])?\s*(?::[^=\n]+)?=(?!=)""")
_READERS = ("env", "config")  # environs, django-environ and decouple, by the names that everybody gives them
_LIBRARIES = ("environ", "environs", "decouple", "starlette")


def variables(repo: Repository, entry: str, given: tuple[tuple[str, str], ...]) -> tuple[Sourced[str], ...]:
    """The variables in reading order, each once, with the line that reads it; `given` ones are in the image."""
    found: dict[str, Sourced[str]] = {}
    texts = {path: repo.source(path) for path in whole_program(repo, entry)} if entry else {}
    present = {*_ALWAYS, *dict(given)}
    present |= {name for text in texts.values() for names in _SET.findall(text) for name in names}
    keeping = any(map(KEEPS.search, texts.values()))
    hinting = any(map(_HINT.search, texts.values()))
    alone = _set_once(texts.values())
    if not (any(map(_SESSIONS.search, texts.values())) and any(map(_OF_FLASK.search, texts.values()))):
        alone -= {*_SIGNING_KEYS}
    addressed = {name for text in texts.values() for name in _ADDRESSED.findall(text)}
    addressed -= {name for text in texts.values() for name in _TESTED.findall(text)}
    client = any(map(_CLIENT.search, texts.values()))
    # Settings that get their values from the program are no settings of the environment.
    made = {n for text in texts.values() if hinting for n in _MADE.findall(text)}
    for path, text in texts.items():
        known = brought(repo, path, parsed(text)) if keeping else {}
        if not (known or _HINT.search(text)):
            continue
        module = parsed(text)
        functions = _called_from(repo, entry, path) if path != entry else ()
        reads = any(origin.split(".")[0] in _LIBRARIES for origin in module.imports.values())
        started = _started(module.body) if path == entry else []
        bot = any(origin.split(".")[0] in _bots() for origin in module.imports.values())
        try:
            wanted = [
                *_demanded((*module.body, *started), reads, made, known),
                *(_tokens(module.body, ("TOKEN",)) if bot else ()),
            ]
            wanted += _addresses(module.body, alone)
            wanted += _empty_addresses(module.body, addressed & {*_EMPTY.findall(text)})
            wanted += _tokens(module.body, ("API_ID", "API_HASH"), empty=True) if client else ()
            wanted += [row for body in _bodies(module.body, functions) for row in _demanded(body, reads, made, known)]
        except RecursionError:
            continue  # an expression of thousands of terms: nobody wrote that by hand
        for name, line in wanted:
            if _NAME.fullmatch(name) and name not in present:
                found.setdefault(name, Sourced(name, Origin("file", path, line)))
    return tuple(found.values())


@cache
def _bots() -> frozenset[str]:
    """Modules of chat services, which let nobody in without a token."""
    rows = load("python").frameworks
    return frozenset(module for name in ("discord", "slack", "telegram") for module in rows[name].config)


def _tokens(body: tuple[ast.stmt, ...], endings: tuple[str, ...], *, empty: bool = False) -> Iterator[tuple[str, int]]:
    """The variables of those names that are asked for, without a default or, where told so, with an empty one."""
    for node in (inner for statement in body for inner in nodes(statement)):
        if isinstance(node, ast.Call) and (name := asked(node, empty=empty)).endswith(endings):
            yield name, node.lineno


def _started(body: tuple[ast.stmt, ...]) -> list[ast.stmt]:
    """The statements of the functions that the file calls when it is run."""
    return [statement for inner in _bodies(body, _called(body)) for statement in inner]


def _called(body: tuple[ast.stmt, ...]) -> tuple[str, ...]:
    """Names of the functions that run with the file: create_app of `app = create_app()`, and what a guard calls."""
    running = [
        node for node in body if isinstance(node, (ast.Expr, ast.Assign)) or (isinstance(node, ast.If) and guards(node))
    ]
    inside = [inner for node in running for inner in nodes(node) if isinstance(inner, ast.Call)]
    return tuple(dict.fromkeys(call.func.id for call in inside if isinstance(call.func, ast.Name)))


def _called_from(repo: Repository, entry: str, path: str) -> tuple[str, ...]:
    """The functions of another file that the first one imports from it and calls as it runs."""
    module = parsed(repo.source(entry))
    origins = ((name, module.imports.get(name, "")) for name in _called(module.body))
    return tuple(
        origin.rpartition(".")[2]
        for _, origin in origins
        if "." in origin.lstrip(".") and path in files_of(repo, entry, origin.rpartition(".")[0])
    )


def _bodies(body: tuple[ast.stmt, ...], names: tuple[str, ...]) -> Iterator[list[ast.stmt]]:
    functions = (node for node in body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return (function.body for function in functions if function.name in names)


def advice(repo: Repository, names: tuple[Sourced[str], ...]) -> list[str]:
    """One note about the variables that the container has to be given, with the file that shows their values."""
    if not names:
        return []
    shown = shortened([f"{need.value} ({need.origin})" for need in names], _MOST_SHOWN)
    files = (*load("common").lists["variables_kept"], *load("common").lists["variables_shown"])
    where = next((f", as {path} shows them" for path in files if names[0].value in repo.source(path)), "")
    return [f"The program does not start without {shown}{where}; for a trial: dockergen verify --env NAME=VALUE."]


def kept_in(repo: Repository, names: tuple[Sourced[str], ...]) -> tuple[str, tuple[str, ...]]:
    """The developer's file with values of the variables, and which it has; "" where an engine, which takes quotes and
    comments for values, reads another thing than the program, or the file moves the program to another port."""
    wanted = {need.value for need in names}
    for path in load("common").lists["variables_kept"]:
        lines = [line.strip() for line in repo.source(path).splitlines()]
        rows = [_PLAIN_ROW.fullmatch(line) for line in lines if line and not line.startswith("#")]
        given = {row[1] for row in rows if row}
        found = tuple(need.value for need in names if need.value in given)
        if found and all(rows) and wanted and given.isdisjoint(_OF_IMAGES):
            return path, found
    return "", ()


def _demanded(
    body: tuple[ast.stmt, ...] | list[ast.stmt], reads: bool, made: set[str], known: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    """What statements that run on import demand; what is tried, or asked for first, is not demanded. `known` are names
    that hold variables before."""
    classes = [node for node in body if isinstance(node, ast.ClassDef)]
    own = {c.name for c in classes if any(last_name(base) == "BaseSettings" for base in c.bases)}
    held = dict(known)
    for node in body:
        hold(node, held, empty=True)
    holding = dict(known)
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.Try):
            hold(node, holding)
            continue
        if isinstance(node, ast.ClassDef):
            yield from _demanded(node.body, reads, made, holding)
            if node.name in made and any(last_name(base) in ("BaseSettings", *own) for base in node.bases):
                yield from _fields(node)
        elif isinstance(node, (ast.If, ast.With)):
            # A condition decides on what follows, so only the condition itself is sure to be read, or what runs while
            # no variable is set.
            condition = node.test if isinstance(node, ast.If) else node.items[0].context_expr
            yield from _read(condition, reads)
            yield from _used(condition, holding)
            yield from _insisted(node, held) if isinstance(node, ast.If) else ()
            yield from _demanded(taken(node), reads, made, holding) if isinstance(node, ast.If) else ()
        else:
            yield from _read(node, reads)
            yield from _used(node, holding)
        hold(node, holding)


def _used(node: ast.AST, held: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """What is used as if it were there: `URL.startswith(...)` on the way, and not behind `URL and`."""
    if not held or isinstance(node, (ast.Lambda, ast.IfExp, ast.BoolOp, ast.comprehension)):
        return
    if isinstance(node, ast.Attribute) and (name := held.get(spelled(node.value))):
        yield name, node.lineno
    for part in _insisting(node):
        if name := held.get(spelled(part)):
            yield name, part.lineno
    for child in ast.iter_child_nodes(node):
        yield from _used(child, held)


def _insisting(node: ast.AST) -> tuple[ast.expr, ...]:
    """What may not be None where it stands."""
    return (*_put_together(node), *_refusing(node), *_database(node))


def _put_together(node: ast.AST) -> tuple[ast.expr, ...]:
    """What may not be None in `HOST + "/shop"`, and in f"postgresql://{USER}@{HOST}/shop", an address that would reach
    nothing."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return node.left, node.right
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    if parts and isinstance(parts[0], ast.Constant) and _ADDRESS.match(str(parts[0].value)):
        return tuple(part.value for part in parts if isinstance(part, ast.FormattedValue))
    return ()


def _refusing(node: ast.AST) -> tuple[ast.expr, ...]:
    """The first argument of a call that does not take None for it, and the parts of PostgresDsn.build(...)."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "build":
        return tuple(word.value for word in node.keywords) if (last_name(node.func.value) or "").endswith("Dsn") else ()
    known = isinstance(node, ast.Call) and last_name(node.func) in (*_NEED_TEXT, *_NEED_ADDRESS)
    return tuple(node.args[:1]) if isinstance(node, ast.Call) and known else ()


def _database(node: ast.AST) -> tuple[ast.expr, ...]:
    """What app.config["SQLALCHEMY_DATABASE_URI"] is set to: without an address there is no database."""
    if isinstance(node, ast.keyword):
        return (node.value,) if node.arg in _DATABASE_KEYS else ()
    keys = [t.slice for t in node.targets if isinstance(t, ast.Subscript)] if isinstance(node, ast.Assign) else []
    stated = any(isinstance(key, ast.Constant) and key.value in _DATABASE_KEYS for key in keys)
    return (node.value,) if stated and isinstance(node, ast.Assign) else ()


def _set_once(texts: Iterable[str]) -> set[str]:
    """The settings of a database that the program sets in one place, so that no other configuration has another."""
    counted = Counter(name for text in texts for name in _ADDRESS_SET.findall(text))
    return {name for name, times in counted.items() if times == 1}


def _addresses(body: tuple[ast.stmt, ...], alone: set[str]) -> Iterator[tuple[str, int]]:
    """The variable of `SQLALCHEMY_DATABASE_URI = os.getenv("URL")` in a class or file of settings, and of
    `app.secret_key = os.getenv("KEY")` anywhere."""
    inside = (inner for statement in body if alone for inner in nodes(statement))
    for node in (inner for inner in inside if isinstance(inner, ast.Assign)):
        target = node.targets[0]
        known = assigned_name(target) in alone and (isinstance(target, ast.Name) or _signs(target))
        name = asked(node.value) if known else ""
        if name and "TEST" not in name:
            yield name, node.lineno


def _signs(target: ast.expr) -> bool:
    return isinstance(target, (ast.Subscript, ast.Attribute)) and assigned_name(target) in _SIGNING_KEYS


def _empty_addresses(body: tuple[ast.stmt, ...], names: set[str]) -> Iterator[tuple[str, int]]:
    """Fields of settings that are empty by default and that an engine gets as they are."""
    for node in body if names else ():
        if isinstance(node, ast.ClassDef) and any(last_name(base) == "BaseSettings" for base in node.bases):
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.target.id in names:
                    yield f"{_prefix(node)}{field.target.id}".upper(), field.lineno


def _insisted(node: ast.If, held: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """What a program raises for, or ends on, when it is not there: `if not TOKEN: raise ...`."""
    if not gives_up(node.body):
        return
    tests = node.test.values if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or) else [node.test]
    for test in tests:
        subject = _absent(test)
        name = held.get(spelled(subject)) or asked(subject, empty=True) if subject else ""
        if name:
            yield name, node.lineno


def _absent(test: ast.expr) -> ast.expr | None:
    """What `not X` and `X is None` ask about."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    is_none = isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is)
    return test.left if isinstance(test, ast.Compare) and is_none else None


def _read(node: ast.AST, reads: bool) -> Iterator[tuple[str, int]]:
    if isinstance(node, (ast.Lambda, ast.IfExp, ast.BoolOp)):
        return
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and last_name(node.value) == "environ":
        name = node.slice.value if isinstance(node.slice, ast.Constant) else None
        yield from [(name, node.lineno)] if isinstance(name, str) else []
    for part in _insisting(node):  # int(os.getenv("CHANNEL")): None is refused
        if name := asked(part):
            yield name, part.lineno
    if isinstance(node, ast.Attribute) and (name := asked(node.value)):
        yield name, node.lineno  # os.environ.get("HOSTS").split(): used as if it were there
    if isinstance(node, ast.Call) and reads and len(node.args) == 1 and _reader(node.func):
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and not _has_default(node):
            yield first.value, node.lineno
    for child in ast.iter_child_nodes(node):
        yield from _read(child, reads)


def _reader(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return isinstance(function.value, ast.Name) and function.value.id in _READERS and function.attr != "read_env"
    return isinstance(function, ast.Name) and function.id in _READERS


def _has_default(node: ast.Call) -> bool:
    return any(keyword.arg in ("default", None) for keyword in node.keywords)


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    """pydantic-settings: fields without a value, by their names in the environment."""
    prefix = _prefix(node)
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_required(field):
            text = ast.unparse(field.annotation)
            if "ClassVar" not in text and "computed" not in text:
                yield _variable(field.value) or f"{prefix}{field.target.id}".upper(), field.lineno


def _prefix(node: ast.ClassDef) -> str:
    """What the names of all variables of the class begin with."""
    calls = [inner for inner in nodes(node) if isinstance(inner, ast.Call)]
    words = [*node.keywords, *(word for call in calls for word in call.keywords)]
    named = (w.value.value for w in words if w.arg == "env_prefix" and isinstance(w.value, ast.Constant))
    return str(next(named, ""))


def _is_required(field: ast.AnnAssign) -> bool:
    """True for a field without a value, also where `Field(...)` says more of it."""
    value = field.value
    if not isinstance(value, ast.Call) or last_name(value.func) != "Field":
        return value is None
    if value.args:
        return isinstance(value.args[0], ast.Constant) and value.args[0].value is ...
    return not any(word.arg in ("default", "default_factory", None) for word in value.keywords)


def _variable(value: ast.expr | None) -> str:
    """The variable that `Field(..., env="X")` names, "" for none."""
    words = value.keywords if isinstance(value, ast.Call) else []
    named = (word.value for word in words if word.arg in ("env", "validation_alias", "alias"))
    return next((str(name.value).upper() for name in named if isinstance(name, ast.Constant)), "")
