"""No text becomes syntax: what an encoder of render.py writes is read back as the same text, or it is refused."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockergen.dockerfile import Dockerfile, copy_sources, parse
from dockergen.render import UnprintableTextError, argv, comment, copy_path, env_value, mount_value, word
from tests.hostile_texts import HOSTILE, REFUSED


def unquoted(value: str) -> str:
    """A value of ENV as BuildKit's shell lexer reads it (frontend/dockerfile/shell/lex.go), nothing being set."""
    found, index, quote = "", 0, ""
    while index < len(value):
        char, following = value[index], value[index + 1 : index + 2]
        index += 1
        assert char != "$", "a variable would be expanded"
        if quote == "'" or (quote == '"' and char not in '"\\') or (not quote and char not in "'\"\\"):
            found += "" if char == quote else char
            quote = "" if char == quote else quote
        elif char == "\\":
            taken = following if not quote or following in ('"', "$", "\\") else "\\"
            index += taken == following
            found += taken
        else:
            quote = "" if quote else char
    assert not quote, "a quote does not close"
    return found


@dataclass(frozen=True)
class Landing:
    """A place in a Dockerfile where text lands: how it is written there, and how it is read back."""

    write: Callable[[str], str]
    read: Callable[[Dockerfile], str]
    keywords: tuple[str, ...]


def _assignment(file: Dockerfile) -> str:
    names = file.instructions[1].arguments
    assert names.startswith("A=")
    return unquoted(names[2:].removesuffix(" B=2").rstrip())


def _mount(file: Dockerfile) -> str:
    (mount,) = file.instructions[1].mounts
    assert set(mount) == {"type", "source", "target"}
    assert file.instructions[1].arguments == "make"
    assert mount["source"] == mount["target"]
    return mount["source"]


def _second_word(file: Dockerfile) -> str:
    words = shlex.split(file.instructions[1].arguments)
    assert (words[0], len(words)) == ("echo", 3)
    return words[1]


def _source(file: Dockerfile) -> str:
    assert not file.instructions[1].flags
    (source,) = copy_sources(file.instructions[1])
    return source


LANDINGS = {
    "CMD": Landing(lambda t: f"CMD {argv([t, 'b'])}", lambda f: (f.instructions[1].argv or ("",))[0], ("CMD",)),
    "HEALTHCHECK": Landing(
        lambda t: f"HEALTHCHECK --interval=30s \\\n    CMD {argv([t, 'b'])}",
        lambda f: (f.instructions[1].argv or ("",))[0],
        ("HEALTHCHECK",),
    ),
    "ENV": Landing(lambda t: f"ENV A={env_value(t)} B=2", _assignment, ("ENV",)),
    "ENV on lines": Landing(lambda t: f"ENV A={env_value(t)} \\\n    B=2", _assignment, ("ENV",)),
    "ARG": Landing(lambda t: f"ARG A={env_value(t)}", _assignment, ("ARG",)),
    "RUN": Landing(lambda t: f"RUN echo {word(t)} b", _second_word, ("RUN",)),
    "RUN on lines": Landing(lambda t: f"RUN echo \\\n    {word(t)} \\\n    b", _second_word, ("RUN",)),
    "COPY": Landing(lambda t: f"COPY {copy_path(t)} /x/", _source, ("COPY",)),
    "mount": Landing(
        lambda t: f"RUN --mount=type=bind,source={mount_value(t)},target={mount_value(t)} \\\n    make",
        _mount,
        ("RUN",),
    ),
}


def lands_safely(landing: Landing, text: str) -> bool:
    """True when the text is read back as it is, False when it is refused; anything else fails."""
    try:
        written = landing.write(text)
    except UnprintableTextError:
        return False
    file = parse(f"FROM a:1\n{written}\nUSER 1:1\n")
    assert [step.keyword for step in file.instructions] == ["FROM", *landing.keywords, "USER"]
    assert file.instructions[2].arguments == "1:1"
    assert landing.read(file) == text
    assert not file.instructions[1].heredocs
    return True


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_lands_as_itself_or_is_refused(text: str) -> None:
    for place, landing in LANDINGS.items():
        landed = lands_safely(landing, text)
        assert place in ("COPY", "mount") or landed != (text in REFUSED), place


@pytest.mark.parametrize("place", LANDINGS)
@pytest.mark.parametrize("text", ["a", "a.b/c-d_e", "requirements/prod.txt", "@scope/x", "v1.2+3"])
def test_plain_text_is_never_refused(text: str, place: str) -> None:
    assert lands_safely(LANDINGS[place], text)


ALPHABET = st.sampled_from(
    [*"ab \\\"'$`#<>-=,;&|(){}[]*?!~\n\r\t\0%@:", "<<EOF", "\\\n", "\u2028", "\x85", "\u202e", "é"]
)
TEXTS = st.one_of(st.text(max_size=12), st.lists(ALPHABET, max_size=8).map("".join))


@pytest.mark.parametrize("place", LANDINGS)
def test_any_text_lands_as_itself_or_is_refused(place: str) -> None:
    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(TEXTS)
    def lands(text: str) -> None:
        lands_safely(LANDINGS[place], text)

    lands()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(TEXTS)
def test_a_comment_stays_one_comment_of_plain_ascii(text: str) -> None:
    line = comment(text)
    assert line.isascii()
    assert "\n" not in line
    file = parse(f"# syntax=a/b:1\n\n# {line}\nFROM a:1\nRUN make \\\n# {line}\n    all\nUSER 1:1\n")
    assert [step.keyword for step in file.instructions] == ["FROM", "RUN", "USER"]
    assert file.instructions[1].arguments.split() == ["make", "all"]
    assert dict(file.directives) == {"syntax": "a/b:1"}


def test_a_real_shell_reads_every_word_as_the_text_it_came_from() -> None:
    texts = [text for text in HOSTILE.values() if text not in REFUSED]
    script = r"printf '%s\0' " + " ".join(word(text) for text in texts)
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == texts


@pytest.mark.parametrize("path", ["-x", "--from=a", "<<EOF", "a b", "a*", "a?", "[a]", "$A", "a\\b", "a'b", 'a"b', ""])
def test_a_path_that_copy_would_read_as_something_else_is_refused(path: str) -> None:
    with pytest.raises(UnprintableTextError):
        copy_path(path)


@pytest.mark.parametrize("path", ["-x", "a,from=b", "a=b", 'a"b', "a b", "$A", "${A}", "a\\b", "a`b", ""])
def test_a_path_that_a_mount_would_split_or_expand_is_refused(path: str) -> None:
    with pytest.raises(UnprintableTextError):
        mount_value(path)
