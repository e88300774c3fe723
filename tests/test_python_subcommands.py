"""Commands of several subcommands: put together from several files, or of none that is known to serve."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.errors import ProjectError
from dockergen.languages.python.commandline import command_line
from dockergen.repository import Repository

PROJECT = '[build-system]\nrequires = ["setuptools"]\n[project]\nname = "shop"\nversion = "1"\ndependencies = ["click", "uvicorn"]\n[project.scripts]\nshop = "shop.cli:cli"\n'
GROUP = "import click\nfrom shop.run import run\nfrom shop.keys import keys\n@click.group()\ndef cli(): ...\n"
KEYS = "import click\n@click.command()\n@click.option('--port', default=9)\ndef keys(port): ...\n"
RUN = "import click\nimport uvicorn\n{0}\n@click.command('serve')\n{1}\ndef run(host, port):\n    uvicorn.run(None, host=host, port=port)\n"
OPTIONS = "click.option('--host', default='localhost'), click.option('-p', '--port', default=4000)"
SERVED = ("serve", "--host", "0.0.0.0", "--port", "{port}")


def _write(root: Path, files: dict[str, str]) -> Repository:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return Repository(root)


@pytest.mark.parametrize(
    ("before", "decorators"),
    [
        ("", "@" + OPTIONS.replace(", click", "\n@click", 1)),
        (f"def options(function):\n    for option in [{OPTIONS}]:\n        function = option(function)\n    return function", "@options"),
        (f"OPTIONS = [{OPTIONS}]", "@add_options(OPTIONS)"),
        ("host = click.option('--host', default='localhost')\nport = click.option('-p', '--port', default=4000)", "@host\n@port"),
    ],
    ids=["decorators", "a function that decorates", "a list", "variables"],
)  # fmt: skip
def test_commands_that_a_group_takes_serve_with_their_options(tmp_path: Path, before: str, decorators: str) -> None:
    files = {
        "shop/cli.py": f"{GROUP}cli.add_command(keys)\ncli.add_command(run)\n",
        "shop/keys.py": KEYS,
        "shop/run.py": RUN.format(before, decorators),
    }
    line = command_line(_write(tmp_path, files), "shop/cli.py")
    assert (line.words, line.port) == (SERVED, 4000)


def test_command_that_no_group_takes_has_no_word(tmp_path: Path) -> None:
    text = "from click import command, option\nfrom http.server import HTTPServer\n@command()\n@option('--port', default=4000)\ndef main(port): ...\n"
    line = command_line(_write(tmp_path, {"main.py": text}), "main.py")
    assert (line.words, line.port) == (("--port", "{port}"), 4000)


@pytest.mark.parametrize(
    ("second", "words"),
    [("", ("--port", "{port}")), ("@app.command()\ndef check(): ...\n", ("run", "--port", "{port}"))],
)
def test_typer_of_one_command_takes_no_word_for_it(tmp_path: Path, second: str, words: tuple[str, ...]) -> None:
    text = f"import typer\nfrom http.server import HTTPServer\napp = typer.Typer()\n@app.command()\ndef run(port: int = 4000): ...\n{second}"
    assert command_line(_write(tmp_path, {"main.py": text}), "main.py").words == words


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("add('--host'); add('--web-host', default=''); add('--web-port', '-P', default=8089)", ("--web-port", "{port}")),
        ("add('--host'); add('--web-port', default=8089)", ("--host", "0.0.0.0", "--web-port", "{port}")),
        ("parser.addoption('--host', default='localhost'); parser.addoption('--port', default=3141)", ("--host", "0.0.0.0", "--port", "{port}")),
        ("add('-p', metavar='PORT', default='3923')", ("-p", "{port}")),
        ("add('-w', '--webserver', action='store_true'); add('--port', default=61208)", ("--webserver", "--port", "{port}")),
        ("add('--webserver', default='nginx'); add('--port', default=61208)", ("--port", "{port}")),
        ("add('-p', metavar='PATH', default='3923')", ()),
    ],
    ids=["the host of the port", "the only host", "addoption", "a short option for a port", "a switch", "no switch", "a short option for something else"],
)  # fmt: skip
def test_options_that_say_where_to_listen(tmp_path: Path, options: str, words: tuple[str, ...]) -> None:
    options = options.replace("add(", "parser.add_argument(").replace("; ", "\n")
    text = f"import argparse\nfrom http.server import HTTPServer\nparser = argparse.ArgumentParser()\n{options}\n"
    assert command_line(_write(tmp_path, {"main.py": text}), "main.py").words == words


MANY = "import argparse\ndef cli():\n    parser = argparse.ArgumentParser()\n    sub = parser.add_subparsers()\n    a = sub.add_parser('mirror')\n    b = sub.add_parser('delete')\n"


def test_group_of_which_nothing_serves_is_asked_about(tmp_path: Path) -> None:
    files = {"pyproject.toml": PROJECT, "shop/__init__.py": "", "shop/keys.py": KEYS, "shop/cli.py": GROUP.replace("from shop.run import run\n", "") + "cli.add_command(keys)\n"}  # fmt: skip
    _write(tmp_path, files)
    with pytest.raises(ProjectError) as caught:
        dockergen.plan(tmp_path)
    assert "pyproject.toml:8 declares shop, which does nothing without a subcommand (keys)" in caught.value.problem
    assert caught.value.command == "dockergen init --start 'shop keys'"
    assert dockergen.plan(tmp_path, start="shop keys").start == ("shop", "keys")


@pytest.mark.parametrize("more", ["invoke_without_command=True", "cls=FlaskGroup"])
def test_group_that_may_do_something_by_itself_is_started(tmp_path: Path, more: str) -> None:
    text = GROUP.replace("from shop.run import run\n", "").replace("group()", f"group({more})")
    _write(tmp_path, {"pyproject.toml": PROJECT, "shop/__init__.py": "", "shop/keys.py": KEYS, "shop/cli.py": text})
    assert dockergen.plan(tmp_path).start == ("shop",)


def test_parser_of_which_nothing_serves_is_told(tmp_path: Path) -> None:
    _write(tmp_path, {"pyproject.toml": PROJECT, "shop/__init__.py": "", "shop/cli.py": MANY})
    (note,) = [note for note in dockergen.plan(tmp_path).notes if "subcommands" in note]
    assert "(mirror, delete)" in note
    assert note.endswith("dockergen init --force --start 'shop mirror'.")


DAEMON = "import argparse\nfrom http.server import HTTPServer\ndef main():\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--port', default=8082)\n"


@pytest.mark.parametrize(
    ("daemon", "start"),
    [
        (DAEMON, "exec shopd --port ${PORT}"),
        ("def main():\n    print(1)\n", "shop"),
        (f"from http.server import HTTPServer\n{MANY.replace('cli', 'main')}HTTPServer(('', 80), None)\n", "shop"),
    ],
    ids=["a server", "a tool", "one of many subcommands"],
)
def test_daemon_beside_a_command_of_the_projects_name_is_the_service(tmp_path: Path, daemon: str, start: str) -> None:
    manifest = PROJECT.replace("shop.cli:cli", "shop.cli:main") + 'shopd = "shop.daemon:main"\n'
    files = {"shop/__init__.py": "", "shop/cli.py": "def main():\n    print(1)\n", "shop/daemon.py": daemon}
    _write(tmp_path, {"pyproject.toml": manifest, **files})
    assert dockergen.plan(tmp_path).start[-1] == start


CONFIGURED = "from http.server import HTTPServer\nfrom shop.settings import HOST\ndef main():\n    HTTPServer((HOST.name, HOST.port), None).serve_forever()\n"


@pytest.mark.parametrize(
    ("paper", "start", "port"),
    [
        ("Run\n\n    python3 -m shop --server-hosts 0.0.0.0:5232,[::]:5232 \\\n        --auth none\n", "exec shop --server-hosts 0.0.0.0:${PORT}", 5232),
        ("```\n$ shop --bind=0.0.0.0:9000\n```\n", "exec shop --bind 0.0.0.0:${PORT}", 9000),
        ("```\nshop --help\nhosts = 0.0.0.0:5232\nother --bind 0.0.0.0:1\n```\n", "shop", 8000),
    ],
    ids=["the module", "the command", "something else"],
)  # fmt: skip
def test_address_that_the_papers_give_the_command_is_taken(tmp_path: Path, paper: str, start: str, port: int) -> None:
    manifest = PROJECT.replace("shop.cli:cli", "shop.cli:main")
    _write(
        tmp_path, {"pyproject.toml": manifest, "README.md": paper, "shop/__init__.py": "", "shop/cli.py": CONFIGURED}
    )
    plan = dockergen.plan(tmp_path)
    assert (plan.start[-1], plan.port) == (start, port)


TOOL = "def main():\n    print(1)\n\nif __name__ == '__main__':\n    main()\n"
POINTS = (
    "[console_scripts]\nshop-admin = shop.admin:main\nshop-mail = shop.mail:main\n{0}\n[shop.plugins]\nx = shop.x:X\n"
)


@pytest.mark.parametrize(
    ("more", "start"),
    [("shop-server = shop.web:main", "exec shop-server --port ${PORT}"), ("shop = shop.main:main", "shop"), ("", "")],
    ids=["a server", "the name of the project", "neither"],
)
def test_commands_that_setup_py_computes_are_those_that_a_source_distribution_lists(
    tmp_path: Path, more: str, start: str
) -> None:
    files = {
        "PKG-INFO": "Metadata-Version: 2.4\nName: shop\nVersion: 1\n\nShop\n",
        "shop.egg-info/entry_points.txt": POINTS.format(more),
        "setup.py": "from setuptools import setup\nsetup(name='shop', entry_points={'console_scripts': computed()})\n",
        "shop/__init__.py": "",
        **{f"shop/{name}.py": TOOL for name in ("admin", "mail", *(["main"] if start else []))},
        "shop/web.py": DAEMON,
    }
    _write(tmp_path, files)
    if start:
        assert dockergen.plan(tmp_path).start[-1] == start
        return
    with pytest.raises(ProjectError) as caught:
        dockergen.plan(tmp_path)
    assert "setup.py declares 2 commands, and nothing tells which is the service: shop-admin, shop-mail" in (
        caught.value.problem
    )
