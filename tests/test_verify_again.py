"""Further trials with values made up for what a program ended without."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dockergen.pipeline import opened
from dockergen.verify import Options, Problem, Report, as_text, verify
from dockergen.verify.again import tried_again
from tests.realengine.fixtures import DockerEngine

BUILT = Report("x", notes=("built",))


def _asking(*names: str) -> Problem:
    given = " ".join(f"--env {name}=..." for name in names)
    return Problem("start", f"The program needs {', '.join(names)}.", f"Give it: dockergen verify {given}")


class _Program:
    """A program that asks for one variable after the other, and then answers or ends."""

    def __init__(self, wants: list[str], end: Problem | None = None) -> None:
        self.wants, self.end = wants, end
        self.given: list[dict[str, str]] = []

    def __call__(self, report: Report, options: Options) -> Report:
        self.given.append(dict(options.env))
        missing = [name for name in self.wants if name not in options.env]
        problem = _asking(missing[0]) if missing else self.end
        return report.adding(problem) if problem else replace(report, status=200)


def _tried(root: Path, program: _Program, **env: str) -> Report:
    options = Options(env=env)
    return tried_again(program, BUILT, program(BUILT, options), opened(root), options)


def test_a_program_starts_with_keys_that_are_made_up(tmp_path: Path) -> None:
    program = _Program(["OPENAI_API_KEY", "SUPABASE_URL", "SUPABASE_KEY"])
    report = _tried(tmp_path, program)
    assert not report.problems
    assert report.notes == (
        "built",
        "for this trial, a value of OPENAI_API_KEY was made up, which no service takes",
        "for this trial, a value of SUPABASE_URL was made up, which no service takes",
        "for this trial, a value of SUPABASE_KEY was made up, which no service takes",
    )
    assert program.given[-1]["SUPABASE_URL"].startswith("https://")


def test_what_an_example_shows_is_taken(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text("MODEL_NAME=small\nOPENAI_API_KEY=\n")
    program = _Program(["MODEL_NAME", "OPENAI_API_KEY"])
    report = _tried(tmp_path, program)
    assert program.given[-1]["MODEL_NAME"] == "small"
    assert "for this trial, the value of MODEL_NAME is that of .env.example" in report.notes


def test_a_database_in_a_file_is_tried(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text("DATABASE_URL=postgresql://db/shop\n")
    report = _tried(tmp_path, _Program(["DATABASE_URL"]))
    assert "for this trial, DATABASE_URL is a file of SQLite" in report.notes
    ended = Problem("start", "The program ended with 1.", "Mend it.")
    assert _tried(tmp_path, _Program(["DATABASE_URL"], ended)).problems == (_asking("DATABASE_URL"),)


@pytest.mark.parametrize(
    "name", ["CELERY_BROKER_URL", "REDIS_URL", "MONGO_URI", "CELERY_RESULT_BACKEND", "DB_HOST", "PGHOST"]
)
def test_a_server_that_is_asked_later_need_not_be_there(tmp_path: Path, name: str) -> None:
    report = _tried(tmp_path, _Program([name]))
    assert f"for this trial, {name} is the address of a server that is not there" in report.notes


@pytest.mark.parametrize("name", ["DB_ENGINE", "REDIS_HOST", "KAFKA_URL", "SIZE"])
def test_a_server_that_has_to_be_there_is_not_made_up(tmp_path: Path, name: str) -> None:
    program = _Program([name])
    assert _tried(tmp_path, program).problems == (_asking(name),)
    assert len(program.given) == 1


def test_how_far_it_comes_with_a_made_up_value_is_told(tmp_path: Path) -> None:
    program = _Program(["BOT_TOKEN"], Problem("start", "The program cannot reach a service.", "Say where it is."))
    (problem,) = _tried(tmp_path, program).problems
    assert problem.cause == (
        "The program needs BOT_TOKEN. With a value of BOT_TOKEN made up, it cannot reach a service."
    )
    assert problem.remedy == _asking("BOT_TOKEN").remedy


def test_the_parts_of_the_address_of_a_database_are_made_up(tmp_path: Path) -> None:
    names = ["DB_NAME", "POSTGRES_USER", "MYSQL_PASSWORD", "DB_PORT", "PGDATABASE"]
    program = _Program([])
    first = BUILT.adding(_asking(*names))
    assert not tried_again(program, BUILT, first, opened(tmp_path), Options()).problems
    assert program.given == [{**dict.fromkeys(names, "trial"), "DB_PORT": "5432"}]


def test_what_the_person_gives_is_not_made_up_anew(tmp_path: Path) -> None:
    program = _Program([], _asking("API_KEY"))
    assert _tried(tmp_path, program, API_KEY="mine").problems == (_asking("API_KEY"),)
    assert program.given == [{"API_KEY": "mine"}]


def test_all_that_is_known_to_be_needed_is_made_up_at_once(tmp_path: Path) -> None:
    needs = ["ADMIN_URL", "MAIL_DOMAIN", "SENTRY_DSN", "DB_ENGINE", "DATABASE_URL"]
    program = _Program(["REDIS_URL", *needs[:3]])
    first = program(BUILT, Options())
    report = tried_again(program, BUILT, first, opened(tmp_path), Options(), needs)
    assert not report.problems
    assert len(program.given) == 2
    assert set(program.given[-1]) == {"REDIS_URL", "ADMIN_URL", "MAIL_DOMAIN", "SENTRY_DSN"}


def test_no_end_of_questions(tmp_path: Path) -> None:
    program = _Program([f"KEY_{n}_TOKEN" for n in range(20)])
    assert _tried(tmp_path, program).problems[0].cause.startswith("The program needs KEY_0_TOKEN.")
    assert len(program.given) == 5


@pytest.mark.docker
def test_an_image_answers_with_a_key_that_is_made_up(
    project: Callable[[dict[str, str | bytes]], Path], docker_engine: DockerEngine
) -> None:
    program = (
        "import http.server, os, signal, sys\nsignal.signal(15, lambda *a: sys.exit(0))\n"
        "key = os.environ.get('WEATHER_API_KEY')\nif not key:\n    raise ValueError('WEATHER_API_KEY is not set')\n"
        "http.server.HTTPServer(('0.0.0.0', 8000), http.server.SimpleHTTPRequestHandler).serve_forever()\n"
    )
    command = json.dumps(["python", "main.py"])
    dockerfile = f"FROM python:3.14-slim\nWORKDIR /app\nCOPY . .\nUSER 10001:10001\nEXPOSE 8000\nCMD {command}\n"
    docker_engine.ensure_images(dockerfile)
    root = project({"main.py": program, "Dockerfile": dockerfile})
    report = verify(root, Options(timeout=20, rebuild=False))
    assert report.ok, "\n".join(as_text(report))
    assert report.notes == ("for this trial, a value of WEATHER_API_KEY was made up, which no service takes",)
