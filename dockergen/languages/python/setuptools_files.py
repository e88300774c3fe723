"""setup.py and setup.cfg, read without running them: requirements, interpreter, scripts, and the files they open."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING

from dockergen.frozen import frozen
from dockergen.languages.python.distributed import distributed, told_scripts
from dockergen.languages.python.syntax import last_name, nodes, tree_of
from dockergen.lazy import regex
from dockergen.manifests.manifest_in import named
from dockergen.manifests.requirements import Requirement, requirement, requirements_file
from dockergen.repository import Repository, normal

if TYPE_CHECKING:
    import configparser

_TEXT = regex(r"""["']([^"'\n]+)["']""")
_PROJECT = regex(r"^\[project\]|^\[tool\.(?:poetry|flit|pdm)\b", re.MULTILINE)
_OF_SETUPTOOLS = regex(r"^build-backend\s*=\s*[\"']setuptools|^\[tool\.setuptools", re.MULTILINE)
_ASKS_NOTHING = regex(r"\binstall_requires\s*=\s*(?:\[\s*\]|\(\s*\))")
_DEEPEST = 8  # variables that hold variables
_QUOTED = regex(r"""(["'])((?:(?!\1)[^\n])+)\1""")  # the other kind of quote may stand in it, as markers have it
_SECTION = regex(r"(?:^|[\"'])[ \t]*\[console_scripts\]\s*\n((?:(?!\s*\[)[^\n\"']*\n)*)", re.MULTILINE)
_INTERPRETED = regex(r"#!\s*/\S*(?:/env\s+|/)python[\d.]*\s*$", re.MULTILINE)
# package_data and its like, and other back ends.
_DATA = regex(
    r"\binclude[_-]package[_-]data\s*[=:]\s*(?:True|true|1)|\bpackage[_-]data\b|\bdata[_-]files\b|\bpbr\b|skbuild"
)


@frozen
class Setup:
    """What is known without running setup.py; empty where it computes its values."""

    path: str = ""
    requirements: tuple[Requirement, ...] = ()
    python_requires: str = ""
    scripts: Mapping[str, str] = field(default_factory=dict)
    programs: tuple[str, ...] = ()  # Python files that are installed as commands under their own names
    reads: tuple[str, ...] = ()  # files of the repository that setup.py names
    absent: tuple[tuple[str, int], ...] = ()  # files that it opens whatever happens and that are not there, with lines


@lru_cache(maxsize=8)
def setup(repo: Repository) -> Setup:
    """The values of setup.cfg, overlaid by the literal ones of setup.py; remembered, as many ask."""
    cfg = _from_cfg(repo)
    if not repo.is_file("setup.py"):
        return cfg
    text = repo.source("setup.py")
    names = [path for name in (*_TEXT.findall(text), *_joined(text)) if (path := normal(name))]
    reads = tuple(name for name in dict.fromkeys(names) if "*" not in name and repo.is_file(name))
    requirements = _required(text) or cfg.requirements
    if not requirements and (files := [name for name in reads if re.search(r"requirements[^/]*\.(txt|in)$", name)]):
        lines = [line for line in repo.lines(files[0]) if not line.startswith(("-", "#"))]
        requirements = tuple(filter(None, map(requirement, lines)))
    wanted = re.search(r"""python_requires\s*=\s*["']([^"']+)["']""", text)
    scripts: dict[str, str] = {
        found[1]: found[2]
        for entry in re.findall(r"console_scripts[\"']?\s*[:=]\s*\[(.*?)\]", text, re.DOTALL)
        for found in re.finditer(r"""["']\s*([\w.-]+)\s*=\s*([\w.]+:[\w.]+)\s*["']""", entry)
    } or {
        found[1]: found[2]  # entry_points as one text, as an .ini file has them
        for entry in _SECTION.findall(text)
        for found in re.finditer(r"(?m)^\s*([\w.-]+)\s*=\s*([\w.]+:[\w.]+)\s*$", entry)
    }
    return Setup(
        "setup.py",
        requirements,
        wanted[1] if wanted else cfg.python_requires,
        scripts or cfg.scripts or told_scripts(repo),
        _programs(repo, text) or cfg.programs,
        tuple(dict.fromkeys((*reads, *cfg.reads))),
        tuple((path, line) for path, line in _opened(text) if normal(path) and not repo.has(path)),
    )


def tells_requirements(repo: Repository) -> bool:
    """True where setup.py or setup.cfg alone says what is installed with the project, and nothing there is computed."""
    if _PROJECT.search(repo.source("pyproject.toml")) or not repo.is_file("setup.py"):
        return False
    text = repo.source("setup.py")
    return "install_requires" not in text or bool(setup(repo).requirements or _ASKS_NOTHING.search(text))


def _programs(repo: Repository, text: str) -> tuple[str, ...]:
    """The files of `scripts=[...]`."""
    found = re.search(r"(?<![\w\"'])scripts\s*=\s*\[([^\]]*)\]", text)
    return _python_files(repo, _TEXT.findall(found[1])) if found else ()


def _python_files(repo: Repository, paths: Iterable[str]) -> tuple[str, ...]:
    known = (path for name in paths if (path := normal(name)) and repo.is_file(path))
    return tuple(path for path in known if _INTERPRETED.match(repo.source(path)))


def takes_data(repo: Repository, files: Iterable[str]) -> bool:
    """True unless setuptools leaves out some of those files of a package, as nothing asks for them: what only version
    control lists, it does not see in the build. https://setuptools.pypa.io/en/latest/userguide/datafiles.html"""
    declared = repo.source("pyproject.toml")
    stated = _PROJECT.search(declared) is not None
    if stated and not _OF_SETUPTOOLS.search(declared):
        return True
    if not stated and not any(map(repo.is_file, ("setup.py", "setup.cfg"))):
        return True
    texts = (declared, *(repo.source(path) for path in ("setup.py", "setup.cfg")))
    asking = [found[0] for text in texts for found in _DATA.finditer(text)]
    if any(not word.startswith("include") for word in asking):
        return True
    if not stated and not asking:
        return not any(True for _ in files)
    if distributed(repo):
        return True  # its *.egg-info lists all that belongs to it, and setuptools reads that
    lines = named(repo.source("MANIFEST.in"))
    return all(any(line.fullmatch(path) for line in lines) for path in files)


def includes_data(repo: Repository) -> bool:
    """True where setuptools takes along what its list of files names: a [project] table says so by itself."""
    declared = repo.source("pyproject.toml")
    if _PROJECT.search(declared):
        return not re.search(r"^include-package-data\s*=\s*false", declared, re.MULTILINE)
    return any("include_package_data" in repo.source(path) for path in ("setup.py", "setup.cfg"))


def _opened(text: str) -> Iterator[tuple[str, int]]:
    """Literal paths that are opened on the way to setup(), by open() or a function of the file that opens what it is
    given; nothing below try, if and with, which may have a way out."""
    tree = tree_of(text)
    if tree is None or "chdir" in text:
        return
    openers = {"open"}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not any(
            isinstance(n, (ast.Try, ast.If, ast.With)) for n in nodes(node) if not _plain_with(n)
        ):
            calls = (n for n in nodes(node) if isinstance(n, ast.Call))
            if any(last_name(call.func) in ("open", "read_text") for call in calls):
                openers.add(node.name)
    for node in tree.body:
        if not isinstance(node, (ast.Expr, ast.Assign, ast.With)):
            continue
        for call in (n for n in nodes(node) if isinstance(n, ast.Call) and last_name(n.func) in openers):
            if path := _literal_path(call, last_name(call.func) == "open"):
                yield path, call.lineno


def _plain_with(node: ast.AST) -> bool:
    """`with open(...)` has no way out, unlike suppress."""
    return isinstance(node, ast.With) and "suppress" not in ast.dump(node)


def _literal_path(call: ast.Call, opens: bool) -> str:
    """The path in the arguments: literal texts, joined; "" where something of it is computed, but for the folder."""
    arguments = call.args[:1] if opens else call.args
    if opens and arguments and isinstance(arguments[0], ast.Call) and last_name(arguments[0].func) in ("join", "Path"):
        arguments = [a for a in arguments[0].args if not isinstance(a, (ast.Name, ast.Call))]
    if opens and len(call.args) > 1 and isinstance(call.args[1], ast.Constant) and "r" not in str(call.args[1].value):
        return ""  # it writes
    parts = [a.value for a in arguments if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return "/".join(parts) if parts and len(parts) == len(arguments) else ""


def _joined(text: str) -> list[str]:
    """Paths that are put together of literal parts: os.path.join(HERE, "docs", "ABOUT.rst"), Path(HERE) / "VERSION"."""
    tree = tree_of(text)
    if tree is None:
        return []  # Python 2, or newer than we are: the plain literals have to do
    found = []
    for node in nodes(tree):
        if isinstance(node, ast.Call):
            parts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            found.append("/".join(parts))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            found.append("/".join(_divided(node)))
    return [path for path in found if "/" in path]


def _divided(node: ast.expr) -> list[str]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return [*_divided(node.left), *_divided(node.right)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _required(text: str) -> tuple[Requirement, ...]:
    """The literal rows of install_requires: an argument, a variable, or an entry of a dictionary that is handed on."""
    tree = tree_of(text)
    if tree is None:
        return _listed(text, "install_requires")  # Python 2, or newer than we are
    names: dict[str, ast.expr] = {}
    given: list[ast.expr] = []
    for node in nodes(tree):
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            given.append(node.value)
        elif isinstance(node, ast.Dict):
            given += [v for k, v in zip(node.keys, node.values, strict=True) if k is not None and _is_key(k)]
        elif isinstance(node, ast.Assign):
            given += [node.value for target in node.targets if _is_key(target)]
            names |= {t.id: node.value for t in node.targets if isinstance(t, ast.Name) and t.id not in names}
    found = (tuple(_rows(value, names)) for value in given)
    rows = next((rows for rows in found if rows), ())
    return tuple(filter(None, map(requirement, rows)))


def _is_key(node: ast.expr) -> bool:
    """`"install_requires"` of a dictionary, `install_requires = ` and `arguments["install_requires"] = `."""
    inner = node.slice if isinstance(node, ast.Subscript) else node
    named = inner.id if isinstance(inner, ast.Name) else inner.value if isinstance(inner, ast.Constant) else None
    return named == "install_requires"


def _rows(node: ast.expr, names: Mapping[str, ast.expr], depth: int = 0) -> Iterator[str]:
    """The texts of a list, of lists that are added up, and of what variables hold; computed ones are left out."""
    if depth > _DEEPEST:
        return
    if isinstance(node, ast.Name) and node.id in names:
        yield from _rows(names[node.id], names, depth + 1)
    elif isinstance(node, (ast.List, ast.Tuple)):
        for item in node.elts:
            if isinstance(item, ast.Starred):
                yield from _rows(item.value, names, depth + 1)
            elif row := _text_of(item, names, depth + 1):
                yield row
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from (row for side in (node.left, node.right) for row in _rows(side, names, depth + 1))
    elif row := _text_of(node, names, depth + 1):
        yield from (line.strip() for line in row.splitlines())


def _text_of(node: ast.expr, names: Mapping[str, ast.expr], depth: int) -> str:
    """A text, with what is put into it where that is literal too; "" where it is computed."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.Name) and node.id in names and depth <= _DEEPEST:
        return _text_of(names[node.id], names, depth + 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [_text_of(side, names, depth + 1) for side in (node.left, node.right)]
    elif isinstance(node, ast.JoinedStr):
        inner = (part.value if isinstance(part, ast.FormattedValue) else part for part in node.values)
        parts = [_text_of(part, names, depth + 1) for part in inner]
    else:
        return ""
    return "".join(parts) if all(parts) else ""


def _listed(text: str, key: str) -> tuple[Requirement, ...]:
    """The strings of `key = [...]`, whether as an argument or as a variable."""
    found = re.search(rf"\b{key}\s*=\s*[\[(](.*?)\s*[\])]\s*(?:,|\n|\)|$)", text, re.DOTALL)
    if not found and (name := re.search(rf"\b{key}\s*=\s*(\w+)", text)):
        found = re.search(rf"^{name[1]}\s*=\s*[\[(](.*?)[\])]\s*$", text, re.DOTALL | re.MULTILINE)
    rows = re.sub(r"(?m)#.*$", "", found[1]) if found else ""
    return tuple(filter(None, (requirement(row) for row in (row for _, row in _QUOTED.findall(rows)))))


def _from_cfg(repo: Repository) -> Setup:
    if not repo.is_file("setup.cfg"):
        return Setup()
    import configparser

    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(repo.read("setup.cfg"))
    except configparser.Error:
        return Setup("setup.cfg")
    rows = parser.get("options", "install_requires", fallback="").splitlines()
    # The other section is pbr's.
    sections = ("options.entry_points", "entry_points")
    stated = (parser.get(section, "console_scripts", fallback="") for section in sections)
    scripts = [line for text in stated for line in text.splitlines()]
    pairs = (re.fullmatch(r"\s*([\w.-]+)\s*=\s*([\w.]+:[\w.]+)\s*", row) for row in scripts)
    requirements = [found for row in rows if (found := requirement(row.strip()))]
    if len(rows) == 1 and rows[0].strip().startswith("file:"):
        named = [path for path in _files(parser, "options", "install_requires") if repo.is_file(path)]
        requirements = [r for path in named for r in requirements_file(repo.read(path)).requirements]
    return Setup(
        "setup.cfg",
        tuple(requirements),
        parser.get("options", "python_requires", fallback=""),
        {found[1]: found[2] for found in pairs if found},
        _python_files(repo, parser.get("options", "scripts", fallback="").split()),
        tuple(path for path in dict.fromkeys(_read_by(parser)) if repo.is_file(path)),
    )


def _read_by(parser: configparser.ConfigParser) -> list[str]:
    """Files that setuptools reads for the metadata: `file:` values, and licences by name."""
    found = [path for key in ("version", "description", "long_description") for path in _files(parser, "metadata", key)]
    found += _files(parser, "options", "install_requires")
    for _, rows in parser.items("options.data_files") if parser.has_section("options.data_files") else ():
        found += rows.replace(",", "\n").split()
    for key in ("license_file", "license_files"):
        found += parser.get("metadata", key, fallback="").replace(",", "\n").split()
    return found


def _files(parser: configparser.ConfigParser, section: str, key: str) -> list[str]:
    mark, sep, names = parser.get(section, key, fallback="").strip().partition("file:")
    return [name.strip() for name in names.replace("\n", ",").split(",") if name.strip()] if sep and not mark else []
