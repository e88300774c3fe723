"""Options and subcommands that files declare with argparse, optparse, click, typer or tornado: read, never run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from dockergen.languages.python.syntax import last_name, nodes, tree_of


@dataclass
class Option:
    """An option or an argument, with the parser or the function that it belongs to."""

    flags: tuple[str, ...]
    default: object
    owner: str  # file and variable of the parser, or file and function, that the option belongs to
    path: str
    line: int
    joined: bool = False  # Tornado takes --port=8000 alone, not --port 8000
    demanded: bool = False  # an argument without a flag, which has to be there
    metavar: str = ""  # what the help calls its value
    switch: bool = False  # it takes no value
    required: bool = False  # it has a flag and has to be there all the same

    def given(self, flags: tuple[str, ...], value: str) -> tuple[str, ...]:
        """The words that give the option a value, by the first of the flags that it has."""
        if self.demanded:
            return (value,)
        flag = next((f for f in flags if f in self.flags), self.flags[0])
        return (f"{flag}={value}",) if self.joined else (flag, value)


@dataclass
class Declared:
    """What the files of a program declare."""

    options: list[Option] = field(default_factory=list)
    commands: dict[str, str] = field(default_factory=dict)  # subcommand -> owner
    groups: set[str] = field(default_factory=set)  # owners that have subcommands
    default: str = ""  # the subcommand that runs when none is given
    handed: dict[str, str] = field(default_factory=dict)  # function that declares options -> owner it is called with
    parts: dict[str, str] = field(default_factory=dict)  # argument group of a parser -> owner
    only: dict[tuple[str, int], str] = field(default_factory=dict)  # options that one turn of a loop declares
    alone: dict[str, tuple[str, str]] = field(default_factory=dict)  # function of @click.command -> its name, its owner
    attached: list[tuple[str, str]] = field(default_factory=list)  # functions that a group takes, with the given names
    lent: dict[str, list[Option]] = field(default_factory=dict)  # options that a name holds for commands to take
    taken: dict[str, set[str]] = field(default_factory=dict)  # owner -> names among its decorators
    quiet: set[str] = field(default_factory=set)  # groups that do nothing without a subcommand
    single: bool = False  # a Typer of one command takes no word for it


def declared(files: Iterable[tuple[str, str]]) -> Declared:
    """What the files declare together, given as paths and sources; nothing of those that cannot be parsed."""
    found = Declared()
    for path, text in files:
        _read(text, path, found)
    _put_together(found)
    return found


def _read(text: str, path: str, found: Declared) -> None:
    tree = tree_of(text)
    if tree is None:
        return
    values = _constants(tree)
    first = len(found.options)
    for node in nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            _decorated(node, path, values, found)
        elif isinstance(node, ast.For):
            _looped(node, path, values, found)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            _assigned(node, path, values, found)
        if isinstance(node, (ast.FunctionDef, ast.Assign)) and "option(" in text:
            _lend(node, path, values, found)
        if isinstance(node, ast.Call):
            _called(node, path, values, found)
    for option in found.options[first:]:
        option.owner = found.parts.get(option.owner, option.owner)
    _handed(tree, path, found, found.options[first:])


def _put_together(found: Declared) -> None:
    """What one file declares and another one hands on."""
    for option in found.options:
        bare = option.owner.rpartition(".")[2]
        option.owner = found.handed.get(option.owner) or found.handed.get(bare) or option.owner
    for function, given in found.attached:
        name, owner = found.alone.get(function, (function.replace("_", "-"), f"#{function}"))
        found.commands.setdefault(given or name, owner)
    for owner, names in found.taken.items():
        lent = (option for name in sorted(names) for option in found.lent.get(name, ()))
        found.options += [replace(option, owner=owner) for option in lent]
    if found.single and len(found.commands) == 1 and not found.groups:
        found.default = next(iter(found.commands))


def _handed(tree: ast.Module, path: str, found: Declared, options: list[Option]) -> None:
    """`setup(run)` for a subcommand's parser, and the options that a function declares for the parser that it gets."""
    owners = set(found.commands.values())
    for node in nodes(tree):
        if isinstance(node, ast.Call):
            given = (f"{path}#{last_name(argument)}" for argument in node.args[:1])
            name = ".".join(filter(None, (_owner(node.func), last_name(node.func))))
            found.handed.update({f"{name}()": owner for owner in given if owner in owners})
        elif isinstance(node, ast.FunctionDef):
            parameters = {f"{path}#{argument.arg}" for argument in node.args.args}
            for option in options:
                if option.owner in parameters and node.lineno <= option.line <= (node.end_lineno or 0):
                    option.owner = f"{path.rpartition('/')[2].removesuffix('.py')}.{node.name}()"


def _constants(tree: ast.Module) -> dict[str, object]:
    """Names that are bound to a literal anywhere in the file."""
    found: dict[str, object] = {}
    for node in nodes(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            value = _literal(node.value, {})
            if value is not None:
                found.setdefault(node.targets[0].id, value)
    return found


def _literal(node: ast.expr | None, values: dict[str, object]) -> object:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return tuple(_literal(item, values) for item in node.elts)
    if isinstance(node, (ast.Name, ast.Attribute)):
        return values.get(last_name(node))
    if isinstance(node, ast.Call) and len(node.args) == 2 and last_name(node.func) in ("get", "getenv"):
        return _literal(node.args[1], values)
    if isinstance(node, ast.Call) and len(node.args) == 1 and last_name(node.func) in ("int", "str"):
        return _literal(node.args[0], values)
    return None


def _called(node: ast.Call, path: str, values: dict[str, object], found: Declared) -> None:
    """`parser.add_argument("--port", default=8000)`, `define("port", default=8000)`, `parser.add_subparsers()`."""
    name = last_name(node.func)
    owner = f"{path}#{_owner(node.func)}"
    if name == "add_subparsers":
        found.groups.add(owner)
    if name in ("add_argument", "add_option", "addoption"):
        found.options += _option(node, owner, path, values) or _argument(node, owner, path)
    elif name == "add_parser" and node.args and isinstance(node.args[0], ast.Constant):
        # Where no variable holds the parser, the command has no options of its own, or a function adds them.
        word = str(node.args[0].value)
        found.commands.setdefault(word, f"{path}#{word}()")
    elif name == "add_command" and node.args:
        given = _literal(node.args[1], values) if len(node.args) > 1 else _keyword(node, "name", values)
        found.attached.append((last_name(node.args[0]), given if isinstance(given, str) else ""))
    elif name == "Typer":
        found.single = True
    elif name == "add_typer":
        found.groups.add(owner)
    elif name == "define" and node.args and isinstance(option := _literal(node.args[0], values), str):
        flag = f"--{option}".replace("_", "-")
        found.options.append(Option((flag,), _keyword(node, "default", values), "", path, node.lineno, joined=True))


def _option(node: ast.Call, owner: str, path: str, values: dict[str, object]) -> list[Option]:
    flags = tuple(a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))
    flags = tuple(part for flag in flags for part in flag.split("/") if part.startswith("-"))
    if not flags:
        return []
    shown = _keyword(node, "metavar", values)
    metavar = shown if isinstance(shown, str) else ""
    switch = _keyword(node, "action", values) == "store_true" or _keyword(node, "is_flag", values) is True
    default = _keyword(node, "default", values)
    required = _keyword(node, "required", values) is True and default is None
    return [Option(flags, default, owner, path, node.lineno, metavar=metavar, switch=switch, required=required)]


def _lend(node: ast.FunctionDef | ast.Assign, path: str, values: dict[str, object], found: Declared) -> None:
    """click: options that a variable holds, or a function that decorates commands with them."""
    name = last_name(node.targets[0]) if isinstance(node, ast.Assign) else node.name
    body: list[ast.stmt] = [node] if isinstance(node, ast.Assign) else node.body
    parts = [statement for statement in body if not isinstance(statement, ast.FunctionDef)]
    calls = (call for part in parts for call in nodes(part) if isinstance(call, ast.Call))
    options = [o for call in calls if last_name(call.func) == "option" for o in _option(call, "", path, values)]
    if name and options:
        found.lent.setdefault(name, options)


def _argument(node: ast.Call, owner: str, path: str) -> list[Option]:
    """argparse: `parser.add_argument("port", type=int)`, which has to be given unless it says otherwise."""
    first = node.args[0] if len(node.args) == 1 else None
    optional = any(
        k.arg == "default" or (k.arg == "nargs" and _literal(k.value, {}) in ("?", "*")) for k in node.keywords
    )
    if (
        optional
        or not isinstance(first, ast.Constant)
        or not isinstance(first.value, str)
        or first.value.startswith("-")
    ):
        return []
    return [Option((first.value,), None, owner, path, node.lineno, demanded=True)]


def _assigned(node: ast.Assign, path: str, values: dict[str, object], found: Declared) -> None:
    """`run = subparsers.add_parser("run")`, `network = run.add_argument_group("network")`."""
    call = node.value
    assert isinstance(call, ast.Call)
    if last_name(call.func) in ("add_argument_group", "add_mutually_exclusive_group") and (owner := _owner(call.func)):
        found.parts.setdefault(f"{path}#{last_name(node.targets[0])}", f"{path}#{owner}")
    if last_name(call.func) == "add_parser" and call.args and isinstance(node.targets[0], ast.Name):
        value = _literal(call.args[0], values)
        if isinstance(value, str):
            found.commands.setdefault(value, f"{path}#{node.targets[0].id}")


def _looped(node: ast.For, path: str, values: dict[str, object], found: Declared) -> None:
    """`for name in ("start", "stop"): parser = subparsers.add_parser(name)`."""
    names = _literal(node.iter, values)
    if not isinstance(names, tuple) or not isinstance(node.target, ast.Name):
        return
    for inner in nodes(node):
        if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Call) and inner.value.args:
            argument = inner.value.args[0]
            if last_name(inner.value.func) == "add_parser" and isinstance(argument, ast.Name):
                owner = f"{path}#{inner.targets[0].id}" if isinstance(inner.targets[0], ast.Name) else ""
                found.commands.update({str(name): owner for name in names if argument.id == node.target.id})
        if isinstance(inner, ast.If) and (name := _compared(inner.test, node.target.id)):
            calls = (c for statement in inner.body for c in nodes(statement) if isinstance(c, ast.Call))
            found.only.update({(path, call.lineno): name for call in calls})


def _compared(test: ast.expr, target: str) -> str:
    """`name == "start"` in the loop over the names."""
    same = isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)
    if not same or not isinstance(test, ast.Compare) or last_name(test.left) != target:
        return ""
    value = _literal(test.comparators[0], {})
    return value if isinstance(value, str) else ""


def _decorated(
    node: ast.FunctionDef | ast.AsyncFunctionDef, path: str, values: dict[str, object], found: Declared
) -> None:
    """click and typer: the decorators of a function say that it is a command and what its options are."""
    calls = [d for d in node.decorator_list if isinstance(d, ast.Call)]
    kinds = {last_name(d.func if isinstance(d, ast.Call) else d): d for d in node.decorator_list}
    owner = f"{path}#{node.name}"
    given = {last_name(argument) for call in calls for argument in call.args}
    found.taken[owner] = {name for name in (*kinds, *given) if name}
    command = kinds.get("command")
    if command is not None:
        function = command.func if isinstance(command, ast.Call) else command
        name = _command_name(command, node.name)
        if isinstance(function, ast.Name) or _owner(function) == "click":
            found.alone.setdefault(node.name, (name, owner))  # a command by itself, unless a group takes it
        else:
            found.commands.setdefault(name, owner)
    if "group" in kinds or "callback" in kinds:
        found.groups.add(owner)
        group = kinds.get("group")
        if isinstance(group, ast.Call) and isinstance(default := _keyword(group, "default", values), str):
            found.default = default
        if isinstance(group, ast.expr) and not (isinstance(group, ast.Call) and _does_more(group)):
            found.quiet.add(owner)
    for call in calls:
        if last_name(call.func) == "option":
            found.options += _option(call, f"{path}#{node.name}", path, values)
    if command is not None:
        found.options += _parameters(node, path, values)


def _does_more(group: ast.Call) -> bool:
    """True for a group that may run without a subcommand, or whose class brings some, such as Flask's."""
    return any(keyword.arg in ("invoke_without_command", "cls", None) for keyword in group.keywords)


def _command_name(decorator: ast.expr, function: str) -> str:
    if isinstance(decorator, ast.Call):
        if decorator.args and isinstance(decorator.args[0], ast.Constant) and isinstance(decorator.args[0].value, str):
            return decorator.args[0].value
        named = _keyword(decorator, "name", {})
        if isinstance(named, str):
            return named
    return function.replace("_", "-")


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef, path: str, values: dict[str, object]) -> Iterator[Option]:
    """typer: parameters with a default are options of the same name, or of the names that typer.Option gives them."""
    arguments = [*node.args.posonlyargs, *node.args.args]
    defaults = [None] * (len(arguments) - len(node.args.defaults)) + list(node.args.defaults)
    for argument, default in zip(arguments, defaults, strict=True):
        if default is None:
            continue
        calls = [c for c in nodes(argument) if isinstance(c, ast.Call)] + [
            c for c in [default] if isinstance(c, ast.Call)
        ]
        option = next((c for c in calls if last_name(c.func) == "Option"), None)
        if isinstance(default, ast.Call) and option is None:
            continue
        given = [str(a.value) for a in option.args if isinstance(a, ast.Constant)] if option else []
        flags = tuple(word for word in given if word.startswith("-")) or (f"--{argument.arg.replace('_', '-')}",)
        value = _literal(option.args[0] if option is default and option.args else default, values)
        yield Option(flags, value, f"{path}#{node.name}", path, argument.lineno)


def _keyword(node: ast.Call, name: str, values: dict[str, object]) -> object:
    return next((_literal(k.value, values) for k in node.keywords if k.arg == name), None)


def _owner(node: ast.expr) -> str:
    return node.value.id if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ""
