"""Manifests that contradict themselves or each other: the message, or the decision with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import dockergen
from dockergen import explain
from dockergen.errors import ProjectError

Make = Callable[[dict[str, str | bytes]], Path]
APP = {"app.py": "from flask import Flask\n\napp = Flask(__name__)\n"}
PROJECT = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = [\n    "flask>=3.1",\n    "waitress",\n]\n'
BUILT = "[build-system]\nrequires = []\n"
WAITRESS = (
    '\n[[package]]\nname = "waitress"\nversion = "3.0.2"\nsource = { registry = "https://index.example/simple" }\n'
)


def _uv_lock(flask: str = "3.1.2", rest: str = WAITRESS) -> str:
    row = (
        f'[[package]]\nname = "flask"\nversion = "{flask}"\nsource = {{ registry = "https://index.example/simple" }}\n'
    )
    return f"version = 1\n\n{row}{rest}"


def _refusal(root: Path, **flags: object) -> ProjectError:
    with pytest.raises(ProjectError) as caught:
        dockergen.plan(root, **flags)
    return caught.value


def _decided(root: Path, name: str) -> tuple[object, str]:
    found = next(d.sourced for d in dockergen.plan(root).decisions if d.name == name)
    return found.value, str(found.origin)


# --- a lock file that does not match its manifest


def test_uv_lock_without_what_the_manifest_asks_for(project: Make) -> None:
    root = project({**APP, "pyproject.toml": PROJECT + BUILT, "uv.lock": _uv_lock(rest="")})
    assert (
        dockergen.plan(root)
        .notes[0]
        .startswith("pyproject.toml:7 asks for waitress, which uv.lock does not have: the image keeps what it holds")
    )
    text = explain.text_of(dockergen.generate(root), "Dockerfile")
    assert "source=uv.lock,target=/tmp/uv.lock " in text
    assert "cp /tmp/uv.lock . && \\\n    uv sync --no-install-workspace" in text
    assert "--frozen" not in text
    assert "--locked" not in text


def test_uv_lock_of_a_workspace_without_what_the_manifest_asks_for(project: Make) -> None:
    manifest = PROJECT + '[tool.uv.workspace]\nmembers = ["parts/*"]\n'
    error = _refusal(project({**APP, "pyproject.toml": manifest, "uv.lock": _uv_lock(rest="")}))
    assert error.problem == "pyproject.toml:7 asks for waitress, which uv.lock does not have: the lock file is older."
    assert error.command == "uv lock"


def test_pdm_lock_without_what_the_manifest_asks_for(project: Make) -> None:
    lock = '[metadata]\ngroups = ["default"]\n\n[[package]]\nname = "flask"\nversion = "3.1.2"\n'
    root = project({**APP, "pyproject.toml": PROJECT, "pdm.lock": lock})
    text = explain.text_of(dockergen.generate(root), "Dockerfile")
    assert "source=pdm.lock,target=/tmp/pdm.lock " in text
    assert "cp /tmp/pdm.lock . && \\\n    /opt/pdm/bin/pdm lock --update-reuse && \\\n" in text


def test_pipfile_lock_without_what_the_pipfile_asks_for(project: Make) -> None:
    manifest = '[packages]\nflask = "*"\nwaitress = "*"\n\n[requires]\npython_version = "{}"\n'
    lock = '{"_meta": {}, "default": {"flask": {"version": "==3.1.2"}}, "develop": {}}'
    root = project({**APP, "Pipfile": manifest.format("3.13"), "Pipfile.lock": lock})
    text = explain.text_of(dockergen.generate(root), "Dockerfile")
    assert "source=Pipfile,target=/tmp/Pipfile " in text
    assert "cp /tmp/Pipfile.lock /tmp/Pipfile . && \\\n" in text
    assert "pipenv upgrade --lock-only waitress && \\\n    /opt/pipenv/bin/pipenv requirements" in text
    (root / "Pipfile").write_text(manifest.format("3.6"))
    assert _refusal(root).command == "pipenv lock"  # no Pipenv for it knows how


def test_uv_lock_with_an_older_release_than_the_range_allows_is_installed_as_locked(project: Make) -> None:
    root = project({**APP, "pyproject.toml": PROJECT + "[build-system]\nrequires = []\n", "uv.lock": _uv_lock("3.0.3")})
    (note,) = [n for n in dockergen.plan(root).notes if n.startswith("pyproject.toml:6")]
    assert note.startswith("pyproject.toml:6 asks for flask>=3.1, uv.lock:3 has 3.0.3")
    assert "`uv lock`" in note
    text = explain.text_of(dockergen.generate(root), "Dockerfile")
    assert "--locked" not in text  # which would refuse what the note explains
    assert text.count("uv sync --frozen") == 2


def test_uv_lock_that_matches_is_compared_again_when_the_project_is_installed(project: Make) -> None:
    root = project({**APP, "pyproject.toml": PROJECT + "[build-system]\nrequires = []\n", "uv.lock": _uv_lock()})
    assert "uv sync --locked" in explain.text_of(dockergen.generate(root), "Dockerfile")


def test_a_requirement_for_older_pythons_may_be_missing_from_the_lock(project: Make) -> None:
    manifest = PROJECT.replace('"waitress"', "\"tomli; python_version < '3.11'\"")
    assert dockergen.plan(project({**APP, "pyproject.toml": manifest, "uv.lock": _uv_lock(rest="")}))


@pytest.mark.parametrize("key", ["exclude-dependencies", "override-dependencies"])
def test_what_a_setting_keeps_out_of_the_lock_is_not_missed(project: Make, key: str) -> None:
    manifest = PROJECT + f"[tool.uv]\n{key} = [\"waitress ; sys_platform == 'never'\"]\n"
    assert dockergen.plan(project({**APP, "pyproject.toml": manifest, "uv.lock": _uv_lock(rest="")}))


# Written by Poetry 1.8.5 and 2.5.1 (the first two by both).
POETRY = [
    ("legacy", '[tool.poetry]\nname = "a"\nversion = "1"\ndescription = ""\nauthors = []\n\n[tool.poetry.dependencies]\npython = "^3.11"\nflask = "^3.1"\n\n[tool.poetry.group.dev.dependencies]\npytest = "^8"\n', "ec36a0644eafbfc2e0f911498435f15652de8aadd39b5337d9c89e7ea0f74348"),
    ("dev-dependencies and extras", '[tool.poetry]\nname = "a"\nversion = "1"\ndescription = ""\nauthors = []\n\n[tool.poetry.dependencies]\npython = "^3.11"\nflask = "^3.1"\n\n[tool.poetry.dev-dependencies]\npytest = "^8"\n\n[tool.poetry.extras]\nweb = ["flask"]\n', "58349d5f580a70b954f8deffabfc06e8f6cc198a23b7fdcb75cbaa7929182969"),
    ("project table", '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["flask>=3.1"]\n\n[tool.poetry.group.dev.dependencies]\npytest = "^8"\n', "38c824e491ec0c94a4b3e1b9e58dde13cdd533f139677d80464027bb1d0a69e2"),
    ("dependency groups", '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["flask>=3.1"]\n\n[dependency-groups]\ndev = ["pytest>=8"]\n', "97332018b5fcd3e608bc36108f7bca88ed52087c744c439517b71186f59735c5"),
]  # fmt: skip
POETRY_LOCK = '# This file is automatically @generated by Poetry 2.5.1\n\n[[package]]\nname = "flask"\nversion = "3.1.2"\ngroups = ["main"]\nfiles = []\n\n[metadata]\nlock-version = "2.1"\ncontent-hash = "{}"\n'


@pytest.mark.parametrize(("manifest", "digest"), [c[1:] for c in POETRY], ids=[c[0] for c in POETRY])
def test_content_hash_of_poetry_is_computed_as_poetry_does(project: Make, manifest: str, digest: str) -> None:
    root = project({**APP, "pyproject.toml": manifest, "poetry.lock": POETRY_LOCK.format(digest)})
    assert dockergen.plan(root).language == "python"
    (root / "pyproject.toml").write_text(manifest.replace("3.11", "3.12"))
    found = dockergen.plan(root)
    assert found.notes[0].startswith("poetry.lock:11 is not the content-hash of pyproject.toml")
    text = explain.text_of(dockergen.generate(root), "Dockerfile")
    assert "poetry.lock > /tmp/kept.txt && \\\n" in text
    assert "install -c /tmp/kept.txt -r /tmp/asked.txt || pip " in text


def test_what_no_longer_fits_of_a_poetry_lock_is_not_kept(project: Make) -> None:
    manifest = '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.13"\nflask = "^3.1"\n'
    locked = (
        '[[package]]\nname = "flask"\nversion = "3.0.3"\n[package.dependencies]\nclick = ">=8"\n'
        '[[package]]\nname = "click"\nversion = "8.1.7"\n[[package]]\nname = "six"\nversion = "1.17.0"\n'
    )
    root = project({**APP, "pyproject.toml": manifest, "poetry.lock": locked + POETRY_LOCK.format("0" * 64)})
    text = explain.text_of(dockergen.generate(root), "Dockerfile")
    assert """ '/^name = "click"$/d;/^name = "flask"$/d;/^name = "/{N;s/""" in text


def test_an_outdated_poetry_lock_whose_manifest_pip_cannot_read_is_refused(project: Make) -> None:
    source = '[[tool.poetry.source]]\nname = "ours"\nurl = "https://index.example/simple"\n'
    root = project({**APP, "pyproject.toml": POETRY[0][1] + source, "poetry.lock": POETRY_LOCK.format("0" * 64)})
    error = _refusal(root)
    assert error.problem.startswith("poetry.lock:11 is not the content-hash of pyproject.toml")
    assert error.command == "poetry lock"


PIPFILE = '[[source]]\nname = "ours"\nurl = "https://index.example/simple"\nverify_ssl = true\n\n[packages]\nflask = "*"\n\n[dev-packages]\n\n[requires]\npython_version = "3.13"\n'
PIPFILE_LOCK = '{"_meta": {"hash": {"sha256": "299ed15d525b47efab2a4950e52f712a78a90b0a413de95aae6a2d2abfd4765b"}, "sources": []}, "default": {"flask": {"version": "==3.1.2"}}, "develop": {}}'


def test_hash_of_pipfile_is_computed_as_pipenv_does(project: Make) -> None:
    root = project({**APP, "Pipfile": PIPFILE, "Pipfile.lock": PIPFILE_LOCK})
    assert not any("Pipfile has changed" in note for note in dockergen.plan(root).notes)
    (root / "Pipfile").write_text(PIPFILE.replace("3.13", "3.12"))
    assert any(
        "Pipfile has changed since Pipfile.lock was written; `pipenv lock`" in n for n in dockergen.plan(root).notes
    )


# --- managers that disagree


def test_two_lock_files_the_stronger_one_wins_and_the_other_is_named(project: Make) -> None:
    manifest = PROJECT + "[tool.poetry]\n"
    root = project(
        {**APP, "pyproject.toml": manifest, "uv.lock": _uv_lock(), "poetry.lock": POETRY_LOCK.format("0" * 64)}
    )
    assert _decided(root, "manager") == ("uv", "uv.lock")
    assert "poetry.lock is not installed: uv.lock is what uv installs." in dockergen.plan(root).notes
    found = next(d.sourced for d in dockergen.plan(root).decisions if d.name == "manager")
    assert ("poetry", "poetry.lock") in [(r.value, str(r.origin)) for r in found.rejected]


MANAGERS = [
    ("lock before requirements", {"pyproject.toml": PROJECT, "uv.lock": _uv_lock(), "requirements.txt": "flask==3.1.2\n"}, "uv", "uv.lock"),
    ("pinned requirements before a table", {"pyproject.toml": POETRY[0][1], "requirements.txt": "flask==3.1.2\n"}, "pip", "requirements.txt"),
    ("a table before loose requirements", {"pyproject.toml": POETRY[0][1], "requirements.txt": "flask\n"}, "poetry", "pyproject.toml:1"),
    ("Pipfile before loose requirements", {"Pipfile": PIPFILE, "requirements.txt": "flask\n"}, "pipenv", "Pipfile"),
    ("pins before Pipfile", {"Pipfile": PIPFILE, "requirements.txt": "flask==3.1.2\n"}, "pip", "requirements.txt"),
    ("Pipfile.lock before pins", {"Pipfile": PIPFILE, "Pipfile.lock": PIPFILE_LOCK, "requirements.txt": "flask==3.1.2\n"}, "pipenv", "Pipfile.lock"),
    ("pylock before pins", {"pylock.toml": 'lock-version = "1.0"\n[[packages]]\nname = "flask"\nversion = "3.1.2"\n', "requirements.txt": "flask==3.1.1\n"}, "pylock", "pylock.toml"),
    ("requirements beside conda", {"requirements.txt": "flask\n", "environment.yml": "dependencies: [flask]\n"}, "pip", "requirements.txt"),
    ("lock of pip-tools", {"requirements.lock": "#\n# autogenerated by pip-compile\n#\nflask==3.1.2\n"}, "pip", "requirements.lock"),
    ("lock of Rye", {"pyproject.toml": PROJECT, "requirements.lock": "# generated by rye\n-e file:.\nflask==3.1.2\n"}, "rye", "requirements.lock"),
    ("settings of uv beside requirements", {"pyproject.toml": "[tool.uv]\ndev-dependencies = []\n", "requirements.txt": "flask\n"}, "pip", "requirements.txt"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "manager", "origin"), [c[1:] for c in MANAGERS], ids=[c[0] for c in MANAGERS])
def test_manager_and_its_evidence(project: Make, files: dict[str, str | bytes], manager: str, origin: str) -> None:
    assert _decided(project({**APP, **files}), "manager") == (manager, origin)


ASKED = [
    ("uv", {"requirements.txt": "flask\n"}, "--manager: uv reads uv.lock or pyproject.toml, which is not here."),
    ("pipenv", {"requirements.txt": "flask\n"}, "--manager: Pipenv reads Pipfile.lock or Pipfile, which is not here."),
    ("rye", {"requirements.txt": "flask\n"}, "--manager: Rye reads requirements.lock, which is not here."),
    ("conda", {"requirements.txt": "flask\n"}, "--manager: dockergen does not know the package manager 'conda'."),
]  # fmt: skip


@pytest.mark.parametrize(("manager", "files", "problem"), ASKED, ids=[c[0] for c in ASKED])
def test_a_manager_that_somebody_asks_for_and_has_no_manifest(
    project: Make, manager: str, files: dict[str, str | bytes], problem: str
) -> None:
    error = _refusal(project({**APP, **files}), manager=manager)
    assert error.problem == problem
    assert error.command == "dockergen init --manager pip"


def test_a_manager_that_somebody_asks_for_wins_over_a_lock_file(project: Make) -> None:
    root = project({**APP, "pyproject.toml": PROJECT, "uv.lock": _uv_lock(), "requirements.txt": "flask==3.1.2\n"})
    found = next(d.sourced for d in dockergen.plan(root, manager="pip").decisions if d.name == "manager")
    assert (found.value, str(found.origin)) == ("pip", "--manager")
    assert ("uv", "uv.lock") in [(r.value, str(r.origin)) for r in found.rejected]


LEFT_OUT = [
    ("requirements", MANAGERS[0][1], "requirements.txt is not installed: uv.lock is what uv installs."),
    ("conda", MANAGERS[7][1], "environment.yml is not installed: requirements.txt is what pip installs."),
    (
        "pixi",
        {"requirements.txt": "flask\n", "pixi.lock": "version: 6\n"},
        "pixi.lock is not installed: requirements.txt is what pip installs.",
    ),
]


@pytest.mark.parametrize(("files", "note"), [c[1:] for c in LEFT_OUT], ids=[c[0] for c in LEFT_OUT])
def test_a_manifest_that_is_left_out_is_named(project: Make, files: dict[str, str | bytes], note: str) -> None:
    assert note in dockergen.plan(project({**APP, **files})).notes


UNSUPPORTED = [
    ("conda", "environment.yml", "name: a\ndependencies: [flask]\n", "dockergen init --manager pip"),
    ("pixi", "pixi.toml", "[workspace]\nchannels = []\n[dependencies]\nflask = '*'\n", "dockergen init --manager pip"),
    ("pixi", "pixi.lock", "version: 6\n", "pixi workspace export"),
    ("conda-lock", "conda-lock.yml", "version: 1\n", "dockergen init --manager pip"),
    ("Buildout", "buildout.cfg", "[buildout]\n", "bin/buildout"),
]


@pytest.mark.parametrize(("title", "path", "text", "command"), UNSUPPORTED, ids=[c[1] for c in UNSUPPORTED])
def test_a_manager_that_is_not_supported_is_named_with_the_way_out(
    project: Make, title: str, path: str, text: str, command: str
) -> None:
    error = _refusal(project({**APP, path: text}))
    assert error.problem == f"{path} belongs to {title}, which dockergen does not install from."
    assert command in error.command


def test_a_conda_environment_is_converted_when_somebody_asks_for_pip(project: Make) -> None:
    text = "dependencies:\n  - python=3.12\n  - flask=3.1\n  - conda-forge::pytorch>=2.5\n  - pip\n  - pip:\n    - waitress==3.0.2\n"
    root = project({**APP, "environment.yml": text})
    made = dockergen.plan(root, manager="pip")
    dockerfile = explain.text_of(dockergen.generate(root, manager="pip"), "Dockerfile")
    assert "FROM python:3.12-slim" in dockerfile
    assert "install 'flask==3.1.*' 'torch>=2.5' waitress==3.0.2" in dockerfile
    assert any("environment.yml names packages of conda's channels" in note for note in made.notes)


def test_a_conda_environment_that_leaves_all_to_pip_is_installed_by_pip(project: Make) -> None:
    text = "dependencies:\n  - python=3.12\n  - pip\n  - pip:\n    - flask\n    - waitress\n"
    root = project({**APP, "environment.yml": text})
    assert "install flask waitress" in explain.text_of(dockergen.generate(root), "Dockerfile")
    notes = dockergen.plan(root).notes
    assert "environment.yml pins no version, so each build may install other ones; `pip freeze` tells yours." in notes
    assert not any("conda's channels" in note or "uv lock" in note for note in notes)


def test_what_only_the_conda_environment_names_is_told(project: Make) -> None:
    rows = "dependencies:\n  - python=3.12\n  - pip\n  - numpy\n  - pytorch\n  - pip:\n    - -r requirements.txt\n    - waitress\n"
    root = project({**APP, "requirements.txt": "flask\nwaitress\n", "environment.yml": rows})
    assert (
        "environment.yml is not installed: requirements.txt is what pip installs, without what only environment.yml "
        "names: numpy, torch." in dockergen.plan(root).notes
    )


EXPORTED = (
    "dependencies:\n  - _libgcc_mutex=0.1=conda_forge\n  - libblas=3.9.0=31_h59b9bed_openblas\n  - openssl=3.5.0=h7b32b05_0\n  - python=3.12.10=h9e4cc4f_0_cpython\n"
    "  - flask=3.1.0=pyhff2d567_0\n  - librosa=0.11.0=pyhd8ed1ab_0\n  - cudatoolkit=11.8\n  - pytorch=2.5.1=py3.12_cuda\n  - ffmpeg=7.1=x\n  - poppler=24.1=x\n"
)


def test_an_exported_conda_environment_is_converted_without_what_wheels_bring_and_with_programs_of_debian(
    project: Make,
) -> None:
    root = project({**APP, "environment.yml": EXPORTED})
    made = dockergen.plan(root, manager="pip")
    dockerfile = explain.text_of(dockergen.generate(root, manager="pip"), "Dockerfile")
    assert "install flask==3.1.0 librosa==0.11.0 torch==2.5.1" in dockerfile
    assert {"ffmpeg", "poppler-utils"} <= set(made.runtime_packages)
    told = "environment.yml: libblas, openssl, cudatoolkit are left out, as the image and the wheels bring their own."
    assert told in made.notes


def test_the_way_out_of_pixi_installs_what_it_exported(project: Make) -> None:
    files = {"pixi.toml": "[workspace]\nchannels = []\n", "environment.yml": "dependencies:\n  - flask=3.1\n"}
    dockerfile = explain.text_of(dockergen.generate(project({**APP, **files}), manager="pip"), "Dockerfile")
    assert "# What environment.yml asks for" in dockerfile
    assert "install 'flask==3.1.*'" in dockerfile


OF_PIXI = """\
[workspace]
channels = ["conda-forge"]
[dependencies]
python = "3.12.*"
flask = "3.1.*"
numpy = { version = ">=2,<3", channel = "conda-forge" }
ffmpeg = "*"
openssl = "*"
[pypi-dependencies]
waitress = "==3.0.2"
httpx = { version = ">=0.28", extras = ["http2"] }
own = { path = ".", editable = true }
[target.linux-64.dependencies]
redis-py = "*"
[target.win-64.dependencies]
pywin32 = "*"
[feature.test.pypi-dependencies]
pytest = "*"
[environments]
test = ["test"]
"""


def test_a_manifest_of_pixi_is_handed_to_pip_when_somebody_asks(project: Make) -> None:
    root = project({**APP, "pixi.toml": OF_PIXI})
    made = dockergen.plan(root, manager="pip")
    dockerfile = explain.text_of(dockergen.generate(root, manager="pip"), "Dockerfile")
    assert "install 'flask==3.1.*' 'numpy>=2,<3' redis waitress==3.0.2 'httpx[http2]>=0.28'" in dockerfile
    assert str(made.build_image) == "python:3.12-slim"
    assert "ffmpeg" in made.runtime_packages
    assert "pixi.toml: openssl are left out, as the image and the wheels bring their own." in made.notes


def test_a_manifest_of_pixi_that_takes_python_alone_from_conda_needs_no_word(project: Make) -> None:
    text = "[workspace]\nchannels = []\n[dependencies]\npython = '*'\n[pypi-dependencies]\nflask = '==3.1.2'\n"
    dockerfile = explain.text_of(dockergen.generate(project({**APP, "pixi.toml": text})), "Dockerfile")
    assert "install flask==3.1.2" in dockerfile


def test_a_manifest_of_pixi_beside_requirements_is_not_what_the_plan_rests_on(project: Make) -> None:
    text = "[dependencies\npython = '3.11.*'\n"
    root = project({**APP, "requirements.txt": "flask==3.1.2\n", "pixi.toml": text})
    assert str(dockergen.plan(root).build_image) == "python:3.14-slim"


def test_a_bare_release_of_pixi_is_a_pin(project: Make) -> None:
    text = "[workspace]\nchannels = []\n[dependencies]\npython = '*'\n[pypi-dependencies]\nflask = '3.1.2'\n"
    assert "install flask==3.1.2" in explain.text_of(
        dockergen.generate(project({**APP, "pixi.toml": text})), "Dockerfile"
    )


def test_the_first_environment_of_pixi_counts_where_the_default_one_installs_nothing(project: Make) -> None:
    text = (
        "[workspace]\nchannels = []\n[dependencies]\npython = '*'\n[feature.run.dependencies]\npython = '3.13.*'\n"
        "[feature.run.pypi-dependencies]\nflask = { git = 'https://git.example/flask', rev = 'abc' }\n"
        "[feature.dev.pypi-dependencies]\npytest = '*'\n[environments]\nrun = { features = ['run'] }\ndev = ['dev']\n"
    )
    root = project({**APP, "pixi.toml": text})
    assert str(dockergen.plan(root).build_image) == "python:3.13-slim"
    assert "flask @ git+https://git.example/flask@abc" in explain.text_of(dockergen.generate(root), "Dockerfile")


def test_programs_that_only_the_conda_environment_names_are_told_with_their_packages(project: Make) -> None:
    rows = "dependencies:\n  - python=3.12\n  - flask\n  - ffmpeg\n  - openssl\n"
    root = project({**APP, "requirements.txt": "flask\nwaitress\n", "environment.yml": rows})
    assert (
        "environment.yml is not installed: requirements.txt is what pip installs, without what only environment.yml "
        "names: ffmpeg; Debian's packages are added by `dockergen init --package ffmpeg`." in dockergen.plan(root).notes
    )


def test_what_neither_pip_nor_debian_has_is_told_at_once(project: Make) -> None:
    error = _refusal(project({**APP, "environment.yml": "dependencies:\n  - flask\n  - r-base\n"}))
    assert error.problem.startswith("environment.yml:3 asks for r-base of conda's channels")


def test_a_conda_environment_with_more_than_python_is_not_converted(project: Make) -> None:
    error = _refusal(
        project({**APP, "environment.yml": "dependencies:\n  - flask\n  - cudatoolkit=11\n"}), manager="pip"
    )
    assert error.problem.startswith("environment.yml:3 asks for cudatoolkit")


PIXI = '[tool.pixi.workspace]\nchannels = ["conda-forge"]\n[tool.pixi.dependencies]\npython = "3.12.*"\nflask = "*"\nffmpeg = "*"\nopenssl = "*"\n'


def test_a_pyproject_that_tells_pixi_alone_what_is_needed_is_refused(project: Make) -> None:
    error = _refusal(project({**APP, "pyproject.toml": PIXI}))
    assert error.problem == "pyproject.toml:1 belongs to pixi, which dockergen does not install from."
    assert error.command.startswith("pixi workspace export")


def test_what_pixi_alone_installs_is_told(project: Make) -> None:
    manifest = f'[project]\nname = "a"\nversion = "1"\ndependencies = ["flask"]\n{PIXI}'
    assert (
        "pyproject.toml:7 has pixi install ffmpeg from conda's channels, and the image has what [project] names; Debian's "
        "packages are added by `dockergen init --package ffmpeg`."
    ) in dockergen.plan(project({**APP, "pyproject.toml": manifest})).notes


@pytest.mark.parametrize(
    ("files", "problem", "command"),
    [
        ({"a.ipynb": "{}"}, "There is a notebook (a.ipynb) and no program", "jupyter nbconvert --to script a.ipynb"),
        ({"a.ipynb": "{}", "binder/requirements.txt": "numpy\n"}, "There is a notebook (a.ipynb) and no program", "jupyter nbconvert --to script a.ipynb"),
        (
            {"mkdocs.yml": "site_name: x\ntheme:\n  features: [a]\n  name: material\nplugins:\n  - search\n  - minify:\n      x: 1\n", "docs/index.md": ""},
            "mkdocs.yml is a configuration of MkDocs, and no manifest here names what is to be installed.",
            "printf '%s\\n' mkdocs mkdocs-material mkdocs-minify-plugin > requirements.txt",
        ),
        (
            {"conf.py": "extensions = ['sphinx.ext.autodoc', 'myst_parser']\nhtml_theme = 'furo'\n", "index.rst": ""},
            "conf.py is a configuration of Sphinx, and no manifest here names what is to be installed.",
            "printf '%s\\n' sphinx myst-parser furo > requirements.txt",
        ),
        (
            {"pelicanconf.py": "PATH = 'content'\n", "content/a.md": ""},
            "pelicanconf.py is a configuration of Pelican, and no manifest here names what is to be installed.",
            "printf '%s\\n' 'pelican[markdown]' > requirements.txt",
        ),
    ],
    ids=["a notebook", "a notebook with a binder", "MkDocs", "Sphinx", "Pelican"],
)  # fmt: skip
def test_what_is_here_without_a_manifest_is_told(
    project: Make, files: dict[str, str | bytes], problem: str, command: str
) -> None:
    error = _refusal(project(files))
    assert error.problem.startswith(problem)
    assert error.command == command


def test_requirements_of_developers_are_not_taken_for_those_of_the_program(project: Make) -> None:
    plan = dockergen.plan(project({"app.py": "import flask\nflask.x()\n", "requirements-dev.txt": "pytest\n"}))
    assert plan.facts.install.inline == ("flask",)
    assert "printf '%s\\n' flask > requirements.txt" in "".join(plan.notes)


# --- requirement files


REFUSED = [
    ("two pins of one name", "Flask_Login==0.6.3\nwaitress\nflask-login==0.6.2\n", "requirements.txt:1 pins flask-login==0.6.3 and requirements.txt:3 pins flask-login==0.6.2"),
    ("a folder among hashes of another file", "flask==3.1.2 --hash=sha256:00\n-r local.txt\n", "local.txt:1 requires the folder ./lib, while other lines have hashes"),
    ("a line without a hash", "flask==3.1.2 --hash=sha256:00\nwaitress==3.0.2\n", "requirements.txt:2: waitress has no --hash, although requirements.txt:1 has one"),
    ("a hash without a pin", "flask>=3 --hash=sha256:00\n", "requirements.txt:1: flask has a --hash and pins no release"),
    ("hashes that are asked for", "--require-hashes\nflask==3.1.2\n", "requirements.txt:2: flask has no --hash, although --require-hashes is asked for"),
    ("what conda built elsewhere", "flask\nidna @ file:///tmp/build/80754af9/idna_1637925883363/work\ncffi @ file:///C:/b/abs_e/croot/cffi/work\n", "requirements.txt:2 takes idna from '/tmp/build/80754af9/idna_1637925883363/work', a folder of another machine, and 1 more like it"),
    ("a folder that is not there", "flask\n./missing\n", "requirements.txt:2 names './missing', which is not in this folder"),
    ("a folder outside", "flask\n-e ../lib\n", "requirements.txt:2 names '../lib', which leads out of this folder"),
    ("wheels that are not there", "--find-links ./wheels\nflask\n", "requirements.txt:1 names './wheels', which is not in this folder"),
    ("an include that is not there", "-r other.txt\n", "requirements.txt:1 includes other.txt, which does not exist"),
    ("a cycle", "-r a.txt\n", "b.txt:1 includes a.txt again: a.txt -> b.txt -> a.txt"),
    ("a file that includes itself", "flask\n-r requirements.txt\n", "requirements.txt:2 includes requirements.txt again"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "problem"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_requirements_that_cannot_be_installed(project: Make, text: str, problem: str, end: str) -> None:
    files = {
        "requirements.txt": text,
        "a.txt": "-r b.txt\n",
        "b.txt": "-c a.txt\n",
        "local.txt": "-e ./lib\n",
        "lib/pyproject.toml": PROJECT,
    }
    error = _refusal(project({**APP, **{name: body.replace("\n", end) for name, body in files.items()}}))
    assert error.problem.startswith(problem)
    assert error.remedy


@pytest.mark.parametrize(
    "text",
    [
        "flask==3.1\nFlask==3.1.0\n",
        "flask==3.1.2 ; python_version < '3.12'\nflask==3.1.1 ; python_version >= '3.12'\n",
        "flask>=3\nflask<4\n",
    ],
    ids=["one release written twice", "by marker", "ranges"],
)
def test_lines_of_one_name_that_agree(project: Make, text: str) -> None:
    assert dockergen.plan(project({**APP, "requirements.txt": text})).language == "python"


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "-c pins.txt\nflask==3.1.2 --hash=sha256:00\nwaitress\n", "pins.txt": "waitress==3 --hash=sha256:01\n"},
        {"requirements.txt": "flask==3.1.2 --hash=sha256:00\npywin32 ; sys_platform == 'win32'\n"},
        {"requirements.txt": "flask==3.1.2 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n"},
        {"requirements.txt": "ink @ https://files.example/ink-1.zip --hash=sha256:00\nflask==3.1.2 --hash=sha256:00\n"},
    ],
    ids=["hashes of constraints", "a line for another system", "several hashes", "an archive"],
)  # fmt: skip
def test_lines_that_pip_accepts_among_hashed_ones(project: Make, files: dict[str, str | bytes]) -> None:
    assert dockergen.plan(project({**APP, **files})).language == "python"


def test_what_has_no_hash_is_installed_apart_from_what_has(project: Make) -> None:
    text = "-e .\n-e ./lib\nx @ git+https://git.example/x.git@v1.0\nflask==3.1.2 \\\n    --hash=sha256:00\n./vendor/ink-1.0-py3-none-any.whl --hash=sha256:01\n"
    files = {
        "requirements.txt": text,
        "lib/pyproject.toml": PROJECT,
        "pyproject.toml": PROJECT,
        "vendor/ink-1.0-py3-none-any.whl": "",
    }
    dockerfile = explain.text_of(dockergen.generate(project({**APP, **files})), "Dockerfile")
    steps = [
        "install -r .others-requirements.txt && ",
        "install --no-deps -r .others-requirements.txt && ",
        "install --no-deps ./lib\n",
        "COPY . .",
        "install --no-deps -e .\n",
    ]
    places = [dockerfile.index(step) for step in steps]
    assert places == sorted(places)
    assert "source=vendor/ink-1.0-py3-none-any.whl," in dockerfile


MOVING = [
    ("git+https://git.example/x.git#egg=x", "requirements.txt:2 takes x from the default branch"),
    ("x @ git+https://git.example/x.git@main", "requirements.txt:2 takes x from the branch 'main'"),
    ("git+ssh://git@git.example/x.git@feature/y#egg=x", "requirements.txt:2 takes x from the branch 'feature/y'"),
    ("git+https://git.example/x.git@v1.2.0#egg=x", ""),
    ("x @ git+https://git.example/x.git@0123456789abcdef0123456789abcdef01234567", ""),
]


@pytest.mark.parametrize(("line", "note"), MOVING, ids=[c[0] for c in MOVING])
def test_a_branch_that_moves_is_noted(project: Make, line: str, note: str) -> None:
    notes = dockergen.plan(project({**APP, "requirements.txt": f"flask==3.1.2\n{line}\n"})).notes
    found = [n for n in notes if "takes x from" in n]
    assert len(found) == bool(note)
    assert all(n.startswith(note) for n in found)


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ('{git = "ssh://git@git.example:2222/team/x.git", tag = "v1.2.0"}', ""),
        ('{git = "https://git.example/x.git", rev = "0123456789abcdef"}', ""),
        ('{git = "https://git.example/x.git", branch = "main"}', "takes x from the branch 'main'"),
        ('{git = "ssh://git@git.example:2222/team/x.git"}', "takes x from the default branch"),
    ],
)
def test_a_revision_beside_the_address_counts(project: Make, row: str, note: str) -> None:
    manifest = f'[tool.poetry]\nname = "a"\nversion = "1"\n[tool.poetry.dependencies]\nflask = "*"\nx = {row}\n'
    pipfile = f'[packages]\nflask = "*"\nx = {row.replace("tag =", "ref =").replace("branch =", "ref =").replace("rev =", "ref =")}\n'
    for files in ({"pyproject.toml": manifest}, {"Pipfile": pipfile}):
        notes = dockergen.plan(project({**APP, **files})).notes
        assert [note in n for n in notes if "takes x from" in n] == ([True] if note else [])
        assert not any("ssh-keyscan git.example" in n for n in notes)
        assert any("ssh-keyscan -p 2222 git.example" in n for n in notes) is ("2222" in row)


LAYOUTS = [
    ("empty", {"requirements/production.txt": "# none yet\n", "requirements/common.txt": "flask\n"}, "requirements/common.txt"),
    ("all empty", {"requirements.txt": "\n"}, "requirements.txt"),
    ("folder", {"requirements/production.txt": "-r base.txt\n", "requirements/base.txt": "flask\n", "requirements/dev.txt": "pytest\n"}, "requirements/production.txt"),
    ("unusual name", {"requirements/live.txt": "flask\n", "requirements/test.txt": "pytest\n"}, "requirements/live.txt"),
    ("unusual name at the root", {"api_requirements.txt": "flask\n", "requirements-dev.txt": "pytest\n"}, "api_requirements.txt"),
    ("root file for development only", {"requirements.txt": "-r requirements/local.txt\n", "requirements/local.txt": "-r base.txt\npytest\n", "requirements/base.txt": "flask\n"}, "requirements/base.txt"),
    ("compiled beside its source", {"requirements.in": "flask\n", "requirements.txt": "flask==3.1.2\n"}, "requirements.txt"),
    ("source only", {"requirements.in": "flask\n"}, "requirements.in"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "path"), [c[1:] for c in LAYOUTS], ids=[c[0] for c in LAYOUTS])
def test_layouts_of_requirement_files(project: Make, files: dict[str, str | bytes], path: str) -> None:
    root = project({**APP, **files})
    assert f"install -r {path}" in explain.text_of(dockergen.generate(root), "Dockerfile")


# --- files that are read while the metadata is made


def test_files_that_setup_py_opens_reach_the_build_though_documentation_does_not(project: Make) -> None:
    files = {
        "setup.py": (
            "import os\nfrom pathlib import Path\nfrom setuptools import setup\n\nHERE = os.path.dirname(__file__)\n"
            "long = open(os.path.join(HERE, 'docs', 'ABOUT.rst')).read()\n"
            "version = (Path(HERE) / 'build' / 'VERSION').read_text()\n"
            "needs = open('tests/requirements.txt').read().splitlines()\n"
            "setup(name='a', version=version, long_description=long, install_requires=needs, py_modules=['app'])\n"
        ),
        "docs/ABOUT.rst": "a\n",
        "build/VERSION": "1.0\n",
        "tests/requirements.txt": "flask==3.1.2\n",
        "tests/test_app.py": "",
    }
    made = dockergen.plan(project({**APP, **files}))
    assert {"docs/ABOUT.rst", "build/VERSION", "tests/requirements.txt"} <= set(made.context_files)
    hidden = {pattern for group in made.ignore for pattern in group.patterns}
    assert hidden.isdisjoint({"docs", "build", "tests"})


READER = "def read(*parts):\n    with open(os.path.join(HERE, *parts)) as file:\n        return file.read()\n"
CALL = "setup(name='a', version='1', py_modules=['tool'], install_requires=['flask'], entry_points={'console_scripts': ['a = tool:main']}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{CALL}, long_description=open('README.md').read())\n", "setup.py:1 opens README.md, which is not here"),
        (f"{READER}{CALL}, long_description=read('docs', 'ABOUT.rst'))\n", "setup.py:4 opens docs/ABOUT.rst"),
        (f"with open(os.path.join(HERE, 'VERSION')) as file:\n    v = file.read()\n{CALL})\n", "setup.py:1 opens VERSION"),
        (f"try:\n    long = open('README.md').read()\nexcept OSError:\n    long = ''\n{CALL})\n", ""),
        (f"if os.path.exists('README.md'):\n    long = open('README.md').read()\n{CALL})\n", ""),
        (f"{READER.replace('    with', '    try:').replace(' as file:', '')}{CALL}, long_description=read('README.md'))\n", ""),
        (f"open('app/version.py', 'w').write('1')\n{CALL})\n", ""),
        (f"{CALL}, long_description=open(NAME).read())\n", ""),
        (f"{CALL}, long_description=open('tool.py').read())\n", ""),
    ],
)  # fmt: skip
def test_files_that_setup_py_opens_and_that_are_not_there(project: Make, text: str, said: str) -> None:
    root = project({"tool.py": "def main():\n    pass\n", "setup.py": text})
    notes = [note for note in dockergen.plan(root).notes if "setup.py" in note]
    assert notes[0].startswith(said) if said else notes == []


def test_files_that_setup_cfg_and_pyproject_name_reach_the_build(project: Make) -> None:
    files = {
        "setup.cfg": "[metadata]\nname = a\nversion = file: docs/VERSION\nlicense_files = docs/LICENCE\n[options]\ninstall_requires =\n    flask\n",
        "docs/VERSION": "1\n",
        "docs/LICENCE": "free\n",
        "docs/readme.md": "a\n",
        "pyproject.toml": '[project]\nname = "a"\nreadme = "docs/readme.md"\ndynamic = ["version"]\n[build-system]\nrequires = []\n',
    }
    made = dockergen.plan(project({**APP, **files}))
    assert {"docs/VERSION", "docs/LICENCE", "docs/readme.md"} <= set(made.context_files)


def test_dependencies_that_only_the_build_back_end_knows_come_after_the_source(project: Make) -> None:
    manifest = '[project]\nname = "a"\nversion = "1"\ndynamic = ["dependencies"]\n[build-system]\nrequires = []\nbuild-backend = "ours"\n'
    root = project({"pyproject.toml": manifest, "main.py": "print('started')\n"})
    text = explain.text_of(dockergen.generate(root), "Dockerfile")
    assert text.index("COPY . .") < text.index("uv pip install -r pyproject.toml")


def test_dependencies_in_a_file_that_setuptools_is_told_about_are_mounted(project: Make) -> None:
    manifest = '[project]\nname = "a"\nversion = "1"\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = { file = ["deps.txt"] }\n'
    root = project({**APP, "pyproject.toml": manifest, "deps.txt": "flask==3.1.2\n"})
    assert "source=deps.txt,target=deps.txt" in explain.text_of(dockergen.generate(root), "Dockerfile")


# --- releases of the managers


TOOLS = [
    ("by the lock file's header", {"pyproject.toml": POETRY[0][1], "poetry.lock": POETRY_LOCK.replace("2.5.1", "1.7.0").format(POETRY[0][2])}, "poetry==1.8.5"),
    ("by requires-poetry", {"pyproject.toml": POETRY[0][1].replace("authors = []", 'authors = []\nrequires-poetry = "<2"'), "poetry.lock": POETRY_LOCK.format(POETRY[0][2])}, "poetry==1.8.5"),
    ("exactly", {"pyproject.toml": POETRY[0][1].replace("authors = []", 'authors = []\nrequires-poetry = "==2.1.3"'), "poetry.lock": POETRY_LOCK.format(POETRY[0][2])}, "poetry==2.1.3"),
    ("by .tool-versions", {"Pipfile": PIPFILE, "Pipfile.lock": PIPFILE_LOCK, ".tool-versions": "pipenv 2025.0.4\n"}, "pipenv==2025.0.4"),
    ("by the Python that it runs on", {"Pipfile": PIPFILE.replace("3.13", "3.8"), "Pipfile.lock": PIPFILE_LOCK}, "pipenv==2024.4.1"),
    ("uv by required-version", {"pyproject.toml": PROJECT + '[tool.uv]\nrequired-version = ">=0.5,<0.9"\n', "uv.lock": _uv_lock()}, "astral-sh/uv:0.8,"),
    ("uv newer than what is known here", {"pyproject.toml": PROJECT + '[tool.uv]\nrequired-version = ">=0.99.1"\n', "uv.lock": _uv_lock()}, "astral-sh/uv:0.99,"),
    ("uv exactly", {"pyproject.toml": PROJECT, "uv.toml": 'required-version = "==0.7.3"\n', "uv.lock": _uv_lock()}, "astral-sh/uv:0.7.3,"),
]  # fmt: skip


OLD = [("3.6", True), ("3.6.15", True), ("3.7", False), ("3.8.0", True), ("3.8.17", False), ("3.10.4", True), ("3.10.14", False), ("3.11.0", False), ("3.14", False)]  # fmt: skip


@pytest.mark.parametrize(("release", "old"), OLD, ids=[c[0] for c in OLD])
def test_a_pip_that_installs_into_its_own_environment_only_gets_one(project: Make, release: str, old: bool) -> None:
    root = project({**APP, "requirements.txt": "flask==1.0.2\nwaitress\n", ".python-version": release})
    text = explain.text_of(dockergen.generate(root), "Dockerfile")
    assert ("    .venv/bin/pip install -r requirements.txt " in text) == old
    assert (" python -m venv .venv" in text) == old
    assert ("    python -m venv .venv && \\\n    .venv/bin/pip install pip==21.3.1\n" in text) == release.startswith(
        "3.6"
    )
    assert ("pip --python .venv/bin/python install -r requirements.txt " in text) != old


def test_a_python_that_no_release_of_the_manager_runs_on(project: Make) -> None:
    error = _refusal(project({**APP, "Pipfile": PIPFILE.replace("3.13", "3.6")}))
    assert error.problem == "No release of Pipenv that prints its lock file runs on Python 3.6."
    assert error.command == "dockergen init --version 3.7"


def test_the_lock_file_of_a_manager_that_does_not_run_there_is_read_all_the_same(project: Make) -> None:
    root = project({**APP, "Pipfile": PIPFILE.replace("3.13", "3.6"), "Pipfile.lock": PIPFILE_LOCK})
    text = explain.text_of(dockergen.generate(root), "Dockerfile")
    assert "/opt/pipenv/bin/pip install micropipenv==1.10.0 toml\n" in text
    assert "micropipenv requirements --method pipenv --no-dev --no-comments > /tmp/requirements.txt" in text
    assert "--no-indexes" not in text
    sources = '"sources": [{"name": "a", "url": "https://pypi.python.org/simple"}]'
    (root / "Pipfile.lock").write_text(PIPFILE_LOCK.replace('"sources": []', sources))
    assert "--no-comments --no-indexes >" in explain.text_of(dockergen.generate(root), "Dockerfile")


@pytest.mark.parametrize(("release", "flag"), [("==0.8.3", True), ("==0.9.1", False), (">=0.5,<0.7", True)])
def test_an_older_uv_is_told_by_a_flag_to_leave_out_the_group_for_development(
    project: Make, release: str, flag: bool
) -> None:
    manifest = PROJECT + f'[dependency-groups]\ndev = ["pytest"]\n[tool.uv]\nrequired-version = "{release}"\n'
    text = explain.text_of(
        dockergen.generate(project({**APP, "pyproject.toml": manifest, "uv.lock": _uv_lock()})), "Dockerfile"
    )
    assert ("uv sync --frozen --no-install-workspace --no-dev\n" in text) == flag


@pytest.mark.parametrize(("files", "words"), [c[1:] for c in TOOLS], ids=[c[0] for c in TOOLS])
def test_release_of_the_manager(project: Make, files: dict[str, str | bytes], words: str) -> None:
    assert words in explain.text_of(dockergen.generate(project({**APP, **files})), "Dockerfile")
