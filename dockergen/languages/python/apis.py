"""Uses of what a library or Python itself once had: found in the source by the names that a table writes down.

A row is a dotted name, `flask.Markup`, or what is called on any object, `.before_first_request`; with a condition in
parentheses it means a call: `(word)` has that argument, `(!word:2)` has neither it nor two arguments by position,
`("")` begins with a text, `(sync:set_loop)` stands outside of all async functions in a file that calls no set_loop,
`(import:push)` runs, without arguments, when the file is imported, which calls no push, `(@)` decorates a function.
Words separated by | count as one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from dockergen.frozen import frozen
from dockergen.languages.python.syntax import Module, catches, children, dotted, guards, parsed, suppresses
from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository

_ROW = regex(r"(?P<name>\.?\w+(?:\.\w+)*)(?:\((?P<condition>[^)]*)\))?")
_ASKS_VERSION = regex(r"version|\bPY[23]\b|TYPE_CHECKING", re.IGNORECASE)
_LINE_END = regex(r"\r\n?|\n")
_FAILURES = ("ImportError", "ModuleNotFoundError", "AttributeError")


@frozen
class Api:
    """One row of such a table."""

    name: str
    condition: str = ""

    @property
    def last(self) -> str:
        """The word that a file has to hold for it."""
        return self.name.rpartition(".")[2]

    @property
    def shown(self) -> str:
        """As people read it: the argument that is gone belongs to what is still there."""
        return f"{self.name}({self.condition}=...)" if self.condition.isidentifier() else self.name

    @property
    def top(self) -> str:
        """The module that a file has to import for it, "" for what is called on an object."""
        return self.name.partition(".")[0]


@lru_cache(maxsize=4096)
def api(row: str) -> Api:
    """A row as the table writes it."""
    found = _ROW.fullmatch(row)
    assert found, row
    return Api(found["name"], found["condition"] or "")


def uses(repo: Repository, paths: Iterable[str], rows: Iterable[str]) -> Iterator[tuple[str, Origin]]:
    """The rows that the files use and where, each use once; what stands in a try block that expects its failure, or
    behind a question for a version, has a way out and does not count."""
    known = {row: api(row) for row in rows}
    if not known:
        return
    words = re.compile(rf"\b(?:{'|'.join(sorted({re.escape(one.last) for one in known.values()}))})\b")
    files = {path: _visited(text) for path in paths if words.search(text := repo.source(path))}
    own = {f".{name}" for found in files.values() for name in found.stored}  # request.is_ajax = ... of a middleware
    for path, found in files.items():
        for row, one in known.items():
            line = found.calls_like(one) if one.condition else found.names_like(one)
            if line and row not in own:
                yield row, Origin("file", path, line)


@lru_cache(maxsize=1024)
def _visited(text: str) -> _Uses:
    """What the file names and calls, remembered: several questions are asked of the same files."""
    module = parsed(text)
    found = _Uses(module)
    try:
        for statement in module.body:
            found.visit(statement)
    except RecursionError:
        return _Uses(Module())  # thousands of branches: nobody wrote that by hand
    return found


class _Uses(ast.NodeVisitor):
    """What the statements name and call, by dotted names as the imports explain them."""

    def __init__(self, module: Module) -> None:
        self.stored: set[str] = set()  # attributes that the file itself gives to objects
        self._imports = module.imports
        self._lines = _LINE_END.split(module.text)
        self._names: dict[str, int] = {}
        self._methods: dict[str, int] = {}
        self._defined: set[str] = set()  # methods of the file's own classes
        self._calls: list[tuple[str, ast.Call | None, int, str]] = []
        self._decorators: set[int] = set()  # the calls among them
        self._texts: set[str] = set()  # names that hold a text somewhere in the file
        self._place = "import"  # what the statements run in: the import, a plain function, or a coroutine

    def names_like(self, one: Api) -> int:
        """The line of its first use, 0 when there is none."""
        if one.name.startswith("."):
            return self._methods.get(one.last, 0)
        below = f"{one.name}."
        return next((line for name, line in self._names.items() if name == one.name or name.startswith(below)), 0)

    def calls_like(self, one: Api) -> int:
        """The line of the first call that meets its condition, 0 when there is none."""
        for name, call, line, place in self._calls:
            same = name.rpartition(".")[2] == one.last if one.name.startswith(".") else name == one.name
            if same and self._meets(one.condition, call, place):
                return line
        return 0

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._names.setdefault(alias.name, node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names if not node.level else ():
            self._names.setdefault(f"{node.module}.{alias.name}", node.lineno)

    def visit_Try(self, node: ast.Try) -> None:
        if not any(catches(h, *_FAILURES) for h in node.handlers):
            self.generic_visit(node)
            return
        # What a handler imports under the same name is for other releases: nothing is known of the name from here on.
        inner = (child for handler in node.handlers for child in handler.body)
        other = {(a.asname or a.name) for n in inner if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}
        self._imports = {name: origin for name, origin in self._imports.items() if name not in other}

    def visit_If(self, node: ast.If) -> None:
        if not self._asks_version(node.test):
            self._inside("function" if guards(node) else self._place, node)

    def visit_With(self, node: ast.With) -> None:
        if not suppresses(node):
            self._inside("function" if self._place == "import" else self._place, node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._decorated(node.decorator_list)
        self._inside("coroutine", node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._decorated(node.decorator_list)
        self._inside("function" if self._place == "import" else self._place, node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if _is_text(node.value):
            self._texts.update(target.id for target in node.targets if isinstance(target, ast.Name))
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._defined.update(inner.name for inner in node.body if isinstance(inner, ast.FunctionDef))
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Store):
            self.stored.add(node.attr)
        if not (isinstance(node.value, ast.Name) and node.value.id == "self" and node.attr in self._defined):
            self._methods.setdefault(node.attr, node.lineno)
        if name := self._resolved(node):
            self._names.setdefault(name, node.lineno)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if name := self._resolved(node.func) or "".join(dotted(node.func)[-1:]):
            self._calls.append((name, node, node.lineno, self._place))
        self.generic_visit(node)

    def _decorated(self, decorators: list[ast.expr]) -> None:
        for decorator in decorators:
            if isinstance(decorator, ast.Call):
                self._decorators.add(id(decorator))
            elif name := self._resolved(decorator):
                self._calls.append((name, None, decorator.lineno, self._place))

    def _asks_version(self, test: ast.expr) -> bool:
        # To write an expression anew takes long, so the lines that it stands on are looked at first.
        lines = self._lines[test.lineno - 1 : test.end_lineno]
        return any(map(_ASKS_VERSION.search, lines)) and _ASKS_VERSION.search(ast.unparse(test)) is not None

    def generic_visit(self, node: ast.AST) -> None:
        """Everything below, as `ast.NodeVisitor` does it, but for names and constants, of which half of all
        nodes are and none is asked."""
        for child in children(node):
            if not isinstance(child, (ast.Name, ast.Constant)):
                self.visit(child)

    def _inside(self, place: str, node: ast.AST) -> None:
        outside, self._place = self._place, place
        self.generic_visit(node)
        self._place = outside

    def _meets(self, condition: str, call: ast.Call | None, place: str) -> bool:
        kind, _, prepares = condition.partition(":")
        if kind == "@":
            return id(call) in self._decorators
        if kind == "sync":
            return place != "coroutine" and prepares not in self._methods
        if kind == "import":
            bare = call is not None and not call.args and not call.keywords
            return place == "import" and bare and prepares not in self._methods
        if condition == '""':
            first = call.args[0] if call and call.args else None
            return _is_text(first) or (isinstance(first, ast.Name) and first.id in self._texts)
        return _has(condition, call)

    def _resolved(self, node: ast.expr) -> str:
        """The dotted name from the module on, "" for what is no import of another's."""
        parts = dotted(node)
        chained = isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and len(parts) > 1)
        origin = self._imports.get(parts[0], "") if chained and parts else ""
        return ".".join((origin, *parts[1:])) if origin and not origin.startswith(".") else ""


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _has(condition: str, call: ast.Call | None) -> bool:
    positional = call.args if call else []
    named = {keyword.arg for keyword in call.keywords} if call else set()
    words, _, most = condition.removeprefix("!").partition(":")
    has = not named.isdisjoint(words.split("|"))
    if not condition.startswith("!"):
        return has
    told = None in named or any(isinstance(argument, ast.Starred) for argument in positional)
    return not (has or told or len(positional) >= int(most))
