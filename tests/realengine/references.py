"""The base images that a Dockerfile names."""

from __future__ import annotations

import re

_SYNTAX = re.compile(r"#\s*syntax\s*=\s*(\S+)", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#\s*\w+\s*=")
_ARG = re.compile(r"\s*ARG\s+(\w+)=[\"']?([^\s\"']*)", re.IGNORECASE)
_FROM = re.compile(r"\s*FROM\s+(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
# Only the options right behind the instruction count: `RUN tool --from=there` names no image.
_OPTIONS = re.compile(r"\s*(?:COPY|RUN)((?:\s+--\S+)+)", re.IGNORECASE)
_ORIGIN = re.compile(r"(?:(?<=\s--)|(?<=[=,]))from=([^\s,]+)")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::-([^}]*))?\})")


def references(dockerfile: str) -> list[str]:
    """Images of `# syntax=`, FROM, COPY --from and mount from=, in order, without stages and scratch.

    Variables have the default values of the ARG lines in front of them.
    """
    arguments: dict[str, str] = {}
    stages = {"scratch"}
    found = [syntax] if (syntax := _frontend(dockerfile)) else []
    for line in _instructions(dockerfile):
        if argument := _ARG.match(line):
            arguments.setdefault(argument[1], _filled(argument[2], arguments))
        start = _FROM.match(line)
        options = _OPTIONS.match(line)
        names = [start[1]] if start else _ORIGIN.findall(options[1]) if options else []
        filled = [_filled(name, arguments) for name in names]
        found += [name for name in filled if name.lower() not in stages and not name.isdigit()]
        if start and start[2]:
            stages.add(start[2].lower())
    return list(dict.fromkeys(found))


def image_name(reference: str) -> str:
    """The reference with the tag that an engine assumes, without Docker Hub's own prefixes."""
    name = re.sub(r"^(?:docker\.io/)?(?:library/)?", "", reference)
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


def _frontend(dockerfile: str) -> str:
    """The image of the `# syntax=` directive, which stands among directives at the very top."""
    for line in dockerfile.splitlines():
        if syntax := _SYNTAX.match(line):
            return syntax[1]
        if not _DIRECTIVE.match(line):
            break
    return ""


def _instructions(dockerfile: str) -> list[str]:
    """Logical lines: comments left out, continued lines joined."""
    kept = [line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")]
    return re.sub(r"\\[ \t]*\n", " ", "\n".join(kept)).splitlines()


def _filled(text: str, arguments: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda found: arguments.get(found[1] or found[2], "") or found[3] or "", text)
