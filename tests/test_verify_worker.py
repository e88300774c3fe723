"""A program without a port is watched until it has done what it does at first."""

from __future__ import annotations

from dockergen.engine import ContainerState, Engine
from dockergen.verify import session
from dockergen.verify.report import Report


class _Importing(Engine):
    """An engine whose program uses the processor for a while, and ends then."""

    asked: list[float] = []  # noqa: RUF012

    def worked(self, container: str) -> float:
        type(self).asked.append(len(self.asked) * 1.0)
        return self.asked[-1]

    def state(self, container: str) -> ContainerState:
        return ContainerState(len(self.asked) < 4, 1, 7)

    def log(self, container: str) -> str:
        return "Traceback (most recent call last):\nModuleNotFoundError: No module named 'x'\n"


def test_program_that_still_imports_is_waited_for(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(session, "_WORKER_SECONDS", 0.1)
    report = session._watched(_Importing("docker"), Report("x"), "c1")
    assert "The Python module x is not in the image." in report.problems[0].cause
