"""Findings about a Dockerfile: one rule per module, each declaring RULE; discovery finds them."""

from __future__ import annotations

from dockergen.discovery import declared
from dockergen.dockerfile import Dockerfile
from dockergen.model import Finding


def findings(dockerfile: Dockerfile) -> list[Finding]:
    """What the rules find, in file order."""
    found = [
        Finding(rule.code, rule.severity, line, rule.message, rule.remedy)
        for rule in declared("dockergen.audit", "RULE").values()
        for line in rule.check(dockerfile)
    ]
    return sorted(found, key=lambda finding: (finding.line, finding.code))
