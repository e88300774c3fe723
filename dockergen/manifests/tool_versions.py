"""The .tool-versions file of asdf and mise: one tool a line, wanted version first."""

from __future__ import annotations

from dockergen.lazy import regex

_NO_RELEASE = regex(r"system|path:.*|sub-.*|ref:(?!v?\d).*")


def tool_versions(text: str) -> dict[str, tuple[str, int]]:
    """The first version of each tool and its line, as it is written; entries that name no release (`system`, a branch)
    are left out.

    Format: https://asdf-vm.com/manage/configuration.html#tool-versions
    """
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#", 1)[0].split()
        versions = [word for word in words[1:] if not _NO_RELEASE.fullmatch(word)]
        if versions:
            found.setdefault(words[0], (versions[0], number))
    return found
