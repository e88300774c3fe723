"""How exactly the requirements are pinned: pins that contradict each other, branches that move."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from dockergen.errors import ProjectError
from dockergen.languages.python.markers import applies
from dockergen.languages.python.requirements import RequirementsTree
from dockergen.lazy import regex
from dockergen.manifests.requirements import Requirement
from dockergen.model import Origin

_Direct = Iterable[tuple[Requirement, Origin]]
_CHECKOUT = regex(r"(?:git|hg|svn|bzr)(?:\+|$)|(?:ssh|git)://|git@")
_REVISION = regex(r"://[^/]+/[^@]*@(?P<revision>[^#@]+)|^[\w.+-]+@[^@]*@(?P<scp>[^#@]+)")
# A commit, or a tag that is called after a release.
_FIXED = regex(r"[0-9a-f]{7,64}|[\w./-]*\d+(\.\d+)+[\w.+-]*|v\d+")


def check_pins(direct: _Direct) -> None:
    """ProjectError when two lines pin a distribution, whichever way its name is written, to different releases."""
    pinned: dict[str, tuple[Requirement, Origin]] = {}
    for wanted, origin in direct:
        if not wanted.name or not wanted.pinned or wanted.marker:
            continue
        first, where = pinned.setdefault(wanted.name, (wanted, origin))
        if first.pinned != wanted.pinned and not _same(first.pinned, wanted.pinned):
            raise ProjectError(
                f"{where} pins {wanted.name}=={first.pinned} and {origin} pins {wanted.name}=={wanted.pinned}: "
                "no release is both, so pip installs neither.",
                f"Keep one of the two lines; names that differ in case, - and _ only are all {wanted.name}.",
            )


def check_hashes(tree: RequirementsTree) -> None:
    """ProjectError for a line that pip refuses because another one has a hash: one without, or one that pins nothing.

    Folders and checkouts are installed apart; constraints may bring the hashes of other lines.
    """
    if not tree.hashed or tree.constraints:
        return
    first = next((origin for found, origin, _ in tree.requirements if found.hashed), None)
    because = f"{first} has one" if first else "--require-hashes is asked for"
    for wanted, origin, _ in tree.requirements:
        apart = wanted.path or _CHECKOUT.match(wanted.url) or wanted.editable
        if apart or not applies(wanted.marker):
            continue
        if wanted.hashed and (wanted.pinned or wanted.url):
            continue
        lacks = "has a --hash and pins no release" if wanted.hashed else f"has no --hash, although {because}"
        raise ProjectError(
            f"{origin}: {wanted.name} {lacks}: pip then installs nothing.",
            "Pin and hash every line, or none.",
            command=f"uv pip compile --generate-hashes {_source_of(tree.path)}",
        )


def _source_of(path: str) -> str:
    """The words that compile the file anew."""
    quoted = shlex.quote(path)
    return f"{quoted} -o hashed.txt && mv hashed.txt {quoted}"


def moving(direct: _Direct) -> Iterator[str]:
    """A note for each requirement that takes whatever a branch is at."""
    for wanted, origin in direct:
        if not wanted.url or not _CHECKOUT.match(wanted.url):
            continue
        found = _REVISION.search(wanted.url)
        revision = ((found["revision"] or found["scp"]) if found else "") or ""
        if not _FIXED.fullmatch(revision):
            what = f"the branch {revision[:40]!r}" if revision else "the default branch"
            yield (
                f"{origin} takes {wanted.name or 'a checkout'} from {what}, so each build may install another commit; "
                "end the URL with @ and a commit to pin it."
            )


def _same(one: str, other: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return one == other
