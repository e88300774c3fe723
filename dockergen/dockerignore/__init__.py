"""Which paths of a folder BuildKit sends to a build: the rules of .dockerignore, negation and parents included."""

from __future__ import annotations

import posixpath
import re

from dockergen.dockerignore.pattern import BadPattern, Pattern, compile_pattern
from dockergen.lazy import regex

# unicode.IsSpace of Go; str.strip() without argument would also take U+001C to U+001F
_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_BOM = "\ufeff"
_LINE_LIMIT = 64 * 1024 - 1  # bytes; bufio.Scanner of Go gives up beyond
_CONTROL = regex(r"[\x00-\x1f\x7f]")
_GLOB = frozenset("*?[]\\^")
_NO_STATE = (0, -1)


class DockerignoreError(ValueError):
    """A line with which BuildKit fails the build; `line` is its number, counted from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


class Dockerignore:
    """The rules of one file, compiled; equal paths always get the same answer."""

    def __init__(self, patterns: tuple[tuple[bool, Pattern], ...]) -> None:
        self._patterns = patterns
        self._negates = any(negated for negated, _ in patterns)
        self._runs = _runs(patterns)
        self._folders: dict[str, tuple[int, int]] = {"": _NO_STATE}

    def excludes(self, path: str, is_dir: bool = False) -> bool:
        """Whether the path stays out of the context: the last pattern that matches it or a folder above wins.

        The path is relative to the context, with forward slashes. A folder that is excluded may still appear in
        the context when something beneath is re-included (see `may_reinclude_below`). BuildKit asks a pattern about
        a folder only when the answer can change the verdict so far, and what was not asked does not reach the
        folder's contents (fsutil's walk over MatchesUsingParentResults); so does this.
        """
        path = _cleaned(path)
        if not path:
            return False
        if is_dir:
            return self._excluded(self._folder(path)[1])
        above = self._folder(path.rpartition("/")[0])[1]
        for run in reversed(self._runs):
            if above >= run.start or run.matches(path):
                return not run.negated
        return False

    def may_reinclude_below(self, path: str) -> bool:
        """Whether a `!` line could bring back something beneath this folder; if not, a walk need not enter it.

        Never False where something beneath is in the context although the folder is excluded.
        """
        path = _cleaned(path)
        winner = self._folder(path)[1] if path else -1
        names = path.split("/") if path else []
        later = self._patterns[winner + 1 :] if self._negates else ()
        return any(negated and _reaches_below(pattern.text, names) for negated, pattern in later)

    def _excluded(self, winner: int) -> bool:
        return winner >= 0 and not self._patterns[winner][0]

    def _folder(self, path: str) -> tuple[int, int]:
        """The patterns that match a folder (as bits) and the one that wins (-1: none), remembered."""
        known = self._folders.get(path)
        if known is not None:
            return known
        missing = []
        while path not in self._folders:
            missing.append(path)
            path = path.rpartition("/")[0]
        state = self._folders[path]
        for folder in reversed(missing):
            state = self._folders[folder] = self._asked(folder, state)
        return state

    def _asked(self, folder: str, above: tuple[int, int]) -> tuple[int, int]:
        if not self._negates:
            hit = above[1] >= 0 or any(run.matches(folder) for run in self._runs)
            return (1, 0) if hit else _NO_STATE
        if not any(run.matches(folder) for run in self._runs):
            return above
        excluded, bits, winner = False, above[0], -1
        for number, (negated, pattern) in enumerate(self._patterns):
            hit = bool(bits >> number & 1)
            if not hit and negated == excluded and pattern.matches(folder):
                hit = True
                bits |= 1 << number
            if hit:
                excluded, winner = not negated, number
        return bits, winner


def parse(text: str) -> Dockerignore:
    """The rules of a .dockerignore file, read as moby/patternmatcher's ignorefile reads it.

    Raises DockerignoreError for what fails a build: a lone `!`, a malformed pattern, a line beyond 64 KiB, a control
    character (patterns travel in a gRPC header, encoded only when one of them holds `%` or more than ASCII).
    """
    patterns = []
    unsendable, encoded = 0, False
    for number, line in enumerate(text.removeprefix(_BOM).split("\n"), start=1):
        if len(line) > _LINE_LIMIT // 4 and len(line.encode("utf-8", "surrogatepass")) > _LINE_LIMIT:
            raise DockerignoreError(number, "longer than the 64 KiB that BuildKit reads")
        pattern = _pattern_text(line)
        if not pattern:
            continue
        if pattern == "!":
            raise DockerignoreError(number, "`!` re-includes nothing: write a pattern after it")
        negated = pattern[0] == "!"
        try:
            patterns.append((negated, compile_pattern(pattern[negated:])))
        except BadPattern as bad:
            raise DockerignoreError(number, f"{bad}: {pattern}") from bad
        unsendable = unsendable or (number if _CONTROL.search(pattern) else 0)
        encoded = encoded or "%" in pattern or not pattern.isascii()
    if unsendable and not encoded:
        raise DockerignoreError(unsendable, "a control character: BuildKit fails to send the pattern")
    return Dockerignore(tuple(patterns))


def escape(path: str) -> str:
    """A line that matches this relative path literally (and, as every pattern, what lies beneath it).

    Raises ValueError when no line can: an empty, absolute or unclean path, control characters, undecodable bytes.
    """
    if path != posixpath.normpath(path) or path.partition("/")[0] in ("", ".", ".."):
        raise ValueError(f"not a relative path in its shortest form: {path!r}")
    if _CONTROL.search(path) or any("\ud800" <= char <= "\udfff" for char in path):
        raise ValueError(f"no .dockerignore line can hold this name: {path!r}")
    last = len(path) - 1
    line = "".join(_escaped(char, at, at in (0, last)) for at, char in enumerate(path))
    if len(line.encode()) > _LINE_LIMIT:
        raise ValueError("the path is longer than the 64 KiB that BuildKit reads of a line")
    return line


def _escaped(char: str, at: int, edge: bool) -> str:
    if char in _GLOB:
        return "\\" + char
    if (edge and char in _SPACE) or (at == 0 and char in "#!" + _BOM):
        return f"[{char}]"
    return char


def _pattern_text(line: str) -> str:
    """The line as a cleaned pattern, `!` included; "" when it holds none."""
    if line.startswith("#"):
        return ""
    text = line.strip(_SPACE)
    text = "!" + _rooted(text[1:].strip(_SPACE)) if text.startswith("!") else _rooted(text)
    # the matcher trims and cleans once more, `!` in place: `a /` becomes `a`, and `!../../a` becomes `a`
    text = text.strip(_SPACE)
    return _clean(text) if text else ""


def _rooted(text: str) -> str:
    if not text:
        return ""
    text = _clean(text)
    return text[1:] if len(text) > 1 and text[0] == "/" else text


def _clean(path: str) -> str:
    """Go's filepath.Clean; normpath differs in one thing, it keeps exactly two slashes at the start."""
    path = posixpath.normpath(path)
    return path[1:] if path.startswith("//") else path


def _cleaned(path: str) -> str:
    if path.endswith("/") or path.startswith(".") or "/." in path or "//" in path:
        path = posixpath.normpath(path)
    return "" if path == "." else path


def _reaches_below(pattern: str, names: list[str]) -> bool:
    """Whether a pattern could match a path that begins with these names and goes on."""
    parts = pattern.split("/")
    for part, name in zip(parts, names, strict=False):
        if "**" in part or set("[]\\^") & set(part):
            return True
        wanted = re.escape(part).replace(r"\*", ".*").replace(r"\?", ".")
        if part.count("*") <= 3 and not re.fullmatch(wanted, name, re.DOTALL):
            return False
    return len(parts) > len(names) or "**" in pattern


class _Run:
    """Neighbouring patterns with the same sign, asked together."""

    def __init__(self, start: int, negated: bool, patterns: list[Pattern]) -> None:
        self.start = start
        self.negated = negated
        self._patterns = patterns
        self._exact = frozenset(p.literal for p in patterns if p.kind == "exact")
        suffixes = [p.literal for p in patterns if p.kind == "suffix"]
        self._names = frozenset(s[1:] for s in suffixes if s[:1] == "/" and "/" not in s[1:])
        self._suffixes = tuple(s for s in suffixes if s[:1] != "/" or "/" in s[1:])
        self._prefixes = tuple(p.literal for p in patterns if p.kind == "prefix")
        stars = [p.literal for p in patterns if p.kind == "star"]
        self._name_stars = _Stars([s[3:] for s in stars if s.startswith("**/")])
        self._root_stars = _Stars([s for s in stars if not s.startswith("**/")])
        self._name = _any_of([p.expression for p in patterns if p.kind == "name"])
        self._path = _any_of([p.expression for p in patterns if p.kind == "regex"])
        self._slow = [p.matches for p in patterns if p.kind == "slow"]

    def matches(self, path: str) -> bool:
        if "\n" in path:  # `.` of a Go expression stops at a line break, so the last name does not decide
            return any(pattern.matches(path) for pattern in self._patterns)
        name = path.rpartition("/")[2]
        if name in self._names or path in self._exact:
            return True
        if self._prefixes and path.startswith(self._prefixes):
            return True
        if self._suffixes and ("/" + path).endswith(self._suffixes):
            return True
        if self._name_stars.match(name) or ("/" not in path and self._root_stars.match(path)):
            return True
        if self._name is not None and self._name.fullmatch(name):
            return True
        if self._path is not None and self._path.fullmatch(path):
            return True
        return any(matches(path) for matches in self._slow)


class _Stars:
    """Names around one star each: most have it at an end, and all of those are asked in one call."""

    def __init__(self, texts: list[str]) -> None:
        pairs = [text.split("*") for text in texts]
        self._tails = tuple(tail for head, tail in pairs if not head)
        self._heads = tuple(head for head, tail in pairs if head and not tail)
        self._both = [(head, tail) for head, tail in pairs if head and tail]

    def match(self, name: str) -> bool:
        if name.endswith(self._tails) or name.startswith(self._heads):
            return True
        # The two ends must not overlap.
        return bool(self._both) and any(
            name.startswith(head) and name.endswith(tail) and len(name) >= len(head) + len(tail)
            for head, tail in self._both
        )


def _runs(patterns: tuple[tuple[bool, Pattern], ...]) -> list[_Run]:
    starts = [at for at, (negated, _) in enumerate(patterns) if at == 0 or patterns[at - 1][0] != negated]
    ends = [*starts[1:], len(patterns)]
    return [
        _Run(start, patterns[start][0], [pattern for _, pattern in patterns[start:end]])
        for start, end in zip(starts, ends, strict=False)
    ]


def _any_of(expressions: list[str]) -> re.Pattern[str] | None:
    return regex("|".join(f"(?:{expression})" for expression in expressions)) if expressions else None
