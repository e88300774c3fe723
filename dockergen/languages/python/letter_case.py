"""Names that the program writes otherwise than the files are called, in capital letters, which Linux tells apart."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterable, Iterator

from dockergen.languages.python.entry import resolves
from dockergen.languages.python.syntax import last_name, nodes, parsed
from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository

_MOST_NOTES = 3
_PATH = regex(r"(?:\./)?[\w-][\w .-]*(?:/[\w][\w .-]*)*")
_FILE = regex(
    r"\.(?:html?|css|js|json|csv|tsv|xlsx?|txt|ya?ml|toml|ini|cfg|db|sqlite3?|pkl|joblib|h5|onnx|pt|sql|png|jpe?g|svg|ico)$"
)
# Folders that frameworks look for by these names.
_FOLDERS = ("templates", "static")
_WORDS = frozenset((*_FOLDERS, "assets", "media"))
_MODES = ("w", "a", "x")
_LONGEST = 120
_QUOTED = regex(r"""["']([\w./ -]{3,120})["']""")
_IMPORTED = regex(
    r"^[ \t]*(?:from[ \t]+(\.*)([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([A-Za-z_][\w.]*))", re.MULTILINE
)


def misspelt(repo: Repository, paths: Iterable[str]) -> list[str]:
    """Notes about names of files and folders that the program's files have in other letters than the repository."""
    found: dict[str, str] = {}
    for path in dict.fromkeys(paths):
        for wanted, there, line in (*_flask_folders(repo, path), *_literals(repo, path), *_modules(repo, path)):
            found.setdefault(
                there,
                f"{Origin('file', path, line)} asks for {wanted}, and here it is {there}: Linux tells capital letters "
                f"apart, so the program does not find it; `{_renaming(wanted, there)}` mends it.",
            )
    return list(found.values())[:_MOST_NOTES]


def _renaming(wanted: str, there: str) -> str:
    """The commands by which the path gets the letters that are wanted, folder by folder."""
    done, commands = there[: len(there) - len(wanted)], []
    for name, new in zip(there[len(done) :].split("/"), wanted.split("/"), strict=True):
        if name != new:
            commands.append(shlex.join(["git", "mv", done + name, done + new]))
        done += f"{new}/"
    return " && ".join(commands)


def _flask_folders(repo: Repository, path: str) -> Iterator[tuple[str, str, int]]:
    """Folders that Flask looks for beside the file that makes its app, unless it is told others."""
    text = repo.source(path)
    if "Flask(" not in text:
        return
    folder = path.rpartition("/")[0]
    for call in (n for statement in parsed(text).body for n in nodes(statement) if isinstance(n, ast.Call)):
        if last_name(call.func) != "Flask":
            continue
        given = {keyword.arg for keyword in call.keywords}
        for name in _FOLDERS:
            if f"{name.removesuffix('s')}_folder" not in given and (there := _other(repo, folder, name)):
                yield name, there, call.lineno


def _literals(repo: Repository, path: str) -> Iterator[tuple[str, str, int]]:
    """Paths that the file has as texts and that are not there, but for their capital letters."""
    folder = path.rpartition("/")[0]
    bases = dict.fromkeys(("", folder, "templates", f"{folder}/templates".lstrip("/")))
    # A look at the text is enough for nearly all files.
    texts = {text.removeprefix("./") for text in _QUOTED.findall(repo.source(path)) if _is_path(text)}
    if not any(_other(repo, base, text) for text in texts for base in bases):
        return
    written = set()
    for node in (n for statement in parsed(repo.source(path)).body for n in nodes(statement)):
        if isinstance(node, ast.Call) and last_name(node.func) == "open":
            modes = [a.value for a in node.args[1:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            written |= {id(a) for a in node.args[:1] if any(mode.startswith(_MODES) for mode in modes)}
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in written:
            continue
        text = node.value.removeprefix("./")
        if not _is_path(text):
            continue
        if not any(repo.has(f"{base}/{text}".lstrip("/")) for base in bases):
            there = next((found for base in bases if (found := _other(repo, base, text))), "")
            if there:
                yield text, there, node.lineno


def _is_path(text: str) -> bool:
    return len(text) <= _LONGEST and (text in _WORDS or bool(_FILE.search(text) and _PATH.fullmatch(text)))


def _modules(repo: Repository, path: str) -> Iterator[tuple[str, str, int]]:
    """Modules of the repository that the file imports in other letters. A name without capitals may be a
    distribution's, whatever the repository has: flask beside Flask/."""
    text, folder = repo.source(path), path.rpartition("/")[0]
    for found in _IMPORTED.finditer(text):
        dots, name = found[1] or "", found[2] or found[3]
        above = folder.rsplit("/", len(dots) - 1)[0] if len(dots) > 1 else folder
        bases = (above,) if dots else ("", folder)
        wanted = name.replace(".", "/")
        own = any(repo.has(f"{base}/{wanted.partition('/')[0]}".lstrip("/")) for base in bases)
        if (own or name[:1].isupper()) and not any(resolves(repo, base, wanted) for base in bases):
            there = next((p for base in bases if (p := _other(repo, base, f"{wanted}.py"))), "")
            if there:
                yield f"{wanted}.py", there, text.count("\n", 0, found.start(2 if found[2] else 3)) + 1


def _other(repo: Repository, base: str, wanted: str) -> str:
    """The path below the folder that differs from the wanted one in capital letters alone; "" where there is none, or
    the wanted one is there too."""
    current = base
    for part in wanted.split("/"):
        names = repo.entries(current)
        name = part if part in names else next((n for n in names if n.lower() == part.lower()), "")
        if not name:
            return ""
        current = f"{current}/{name}".lstrip("/")
    return current if current != f"{base}/{wanted}".lstrip("/") else ""
