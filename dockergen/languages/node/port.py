"""Which port the program listens on, read from its sources."""

from __future__ import annotations

import re

from dockergen.catalog import Framework
from dockergen.frozen import frozen
from dockergen.languages.node.build import sources
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
    reads = fixed = local = None
    serves = child = named_host = False
    found = sorted(sources(repo), key=lambda pair: pair[0] != entry)
    for path, text in found:
        if path.endswith((".html", ".vue", ".svelte", ".astro", ".jsx", ".tsx")) or ".config." in path:
            continue
        child = child or _CHILD.search(text) is not None
        serves = serves or _SERVES.search(text) is not None
        named_host = named_host or _NO_HOST.search(text) is not None
        reads = _better(reads, path, text, _READS) or _better(reads, path, text, _NAMED)
        fixed = fixed or _hit(path, text, _FIXED)
        local = local or _hit(path, text, _LOCAL)
    notes = _notes(local, row, named_host)
    if row is None and not serves and reads is None:
        return Network(None, False, child, ())
    default = Sourced(row.port if row and row.port else 3000, Origin("default", note=row.title if row else "Node.js"))
    if reads is not None:
        return Network(reads if reads.value else default, True, child, notes)
    return Network(fixed or default, fixed is None, child, notes)


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
