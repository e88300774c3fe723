"""A program without a port is watched until it has done what it does at first."""

from __future__ import annotations

import pytest

from dockergen.engine import ContainerState, Engine
from dockergen.verify import run
from dockergen.verify.diagnosis import diagnosis
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
    monkeypatch.setattr(run, "_WORKER_SECONDS", 0.1)
    report = run._watched(_Importing("docker"), Report("x"), "c1")
    assert "The Python module x is not in the image." in report.problems[0].cause


class _Telling(Engine):
    """An engine whose program tells how it is called, and ends with 0."""

    said = "usage: mirror [-h] {sync,delete} ...\n\npositional arguments:\n"

    def state(self, container: str) -> ContainerState:
        return ContainerState(False, 0, 0)

    def log(self, container: str) -> str:
        return self.said


def test_command_that_only_tells_how_it_is_called_has_done_no_job() -> None:
    report = run._watched(_Telling("docker"), Report("x"), "c1")
    assert report.problems[0].cause == "The program tells how it is called, instead of starting."
    assert "--start" in report.problems[0].remedy
    job = type("_Job", (_Telling,), {"said": "disk usage: 3 of 10 GB\n"})
    assert not run._watched(job("docker"), Report("x"), "c1").problems


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("Usage: fava [OPTIONS] [FILENAMES]...\nTry 'fava --help' for help.\n\nError: No file specified\n", "starting: No file specified."),
        ("usage: shop [-h] ledger\nshop: error: the following arguments are required: ledger\n", "starting: the following arguments are required: ledger."),
        ("Traceback (most recent call last):\nFileNotFoundError: [Errno 2] No such file or directory: 'cfssl'\n\nDuring handling of the above exception, another exception occurred:\n\n"
         "Traceback (most recent call last):\nFileNotFoundError: [Errno 2] No such file or directory: '/app/res/a.pem'\n", "The program wants the file /app/res/a.pem, which is not in the image."),
        ("Traceback (most recent call last):\n  File \"/usr/lib/python3.14/subprocess.py\", line 1990, in _execute_child\nFileNotFoundError: [Errno 2] No such file or directory: 'git'\n", "The program runs git, which the image has not."),
        ("error: first of two\nfatal: The path '/tmp/.devpi' contains no data, use devpi-init to initialize.\n", "It says: The path '/tmp/.devpi' contains no data, use devpi-init to initialize."),
        ("Mailman web configuration file at /etc/mailman3/settings.py does not exist\n", "wants the configuration file /etc/mailman3/settings.py"),
        ("python: can't open file '/app/main.py': [Errno 2] No such file or directory\n", "The file /app/main.py is not in the image."),
    ],
    ids=["click", "argparse", "the file that ended it", "a program", "its last words", "a configuration file", "no traceback"],
)  # fmt: skip
def test_what_ends_a_program_is_told_in_its_words(log: str, said: str) -> None:
    assert said in diagnosis("start", log, "").cause


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("error: can't copy 'docs/man/shop.1': doesn't exist or not a regular file\nERROR: Failed building wheel for Shop\n", "copies docs/man/shop.1, which is not there"),
        ('ERROR: Failed building wheel for Shop\nprocess "/bin/sh -c pip --python .venv/bin/python install --no-deps ." did not complete successfully: exit code: 1\n', "The project itself, Shop, does not build."),
        ('ERROR: Failed building wheel for netifaces\nprocess "/bin/sh -c pip install -r requirements.txt" did not complete successfully: exit code: 1\n', "netifaces is published for this Python as source only"),
    ],
)  # fmt: skip
def test_package_that_does_not_build_is_the_project_or_another(log: str, said: str) -> None:
    assert said in diagnosis("build", log, "A build step failed.").cause
