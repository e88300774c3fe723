"""What .dockerignore leaves of a folder, by table, by property and by the word of a real build."""

from __future__ import annotations

import os
import subprocess
import tarfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockergen.dockerignore import Dockerignore, DockerignoreError, _Run, escape, parse
from dockergen.dockerignore.pattern import compile_pattern
from tests.realengine.fixtures import DockerEngine


@pytest.mark.parametrize(
    ("text", "path", "excluded"),
    [
        pytest.param("a", "a", True, id="name"),
        pytest.param("a", "b/a", False, id="names are anchored at the root"),
        pytest.param("a", "a/b/c", True, id="a folder takes its contents along"),
        pytest.param("/a/", "a", True, id="slashes around are dropped"),
        pytest.param("./a//b/../c", "a/c", True, id="cleaned"),
        pytest.param("  a\t", "a", True, id="trimmed"),
        pytest.param("a /", "a", True, id="trimmed once more after cleaning"),
        pytest.param("# a", "# a", False, id="comment"),
        pytest.param(" #a", "#a", True, id="a blank before # makes a pattern"),
        pytest.param("\ufeffa", "a", True, id="byte order mark"),
        pytest.param("\n\ufeffa", "a", False, id="byte order mark on the second line"),
        pytest.param("a\tb\né", "a\tb", True, id="control character in an encoded list"),
        pytest.param("a\r\nb\r\n", "a", True, id="CRLF"),
        pytest.param(".", "a", False, id="dot alone is nothing"),
        pytest.param("/", "a", False, id="slash alone is nothing"),
        pytest.param("../a", "a", False, id="outside"),
        pytest.param("*", "a/b", True, id="star takes everything along"),
        pytest.param("*.log", "a/b.log", False, id="star stops at a slash"),
        pytest.param("a/*", "a", False, id="star needs a name"),
        pytest.param("**", "a/b", True, id="two stars"),
        pytest.param("**/a", "a", True, id="any depth includes none"),
        pytest.param("**/a", "b/c/a/d", True, id="any depth"),
        pytest.param("**/a", "ba", False, id="any depth of whole names"),
        pytest.param("**a", "ba", True, id="two stars without a slash match within names"),
        pytest.param("a/**", "a", False, id="below, not itself"),
        pytest.param("a/**", "a/b", True, id="below"),
        pytest.param("a/**/b", "a/b", True, id="folders between: none"),
        pytest.param("a/**/b", "a/x/y/b", True, id="folders between: two"),
        pytest.param("**/*.py[co]", "x/a.pyc", True, id="class"),
        pytest.param("[a-c]", "d", False, id="range"),
        pytest.param("[^a]", "b", True, id="class negated"),
        pytest.param("[!a]", "!", True, id="an exclamation mark does not negate a class"),
        pytest.param("?", "é", True, id="question mark takes a letter, not a byte"),
        pytest.param("\\*", "a", False, id="escaped star"),
        pytest.param("\\#a", "#a", True, id="escaped number sign"),
        pytest.param("a.b", "axb", False, id="a dot is a dot"),
        pytest.param("a+(b)|{c}$", "a+(b)|{c}$", True, id="characters of expressions"),
        pytest.param("[*]", "*", False, id="a star in a class is still rewritten"),
        pytest.param("bin\\d?", "bin7x", True, id="a backslash before d is any digit"),
        pytest.param("a*\n!ab", "ab", False, id="re-included"),
        pytest.param("!ab\na*", "ab", True, id="the last line wins"),
        pytest.param("*\n!src", "src/a/b", False, id="re-included folder"),
        pytest.param("a\n!a/b", "a/b", False, id="re-included below an excluded folder"),
        pytest.param("a\n!a/b", "a/c", True, id="beside a re-included file"),
        pytest.param("!  /a\n", "a", False, id="negation trimmed and anchored"),
        pytest.param("*\n!../../a", "a", True, id="negation that cleans away"),
        pytest.param("!../../a", "a", True, id="negation that cleans into a pattern"),
        pytest.param("!!a\n", "!a", False, id="second exclamation mark is part of the name"),
        pytest.param("a/b\n!a", "a/b", True, id="a negation is not asked about a folder that is in"),
        pytest.param("*a*a*a*a*b", "a" * 200, False, id="many stars"),
        pytest.param("*a*a*a*a*b", "aaaab/c", True, id="many stars that match"),
        pytest.param("**/a/**/b/**/c", "a/x/b/y/z/c", True, id="many two stars"),
    ],
)
def test_excludes(text: str, path: str, excluded: bool) -> None:
    rules = parse(text)
    assert rules.excludes(path) is excluded
    assert rules.excludes(path, is_dir=True) is excluded


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("a\n!", 2, id="lone exclamation mark"),
        pytest.param("! \t", 1, id="exclamation mark and blanks"),
        pytest.param("!/", 1, id="exclamation mark and slash"),
        pytest.param("\n\n[", 3, id="class not closed"),
        pytest.param("[]a]", 1, id="class that is empty"),
        pytest.param("[a-]", 1, id="range without end"),
        pytest.param("[c-a]", 1, id="range that runs backwards"),
        pytest.param("a\\", 1, id="backslash at the end"),
        pytest.param("a\\/", 1, id="backslash at the end after cleaning"),
        pytest.param("\\é", 1, id="backslash without meaning"),
        pytest.param("a" * 65_536, 1, id="64 KiB"),
        pytest.param("a\nb\tc", 2, id="control character"),
    ],
)
def test_what_fails_a_build_is_an_error_with_its_line(text: str, line: int) -> None:
    with pytest.raises(DockerignoreError, match=f"^line {line}: .") as caught:
        parse(text)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "folder", "may"),
    [
        pytest.param("a", "a", False, id="no negation"),
        pytest.param("a\n!a/b", "a", True, id="literal below"),
        pytest.param("a\n!a/b", "a/c", False, id="literal beside"),
        pytest.param("*\n!src", "lib", False, id="another folder"),
        pytest.param("*\n!**/x", "lib", True, id="any depth"),
        pytest.param("*\n!l?b/*/x", "lib/y", True, id="globs"),
        pytest.param("*\n!l?b/*/x", "lab/y/z", False, id="globs that end"),
        pytest.param("!a/b\na", "a", False, id="negation overruled later"),
    ],
)
def test_may_reinclude_below(text: str, folder: str, may: bool) -> None:
    assert parse(text).may_reinclude_below(folder) is may


@pytest.mark.parametrize(
    "path", ["", ".", "..", "/a", "a/", "a//b", "a/../b", "./a", "../a", "a\nb", "a\0b", "a\tb", "\x7f", "\udc80"]
)
def test_escape_refuses_what_no_line_can_say(path: str) -> None:
    with pytest.raises(ValueError, match=r"path|name"):
        escape(path)


NAME = st.text(st.sampled_from("ab*?[]\\^#!-. $+(){}|%é\u00a0\ufeff_d"), min_size=1, max_size=6).filter(
    lambda name: name not in (".", "..")
)
PATH = st.lists(NAME, min_size=1, max_size=4).map("/".join)
LINE = st.lists(
    st.sampled_from(
        ["a", "b", "d", "*", "**", "/", "?", "[a]", "[^b]", "[", "]", "!", "\\", "#", " ", ".", "^", "\t", "é"]
    ),
    max_size=8,
).map("".join)


@given(PATH, PATH)
def test_an_escaped_path_matches_itself_and_what_lies_beneath_only(path: str, other: str) -> None:
    rules = parse(f"x\n{escape(path)}\ny")
    assert rules.excludes(path)
    assert rules.excludes(path + "/z")
    assert rules.excludes(other) == (other in (path, "x", "y") or other.startswith((path + "/", "x/", "y/")))
    assert parse(escape(path)).excludes(path)
    assert not parse(f"*\n!{escape(path.partition('/')[0])}").excludes(path)


def _rules(text: str) -> Dockerignore | None:
    try:
        return parse(text)
    except DockerignoreError as error:
        assert 1 <= error.line <= text.count("\n") + 1
        return None


@given(st.one_of(st.text(), st.lists(LINE, max_size=6).map("\n".join)), st.lists(PATH, max_size=6))
def test_any_text_parses_or_raises_and_pruned_folders_hold_nothing_of_the_context(text: str, paths: list[str]) -> None:
    rules = _rules(text)
    for path in paths if rules else ():
        assert rules is not None
        excluded = rules.excludes(path)
        assert excluded == rules.excludes(path, is_dir=True)
        parts = path.split("/")
        for above in ("/".join(parts[:n]) for n in range(1, len(parts))):
            pruned = rules.excludes(above, is_dir=True) and not rules.may_reinclude_below(above)
            assert excluded or not pruned


def test_a_hundred_thousand_paths_take_a_moment() -> None:
    lines = [".git", "**/node_modules", "*.md", "!README.md", "**/*.pyc", "src/**/test_*.py", "docs/**", ".env.*"]
    lines += (
        [f"pkg{n}/out" for n in range(30)] + [f"**/*.ext{n}" for n in range(12)] + [f"**/cache{n}" for n in range(10)]
    )
    paths = [f"pkg{n % 50}/src/mod{n % 97}/file{n}.{('py', 'ts', 'ext3', 'txt')[n % 4]}" for n in range(100_000)]
    start = time.process_time()
    rules = parse("\n".join(lines))
    assert sum(map(rules.excludes, paths)) == 25_000
    assert time.process_time() - start < 5  # takes 0.5 s


def test_hostile_patterns_stay_cheap() -> None:
    start = time.process_time()
    rules = parse("*a" * 40 + "\n" + "**/a/" * 20 + "b\n" + "a**" * 30 + "x")
    assert not rules.excludes("a" * 4000 + "c")
    assert not rules.excludes("b/" + "a/" * 300 + "c")
    assert time.process_time() - start < 5


TREE = (
    *("a", "ab", "b/a", "b/ab", "b/c/a", "lib/x.log", "x.log", "src/main.py", "src/test_a.py", "src/deep/test_b.py"),
    *(
        "node_modules/m/i.js",
        "web/node_modules/m/i.js",
        ".env",
        ".env.example",
        "#hash",
        "!bang",
        "star*",
        "q?x",
        "[br]",
    ),
    *(
        "back\\slash",
        " lead",
        "trail ",
        "in side",
        "é",
        "caret^",
        "dollar$",
        "a.b",
        "axb",
        "bin7",
        "bind",
        "d/e/f/g",
        "d/e/h",
    ),
    *("dir/a", "dir/b", "dir/sub/a", "dir/sub/b", "*", "!", "a\tb", "\u00a0nbsp", "A", "z]"),
)
IGNORES = (
    *("a", "/a\nb/", "*\n!src", "**/a", "**a", "a**", "b/**", "b/**/a", "**/node_modules\n!web", "*.log", "**/*.log"),
    *("dir\n!dir/sub", "dir\n!dir/sub/a\ndir/sub/b", "dir/*\n!dir/a", "!dir/a\ndir", "dir\n!**/a", "dir/sub\n!dir"),
    *(
        "dir\n!dir/sub\ndir",
        "[a-b]",
        "[^a]*",
        "[!a]",
        "[*]",
        "[?]",
        "q[?]x",
        "\\*",
        "star\\*",
        " lead\ntrail ",
        "bin\\d",
    ),
    *(
        "a.b",
        "# x\n #hash",
        "\\#hash\n\\!bang",
        "! ../../a\n*",
        "!../../a",
        "*\n!d/e/f\nd/e/f/g",
        ".",
        "/",
        "é",
        "?",
        "**",
        "d/**/g",
    ),
    *("*\n!*.log\n!dir/**", "**/sub/../a", "dollar$\ncaret^", "[[]br]", "a\tb\né", "[[:upper:]]"),
    "\n".join(escape(name) for name in TREE if name.partition("/")[0] not in ("b", "d", "dir") and "\t" not in name),
    "*\n"
    + "\n".join("!" + escape(name) for name in TREE if any(c in name for c in " *?[\\!#^") and name.isprintable()),
)


@pytest.fixture(scope="module")
def ignore_context(tmp_path_factory: pytest.TempPathFactory, docker_engine: DockerEngine) -> Path:
    root = tmp_path_factory.mktemp("context")
    for name in TREE:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x", encoding="utf-8")
    files = root.parent / "ignore-files"
    files.mkdir(exist_ok=True)
    for number, text in enumerate(IGNORES):
        (files / f"{number}.Dockerfile").write_text("FROM scratch\nCOPY . /\n", encoding="utf-8")
        (files / f"{number}.Dockerfile.dockerignore").write_text(text, encoding="utf-8")
    return root


@pytest.mark.docker
@pytest.mark.parametrize("number", range(len(IGNORES)), ids=[repr(text)[:40] for text in IGNORES])
def test_a_real_build_sees_the_same_files(number: int, ignore_context: Path, tmp_path: Path) -> None:
    dockerfile = ignore_context.parent / "ignore-files" / f"{number}.Dockerfile"
    output = tmp_path / "seen.tar"
    command = [
        "docker",
        "build",
        "-q",
        "-f",
        str(dockerfile),
        "--output",
        f"type=tar,dest={output}",
        str(ignore_context),
    ]
    built = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    rules = parse(IGNORES[number])
    expected = {name for name in TREE if not rules.excludes(name)}
    assert built.returncode == 0, built.stderr
    with tarfile.open(output) as archive:
        seen = {member.name.removeprefix("./") for member in archive if member.isfile()}
    assert seen == expected


_PLAIN = st.text("ab.-", max_size=3)
_NAME = st.text("ab.\n-", min_size=1, max_size=5)


@given(st.sampled_from(["", "**/"]), _PLAIN, _PLAIN, st.lists(_NAME, min_size=1, max_size=3).map("/".join))
def test_patterns_of_one_star_match_as_the_general_matcher_says(deep: str, head: str, tail: str, path: str) -> None:
    pattern = compile_pattern(f"{deep}{head}*{tail}")
    assert pattern.kind == "star"
    assert _Run(0, False, [pattern]).matches(path) == bool(pattern.matches(path))
