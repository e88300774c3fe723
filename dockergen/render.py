"""Plan to files: the only module that knows Jinja, and the only place where text is escaped."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import sys
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from dockergen.lazy import regex
from dockergen.model import AssetBuild, BuildPlan, GeneratedFile

# Everything that could end a line or hide one: C0/C1 controls, Unicode line separators, bidirectional and invisible
# marks; and halves of surrogate pairs (undecodable file names), which no UTF-8 file can hold. Written out rather than
# asked from unicodedata, so that every Python refuses the same texts.
_UNPRINTABLE = regex(
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
_PLAIN_PATH = regex(r"[A-Za-z0-9_@%+=:,./~^-]+")
_MOUNT_PATH = regex(r"[A-Za-z0-9_@%+:./~^ ()\[\]{}&!#;-]+")


class UnprintableTextError(ValueError):
    """A text from the repository cannot be written into a Dockerfile without changing its meaning."""


def render(plan: BuildPlan) -> list[GeneratedFile]:
    """The Dockerfile, the .dockerignore and the companions of a plan; same plan, same bytes."""
    environment = _environment()
    values = {"plan": plan, "facts": plan.facts}
    pairs = [
        ("Dockerfile", f"dockerfiles/{plan.language}/Dockerfile.j2"),
        (".dockerignore", "dockerfiles/_dockerignore.j2"),
        *((companion.path, f"companions/{companion.template}") for companion in plan.companions),
    ]
    return [GeneratedFile(path, _tidy(environment.get_template(template).render(values))) for path, template in pairs]


@cache
def templates_folder() -> Path:
    """Where the templates lie: inside an installed wheel, else beside the package in a checkout."""
    package = Path(__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


class _CompiledTemplates(jinja2.FileSystemBytecodeCache):
    """Compiled templates beside our own compiled modules, whose trust and fate they share: no folder, no cache."""

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if sys.dont_write_bytecode:
            return
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_folder()),
        bytecode_cache=_CompiledTemplates(str(Path(__file__).parent / "__pycache__"), "%s.jinja.pyc"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
        auto_reload=False,
        optimized=False,
    )
    environment.filters.update(argv=argv, word=word, env=env_value, path=copy_path, mount=mount_value, comment=comment)
    environment.globals["asset_template"] = _asset_template
    return environment


def _asset_template(asset: AssetBuild) -> str:
    return f"dockerfiles/{asset.language}/assets.j2"


def _tidy(text: str) -> str:
    """At most one blank line in a row, none at the end or inside of an instruction, one newline last."""
    lines = [line.rstrip() for line in text.split("\n")]
    joined = re.sub(r"\\\n\n+", r"\\\n", "\n".join(lines))
    return re.sub(r"\n{3,}", "\n\n", joined).strip("\n") + "\n"


# --- one encoder per place where text lands (each refuses what it cannot encode)


def printable(text: Any) -> str:
    """The text itself; UnprintableTextError when a character could end or hide a line."""
    value = str(text)
    if found := _UNPRINTABLE.search(value):
        raise UnprintableTextError(f"{value[:60]!r} holds the character U+{ord(found.group()):04X}")
    return value


def argv(words: Any) -> str:
    """Exec form: a JSON array that BuildKit reads back as the same words."""
    return json.dumps([printable(word) for word in words], ensure_ascii=False)


def word(text: Any) -> str:
    """One word of a shell command in RUN."""
    # Quotes hide a backslash at the end of a line, a # at its beginning and << from BuildKit's parser too, which
    # splits RUN into words as a shell does when it looks for heredocs (frontend/dockerfile/parser, heredocsFromLine).
    return shlex.quote(printable(text))


def env_value(text: Any) -> str:
    """A value of ENV, ARG or LABEL: bare when it is plain, else quoted so that nothing in it is expanded.

    Within double quotes BuildKit takes a backslash away before `"`, `$` and itself, and nowhere else
    (frontend/dockerfile/shell, processDoubleQuote).
    """
    value = printable(text)
    if re.fullmatch(r"[A-Za-z0-9_./:@%+,=-]+", value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def copy_path(text: Any) -> str:
    """A source or target of COPY: glob characters escaped as Go's filepath.Match reads them."""
    value = printable(text)
    if not _PLAIN_PATH.fullmatch(value) or value.startswith(("-", "<<")):
        raise UnprintableTextError(f"the path {value[:60]!r} cannot be written in COPY")
    return value


def mount_value(text: Any) -> str:
    """A path in --mount=...: a CSV field without the characters that CSV or the shell split at."""
    value = printable(text)
    if not _MOUNT_PATH.fullmatch(value) or " " in value or value.startswith("-"):
        raise UnprintableTextError(f"the path {value[:60]!r} cannot be written in --mount")
    return value


def comment(text: Any) -> str:
    """Text inside a comment: printable ASCII only, on one line."""
    return re.sub(r"[^\x20-\x7e]", "?", str(text))
