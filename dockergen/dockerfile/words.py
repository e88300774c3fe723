"""Words of a Dockerfile line: flags, blanks, quotes, and the words that open a here-document."""

from __future__ import annotations

from dockergen.lazy import regex

# unicode.IsSpace of Go; str.isspace() would also take U+001C to U+001F
SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_SPACES = frozenset(SPACE)
_BLANK = regex(r"[\t\v\f\r ]+")
_OPENER = regex(r"[0-9]*<<(-?)[\t\n\f\r ]*([^<]*)")
_NAME = regex(r"[0-9]+|[@*#?$!-]|[^\W\d]\w*")
_DEPTH = 50


class _Unfinished(ValueError):  # noqa: N818 - private, never leaves this module
    """A quote or a substitution has no end, or is of a kind that BuildKit does not read."""


def split_blank(text: str, most: int = 0) -> list[str]:
    """The words between blanks, quotes not considered; at most that many splits."""
    return _BLANK.split(text, maxsplit=most) if text else []


def split_flags(text: str, escape: str) -> tuple[list[str], str]:
    """The leading words that begin with `--`, their quotes removed, and the rest of the line."""
    flags: list[str] = []
    at = _after_spaces(text, 0)
    while text.startswith("--", at):
        flag, at = _flag(text, at, escape)
        if flag == "--":
            break
        flags.append(flag)
        at = _after_spaces(text, at)
    return flags, text[at:].strip(SPACE)


def heredoc_name(word: str) -> tuple[str, bool] | None:
    """The terminator that this word announces and whether tabs are stripped (`<<-`); None when it opens nothing."""
    opener = _OPENER.fullmatch(word)
    if opener is None or not opener[2]:
        return None
    try:
        names = _Lexer(opener[2], raw=False).words()
    except _Unfinished:
        return None
    return (names[0], opener[1] == "-") if len(names) == 1 else None


def heredocs(line: str) -> list[tuple[str, bool]]:
    """The here-documents that a RUN, COPY or ADD line opens, in order.

    BuildKit finds none on a line whose quotes or substitutions it cannot read, and always escapes with a backslash.
    """
    try:
        words = _Lexer(line, raw=True).words()
    except _Unfinished:
        return []
    return [found for word in words if (found := heredoc_name(word)) is not None]


def _after_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACES:
        at += 1
    return at


def _flag(text: str, at: int, escape: str) -> tuple[str, int]:
    word: list[str] = []
    quote = ""
    while at < len(text):
        char = text[at]
        at += 1
        if not quote and char in _SPACES:
            break
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char == escape:
            word.append(text[at : at + 1])
            at += 1
        else:
            word.append(char)
    return "".join(word), at


class _Lexer:
    """Splits as a shell does, without a value for any variable; `raw` keeps quotes and escapes in the words."""

    def __init__(self, text: str, *, raw: bool) -> None:
        self._text = text
        self._raw = raw
        self._at = 0
        self._depth = 0
        self._word: list[str] = []

    def words(self) -> list[str]:
        """Raises _Unfinished."""
        return self._until("", self._raw)[1]

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        self._at += 1
        return self._text[self._at - 1 : self._at]

    def _until(self, stop: str, raw_escapes: bool) -> tuple[str, list[str]]:
        """The text and words up to the stop character ("": the end), which is consumed."""
        result: list[str] = []
        words: list[str] = []
        self._word = []  # BuildKit shares one buffer: a substitution drops what stood before it in the word
        while self._at < len(self._text):
            char = self._next()
            if char == stop:
                return "".join(result), self._close(words)
            if char == "\\":
                piece = self._escaped(raw_escapes)
                self._word.append(piece)
            elif char == "$":
                piece = self._dollar(raw_escapes)
                self._add(piece, words)
            elif char in "'\"<":
                piece = self._less() if char == "<" else self._quoted(char, raw_escapes)
                self._word.append(piece)
            else:
                piece = char
                self._add(piece, words)
            result.append(piece)
        if stop:
            raise _Unfinished
        return "".join(result), self._close(words)

    def _add(self, piece: str, words: list[str]) -> None:
        for char in piece:
            if char in _SPACES:
                self._close(words)
            else:
                self._word.append(char)

    def _close(self, words: list[str]) -> list[str]:
        if word := "".join(self._word):
            words.append(word)
            self._word = []
        return words

    def _escaped(self, raw: bool) -> str:
        return ("\\" if raw else "") + self._next()

    def _less(self) -> str:
        if self._peek() != "<":
            return "<"
        start = self._at
        self._at += 1
        while self._peek() and self._peek() in "\t\r\n ":
            self._at += 1
        return "<" + self._text[start : self._at]

    def _quoted(self, quote: str, raw_escapes: bool) -> str:
        pieces = [quote] if self._raw else []
        while char := self._next():
            if char == quote:
                return "".join([*pieces, quote] if self._raw else pieces)
            if quote == "'":
                pieces.append(char)
            elif char == "$":
                pieces.append(self._dollar(raw_escapes))
            elif char == "\\":
                pieces.append(self._escaped_in_quotes(raw_escapes))
            else:
                pieces.append(char)
        raise _Unfinished

    def _escaped_in_quotes(self, raw: bool) -> str:
        if not self._peek():
            return "\\" if raw else ""
        if self._peek() in '"$\\':
            return ("\\" if raw else "") + self._next()
        return "\\\\" if raw else "\\"

    def _dollar(self, raw_escapes: bool) -> str:
        if self._peek() != "{":
            return "$" + self._name()
        self._at += 1
        if self._peek() in ("", "{", "}", ":"):
            raise _Unfinished
        name = self._name()
        modifier = self._next()
        if modifier == "}":
            return "${" + name + "}"
        if modifier == ":":
            modifier += self._next()
        self._depth += 1
        if self._depth > _DEPTH or modifier not in ("+", "-", "?", "#", "%", "/", ":+", ":-", ":?"):
            raise _Unfinished
        text = self._modified(modifier)
        self._depth -= 1
        return "${" + name + modifier + text + "}"

    def _modified(self, modifier: str) -> str:
        if modifier == "/":
            pattern, _ = self._until("/", True)
            return pattern + "/" + self._until("}", True)[0]
        return self._until("}", modifier in "#%")[0]

    def _name(self) -> str:
        found = _NAME.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]
