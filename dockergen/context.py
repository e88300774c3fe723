"""What of the repository the build may see: the groups of lines that make up .dockerignore."""

from __future__ import annotations

from dockergen.catalog import load
from dockergen.dockerignore import escape, parse
from dockergen.model import BuildPlan, IgnoreGroup

_COMMON = (
    ("version_control", "Version control and CI"),
    ("secrets", "Secrets and keys: give them to the container when it starts, never to the build"),
    ("containers", "Container files: editing them must not rebuild the application"),
    ("leftovers", "Editors, logs and operating systems"),
)


def ignore_groups(plan: BuildPlan) -> tuple[IgnoreGroup, ...]:
    """The plan's own groups between the common ones, without duplicates and without a pattern that hides a file
    which a step needs."""
    lists = load("common").lists
    common = [IgnoreGroup(why, lists[name]) for name, why in _COMMON]
    secrets = common[1]
    own = [*plan.ignore, *(group for asset in plan.assets for group in asset.ignore)]
    needed = [*plan.context_files, *(path for asset in plan.assets for path in asset.context_files)]
    seen: set[str] = set()
    groups = []
    for group in [*common[:2], *own, *common[2:]]:
        patterns = [p for p in group.patterns if p not in seen and (group is secrets or not _hides(p, needed))]
        if group is secrets:
            patterns += _uncovered(patterns, needed)
        seen.update(patterns)
        if patterns:
            groups.append(IgnoreGroup(group.why, tuple(dict.fromkeys(patterns))))
    return tuple(groups)


def _uncovered(patterns: list[str], needed: list[str]) -> list[str]:
    """Exceptions for the needed files that secret patterns hide: one such file must not uncover all others."""
    hidden = [path for path in needed if any(_hides(pattern, [path]) for pattern in patterns)]
    return [f"!{escape(path)}" for path in hidden if path.isprintable()]


def _hides(pattern: str, needed: list[str]) -> bool:
    if pattern.startswith("!"):
        return False
    rules = parse(pattern)
    return any(path and path != "." and rules.excludes(path) for path in needed)
