"""Which Python is chosen, from every place that can say so, and where the answer says it comes from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

import dockergen
from dockergen.errors import ProjectError
from dockergen.languages.python.markers import applies
from dockergen.languages.python.version import allows
from dockergen.languages.python.wheels import outgrown_by_python
from dockergen.manifests.python_locks import markers_of
from dockergen.model import BuildPlan, Sourced

Make = Callable[[dict[str, str | bytes]], Path]
MAIN = {"main.py": "print('hello')\n"}
FLASK = {"requirements.txt": "flask==3.1.2\n"}
LINUX = "manylinux_2_17_x86_64"


def _project(text: str) -> dict[str, str]:
    return {"pyproject.toml": f'[project]\nname = "a"\nversion = "1"\n{text}\n'}


def _poetry(constraint: str) -> dict[str, str]:
    return {
        "pyproject.toml": f'[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "{constraint}"\n'
    }


def _locked(*tags: str, text: str = 'requires-python = ">=3.11"') -> dict[str, str]:
    wheels = "".join(f'    {{ url = "x/speedups-1.0-{tag}.whl" }},\n' for tag in tags)
    lock = (
        'version = 1\n\n[[package]]\nname = "a"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [\n'
        '    { name = "speedups" },\n]\n\n[[package]]\nname = "speedups"\nversion = "1.0"\n'
        f'source = {{ registry = "https://index.example/simple" }}\nwheels = [\n{wheels}]\n'
    )
    return {**_project(f'{text}\ndependencies = ["speedups"]'), "uv.lock": lock}


def _backport(edge: str) -> dict[str, str]:
    lock = (
        'version = 1\n\n[[package]]\nname = "a"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [\n'
        '    { name = "clock" },\n]\n\n[[package]]\nname = "clock"\nversion = "1"\ndependencies = [\n'
        f'    {edge},\n]\nwheels = [\n    {{ url = "x/clock-1-cp314-cp314-{LINUX}.whl" }},\n'
        f'    {{ url = "x/clock-1-cp38-cp38-{LINUX}.whl" }},\n]\n\n[[package]]\nname = "old-zone"\nversion = "1"\n'
        f'wheels = [\n    {{ url = "x/old_zone-1-cp38-cp38-{LINUX}.whl" }},\n]\n'
    )
    return {**_project('requires-python = ">=3.8"\ndependencies = ["clock"]'), "uv.lock": lock}


def _version(plan: BuildPlan) -> Sourced[str]:
    return next(d.sourced for d in plan.decisions if d.name == "version")


CASES = [
    # --- .python-version
    ("minor", {**FLASK, ".python-version": "3.12\n"}, "3.12", ".python-version:1"),
    ("patch", {**FLASK, ".python-version": "3.12.4\n"}, "3.12.4", ".python-version:1"),
    ("several lines: the first counts", {**FLASK, ".python-version": "3.12\n3.11\n"}, "3.12", ".python-version:1"),
    ("comment and empty lines before", {**FLASK, ".python-version": "# ours\n\n3.12\n"}, "3.12", ".python-version:3"),
    ("prefix of uv", {**FLASK, ".python-version": "cpython-3.12\n"}, "3.12", ".python-version:1"),
    ("prefix with an at sign", {**FLASK, ".python-version": "cpython@3.12.1\n"}, "3.12.1", ".python-version:1"),
    ("prefix python", {**FLASK, ".python-version": "python-3.12\n"}, "3.12", ".python-version:1"),
    ("Windows line end and spaces", {**FLASK, ".python-version": "3.12  \r\n"}, "3.12", ".python-version:1"),
    ("byte order mark", {**FLASK, ".python-version": b"\xef\xbb\xbf3.12\n"}, "3.12", ".python-version:1"),
    ("major alone", {**FLASK, ".python-version": "3\n"}, "3.14", ".python-version:1"),
    ("free-threaded", {**FLASK, ".python-version": "3.14t\n"}, "3.14", ".python-version:1"),
    ("free-threaded in uv's words", {**FLASK, ".python-version": "3.13+freethreaded\n"}, "3.13", ".python-version:1"),
    ("the latest where a file names it", {**FLASK, ".python-version": "3.15\n"}, "3.15", ".python-version:1"),
    ("the latest where the range leaves no other", {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.15"\ndependencies = ["flask"]\n'}, "3.15", "pyproject.toml:4"),
    ("never the latest where the range leaves another", {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["flask"]\n'}, "3.14", "pyproject.toml:4"),
    ("pre-release of the next", {**FLASK, ".python-version": "3.16.0rc2\n"}, "3.16.0rc2", ".python-version:1"),
    ("newest pre-release", {**FLASK, ".python-version": "3.16-dev\n"}, "3.16-rc", ".python-version:1"),
    ("pre-release of what is out", {**FLASK, ".python-version": "3.14.0rc1\n"}, "3.14", ".python-version:1"),
    ("name of an environment", {**FLASK, ".python-version": "shop-env\n", "runtime.txt": "python-3.12\n"}, "3.12", "runtime.txt:1"),
    ("another implementation", {**FLASK, ".python-version": "pypy3.10-7.3\n"}, "3.14", "newest supported"),
    ("system", {**FLASK, ".python-version": "system\n"}, "3.14", "newest supported"),
    ("system before a release", {**FLASK, ".python-version": "system\n3.12.4\n"}, "3.12.4", ".python-version:2"),
    ("build of uv", {**FLASK, ".python-version": "cpython-3.12.4-linux-x86_64-gnu\n"}, "3.12.4", ".python-version:1"),
    ("environment of pyenv-virtualenv", {**FLASK, ".python-version": "3.12.1/envs/shop\n"}, "3.12.1", ".python-version:1"),
    ("any patch in .python-version", {**FLASK, ".python-version": "3.12.*\n"}, "3.12", ".python-version:1"),
    ("quoted", {**FLASK, ".python-version": '"3.12"\n'}, "3.12", ".python-version:1"),
    ("several in a line", {**FLASK, ".python-version": "3.12.1 3.11.4\n"}, "3.12.1", ".python-version:1"),
    ("a letter before", {**FLASK, ".python-version": "v3.12\n"}, "3.12", ".python-version:1"),
    ("range in .python-version", {**FLASK, ".python-version": ">=3.11,<3.13\n"}, "3.12", ".python-version:1"),
    (".python-versions", {**FLASK, ".python-versions": "3.13\n3.12\n"}, "3.13", ".python-versions:1"),
    ("empty", {**FLASK, ".python-version": "\n"}, "3.14", "newest supported"),
    # --- other pins
    ("runtime.txt", {**FLASK, "runtime.txt": "python-3.11.9\n"}, "3.11.9", "runtime.txt:1"),
    (".tool-versions", {**FLASK, ".tool-versions": "nodejs 22\npython 3.12.3 3.11.1\n"}, "3.12.3", ".tool-versions:2"),
    (".tool-versions without a release", {**FLASK, ".tool-versions": "python ref:main\n"}, "3.14", "newest supported"),
    (".tool-versions with the latest of a minor", {**FLASK, ".tool-versions": "python latest:3.12\n"}, "3.12", ".tool-versions:1"),
    (".tool-versions with a tag", {**FLASK, ".tool-versions": "python ref:v3.12.1\n"}, "3.12.1", ".tool-versions:1"),
    ("runtime.txt in capitals", {**FLASK, "runtime.txt": "Python-3.12.4\n"}, "3.12.4", "runtime.txt:1"),
    ("runtime.txt with any patch", {**FLASK, "runtime.txt": "python-3.12.x\n"}, "3.12", "runtime.txt:1"),
    ("render.yaml", {**FLASK, "render.yaml": "services:\n  - envVars:\n      - key: PYTHON_VERSION\n        value: 3.11.4\n"}, "3.11.4", "render.yaml:4"),
    ("app.yaml", {**FLASK, "app.yaml": "runtime: python312\n"}, "3.12", "app.yaml:1"),
    (".platform.app.yaml", {**FLASK, ".platform.app.yaml": "name: app\ntype: 'python:3.11'\n"}, "3.11", ".platform.app.yaml:2"),
    ("app.yaml without a release", {**FLASK, "app.yaml": "runtime: python\nenv: flex\n"}, "3.14", "newest supported"),
    (".config/mise.toml", {**FLASK, ".config/mise.toml": '[tools]\npython = "3.12"\n'}, "3.12", ".config/mise.toml:2"),
    ("mise by its own name", {**FLASK, "mise.toml": '[tools]\n"core:python" = "prefix:3.12"\n'}, "3.12", "mise.toml:2"),
    ("Pipfile with a range", {"Pipfile": '[packages]\nflask = "*"\n[requires]\npython_version = ">=3.11,<3.13"\n'}, "3.12", "Pipfile:4"),
    ("mise.toml", {**FLASK, "mise.toml": '[tools]\npython = "3.12"\n'}, "3.12", "mise.toml:2"),
    (".mise.toml with a list", {**FLASK, ".mise.toml": '[tools]\npython = ["3.11", "3.12"]\n'}, "3.11", ".mise.toml:2"),
    (".config/mise with a table", {**FLASK, ".config/mise/config.toml": '[tools]\npython = { version = "3.12" }\n'}, "3.12", ".config/mise/config.toml:2"),
    ("mise latest", {**FLASK, "mise.toml": '[tools]\npython = "latest"\n'}, "3.14", "newest supported"),
    ("Pipfile", {"Pipfile": '[packages]\nflask = "*"\n[requires]\npython_version = "3.12"\n'}, "3.12", "Pipfile:4"),
    ("Pipfile full version", {"Pipfile": '[packages]\nflask = "*"\n[requires]\npython_version = "3.12"\npython_full_version = "3.12.2"\n'}, "3.12.2", "Pipfile:5"),
    (
        "Pipfile.lock before Pipfile",
        {
            "Pipfile": '[packages]\nflask = "*"\n[requires]\npython_version = "3.13"\n',
            "Pipfile.lock": '{"_meta": {"requires": {\n"python_version": "3.12"}}, "default": {"flask": {"version": "==3.1.2"}}}',
        },
        "3.12",
        "Pipfile.lock:2",
    ),
    # --- ranges
    ("at least", _project('requires-python = ">=3.9"'), "3.14", "pyproject.toml:4"),
    ("below", _project('requires-python = ">=3.9,<3.12"'), "3.11", "pyproject.toml:4"),
    ("compatible minor", _project('requires-python = "~=3.11"'), "3.14", "pyproject.toml:4"),
    ("compatible patch", _project('requires-python = "~=3.11.2"'), "3.11", "pyproject.toml:4"),
    ("any patch", _project('requires-python = "==3.12.*"'), "3.12", "pyproject.toml:4"),
    ("exact", _project('requires-python = "==3.12.3"'), "3.12.3", "pyproject.toml:4"),
    ("below the major", _project('requires-python = "<4"'), "3.14", "pyproject.toml:4"),
    ("hole", _project('requires-python = ">=3.11,!=3.14.*"'), "3.13", "pyproject.toml:4"),
    ("end of life", _project('requires-python = "<3.9"'), "3.8", "pyproject.toml:4"),
    ("caret", _poetry("^3.10"), "3.14", "pyproject.toml:4"),
    ("tilde", _poetry("~3.12"), "3.12", "pyproject.toml:4"),
    ("tilde patch", _poetry("~3.12.1"), "3.12", "pyproject.toml:4"),
    ("exact of Poetry", _poetry("3.12.1"), "3.12.1", "pyproject.toml:4"),
    ("either", _poetry("~3.11 || ~3.12"), "3.12", "pyproject.toml:4"),
    ("star", _poetry("*"), "3.14", "newest supported"),
    ("setup.py", {"setup.py": "from setuptools import setup\nsetup(name='a', python_requires='>=3.9,<3.13')\n"}, "3.12", "setup.py:2"),
    ("setup.cfg beside requirements", {**FLASK, "setup.cfg": "[metadata]\nname = a\n[options]\npython_requires = <3.12\n"}, "3.11", "setup.cfg:4"),
    ("environment.yml beside requirements", {**FLASK, "environment.yml": "dependencies:\n  - python=3.12\n  - flask\n"}, "3.12", "environment.yml:2"),
    ("both ranges hold", {**FLASK, **_project('requires-python = ">=3.11"'), "setup.cfg": "[metadata]\nname = a\n[options]\npython_requires = <3.13\n"}, "3.12", "pyproject.toml:4"),
    # --- what packagers write down
    ("classifiers", _project('classifiers = ["Programming Language :: Python :: 3.11", "Programming Language :: Python :: 3.12"]'), "3.12", "pyproject.toml:4"),
    ("classifiers of setup.py", {"setup.py": "setup(name='a', classifiers=[\n'Programming Language :: Python :: 3.11',\n])\n"}, "3.11", "setup.py:2"),
    ("a range beats classifiers", _project('requires-python = ">=3.9"\nclassifiers = ["Programming Language :: Python :: 3.11"]'), "3.14", "pyproject.toml:4"),
    ("classifiers of dead releases", _project('classifiers = ["Programming Language :: Python :: 3.6"]'), "3.14", "newest supported"),
    # --- what the lock file has wheels for
    ("no wheel for the newest", _locked(f"cp312-cp312-{LINUX}", f"cp313-cp313-{LINUX}"), "3.13", "uv.lock:11"),
    ("stable ABI", _locked(f"cp39-abi3-{LINUX}"), "3.14", "pyproject.toml:4"),
    ("pure", _locked("py3-none-any"), "3.14", "pyproject.toml:4"),
    ("wheels of Windows only", _locked("cp314-cp314-win_amd64", f"cp312-cp312-{LINUX}"), "3.12", "uv.lock:11"),
    ("free-threaded wheels do not count", _locked(f"cp314-cp314t-{LINUX}", f"cp313-cp313-{LINUX}"), "3.13", "uv.lock:11"),
    ("a pin beats missing wheels", {**_locked(f"cp312-cp312-{LINUX}"), ".python-version": "3.13\n"}, "3.13", ".python-version:1"),
    ("what has no wheel anywhere decides nothing", {**_locked(f"cp312-cp312-{LINUX}"), "uv.lock": _locked(f"cp312-cp312-{LINUX}")["uv.lock"].replace('    { name = "speedups" },', '    { name = "speedups" },\n    { name = "odd" },') + '\n[[package]]\nname = "odd"\nversion = "1"\nwheels = [\n    { url = "x/odd-1-cp38-cp38-win32.whl" },\n]\n'}, "3.12", "uv.lock:12"),
    ("several releases of one, by marker", {**_locked(), "uv.lock": _locked(f"cp311-cp311-{LINUX}")["uv.lock"] + f'\n[[package]]\nname = "speedups"\nversion = "2.0"\nwheels = [\n    {{ url = "x/speedups-2.0-cp314-cp314-{LINUX}.whl" }},\n]\n'}, "3.14", "pyproject.toml:4"),
    ("pinned before its wheels", {"requirements.txt": "flask==3.1.2\nmultidict==6.0.4\n"}, "3.11", "requirements.txt:2"),
    ("pinned before it ran on newer ones", {"requirements.txt": "django==3.1.14\n"}, "3.11", "requirements.txt:1"),
    ("a range that ends before it ran on newer ones", {"requirements.txt": "django>=4,<5\n"}, "3.13", "requirements.txt:1"),
    ("failing weighs more than compiling", {"requirements.txt": "celery==4.4.7\nmarkupsafe==2.1.5\n"}, "3.10", "requirements.txt:1"),
    ("sources that do not compile on newer ones", {"requirements.txt": "flask==3.1.2\nuvloop==0.16.0\n"}, "3.10", "requirements.txt:2"),
    ("an alias that newer ones refuse", {"requirements.txt": "fastapi==0.66.0\nuvicorn==0.14.0\npydantic==1.9.2\n"}, "3.10", "requirements.txt:3"),
    ("no release runs on newer ones", {"requirements.txt": "flask==3.1.2\npydub\n"}, "3.12", "requirements.txt:2"),
    ("no release runs without another", {"requirements.txt": "flask==3.1.2\npydub\naudioop-lts\n"}, "3.14", "newest supported"),
    ("a range that ends before its wheels", {"requirements.txt": "flask==3.1.2\nnumpy<2\n"}, "3.12", "requirements.txt:2"),
    ("a backport that pip installs on older ones", {"requirements.txt": 'flask==3.1.2\nbackports.zoneinfo==0.2.1 ; python_version < "3.9"\n'}, "3.14", "newest supported"),
    ("a module that left, in a name that only sounds like it", {"requirements.txt": "flask\nsimplejson\n", "main.py": "import imp\nimp.reload\n"}, "3.11", "main.py:1"),
    ("a backport that uv locks", _backport('{ name = "old-zone", marker = "python_full_version < \'3.9\'" }'), "3.14", "pyproject.toml:4"),
    ("no backport: asked for everywhere", _backport('{ name = "old-zone" }'), "3.8", "uv.lock:11"),
    ("a wheel that a line names", {"requirements.txt": f"flask==3.1.2\n./vendor/ink-1.0-cp312-cp312-{LINUX}.whl\n", f"vendor/ink-1.0-cp312-cp312-{LINUX}.whl": ""}, "3.12", "requirements.txt:2"),
    ("wheels in a folder", {"requirements.txt": "--find-links vendor\nink\n", f"vendor/ink-1.0-cp312-cp312-{LINUX}.whl": "", f"vendor/ink-1.0-cp313-cp313-{LINUX}.whl": ""}, "3.13", "requirements.txt:2"),
    ("wheels in a folder that nothing asks for", {"requirements.txt": "--find-links vendor\nflask\n", f"vendor/ink-1.0-cp312-cp312-{LINUX}.whl": ""}, "3.14", "newest supported"),
    # --- conflicts
    ("pin over range", {**FLASK, **_project('requires-python = ">=3.13"'), ".python-version": "3.12\n"}, "3.12", ".python-version:1"),
    ("uv refuses the pin", {**_locked("py3-none-any", text='requires-python = ">=3.13"'), ".python-version": "3.12\n"}, "3.14", "pyproject.toml:4"),
    # --- no evidence
    ("Dockerfile and CI say nothing", {**FLASK, "Dockerfile": "FROM python:3.11\n", ".github/workflows/test.yml": "python-version: 3.12\n"}, "3.14", "newest supported"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "release", "origin"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_release_and_where_it_comes_from(
    project: Make, files: dict[str, str | bytes], release: str, origin: str
) -> None:
    made = dockergen.plan(project({**MAIN, **files}))
    found = _version(made)
    assert (found.value, str(found.origin)) == (release, origin)
    assert f":{release}-slim" in str(made.build_image)


NOTES = [
    ("end of life", {**FLASK, ".python-version": "3.9\n"}, ("3.9", ".python-version:1", "2025-10-31")),
    ("free-threaded", {**FLASK, ".python-version": "3.14t\n"}, (".python-version:1", "free-threaded", "no tag")),
    ("pre-release", {**FLASK, ".python-version": "3.16.0b1\n"}, (".python-version:1", "pre-release")),
    ("pre-release of the latest", {**FLASK, ".python-version": "3.15.0rc2\n"}, (".python-version:1", "has been released since")),
    ("the latest", {**FLASK, ".python-version": "3.15\n"}, (".python-version:1", "is so new")),
    ("unreadable", {**FLASK, ".python-version": "shop-env\n"}, (".python-version:1", "'shop-env'")),
    ("two pins", {**FLASK, ".python-version": "3.12\n", "runtime.txt": "python-3.11\n"}, ("runtime.txt:1", ".python-version:1 says 3.12")),
    ("outside of the range", {**FLASK, **_project('requires-python = ">=3.13"'), ".python-version": "3.12\n"}, ("outside of >=3.13", "pyproject.toml:4")),
]  # fmt: skip


@pytest.mark.parametrize(("files", "words"), [c[1:] for c in NOTES], ids=[c[0] for c in NOTES])
def test_what_is_odd_about_the_release_is_a_note_with_its_evidence(
    project: Make, files: dict[str, str | bytes], words: tuple[str, ...]
) -> None:
    notes = dockergen.plan(project({**MAIN, **files})).notes
    assert any(all(word in note for word in words) for note in notes), notes


REFUSED = [
    ("beyond what exists", {**FLASK, ".python-version": "3.99\n"}, (".python-version:1", "3.99")),
    ("Python 2", {"requirements.txt": "flask==1.1.4\n", "runtime.txt": "python-2.7.18\n"}, ("runtime.txt:1", "2.7.18")),
    ("a range that nothing satisfies", _project('requires-python = ">=3.13,<3.12"'), ("pyproject.toml:4", ">=3.13,<3.12")),
    ("python_requires of Python 2", {"setup.py": "setup(name='a', python_requires='<3')\n"}, ("setup.py:1", "<3")),
]  # fmt: skip


@pytest.mark.parametrize(("files", "words"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_a_release_that_does_not_exist_is_refused_with_its_line(
    project: Make, files: dict[str, str | bytes], words: tuple[str, ...]
) -> None:
    with pytest.raises(ProjectError) as caught:
        dockergen.plan(project({**MAIN, **files}))
    assert all(word in caught.value.problem for word in words)
    assert caught.value.command.startswith("dockergen init --version")


def test_a_free_threaded_build_that_somebody_insists_on_is_refused(project: Make) -> None:
    with pytest.raises(ProjectError, match="free-threaded"):
        dockergen.plan(project({**MAIN, **FLASK}), version="3.14t")


def test_every_other_source_is_kept_as_a_rejected_candidate(project: Make) -> None:
    files = {
        **FLASK,
        **_project('requires-python = ">=3.11"'),
        ".python-version": "3.12\n",
        "runtime.txt": "python-3.13\n",
    }
    decisions = dockergen.plan(project({**MAIN, **files})).decisions
    rejected = next(d.sourced for d in decisions if d.name == "version").rejected
    assert [(r.value, str(r.origin)) for r in rejected] == [("3.13", "runtime.txt:1"), (">=3.11", "pyproject.toml:4")]


def test_uv_is_told_the_image_s_python_where_a_file_of_the_source_names_another(project: Make) -> None:
    root = project({**MAIN, **_locked("py3-none-any"), ".python-version": "3.12\n"})
    told = "UV_PYTHON=/usr/local/bin/python"
    texts = {version: dockergen.generate(root, **version_of(version))[0].text for version in ("", "3.13")}
    assert told not in texts[""]
    assert told in texts["3.13"]


def version_of(version: str) -> dict[str, str]:
    return {"version": version} if version else {}


@given(
    st.lists(
        st.builds(
            lambda operator, release: f"{operator}{release}",
            st.sampled_from((">=", "<", "~=")),
            st.builds("3.{}".format, st.integers(6, 16)),
        )
        | st.builds(
            lambda operator, minor: f"{operator}3.{minor}.*", st.sampled_from(("==", "!=")), st.integers(6, 16)
        ),
        min_size=1,
        max_size=4,
    ).map(",".join),
    st.integers(6, 16),
)
def test_ranges_are_read_as_packaging_reads_them(constraint: str, minor: int) -> None:
    """The tag of a minor is its newest patch."""
    assert allows(constraint, f"3.{minor}") == SpecifierSet(constraint).contains(f"3.{minor}.99")


def test_an_extra_that_pdm_locks_apart_counts_as_well(project: Make) -> None:
    lock = (
        '[metadata]\ngroups = ["default"]\nlock_version = "4.4"\n\n'
        '[[package]]\nname = "uvicorn"\nversion = "0.24"\ndependencies = [\n    "click>=7.0",\n]\nfiles = [\n]\n\n'
        '[[package]]\nname = "uvicorn"\nversion = "0.24"\nextras = ["standard"]\ndependencies = [\n    "uvicorn==0.24",\n'
        '    "uvloop>=0.14; sys_platform != \\"win32\\"",\n]\nfiles = [\n]\n\n'
        '[[package]]\nname = "uvloop"\nversion = "0.19.0"\nfiles = [\n'
        '    {file = "uvloop-0.19.0-cp312-cp312-manylinux_2_17_x86_64.whl", hash = "sha256:aa"},\n]\n'
    )
    manifest = '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ["uvicorn[standard]"]\n'
    root = project({"pyproject.toml": manifest, "pdm.lock": lock, "main.py": "async def app(a, b, c): ...\n"})
    assert str(dockergen.plan(root).build_image) == "python:3.12-slim"


@pytest.mark.parametrize(
    ("marker", "minor", "expected"),
    [
        ("python_version < '3.9'", "3.8", True),
        ("python_version < '3.9'", "3.14", False),
        ("python_full_version < '3.11.4'", "3.11", False),
        ('python_version >= "3.10"', "3.9", False),
        ('python_version >= "3.10"', "3.14", True),
        ("python_version == '3.8.*'", "3.8", True),
        ("python_version <= '3.8' and sys_platform == 'linux'", "3.9", False),
        ("sys_platform == 'win32' or python_version < '3.9'", "3.9", False),
        ("(python_version > '3.9')", "3.10", True),
        ("python_version in '3.8 3.9'", "3.10", True),  # not understood
        ("python_version < '3.9'", "", True),  # not decided yet
        ("python_full_version != '3.9.7'", "3.9", True),
        ("python_full_version > '3.9.1'", "3.9", True),
    ],
)
def test_markers_are_judged_for_a_python(marker: str, minor: str, expected: bool) -> None:
    assert applies(marker, minor) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('    { name = "old-zone", marker = "python_full_version < \'3.9\'" },\n', ("python_full_version < '3.9'",)),
        ('    { name = "old-zone", extra = ["a"] },\n', ()),
        ('"old.zone" = {version = "*", markers = "python_version < \\"3.9\\""}\n', ('python_version < "3.9"',)),
        ('old-zone = ">=1"\n', ()),
        ('    "old_zone>=1; python_version < \\"3.9\\"",\n', ('python_version < "3.9"',)),
        ('    "old-zone[a]>=1",\n', ()),
        ('    "old-zone-more>=1",\n', ()),
        ('old-zone = [\n    {version = "1"},\n]\nold-zone = {version = "1", markers = "a"}\n', ()),
        ('"old.zone" = {version = "*", markers = "b"}\r\n', ("b",)),
        ('    { name = "old-zone", marker = "a" },\n    { name = "old-zone" },\n', ()),
    ],
)
def test_markers_under_which_a_lock_file_asks_for_a_package(text: str, expected: tuple[str, ...]) -> None:
    assert markers_of(text, "old-zone") == expected


CLASSIFIED = {
    "setup.py": "from setuptools import setup\nsetup(classifiers=['Programming Language :: Python :: 3.11'])\n"
}


@pytest.mark.parametrize(
    ("requirement", "stated", "expected"),
    [
        pytest.param("django==6.0.8", {"runtime.txt": "python-3.9.18"}, "3.14", id="a-pin-that-pip-refuses"),
        pytest.param("django~=6.0", {".python-version": "3.11"}, "3.14", id="a-compatible-release"),
        pytest.param("django>=6", {".python-version": "3.11"}, "3.14", id="at-least"),
        pytest.param("numpy==2.3.0", {".python-version": "3.9"}, "3.13", id="what-has-wheels"),
        pytest.param("django==6.0.8", CLASSIFIED, "3.14", id="classifiers"),
        pytest.param("flask==3.1.2", {"runtime.txt": "python-2.7.18"}, "3.14", id="a-pin-of-long-ago"),
        pytest.param("django>=4", {".python-version": "3.11"}, "3.11", id="older-releases-are-left"),
        pytest.param("django<7", {".python-version": "3.11"}, "3.11", id="an-upper-bound"),
        pytest.param("django==5.2", {".python-version": "3.11"}, "3.11", id="a-release-that-fits"),
        pytest.param("django==6.0; python_version > '3.11'", {".python-version": "3.11"}, "3.11", id="a-marker"),
        pytest.param("django==5.2", CLASSIFIED, "3.11", id="classifiers-that-fit"),
    ],
)
def test_a_python_that_the_manifest_s_pins_refuse_is_not_taken(
    project: Make, requirement: str, stated: dict[str, str], expected: str
) -> None:
    root = project({**MAIN, "requirements.txt": f"{requirement}\n", **stated})
    assert _version(dockergen.plan(root)).value == expected


def test_a_pin_that_was_not_taken_says_why(project: Make) -> None:
    plan = dockergen.plan(project({**MAIN, "requirements.txt": "django==6.0.8\n", "runtime.txt": "python-3.9.18"}))
    why = "django 6.0.8 wants a newer one (requirements.txt:1)"
    assert f"runtime.txt:1 says Python 3.9.18, and {why}: the image has 3.14." in plan.notes
    assert [(lost.value, lost.why) for lost in _version(plan).rejected] == [("3.9.18", why)]


def test_what_refuses_the_newest_python_has_an_older_one(project: Make) -> None:
    plan = dockergen.plan(project({**MAIN, "requirements.txt": "crewai>=1.14\n"}))
    assert _version(plan).value == "3.13"
    assert [(lost.value, lost.why) for lost in _version(plan).rejected] == [
        ("3.14", "crewai >=1.14 wants an older one")
    ]


@pytest.mark.parametrize(
    ("name", "specifier", "minor", "outgrown", "wholly"),
    [
        ("crewai", "", "3.14", True, False),  # pip would take 0.11.2, which refused nothing
        ("crewai", ">=1.0", "3.14", True, True),
        ("crewai", "==0.11.2", "3.14", False, False),
        ("crewai", "<0.11", "3.14", False, False),
        ("crewai", "", "3.13", False, False),  # taken since 0.126.0
        ("crewai", "==0.95.0", "3.13", True, True),
        ("scipy", "==1.10.1", "3.14", True, True),  # as 3.13, which the row ends with
        ("scipy", "", "3.14", False, False),
        ("flask", "", "3.14", False, False),
    ],
)
def test_releases_that_refuse_a_python_as_too_new(
    name: str, specifier: str, minor: str, outgrown: bool, wholly: bool
) -> None:
    assert outgrown_by_python(name, specifier, minor) is outgrown
    assert outgrown_by_python(name, specifier, minor, wholly=True) is wholly


def test_a_pinned_python_that_a_requirement_wholly_refuses_is_not_taken(project: Make) -> None:
    plan = dockergen.plan(project({**MAIN, "requirements.txt": "scipy==1.10.1\n", ".python-version": "3.13\n"}))
    assert _version(plan).value == "3.11"
    stays = dockergen.plan(project({**MAIN, "requirements.txt": "crewai\n", ".python-version": "3.14\n"}))
    assert _version(stays).value == "3.14"


@pytest.mark.parametrize(
    ("files", "flags", "said"),
    [
        ({".python-version": "3.13\n", "requirements.txt": "numpy==1.24.4\n"}, {}, "Python 3.13 (.python-version:1): numpy 1.24.4 has no wheel for it (requirements.txt:1); 3.11 has all: dockergen init --version 3.11."),
        ({"requirements.txt": "numpy==1.24.4\n"}, {"version": "3.13"}, "Python 3.13 (--version): numpy 1.24.4 has no wheel for it"),
        ({".python-version": "3.11\n", "requirements.txt": "numpy==1.24.4\n"}, {}, ""),
        ({"requirements.txt": "numpy==1.24.4\n"}, {}, ""),
    ],
)  # fmt: skip
def test_what_a_stated_release_lacks_is_told_with_one_that_has_it(
    tmp_path: Path, files: dict[str, str], flags: dict[str, str], said: str
) -> None:
    for name, text in {**files, "main.py": "print(1)\n"}.items():
        (tmp_path / name).write_text(text)
    notes = [note for note in dockergen.plan(tmp_path, **flags).notes if "has no wheel" in note]
    assert notes[0].startswith(said) if said else notes == []


@pytest.mark.parametrize(
    ("pin", "flag", "version"),
    [("3.6.4", None, "3.6"), ("3.7.3", None, "3.7"), ("3.7.4", None, "3.7.4"), ("3.12.0", None, "3.12.0"), ("3.6.4", "3.6.4", "3.6.4")],
)  # fmt: skip
def test_patch_whose_debian_left_the_mirrors_gives_way_to_the_last_one(
    project: Make, pin: str, flag: str | None, version: str
) -> None:
    root = project({**MAIN, "requirements.txt": "requests==2.20.0\n", "runtime.txt": f"python-{pin}\n"})
    plan = dockergen.plan(root, **({"version": flag} if flag else {}))
    assert plan.build_image.tag == f"{version}-slim"
    told = f"runtime.txt:1 names Python {pin}, and its image is of a Debian that no mirror has any more"
    assert any(note.startswith(told) for note in plan.notes) is (version not in (pin, flag))


def test_another_implementation_is_named_and_uv_told_the_python_of_the_image(project: Make) -> None:
    plan = dockergen.plan(project({**MAIN, **_locked("py3-none-any"), ".python-version": "pypy3.10\n"}))
    assert plan.facts.install.insists
    told = ".python-version:1 says 'pypy3.10', another implementation than the images have, which is CPython, so it decides nothing."
    assert told in plan.notes
