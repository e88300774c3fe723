"""Programs that are told on their command line to serve, and where; each the smallest tree that shows one way of saying so."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.languages.python.commandline import command_line
from dockergen.repository import Repository

SERVER = "from http.server import HTTPServer\n"
ARGPARSE = """import argparse
from http.server import HTTPServer
class Defaults:
    PORT = 8080
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--verbose", action="store_true")
    commands = parser.add_subparsers(dest="command")
    update = commands.add_parser("update")
    update.add_argument("--host", default="127.0.0.1")
    run = commands.add_parser("run")
    run.add_argument("-p", "--port", type=int, default=Defaults.PORT)
    run.add_argument("-i", "--interface", "--host", default="0.0.0.0")
"""
LOOP = """import argparse
from wsgiref.simple_server import make_server
PORT = 8888
def main():
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    for command in ("init", "start"):
        sub = subparsers.add_parser(command)
        if command == "init":
            sub.add_argument("--host", default="127.0.0.1")
        elif command == "start":
            sub.add_argument("--port", default=PORT)
"""
CLICK = """import click
import uvicorn
@click.group()
def cli():
    pass
@cli.command()
@click.option("-h", "--host", default="127.0.0.1")
@click.option("-p", "--port", default=8001)
def serve(host, port):
    uvicorn.run(None, host=host, port=port)
@cli.command("import")
@click.option("--port", default=9)
def take(port):
    pass
"""
TYPER = """import typer
from http.server import HTTPServer
app = typer.Typer()
@app.command()
def check(): ...
@app.command()
def run_server(port: int = typer.Option(9000, "--port", "-p"), host: str = "localhost"): ...
"""
CLIENT = """import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--host", default="localhost")
parser.add_argument("--port", default=1883)
"""


@pytest.mark.parametrize(
    ("text", "words", "port"),
    [
        pytest.param(ARGPARSE, ("run", "--port", "{port}"), 8080, id="argparse-subparser"),
        pytest.param(LOOP, ("start", "--port", "{port}"), 8888, id="argparse-loop-over-names"),
        pytest.param(CLICK, ("serve", "--host", "0.0.0.0", "--port", "{port}"), 8001, id="click-group"),
        pytest.param(TYPER, ("run-server", "--host", "0.0.0.0", "--port", "{port}"), 9000, id="typer"),
        pytest.param(CLIENT, (), 0, id="a-client-has-the-port-of-its-server"),
        pytest.param(
            "from tornado.options import define\nfrom tornado.httpserver import HTTPServer\ndefine('port', default=5555)\n",
            ("--port={port}",),
            5555,
            id="tornado",
        ),
        pytest.param(
            SERVER + "import argparse\np = argparse.ArgumentParser()\np.add_argument('file')\n", (), 0, id="none"
        ),
        pytest.param(SERVER + "def broken(:\n", (), 0, id="newer-syntax"),
    ],
)
def test_command_line_that_serves(tmp_path: Path, text: str, words: tuple[str, ...], port: int) -> None:
    (tmp_path / "tool.py").write_text(text)
    found = command_line(Repository(tmp_path), "tool.py")
    assert (found.words, found.port) == (words, port)


def test_options_are_found_in_the_modules_that_the_script_imports(tmp_path: Path) -> None:
    (tmp_path / "tool").mkdir()
    (tmp_path / "tool/__init__.py").write_text("")
    (tmp_path / "tool/__main__.py").write_text("from tool.cli import main\n\nmain()\n")
    (tmp_path / "tool/cli.py").write_text(CLICK)
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "tool"\nversion = "1"\ndependencies = ["click", "uvicorn"]\n'
        '[project.scripts]\ntool = "tool.__main__:main"\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    )
    plan = dockergen.plan(tmp_path)
    assert plan.start == ("sh", "-c", "exec tool serve --host 0.0.0.0 --port ${PORT}")
    assert plan.port == 8001


@pytest.mark.parametrize(
    ("command", "port"),
    [
        ("gunicorn -b 0.0.0.0:5000 app:app", 5000),
        ("gunicorn --bind=:7000 app:app", 7000),
        ("gunicorn --bind 0.0.0.0:$PORT app:app", 8000),
        ("uvicorn app:app --host 0.0.0.0 --port 9000", 9000),
        ("gunicorn --config server.py app:app", 8081),
        ("gunicorn app:app", 8082),
    ],
)
def test_port_is_the_one_that_the_command_or_its_configuration_binds(tmp_path: Path, command: str, port: int) -> None:
    (tmp_path / "requirements.txt").write_text("flask==3.1.2\ngunicorn==23.0.0\nuvicorn==0.40.0\n")
    (tmp_path / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
    (tmp_path / "server.py").write_text('workers = 2\nbind = "0.0.0.0:8081"\n')
    (tmp_path / "gunicorn.conf.py").write_text('bind = ["0.0.0.0:8082"]\n' if "$" not in command else "")
    (tmp_path / "Procfile").write_text(f"web: {command}\n")
    assert dockergen.plan(tmp_path).port == port


def test_port_of_a_configuration_that_reads_the_environment_stays_open(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask==3.1.2\ngunicorn==23.0.0\n")
    (tmp_path / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
    (tmp_path / "gunicorn.conf.py").write_text("import os\nbind = f\"0.0.0.0:{os.environ.get('PORT', 9090)}\"\n")
    assert dockergen.plan(tmp_path).port == 8000


@pytest.mark.parametrize("bind", ["unix:/tmp/nginx.socket", "127.0.0.1:9000"])
def test_configuration_that_binds_a_socket_is_overruled_by_an_address(tmp_path: Path, bind: str) -> None:
    (tmp_path / "requirements.txt").write_text("flask==3.1.2\ngunicorn==23.0.0\n")
    (tmp_path / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
    (tmp_path / "server.conf").write_text(f"workers = 2\nbind = '{bind}'\n")
    (tmp_path / "Procfile").write_text("web: gunicorn -c server.conf app:app\n")
    plan = dockergen.plan(tmp_path)
    assert plan.start == ("sh", "-c", "exec gunicorn -c server.conf app:app --bind 0.0.0.0:${PORT}")
    assert any("server.conf:2 binds" in note for note in plan.notes)


def test_options_that_another_file_declares_for_the_subcommand_follow_it(tmp_path: Path) -> None:
    main = """import argparse
from . import installer, server
def main():
    p = argparse.ArgumentParser()
    commands = p.add_subparsers(dest="mode")
    sp = commands.add_parser("serve")
    server.setup_parser(sp)
    ip = commands.add_parser("install-server")
    installer.setup_parser(ip)
"""
    declared = (
        "import argparse\ndef setup_parser(p: argparse.ArgumentParser):\n    p.add_argument('--port', default='{}')\n"
    )
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/__init__.py").write_text("")
    (tmp_path / "pkg/main.py").write_text(main)
    (tmp_path / "pkg/server.py").write_text(SERVER + declared.format(13131))
    (tmp_path / "pkg/installer.py").write_text(declared.format(1))
    found = command_line(Repository(tmp_path), "pkg/main.py")
    assert (found.words, found.port) == (("serve", "--port", "{port}"), 13131)


def test_options_of_an_argument_group_are_those_of_its_parser(tmp_path: Path) -> None:
    (tmp_path / "web.py").write_text(
        "from http.server import HTTPServer\ndef add_parser(parser):\n    import argparse\n"
        "    network = parser.add_argument_group(title='Network')\n"
        "    network.add_argument('-l', '--listen-address', default='localhost')\n"
        "    network.add_argument('-p', '--port', type=int, default=8085)\n"
        "    parser.add_argument('--strict', action='store_true')\n"
    )
    (tmp_path / "main.py").write_text(
        "import argparse\nimport web\ndef main():\n    parser = argparse.ArgumentParser()\n"
        "    commands = parser.add_subparsers()\n    serve = commands.add_parser('serve')\n    web.add_parser(serve)\n"
        "    check = commands.add_parser('check')\n    check.add_argument('--port', default=9)\n"
    )
    told = command_line(Repository(tmp_path), "main.py")
    assert (told.words, told.port) == (("serve", "--listen-address", "0.0.0.0", "--port", "{port}"), 8085)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param("'port', type=int", ("{port}",), id="the port"),
        pytest.param("'port', nargs='?', default=8000", (), id="which has a default"),
        pytest.param("'port')\nparser.add_argument('folder'", (), id="and what its owner knows"),
        pytest.param("'port')\nparser.add_argument('--log', default=None", ("{port}",), id="and an option"),
    ],
)
def test_a_port_that_has_to_be_told_without_a_flag(tmp_path: Path, arguments: str, words: tuple[str, ...]) -> None:
    text = f"import argparse\n{SERVER}parser = argparse.ArgumentParser()\nparser.add_argument({arguments})\n"
    (tmp_path / "tool.py").write_text(text)
    assert command_line(Repository(tmp_path), "tool.py").words == words


def test_a_subcommand_whose_parser_no_variable_holds_counts(tmp_path: Path) -> None:
    text = SERVER + (
        "import argparse\nparser = argparse.ArgumentParser()\nsub = parser.add_subparsers(dest='command')\n"
        "parser.add_argument('-c', dest='conf')\nother = sub.add_parser('import')\nother.add_argument('--port', default=1)\n"
        "sub.add_parser('run', help='serves')\nHTTPServer(('', 8080), None).serve_forever()\n"
    )
    (tmp_path / "main.py").write_text(text)
    assert command_line(Repository(tmp_path), "main.py").words == ("run",)


FOLDER = """import argparse
from http.server import HTTPServer
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-d", "--directory", {})
    parser.add_argument("--port", type=int, default=8080)
"""


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("required=True", ["--port", "{port}", "--directory", "/app/data"]),
        ("default=None, required=True", ["--port", "{port}", "--directory", "/app/data"]),
        ("default='.', required=True", ["--port", "{port}"]),
        ("default=None", ["--port", "{port}"]),
    ],
)
def test_a_folder_that_an_option_has_to_be_told_is_one_for_data(
    tmp_path: Path, declared: str, words: list[str]
) -> None:
    (tmp_path / "main.py").write_text(FOLDER.format(declared))
    assert list(command_line(Repository(tmp_path), "main.py").words) == words


def test_the_image_gives_the_folder_and_tells_of_it(tmp_path: Path) -> None:
    manifest = "[project]\nname = 'shop'\nversion = '1'\n[project.scripts]\nshop = 'shop:main'\n[build-system]\nrequires = []\n"
    (tmp_path / "pyproject.toml").write_text(manifest)
    (tmp_path / "shop.py").write_text(FOLDER.format("required=True"))
    plan = dockergen.plan(tmp_path)
    assert plan.writable == ("/app/data",)
    assert any(note.startswith("shop.py:5 wants a folder, which is /app/data in the image") for note in plan.notes)
