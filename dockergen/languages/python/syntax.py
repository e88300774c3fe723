"""One Python file as a tree, as much of it as our interpreter understands: never run, never imported."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import field
from functools import cache, lru_cache

from dockergen.frozen import frozen
from dockergen.lazy import regex

# What only Python 2 reads, and how Python 3 writes it: a block that parses when it is rewritten is Python 2.
_OLD = (
    (
        regex(r"^([ \t]*)print[ \t]+(?!\()(?:>>[ \t]*\w[\w.]*[ \t]*,[ \t]*)?([^\n#]*?),?[ \t]*$", re.MULTILINE),
        r"\1print(\2)",
    ),
    (regex(r"^([ \t]*)print[ \t]*$", re.MULTILINE), r"\1print()"),
    # `except ValueError, TypeError:`, two exceptions, is Python 3.14.
    (regex(r"^([ \t]*except[ \t]+[\w.()]+)[ \t]*,[ \t]*([a-z_]\w*[ \t]*:)", re.MULTILINE), r"\1 as \2"),
    (regex(r"^([ \t]*raise[ \t]+[\w.]+)[ \t]*,[ \t]*([^\n]+)$", re.MULTILINE), r"\1(\2)"),
    (regex(r"^([ \t]*)exec[ \t]+([^\n(][^\n]*)$", re.MULTILINE), r"\1exec(\2)"),
)
# Fields of nodes that hold words and numbers, operators, or whether a name is read or set.
_BARE = frozenset(
    ("arg", "asname", "attr", "conversion", "ctx", "id", "kind", "level", "module", "op", "ops", "type_comment")
)
_BLOCK = regex(r"^(?=[^\s#)\]}])(?!(?:else|elif|except|finally)\b)", re.MULTILINE)


@frozen
class Module:
    """The statements of a file that could be parsed, and the text of those that could not, with their first lines."""

    text: str = ""
    body: tuple[ast.stmt, ...] = ()
    broken: tuple[tuple[int, str], ...] = ()
    imports: dict[str, str] = field(default_factory=dict)  # name in the file -> dotted origin, dots first when relative
    old_line: int = 0  # line of a statement that only Python 2 reads, 0 when there is none


@lru_cache(maxsize=1024)
def parsed(text: str) -> Module:
    """The file's tree; blocks that our interpreter cannot read (newer syntax, Python 2) are left as text."""
    tree = tree_of(text)
    if tree is not None:
        return Module(text, tuple(tree.body), imports=imports(tree))
    body: list[ast.stmt] = []
    broken: list[tuple[int, str]] = []
    for line, block in _blocks(text):
        part = tree_of(block)
        if part is None:
            broken.append((line, block))
            continue
        ast.increment_lineno(part, line - 1)
        body += part.body
    old = next((line + found - 1 for line, block in broken if (found := _old_line(block))), 0)
    return Module(text, tuple(body), tuple(broken), imports(ast.Module(body, [])), old)


@lru_cache(maxsize=1024)
def tree_of(text: str) -> ast.Module | None:
    """The tree of the text, None where our interpreter cannot read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def top_level(body: tuple[ast.stmt, ...] | list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run on import: those of the module and of its try, with and if blocks; not the __main__ guard."""
    for node in body:
        yield node
        if isinstance(node, (ast.Try, ast.With)):
            yield from top_level(node.body)
        elif isinstance(node, ast.If) and not guards(node):
            yield from top_level([*node.body, *node.orelse])


def guards(node: ast.stmt) -> bool:
    """True for `if __name__ == "__main__":`."""
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Constant) and part.value == "__main__" for part in nodes(node.test)
    )


@lru_cache(maxsize=2048)
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """What `ast.walk` yields but for operators and contexts, at once and remembered: many questions are asked of each
    file."""
    found = [tree]
    for node in found:
        found += children(node)
    return tuple(found)


def children(node: ast.AST) -> list[ast.AST]:
    """The statements, expressions and their like directly below."""
    found: list[ast.AST] = []
    for name in _holding(type(node)):  # type: ignore[arg-type]  # mypy asks the nodes, not their class, for a hash
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


@cache
def _holding(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of such a node that may hold others; half of all nodes are names and constants, which have none."""
    return () if kind is ast.Constant else tuple(name for name in kind._fields if name not in _BARE)


def imports(tree: ast.AST) -> dict[str, str]:
    """What the names that the tree imports stand for."""
    names: dict[str, str] = {}
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                names[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            dot = "" if module.endswith(".") else "."
            for alias in node.names:
                names[alias.asname or alias.name] = f"{module}{dot}{alias.name}"
                if alias.name == "*":
                    names[f"*{module}"] = module
    return names


def dotted(node: ast.expr) -> list[str]:
    """The parts of `a.b.c`; those behind a call or an index alone, empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else parts[:1]


def catches(handler: ast.ExceptHandler, *failures: str) -> bool:
    """True for an except clause that one of those failures ends in."""
    told = ast.unparse(handler.type) if handler.type else "Exception"
    return any(name in told for name in (*failures, "Exception"))


def suppresses(node: ast.With) -> bool:
    """True for `with suppress(ImportError):`, what is in it may fail."""
    calls = (item.context_expr for item in node.items)
    return any(isinstance(call, ast.Call) and last_name(call.func) == "suppress" for call in calls)


def gives_up(body: list[ast.stmt]) -> bool:
    """True where the last statement raises, or ends the program: `sys.exit(1)`."""
    last = body[-1]
    call = last.value if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) else None
    return isinstance(last, ast.Raise) or (call is not None and last_name(call.func) in ("exit", "_exit", "quit"))


def last_name(node: ast.AST) -> str:
    """b of `a.b` and of `b`, "" for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def receiver(node: ast.expr) -> str:
    """What a method is called on: os for os.mkdir, environ for os.environ.get, "" for a function."""
    return last_name(node.value) if isinstance(node, ast.Attribute) else ""


def _old_line(block: str) -> int:
    """The line of the block that only Python 2 reads; 0 when that is not what is wrong with it."""
    mended = block
    lines = []
    for pattern, new in _OLD:
        lines += [block.count("\n", 0, found.start()) + 1 for found in pattern.finditer(block)]
        mended = pattern.sub(new, mended)
    return min(lines) if lines and tree_of(mended) is not None else 0


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """The file cut where a statement begins in the first column; a decorator stays with what it decorates."""
    starts = [found.start() for found in _BLOCK.finditer(text)]
    line, position = 1, 0
    held = ""
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        if not held:
            line += text.count("\n", position, start)
            position = start
        held += text[start:end]
        if held.startswith("@") and text.startswith("@", start):
            continue
        yield line, held
        held = ""
    if held:
        yield line, held


def does_something(module: Module, *, making: bool = True) -> bool:
    """True unless the file only defines and imports: running it would end at once. `making` is whether a call whose
    result is given a name counts."""
    defining = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass)
    for node in module.body:
        constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        named = isinstance(node, (ast.Assign, ast.AnnAssign))
        plain = named and not (making and any(isinstance(n, ast.Call) for n in nodes(node)))
        if not (constant or plain or isinstance(node, defining)):
            return True
    return bool(module.broken)
