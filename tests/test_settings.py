"""What the user asked for: precedence of the four sources, and values of the wrong form."""

from __future__ import annotations

import pytest

from dockergen.errors import UsageError
from dockergen.repository import Repository
from dockergen.settings import Settings, command_words


def test_flag_beats_environment_beats_file(project) -> None:
    repo = Repository(project({"dockergen.toml": 'port = 1000\nversion = "3.11"\nmanager = "uv"\n'}))
    settings = Settings.load(repo, {"port": "3000"}, {"DOCKERGEN_PORT": "2000", "DOCKERGEN_VERSION": "3.12"})
    assert (settings.port.value, str(settings.port.origin)) == (3000, "--port")
    assert (settings.version.value, str(settings.version.origin)) == ("3.12", "DOCKERGEN_VERSION")
    assert (settings.manager.value, str(settings.manager.origin)) == ("uv", "dockergen.toml:3")
    assert settings.base is None


@pytest.mark.parametrize(
    ("name", "text", "origin"),
    [
        pytest.param("pyproject.toml", "[tool.dockergen]\nport = 9000\n", "pyproject.toml:2", id="pyproject"),
        pytest.param("package.json", '{\n "dockergen": {\n  "port": 9000\n }\n}', "package.json:3", id="package.json"),
    ],
)
def test_settings_may_lie_in_a_manifest(project, name: str, text: str, origin: str) -> None:
    settings = Settings.load(Repository(project({name: text})))
    assert (settings.port.value, str(settings.port.origin)) == (9000, origin)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"port": "0"}, "--port: '0' is not a port"),
        ({"port": "99999"}, "not a port"),
        ({"port": "22"}, "not a port"),
        ({"version": "3.13; rm"}, "--version: '3.13; rm' is not of the expected form"),
        ({"version": "3.13\n"}, "not of the expected form"),
        ({"base": "debian:trixie\nRUN x"}, "--base"),
        ({"base": "--platform=x debian"}, "--base"),
        ({"package": ["libpq5", "a; b"]}, "no list of Debian packages"),
        ({"start": "a 'b"}, "a quote that does not close"),
        ({"start": "a\nb"}, "not one line"),
        ({"build_command": "cat <<EOF"}, "cannot stand in one RUN line"),
        ({"build_command": "--mount=type=secret,id=x cat"}, "cannot stand in one RUN line"),
        ({"build_command": "a \\"}, "cannot stand in one RUN line"),
        ({"language": "Python 3"}, "--language"),
    ],
)
def test_values_of_the_wrong_form_are_usage_errors(project, flags: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("(", r"\(")):
        Settings.load(Repository(project({})), flags)


def test_an_unknown_key_is_an_error_with_a_hint(project) -> None:
    with pytest.raises(UsageError, match="no setting 'prot'") as caught:
        Settings.load(Repository(project({"dockergen.toml": "prot = 1\n"})))
    assert caught.value.remedy == "Did you mean 'port'?"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("gunicorn app:app", ("gunicorn", "app:app")),
        ("node 'my server.js'", ("node", "my server.js")),
        ('gunicorn "app:create_app()" -w 2', ("gunicorn", "app:create_app()", "-w", "2")),
        ("gunicorn 'app:create_app(x=1)'", ("gunicorn", "app:create_app(x=1)")),
        ('gunicorn "app:make()" -b :$PORT', ("sh", "-c", 'exec gunicorn "app:make()" -b :$PORT')),
        ('gunicorn -b ":$PORT" app:app', ("sh", "-c", 'exec gunicorn -b ":$PORT" app:app')),
        ('echo "a" && gunicorn app:app', ("sh", "-c", 'echo "a" && gunicorn app:app')),
        ("gunicorn -b :$PORT app:app", ("sh", "-c", "exec gunicorn -b :$PORT app:app")),
        ("gunicorn 'app:create_app()'", ("gunicorn", "app:create_app()")),
        ("gunicorn 'app:make()' -b :$PORT", ("sh", "-c", "exec gunicorn 'app:make()' -b :$PORT")),
        ("""serve "it's $HOST" 'x'""", ("sh", "-c", """exec serve "it's $HOST" 'x'""")),
        ("migrate && serve", ("sh", "-c", "migrate && serve")),
        ("A=1 serve", ("sh", "-c", "A=1 serve")),
    ],
)
def test_a_command_needs_a_shell_only_where_its_syntax_does(command: str, words: tuple[str, ...]) -> None:
    assert command_words(command, "--start") == words
