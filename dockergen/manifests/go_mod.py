"""go.mod and go.work: directives with their lines (https://go.dev/ref/mod#go-mod-file)."""

from __future__ import annotations

import re

from dockergen.frozen import frozen


@frozen
class Requirement:
    """A module that go.mod requires."""

    module: str
    version: str
    line: int


@frozen
class Replacement:
    """A replace directive; `target` is a folder when it begins with a dot or a slash."""

    module: str
    target: str
    line: int

    @property
    def is_local(self) -> bool:
        return self.target.startswith((".", "/"))


@frozen
class GoFile:
    """What go.mod or go.work says; line 0 where a directive is absent."""

    module: str = ""
    go: str = ""
    go_line: int = 0
    toolchain: str = ""  # without the "go" in front; "" for none and for "default"
    toolchain_line: int = 0
    requires: tuple[Requirement, ...] = ()
    replaces: tuple[Replacement, ...] = ()
    uses: tuple[tuple[str, int], ...] = ()  # folders of go.work, with lines


def parse(text: str) -> GoFile:
    """The directives of a go.mod or go.work file; what is not understood is passed over."""
    single: dict[str, tuple[str, int]] = {}
    requires, replaces, uses = [], [], []
    for number, keyword, words in _directives(text):
        if keyword in ("module", "go", "toolchain") and words:
            single.setdefault(keyword, (words[0], number))
        elif keyword == "require" and len(words) >= 2:
            requires.append(Requirement(words[0], words[1], number))
        elif keyword == "replace" and "=>" in words[:-1]:
            replaces.append(Replacement(words[0], words[words.index("=>") + 1], number))
        elif keyword == "use" and words:
            uses.append((words[0], number))
    go, go_line = single.get("go", ("", 0))
    toolchain, toolchain_line = single.get("toolchain", ("", 0))
    return GoFile(
        module=single.get("module", ("", 0))[0],
        go=go,
        go_line=go_line,
        toolchain=toolchain.removeprefix("go") if toolchain.startswith("go1") else "",
        toolchain_line=toolchain_line,
        requires=tuple(requires),
        replaces=tuple(replaces),
        uses=tuple(uses),
    )


def _directives(text: str) -> list[tuple[int, str, list[str]]]:
    """Each directive with its line number, the lines of a ( ) block as directives of their own."""
    found = []
    block = ""
    for number, raw in enumerate(text.splitlines(), 1):
        words = [word.strip('"`') for word in re.split(r"\s+", raw.split("//", 1)[0].strip()) if word]
        if not words:
            continue
        if block:
            if words[0] == ")":
                block = ""
            else:
                found.append((number, block, words))
        elif words[-1] == "(" and len(words) == 2:
            block = words[0]
        else:
            found.append((number, words[0], words[1:]))
    return found
