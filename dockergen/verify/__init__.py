"""Builds the image, starts it, probes it, stops it, and proves that its cache works."""

from __future__ import annotations

from dockergen.verify.report import Options, Problem, Report, as_json, as_text
from dockergen.verify.session import verify

__all__ = ["Options", "Problem", "Report", "as_json", "as_text", "verify"]
