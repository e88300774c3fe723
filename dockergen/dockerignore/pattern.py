"""One pattern of a .dockerignore file, compiled to what BuildKit's matcher makes of it.

BuildKit (moby/patternmatcher) checks a pattern with Go's filepath.Match and then rewrites it as a Go regular
expression. The rewrite has corners that Match does not have (`[*]`, `\\d`, `**name`); the builder obeys the
rewrite, so this module takes the same two steps and reads the result token by token.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dockergen.dockerignore.simulation import Simulation, Token
from dockergen.frozen import frozen
from dockergen.lazy import regex

Match = Callable[[str], object]

_DEEP, _REST, _STAR, _QUESTION = "(.*/)?", ".*", "[^/]*", "[^/]"
_OPEN_END = "$(?s:.*)"
_QUOTED = frozenset(".+()|{}$")
_PERL = {"d": "0-9", "s": r"\t\n\f\r ", "w": "0-9A-Za-z_"}
_CONTROL = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_ASSERTIONS = {"A": r"\A", "b": r"(?a:\b)", "B": r"(?!(?a:\b))", "z": r"\Z"}
_OCTAL = regex(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")
_HEX = regex(r"x([0-9A-Fa-f]{2})")
# Most patterns that people write: plain characters around one star, at the root or in any folder.
_ONE_STAR = regex(r"(?:\*\*/)?[A-Za-z0-9_.-]*\*(?<!\*\*)[A-Za-z0-9_.-]*")
_PLAIN_CLASS = regex(r"\[[A-Za-z0-9_.]+\]")


class BadPattern(ValueError):  # noqa: N818 - named as Go names it
    """The pattern fails the whole build; the text says why."""


@frozen
class Pattern:
    """A compiled pattern: `kind` says which of the other fields decides (exact, prefix, suffix, star, name, regex)."""

    text: str
    kind: str
    literal: str
    expression: str
    matches: Match


def compile_pattern(text: str) -> Pattern:
    """The matcher of one cleaned pattern without its `!`.

    Raises BadPattern where BuildKit would refuse it.
    """
    _check_as_filepath_match(text)
    kind, expression = _as_go_regex(text)
    if kind == "exact":
        return Pattern(text, kind, text, "", text.__eq__)
    if kind == "prefix":
        head = text[:-2]
        return Pattern(text, kind, head, "", lambda path: path.startswith(head))
    if kind == "suffix":
        tail = text[2:]
        return Pattern(text, kind, tail, "", lambda path: ("/" + path).endswith(tail))
    if kind == "regex" and _ONE_STAR.fullmatch(text):
        return Pattern(text, "star", text, "", lambda path: _general(text, expression).matches(path))
    return _general(text, expression)


def _general(text: str, expression: str) -> Pattern:
    tokens = _merged(_tokens(expression))
    if _costly(tokens):
        return Pattern(text, "slow", "", "", Simulation(tokens).matches)
    matches = _matcher("".join(token.expression for token in tokens))
    if tokens[0].kind == "deep" and _one_name(text):
        return Pattern(text, "name", "", "".join(token.expression for token in tokens[1:]), matches)
    return Pattern(text, "regex", "", "".join(token.expression for token in tokens), matches)


def _matcher(expression: str) -> Match:
    """A match of the whole path; compiled at the first, because most patterns are asked in one expression of all."""
    compiled = regex(expression)
    # Not the bound method: looking it up compiles.
    return lambda path: compiled.fullmatch(path)  # noqa: PLW0108


def _one_name(text: str) -> bool:
    """Whether nothing after the leading `**/` can match a slash, so that a path's last name decides."""
    tail = text[3:]
    return text[:3] == "**/" and "**" not in tail and not set("/[]\\^") & set(_PLAIN_CLASS.sub("", tail))


def _check_as_filepath_match(text: str) -> None:
    """The syntax check of the builder, which asks Go's filepath.Match about the name ".".

    Match reads on after a `*` only while the pattern fits the name, so later mistakes pass unseen.
    """
    at = _end_of_chunk(text, len(text) - len(text.lstrip("*")))
    if _is_one_dot(text[:at].lstrip("*")):
        _end_of_chunk(text, at + len(text[at:]) - len(text[at:].lstrip("*")))


def _is_one_dot(chunk: str) -> bool:
    """Whether the chunk matches "." and no more."""
    if not chunk.startswith("[") or _end_of_class(chunk, 1) < len(chunk):
        return chunk in (".", "?", "\\.")
    try:
        return re.fullmatch(_class(chunk, 1)[0], ".") is not None
    except BadPattern:
        return False


def _end_of_chunk(text: str, at: int) -> int:
    """Where the next `*` stands; classes up to there are closed and not empty, ranges whole, escapes of something."""
    while at < len(text) and text[at] != "*":
        if text[at] == "[":
            at = _end_of_class(text, at + 1)
            continue
        at += 2 if text[at] == "\\" else 1
        if at > len(text):
            raise BadPattern("a backslash at the end escapes nothing")
    return at


def _end_of_class(text: str, at: int) -> int:
    if text[at : at + 1] == "^":
        at += 1
    first = at
    while text[at : at + 1] != "]" or at == first:
        at = _end_of_member(text, at)
        if text[at] == "-":
            at = _end_of_member(text, at + 1)
    return at + 1


def _end_of_member(text: str, at: int) -> int:
    if text[at : at + 1] in ("", "-", "]"):
        raise BadPattern("a character class `[...]` is empty, open or has a `-` without both ends")
    at += 2 if text[at] == "\\" else 1
    if at >= len(text):
        raise BadPattern("a character class `[...]` is not closed")
    return at


def _as_go_regex(text: str) -> tuple[str, str]:
    """How BuildKit tests the pattern, and the Go expression of those that it tests as one."""
    kind, parts, at = "exact", [], 0
    while at < len(text):
        char, start = text[at], at
        at += 1
        if char == "*" and text[at : at + 1] == "*":
            at += 2 if text[at + 1 : at + 2] == "/" else 1
            if at < len(text):
                parts.append(_DEEP)
                kind = "regex"
            else:
                parts.append(_REST)
                kind = "prefix" if kind == "exact" else "regex"
            kind = kind if start else "suffix"
            continue
        if char == "\\":
            # at the very end it escapes the `$` of the expression, which then accepts any continuation
            parts.append("\\" + (text[at] if at < len(text) else _OPEN_END))
            at += 1
        elif char in "*?":
            parts.append(_STAR if char == "*" else _QUESTION)
        else:
            parts.append("\\" + char if char in _QUOTED else char)
        if char in "*?\\[]":
            kind = "regex"
    return kind, "".join(parts)


def _tokens(go: str) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(go):
        char = go[at]
        if go.startswith(_DEEP, at):
            tokens.append(Token("deep", "(?:.*/)?"))
            at += len(_DEEP)
        elif go.startswith(_REST, at):
            tokens.append(Token("many", "."))
            at += len(_REST)
        elif char == "[":
            source, at = _class(go, at + 1)
            repeated = go.startswith("*", at)
            tokens.append(Token("many" if repeated else "one", source))
            at += repeated
        elif char == "\\" and go.endswith(_OPEN_END) and at + 1 + len(_OPEN_END) == len(go):
            tokens += [Token("one", r"\$"), Token("many", "(?s:.)")]
            break
        elif char == "\\":
            token, at = _escape(go, at + 1)
            tokens.append(token)
        else:
            tokens.append(Token("here", r"\A") if char == "^" else Token("one", re.escape(char)))
            at += 1
    return tokens


def _escape(go: str, at: int) -> tuple[Token, int]:
    """What a backslash and the next letters mean outside a class."""
    char = go[at]
    if char in _ASSERTIONS:
        return Token("here", _ASSERTIONS[char]), at + 1
    if char.lower() in _PERL:
        negation = "^" if char.isupper() else ""
        return Token("one", f"[{negation}{_PERL[char.lower()]}]"), at + 1
    char, at = _escaped_character(go, at)
    return Token("one", re.escape(char)), at


def _escaped_character(go: str, at: int) -> tuple[str, int]:
    char = go[at]
    if char in _CONTROL:
        return _CONTROL[char], at + 1
    if char.isascii() and not char.isalnum():
        return char, at + 1
    if found := _HEX.match(go, at):
        return chr(int(found[1], 16)), found.end()
    if found := _OCTAL.match(go, at):
        return chr(int(found[0], 8)), found.end()
    raise BadPattern(f"BuildKit has no meaning for a backslash before {char!r}")


def _class(go: str, at: int) -> tuple[str, int]:
    """A Go class as a Python one, and where it ends."""
    negation = "^" if go.startswith("^", at) else ""
    at += len(negation)
    members: list[str] = []
    while at < len(go) and (go[at] != "]" or not members):
        member, at = _member(go, at)
        members.append(member)
    if at >= len(go):
        raise BadPattern("a character class `[...]` is not closed")
    return f"[{negation}{''.join(members)}]", at + 1


def _member(go: str, at: int) -> tuple[str, int]:
    if go.startswith("[:", at) and (end := go.find(":]", at + 2)) > 0:
        return _named_class(go[at + 2 : end]), end + 2
    if go[at] == "\\" and go[at + 1] in _PERL:
        return _PERL[go[at + 1]], at + 2
    if go[at] == "\\" and go[at + 1].lower() in _PERL:
        return "\\" + go[at + 1], at + 2
    low, at = _member_character(go, at)
    if go.startswith("-", at) and at + 1 < len(go) and go[at + 1] != "]":
        high, at = _member_character(go, at + 1)
        if high < low:
            raise BadPattern(f"the range {low}-{high} runs backwards")
        return f"{_quoted(low)}-{_quoted(high)}", at
    return _quoted(low), at


def _member_character(go: str, at: int) -> tuple[str, int]:
    if at >= len(go):
        raise BadPattern("a character class `[...]` is not closed")
    return _escaped_character(go, at + 1) if go[at] == "\\" else (go[at], at + 1)


def _named_class(name: str) -> str:
    if name not in _POSIX:
        raise BadPattern(f"[:{name}:] is no class of characters")
    return _POSIX[name]


def _quoted(char: str) -> str:
    return f"\\U{ord(char):08x}"


def _merged(tokens: list[Token]) -> list[Token]:
    """The same language without a repetition directly after its like."""
    return [
        token
        for before, token in zip([None, *tokens], tokens, strict=False)
        if token.kind not in ("deep", "many") or token != before
    ]


def _costly(tokens: list[Token]) -> bool:
    """Whether a backtracking matcher could take more than a moment: patterns come from repositories we don't trust."""
    kinds = [token.kind for token in tokens]
    return kinds.count("deep") > 2 or kinds.count("many") > 3
