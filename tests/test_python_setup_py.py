"""What setup.py states, however it writes it down."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.languages.python.setuptools_files import setup
from dockergen.repository import Repository


def _setup(root: Path, text: str) -> Repository:
    (root / "setup.py").write_text(text)
    return Repository(root)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("setup(install_requires=['a', 'b>=1'])\n", ["a", "b>=1"]),
        ("""setup(install_requires=["a==1; python_version >= '3.13'", 'b'])\n""", ["a==1 ; python_version >= '3.13'", "b"]),
        ("deps = ['a',  # it's needed\n        'b']\nsetup(install_requires=deps)\n", ["a", "b"]),
        ("args = {'name': 'x'}\nargs['install_requires'] = ['a']\nsetup(**args)\n", ["a"]),
        ("args = {'name': 'x', 'install_requires': ['a']}\nsetup(**args)\n", ["a"]),
        ("V = '>= 22'\nsetup(install_requires=['a ' + V, f'b{V}', 'c%s' % V, 'd'])\n", ["a>= 22", "b>= 22", "d"]),
        ("core = ['a']\nmore = ['b']\nsetup(install_requires=core + more + ['c'])\n", ["a", "b", "c"]),
        ("setup(install_requires='''\n    a\n    b>=1\n''')\n", ["a", "b>=1"]),
        ("print 'Python 2'\nsetup(install_requires=['a; python_version<\"3\"', 'b'])\n", ["a ; python_version<\"3\"", "b"]),
        ("a = b\nb = a\nsetup(install_requires=a)\n", []),
        ("setup(install_requires=read('requirements.txt'))\n", []),
    ],
)  # fmt: skip
def test_requirements_are_read_as_python_writes_them(tmp_path: Path, text: str, rows: list[str]) -> None:
    found = setup(_setup(tmp_path, text)).requirements
    assert [f"{r.name}{r.specifier}{f' ; {r.marker}' if r.marker else ''}" for r in found] == rows


@pytest.mark.parametrize(
    "points",
    [
        "{'console_scripts': ['shop = shop.cli:main', 'keys=shop.keys:main']}",
        "'''\n    [console_scripts]\n    shop = shop.cli:main\n    keys=shop.keys:main\n    [shop.plugins]\n    x = shop.x:X\n'''",
        '"""[console_scripts]\nshop = shop.cli:main\n\nkeys=shop.keys:main\n"""',
    ],
    ids=["a list", "the text of an .ini file", "one without indents"],
)
def test_console_scripts_are_read_from_a_list_and_from_a_text(tmp_path: Path, points: str) -> None:
    found = setup(_setup(tmp_path, f"setup(name='shop', entry_points={points})\n")).scripts
    assert dict(found) == {"shop": "shop.cli:main", "keys": "shop.keys:main"}


@pytest.mark.parametrize(
    ("marker", "word"),
    [
        ("python_version >= '3.8'", "waitress"),
        ("python_version < '3.8'", ""),
        ("python_version < '3.8' or sys_platform == 'linux'", "waitress"),
        ("python_full_version < '3.14.1'", """'waitress ; python_full_version < "3.14.1"'"""),
        ("platform_machine == 'x86_64'", """'waitress ; platform_machine == "x86_64"'"""),
        ("(python_version < '3.8' or python_version > '3.9') and os_name == 'posix'", """'waitress ; (python_version < "3.8" or python_version > "3.9") and os_name == "posix"'"""),
    ],
)  # fmt: skip
def test_marker_is_left_to_pip_only_where_the_image_does_not_answer_it(tmp_path: Path, marker: str, word: str) -> None:
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    _setup(tmp_path, f"""setup(name='a', install_requires=["flask", "gunicorn", "waitress; {marker}"])\n""")
    text = next(f.text for f in dockergen.generate(tmp_path) if f.path == "Dockerfile")
    assert f"install flask gunicorn {word}".rstrip() + "\n" in text


PROJECT = '[build-system]\nrequires = ["setuptools"]\n[project]\nname = "shop"\nversion = "1"\n{0}\n[project.scripts]\nshop = "shop:main"\n'


@pytest.mark.parametrize(
    ("stated", "files", "line"),
    [
        ('dependencies = ["flask"]', {"setup.cfg": "[egg_info]\ntag_build =\ntag_date = 0\n"}, "uv pip install -r pyproject.toml"),
        ('dependencies = ["flask"]', {"setup.py": "from setuptools import setup\nsetup(install_requires=['gunicorn'])\n"}, "uv pip install -r pyproject.toml"),
        ('dynamic = ["dependencies"]', {"setup.py": "from setuptools import setup\nsetup(install_requires=['requests'])\n"}, "install requests"),
    ],
    ids=["the setup.cfg of a source distribution", "a setup.py that setuptools does not ask", "one that it asks"],
)  # fmt: skip
def test_what_pyproject_states_is_installed_from_there(
    tmp_path: Path, stated: str, files: dict[str, str], line: str
) -> None:
    tree = {"pyproject.toml": PROJECT.format(stated), "shop.py": "def main():\n    print(1)\n", **files}
    for name, text in tree.items():
        (tmp_path / name).write_text(text)
    text = next(f.text for f in dockergen.generate(tmp_path) if f.path == "Dockerfile")
    assert line in text
    assert "gunicorn" not in text
    assert "setup.cfg asks" not in text


@pytest.mark.parametrize(("line", "copied"), [(".", False), ("-e .", True)])
def test_command_of_a_project_that_the_requirements_install_needs_no_source_beside(
    tmp_path: Path, line: str, copied: bool
) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/__init__.py").write_text("def main():\n    print(1)\n")
    (tmp_path / "requirements.txt").write_text(f"{line}\n")
    _setup(tmp_path, "from setuptools import setup\nsetup(name='shop', packages=['shop'], install_requires=['six'], entry_points={'console_scripts': ['shop = shop:main']})\n")  # fmt: skip
    text = next(f.text for f in dockergen.generate(tmp_path) if f.path == "Dockerfile")
    final = text[text.index("AS final") :]
    assert 'CMD ["shop"]' in final
    assert ("COPY . ." in final) == copied
