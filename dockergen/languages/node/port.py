"""Which port the program listens on, read from its sources."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dockergen.catalog import Framework
from dockergen.frozen import frozen
from dockergen.languages.node.build import sources
from dockergen.languages.node.reach import reached
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

_READS = regex(
    r"\benv(?:\.PORT\b|\[['\"]PORT['\"]\])(?:\s+as\s+\w+)?\s*\)?\s*"
    # Alternatives in a row: process.env.PORT || config.port || 7777.
    r"(?:(?:\?\?|\|\|)\s*(?:Number\(|parseInt\()?(?:[A-Za-z_][\w.?]*\s*(?:\?\?|\|\|)\s*)*['\"]?(\d{2,5}))?"
)
_FIXED = regex(
    r"\.(?:listen|serve)\(\s*(?:\{[^}]{0,80}?port\s*:\s*)?(\d{2,5})\b|\bport\s*[:=]\s*(\d{4,5})\b", re.IGNORECASE
)
_NAMED = regex(
    r"get\(['\"]PORT['\"]\s*,\s*(\d{2,5})|PORT['\"]?\s*(?:\?\?|\|\|)\s*['\"]?(\d{2,5})"
    # The default of a schema: PORT: z.coerce.number().default(8080), num({ default: 3000 }), { default: 80 }.
    r"|\bPORT['\"]?\s*:\s*[^;\n]{0,80}?\bdefault\s*[(:]\s*['\"]?(\d{2,5})"
    r"|\bPORT['\"]?\s*:\s*\{[^{}]{0,200}?\bdefault\s*:\s*['\"]?(\d{2,5})"
)
_PAGES = (".html", ".vue", ".svelte", ".astro", ".jsx", ".tsx")  # what runs in a browser
_SERVES = regex(r"\.listen\(|createServer\(|\bserve\(\s*[{a-z]")
_LOCAL = regex(r"\.listen\([^)]{0,120}['\"](127\.0\.0\.1|localhost)['\"]")
_CHILD = regex(r"child_process")
_NO_HOST = regex(r"\bhost\b\s*:|0\.0\.0\.0|HOST\b")


@frozen
class Network:
    """What the sources say about the network and about other programs."""

    port: Sourced[int] | None  # None for a worker
    reads_port: bool
    child_process: bool
    notes: tuple[str, ...]


def network(repo: Repository, entry: str, row: Framework | None) -> Network:
    """The port: a default beside `process.env.PORT` > a number in listen() > the framework's; None without a server."""
    texts = {path: text for path, text in sources(repo) if not path.endswith(_PAGES) and ".config." not in path}
    child = any(_CHILD.search(text) for text in texts.values())
    serves = any(_SERVES.search(text) for text in texts.values())
    named_host = any(_NO_HOST.search(text) for text in texts.values())
    # What the program imports decides; other files only where that says nothing.
    near = {path: texts[path] for path in reached(texts, entry)}
    reads, fixed, local = _evidence(near)
    if reads is None and fixed is None:
        reads, fixed, local = _evidence({**near, **texts})
    notes = _notes(local, row, named_host)
    if row is None and not serves and reads is None:
        return Network(None, False, child, ())
    default = Sourced(row.port if row and row.port else 3000, Origin("default", note=row.title if row else "Node.js"))
    if reads is not None:
        return Network(reads if reads.value else default, True, child, notes)
    return Network(fixed or default, fixed is None, child, notes)


def _evidence(texts: Mapping[str, str]) -> tuple[Sourced[int] | None, Sourced[int] | None, Sourced[int] | None]:
    """The port that a variable sets (0: without a default), one that is written out, one for this machine alone."""
    reads = fixed = local = None
    for path, text in texts.items():
        reads = _better(reads, path, text, _READS) or _better(reads, path, text, _NAMED)
        fixed = fixed or _hit(path, text, _FIXED)
        local = local or _hit(path, text, _LOCAL)
    return reads, fixed, local


def _better(known: Sourced[int] | None, path: str, text: str, pattern: re.Pattern[str]) -> Sourced[int] | None:
    if known is not None and known.value:
        return known
    hits = list(pattern.finditer(text))
    for hit in hits:
        if port := _number(hit):
            return Sourced(port, Origin("file", path, text.count("\n", 0, hit.start()) + 1))
    return known or (Sourced(0, Origin("file", path)) if hits else None)


def _hit(path: str, text: str, pattern: re.Pattern[str]) -> Sourced[int] | None:
    hit = pattern.search(text)
    return Sourced(_number(hit), Origin("file", path, text.count("\n", 0, hit.start()) + 1)) if hit else None


def _number(hit: re.Match[str]) -> int:
    value = next((group for group in hit.groups() if group and group.isdigit()), "0")
    return int(value) if 1 <= int(value) <= 65535 and int(value) != 22 else 0


def _notes(local: Sourced[int] | None, row: Framework | None, named_host: bool) -> tuple[str, ...]:
    if local is not None:
        return (
            f"{local.origin} listens on localhost only, which nothing outside of the container reaches; use 0.0.0.0.",
        )
    if row is not None and row.title == "Fastify" and not named_host:
        return (
            "Fastify listens on localhost unless listen() gets host: '0.0.0.0'; nothing reaches the container then.",
        )
    return ()
