"""Whether a build step installs third-party packages: the work that an edit of the source must not repeat."""

from __future__ import annotations

import re
import shlex

from dockergen.lazy import regex

_ASSIGNMENT = regex(r"[A-Za-z_]\w*=.*")
_LOCAL = regex(r"\.{0,2}/|\.$|\.\[|file:")
# Options of pip and uv whose next word is a value.
_VALUED = frozenset(
    (
        *("-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links"),
        *("--prefix", "--target", "-t", "--python", "-e", "--editable"),
    )
)
# Other tools: the words behind the name, and what must stand among the rest for it to be about dependencies alone.
_TOOLS: dict[str, tuple[tuple[str, ...], ...]] = {
    "npm": (("ci",), ("install",), ("i",), ("clean-install",)),
    "pnpm": (("install",), ("i",), ("fetch",)),
    "yarn": ((), ("install",), ("workspaces", "focus")),
    "bun": (("install",), ("i",)),
    "pipenv": (("install",), ("sync",)),
    "go": (("mod", "download"), ("mod", "vendor")),
    "cargo": (("fetch",), ("chef", "cook")),
    "composer": (("install",),),
    "bundle": (("install",),),
    "apt-get": (("install",),),
    "apk": (("add",),),
}
# Tools that install the project with the same command: it is about dependencies where one of the options says so.
_WITHOUT_PROJECT = {
    "uv": ("--no-install-project", "--no-install-workspace"),
    "poetry": ("--no-root",),
    "pdm": ("--no-self",),
}


def installs(step: str) -> bool:
    """True when a command of the step brings in packages of others; a step is the text of a RUN instruction."""
    text = re.sub(r"^.*?\bRUN\s+(?:--\w+=\S+\s+)*", "", step, count=1, flags=re.DOTALL)
    return any(_installs(words) for words in _commands(text))


def _commands(text: str) -> list[list[str]]:
    """The commands of a shell line, as words; one that cannot be split is split at blanks."""
    try:
        lexer = shlex.shlex(text.replace("\\\n", " ").replace("\n", " ; "), posix=True, punctuation_chars="();<>|&")
        lexer.whitespace_split = True
        lexer.commenters = ""
        words = list(lexer)
    except ValueError:
        words = text.split()
    commands: list[list[str]] = [[]]
    for word in words:
        if word and set(word) <= set(";|&()"):
            commands.append([])
        elif commands[-1] or not _ASSIGNMENT.fullmatch(word):
            commands[-1].append(word)
    return [command for command in commands if command]


def _installs(words: list[str]) -> bool:
    name = words[0].rsplit("/", 1)[-1]
    rest = words[1:]
    if re.fullmatch(r"python[\d.]*", name) and rest[:1] == ["-m"]:
        name, rest = (rest[1] if len(rest) > 1 else ""), rest[2:]
    if name == "node" and rest and re.search(r"yarn[\w.-]*\.c?js$", rest[0]):
        name, rest = "yarn", rest[1:]
    if name in ("corepack", "sudo", "exec", "command", "time", "set") and rest:
        return name != "set" and _installs(rest)
    if re.fullmatch(r"pip[\d.]*", name):
        return _pip(rest)
    if name == "uv" and rest[:1] == ["pip"]:
        return _pip(rest[1:])
    if name in _WITHOUT_PROJECT:
        return any(option in rest for option in _WITHOUT_PROJECT[name])
    return _by_name(name, rest)


def _by_name(name: str, rest: list[str]) -> bool:
    if {"--version", "-v"} & set(rest) or (name == "npm" and {"-g", "--global", "--package-lock-only"} & set(rest)):
        return False
    plain = tuple(word for word in rest if not word.startswith("-"))
    kinds = _TOOLS.get(name, ())
    # Options of the tool may stand before the word: `apt-get -y install`.
    return any(plain[: len(kind)] == kind if kind else not plain for kind in kinds)


def _pip(rest: list[str]) -> bool:
    """pip and `uv pip`: a file of requirements, or the name of a package that is not a path."""
    if "sync" in rest[:1]:
        return True
    command = next((index for index, word in enumerate(rest) if word == "install"), -1)
    if command < 0:
        return False
    arguments = rest[command + 1 :]
    if any(word in ("-r", "--requirement") or word.startswith(("-r", "--requirement=")) for word in arguments):
        return True
    skip = False
    for word in arguments:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _VALUED
        elif not _LOCAL.match(word):
            return True
    return False
