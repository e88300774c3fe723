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
    common = common_groups()
    secrets = common[1]
    own = [*plan.ignore, *(group for asset in plan.assets for group in asset.ignore)]
    needed = [*plan.context_files, *(path for asset in plan.assets for path in asset.context_files)]
    seen: set[str] = set()
    groups = []
    for group in [*common[:2], *own, *common[2:]]:
        patterns = [p for p in group.patterns if p not in seen]
        if _hides(patterns, needed):
            patterns = _sparing(patterns, needed, group is secrets)
        seen.update(patterns)
        if patterns:
            groups.append(IgnoreGroup(group.why, tuple(dict.fromkeys(patterns))))
    return tuple(groups)


def common_groups() -> list[IgnoreGroup]:
    """What stays out of the build of every repository."""
    lists = load("common").lists
    return [IgnoreGroup(why, lists[name]) for name, why in _COMMON]


def _sparing(patterns: list[str], needed: list[str], secret: bool) -> list[str]:
    """The patterns without those that hide a needed file; where they are for secrets, exceptions for these files:
    one of them must not uncover all others."""
    if not secret:
        return [pattern for pattern in patterns if not _hides([pattern], needed)]
    hidden = [path for path in needed if _hides(patterns, [path]) and path.isprintable()]
    return [*patterns, *(f"!{escape(path)}" for path in hidden)]


def _hides(patterns: list[str], needed: list[str]) -> bool:
    rules = parse("\n".join(pattern for pattern in patterns if not pattern.startswith("!")))
    return any(path and path != "." and rules.excludes(path) for path in needed)
