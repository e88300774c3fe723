"""Dockerfile text to instructions, as BuildKit's parser reads it."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockergen.dockerfile import Dockerfile, DockerfileError, Instruction, copy_sources, parse


def only(text: str) -> Instruction:
    """The single instruction of a text."""
    (step,) = parse(text).instructions
    return step


def keywords(text: str) -> list[str]:
    return [step.keyword for step in parse(text).instructions]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        pytest.param("RUN a \\\n  b", "a   b", id="continuation"),
        pytest.param("RUN a \\ \t\n  b", "a   b", id="blanks after the escape"),
        pytest.param("RUN a \\\r\n  b\r\n", "a   b", id="CRLF"),
        pytest.param("RUN a \\\n# why\n  # why\n b", "a  b", id="comments inside vanish"),
        pytest.param("RUN a \\\n\n   \n b", "a  b", id="empty lines inside vanish"),
        pytest.param("RUN a \\\\\n", "a \\\\", id="two escapes continue nothing"),
        pytest.param("RUN a \\", "a", id="continued into the end of the file"),
        pytest.param("\ufeffRUN a", "a", id="byte order mark"),
        pytest.param(" \trun\ta", "a", id="indented, lower case, tab"),
        pytest.param("\\\nRUN a", "a", id="escape alone on the first line"),
        pytest.param("# escape=`\nRUN a `\n b \\", "a  b \\", id="backtick escapes"),
        pytest.param("RUN a#b # c", "a#b # c", id="no comments at the end of a line"),
    ],
)
def test_lines_are_joined_as_the_builder_joins_them(text: str, arguments: str) -> None:
    assert only(text).keyword == "RUN"
    assert only(text).arguments == arguments


@pytest.mark.parametrize(
    ("text", "directives"),
    [
        pytest.param("# syntax=docker/dockerfile:1\nRUN a", (("syntax", "docker/dockerfile:1"),), id="syntax"),
        pytest.param("#Check = skip=all \nRUN a", (("check", "skip=all"),), id="blanks and case"),
        pytest.param("# escape=`\n# syntax=x\nRUN a", (("escape", "`"), ("syntax", "x")), id="two"),
        pytest.param("\n# syntax=x\nRUN a", (), id="not after an empty line"),
        pytest.param("# hello\n# syntax=x\nRUN a", (), id="not after a comment"),
        pytest.param("# unknown=1\n# escape=`\nRUN a", (), id="not after an unknown one"),
        pytest.param("RUN a\n# escape=`", (), id="not after an instruction"),
    ],
)
def test_directives_stand_at_the_very_top(text: str, directives: tuple[tuple[str, str], ...]) -> None:
    assert parse(text).directives == directives


@pytest.mark.parametrize(
    ("text", "flags", "arguments"),
    [
        pytest.param(
            "COPY --from=build --link a b", (("from", "build"), ("link", "")), "a b", id="with and without value"
        ),
        pytest.param('COPY --chown="a b" c d', (("chown", "a b"),), "c d", id="quotes are removed"),
        pytest.param("COPY --chown=a\\ b c d", (("chown", "a b"),), "c d", id="escapes are removed"),
        pytest.param("COPY -- --from=a b", (), "--from=a b", id="two dashes end them"),
        pytest.param("RUN --mount=a=1 --mount=b=2 c", (("mount", "a=1"), ("mount", "b=2")), "c", id="repeated"),
        pytest.param("USER --x=1 root", (("x", "1"),), "root", id="on any instruction"),
        pytest.param("RUN a --b", (), "a --b", id="only in front"),
    ],
)
def test_flags(text: str, flags: tuple[tuple[str, str], ...], arguments: str) -> None:
    assert (only(text).flags, only(text).arguments) == (flags, arguments)


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        pytest.param('CMD ["a", "b c"]', ("a", "b c"), id="CMD"),
        pytest.param('RUN ["\\u0041"]', ("A",), id="escape in JSON"),
        pytest.param('HEALTHCHECK --interval=5s CMD ["a"]', ("a",), id="HEALTHCHECK"),
        pytest.param("HEALTHCHECK NONE", None, id="no HEALTHCHECK"),
        pytest.param("CMD a b", None, id="shell form"),
        pytest.param("CMD ['a']", None, id="single quotes fall back to the shell form"),
        pytest.param('CMD ["a"] b', None, id="text behind falls back to the shell form"),
        pytest.param("CMD", None, id="CMD alone"),
        pytest.param('ENV A=["a"]', None, id="ENV has none"),
        pytest.param('CMD ["\\ud800"]', ("\ufffd",), id="lone surrogate"),
    ],
)
def test_exec_form(text: str, argv: tuple[str, ...] | None) -> None:
    assert only(text).argv == argv


@pytest.mark.parametrize(
    ("text", "heredocs"),
    [
        pytest.param("RUN <<EOF\na\n b\nEOF\n", ("a\n b\n",), id="plain"),
        pytest.param("RUN <<-EOF\n\ta\n\tEOF", ("a\n",), id="tabs stripped"),
        pytest.param("RUN <<'E F'\n$a\nE F", ("$a\n",), id="quoted name"),
        pytest.param('COPY <<"a" <<b /x/\n1\na\n2\nb', ("1\n", "2\n"), id="two"),
        pytest.param("RUN cat 3<<EOF\n\nEOF", ("\n",), id="file descriptor"),
        pytest.param("RUN << EOF\nEOF", ("",), id="blank before the name"),
        pytest.param("RUN <<EOF\r\na\r\nEOF\r\n", ("a\r\n",), id="CRLF"),
        pytest.param("ONBUILD RUN <<EOF\na\nEOF", ("a\n",), id="inside ONBUILD"),
        pytest.param("RUN <<EOF\n# a\nb \\\nEOF", ("# a\nb \\\n",), id="comments and escapes stay"),
        pytest.param('RUN "<<EOF"', (), id="quoted"),
        pytest.param("RUN cat<<EOF", (), id="inside a word"),
        pytest.param("RUN echo $((1<<2))", (), id="shift"),
        pytest.param("RUN cat <<<x", (), id="here-string"),
        pytest.param("RUN ${a^^} <<EOF", (), id="substitution that the builder cannot read"),
        pytest.param("CMD <<EOF", (), id="not in CMD"),
    ],
)
def test_heredocs(text: str, heredocs: tuple[str, ...]) -> None:
    assert only(text).heredocs == heredocs


def test_lines_comments_and_stages_are_those_of_the_file() -> None:
    text = (
        "# syntax=x\n# a note\nARG V=1\n\n# lost\n\n# kept\n# too\n"
        'FROM --platform=$BUILDPLATFORM node:$V AS Build\nRUN a \\\n b\nFROM build\nRUN <<E\nx\nE\nCMD ["a"]\n'
    )
    file = parse(text)
    assert [(step.keyword, step.line, step.end_line, step.stage, step.comments) for step in file.instructions] == [
        ("ARG", 3, 3, -1, ("a note",)),
        ("FROM", 9, 9, 0, ("kept", "too")),
        ("RUN", 10, 11, 0, ()),
        ("FROM", 12, 12, 1, ()),
        ("RUN", 13, 15, 1, ()),
        ("CMD", 16, 16, 1, ()),
    ]
    assert [(s.index, s.name, s.base, s.platform) for s in file.stages] == [
        (0, "build", "node:$V", "$BUILDPLATFORM"),
        (1, "", "build", ""),
    ]
    assert [[step.keyword for step in stage.instructions] for stage in file.stages] == [["RUN"], ["RUN", "CMD"]]


def test_a_stage_keeps_equal_instructions_and_equal_froms_apart() -> None:
    stages = parse("FROM a\nRUN x\nRUN x\nFROM a\nRUN x").stages
    assert [len(stage.instructions) for stage in stages] == [2, 1]


def test_mounts_come_under_their_full_names() -> None:
    step = only(
        'RUN --mount=type=cache,dst=/c,sharing=locked --mount="src=a,target=/b,ro" --mount=type=secret,required x'
    )
    assert step.mounts == (
        {"type": "cache", "target": "/c", "sharing": "locked"},
        {"type": "bind", "source": "a", "target": "/b", "readonly": "true"},
        {"type": "secret", "required": "true"},
    )
    assert only("""RUN --mount='type=bind,"source=a,b"' x""").mounts == ({"type": "bind", "source": "a,b"},)


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        pytest.param("COPY a b ./", ("a", "b"), id="words"),
        pytest.param('COPY ["a b", "$c", "./"]', ("a b", "$c"), id="JSON"),
        pytest.param("ADD --link\ta\t/", ("a",), id="ADD with a flag"),
        pytest.param("COPY <<EOF a /x/\nEOF", ("a",), id="a here-document is no source"),
        pytest.param("RUN a b", (), id="not of RUN"),
    ],
)
def test_copy_sources(text: str, sources: tuple[str, ...]) -> None:
    assert copy_sources(only(text)) == sources


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("", 1, id="empty"),
        pytest.param("# only a comment\n", 1, id="only comments"),
        pytest.param("FROM a\nHELLO b", 2, id="unknown keyword"),
        pytest.param("FROM a\n\nRUN <<EOF\nb", 3, id="here-document without end"),
        pytest.param("# syntax=a\n# syntax=b\nFROM a", 2, id="directive twice"),
        pytest.param("# escape=x\nFROM a", 1, id="odd escape"),
        pytest.param("FROM a b", 1, id="FROM with two words"),
        pytest.param("FROM a AS 1b", 1, id="odd stage name"),
        pytest.param("COPY a", 1, id="COPY without destination"),
        pytest.param('COPY ["a"]', 1, id="COPY without destination in JSON"),
        pytest.param('CMD ["a", 1]', 1, id="number in an array"),
        pytest.param("CMD " + "[" * 100_000, 1, id="nested without end"),
        pytest.param("SHELL bash", 1, id="SHELL without array"),
        pytest.param("HEALTHCHECK curl x", 1, id="HEALTHCHECK of unknown kind"),
        pytest.param("FROM", 1, id="no arguments"),
        pytest.param("RUN --mount='type=cache,\"a' x", 1, id="mount that is no CSV"),
        pytest.param("FROM a\nRUN " + "x" * 65_536, 2, id="line of 64 KiB"),
    ],
)
def test_what_the_builder_refuses_is_an_error_with_its_line(text: str, line: int) -> None:
    with pytest.raises(DockerfileError, match=f"^line {line}: .") as caught:
        parse(text)
    assert caught.value.line == line


def test_a_long_line_is_measured_in_bytes_with_its_break() -> None:
    assert len(only("RUN " + "x" * 65_531).arguments) == 65_531
    with pytest.raises(DockerfileError):
        parse("RUN " + "é" * 32_766)


SNIPPETS = st.sampled_from(
    [
        *("FROM a", "FROM a AS b", "RUN a", "RUN <<EOF", "RUN <<-'EOF' x", "EOF", "\tEOF", 'CMD ["a"]', "COPY a b"),
        *(
            "# a",
            "# escape=`",
            "# syntax=x",
            "",
            " ",
            "\\",
            "a \\",
            "`",
            "\n",
            "\r",
            "${a:-",
            "}",
            "'",
            '"',
            "<<",
            "--a=",
        ),
        *("ONBUILD RUN <<EOF", "HEALTHCHECK CMD [", "[", "]", "\ufeff", "\x00", "\x1c", "é", "\u2028", "\ud800"),
    ]
)


@given(
    st.one_of(st.text(), st.lists(SNIPPETS, max_size=12).map("\n".join), st.lists(SNIPPETS, max_size=12).map("".join))
)
def test_any_text_parses_or_raises_the_documented_error(text: str) -> None:
    try:
        file = parse(text)
    except DockerfileError as error:
        assert 1 <= error.line <= text.count("\n") + 1
        return
    _check_consistent(file, text.count("\n") + 1)


def _check_consistent(file: Dockerfile, lines: int) -> None:
    last = 0
    for step in file.instructions:
        assert last < step.line <= step.end_line <= lines
        assert step.keyword.isupper()
        assert all(step.mounts)
        copy_sources(step)
        last = step.end_line
    assert len(file.stages) == max((step.stage for step in file.instructions), default=-1) + 1


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_words_in_json_come_back_whole(words: list[str]) -> None:
    import json

    assert only("CMD " + json.dumps(words)).argv == tuple(words)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("RUN a \\\n" * 60_000, id="continuations"),
        pytest.param("RUN a\n" * 60_000, id="instructions"),
        pytest.param("RUN <<A\n" + "\tA \n" * 100_000 + "A", id="here-document"),
        pytest.param("RUN " + "${a:-" * 10_000, id="nested substitutions"),
        pytest.param("RUN " + "x \\\n" * 2_000 + "<<" * 20_000, id="openers"),
        pytest.param("RUN " + "--a " * 16_000 + "b", id="flags"),
        pytest.param("RUN " + "\\" + " " * 65_000 + "a", id="blanks"),
    ],
)
def test_hostile_sizes_take_linear_time(text: str) -> None:
    start = time.process_time()
    with contextlib.suppress(DockerfileError):
        parse(text)
    assert time.process_time() - start < 3


def test_keywords_keep_their_order() -> None:
    assert keywords("ARG A\nFROM a\nENV A=b\nONBUILD RUN x\nUSER 1") == ["ARG", "FROM", "ENV", "ONBUILD", "USER"]
