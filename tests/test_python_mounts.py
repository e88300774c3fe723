"""The dependency step sees all that the installer reads and nothing else: over all samples and over generated trees."""

from __future__ import annotations

import os
import posixpath
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dockergen
from dockergen import explain
from dockergen.dockerfile import Dockerfile, Instruction
from dockergen.repository import Repository
from tests.conftest import Sample, samples
from tests.python_trees import plan_of

PYTHON = [sample for sample in samples() if sample.name.startswith("python-")]
FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"


def _parsed(root: Path, **flags: object) -> Dockerfile:
    return explain.parse(explain.text_of(dockergen.generate(root, **flags), "Dockerfile"))


def _mounted(step: Instruction) -> set[str]:
    kinds = [mount for mount in step.mounts if mount.get("type", "bind") == "bind" and "from" not in mount]
    return {mount["source"] for mount in kinds}


def _dependency_steps(dockerfile: Dockerfile) -> list[Instruction]:
    return [step for step in dockerfile.instructions if step.keyword == "RUN" and _mounted(step)]


def _covered(path: str, sources: set[str]) -> bool:
    return any(path == source or path.startswith(f"{source}/") for source in sources)


@pytest.mark.parametrize("example", PYTHON, ids=[sample.name for sample in PYTHON])
def test_an_edit_of_any_other_file_runs_no_dependency_step(example: Sample, tmp_path: Path) -> None:
    root = example.copy_to(tmp_path / example.name)
    dockerfile = _parsed(root, **example.flags)
    steps = {step.line: step for step in _dependency_steps(dockerfile)}
    for path in Repository(root).walk():
        again = {step.line for step in explain.reruns(dockerfile, path)}
        for line, step in steps.items():
            assert (line in again) == _covered(path, _mounted(step)), f"{path}: line {line}"


@pytest.mark.parametrize("example", PYTHON, ids=[sample.name for sample in PYTHON])
def test_what_is_mounted_is_no_source_but_that_of_packages_which_are_built(example: Sample, tmp_path: Path) -> None:
    root = example.copy_to(tmp_path / example.name)
    repo = Repository(root)
    for step in _dependency_steps(_parsed(root, **example.flags)):
        for source in _mounted(step):
            assert repo.has(source)
            inside = repo.is_folder(source)
            package = any(repo.is_file(f"{source}/{name}") for name in ("pyproject.toml", "setup.py", "setup.cfg"))
            wheels = inside and all(path.endswith((".whl", ".gz", ".zip")) for path in repo.walk(source))
            assert package or wheels or (not inside and not source.endswith(".py"))


# --- requirement files: pip's own reader tells which files it opens


@cache
def _session() -> object:
    """One session of pip for all: each one asks the system by processes of its own who it is."""
    from pip._internal.network.session import PipSession

    return PipSession()


def _opened_by_pip(root: Path, path: str) -> tuple[set[str], set[str]]:
    """The files that pip reads for `-r path`, and the paths of the repository that it installs or searches."""
    import pip._internal.req.req_file as pip_files

    opened: list[str] = []
    read = pip_files.get_file_content

    def recorded(url: str, *args: object, **named: object) -> tuple[str, str]:
        opened.append(os.path.relpath(url, root))
        return read(url, *args, **named)  # type: ignore[arg-type]

    before = Path.cwd()
    os.chdir(root)
    pip_files.get_file_content = recorded  # type: ignore[assignment]
    try:
        rows = list(pip_files.parse_requirements(path, _session()))  # type: ignore[arg-type]
    finally:
        pip_files.get_file_content = read
        os.chdir(before)
    local = {posixpath.normpath(row.requirement) for row in rows if row.requirement.startswith("./")}
    searched = {"vendor"} if any("--find-links vendor" in (root / name).read_text() for name in opened) else set()
    return set(opened), local | searched


NAMES = ("base", "web", "extra", "deep/more", "deep/last")
FORMS = ("-r {0}", "-r{0}", "--requirement {0}", "--requirement={0}", "-c {0}", "--constraint={0}", "  -r   {0}  # why")
LINES = (
    "# a comment",
    "",
    "flask==3.1.2",
    "waitress>=3 ; python_version > '3.8'",
    "click \\\n  >=8",
    "--no-binary :none:",
    "--pre",
)
LOCAL = ("./libs/one", "-e ./libs/two", "./vendor/ink-1.0-py3-none-any.whl")


@st.composite
def _trees(draw: st.DrawFn) -> dict[str, str]:
    """Requirement files that include later ones, in every form and from every folder, with local packages."""
    places = ["requirements.txt", *(f"requirements/{name}.txt" for name in NAMES)]
    chosen = places[: 1 + draw(st.integers(0, len(NAMES)))]
    end = draw(st.sampled_from(("\n", "\r\n")))
    files = {}
    for index, path in enumerate(chosen):
        lines = list(draw(st.lists(st.sampled_from(LINES), max_size=3)))
        for target in draw(st.lists(st.sampled_from(chosen[index + 1 :]), max_size=3)) if chosen[index + 1 :] else ():
            relative = posixpath.relpath(target, posixpath.dirname(path) or ".")
            lines.append(draw(st.sampled_from(FORMS)).format(relative))
        lines += draw(st.lists(st.sampled_from(LOCAL), max_size=2, unique=True)) if index == 0 else []
        lines += ["--find-links vendor"] if index == 0 and draw(st.booleans()) else []
        files[path] = end.join(draw(st.permutations(lines))) + end
    return files


@pytest.mark.filterwarnings("ignore::DeprecationWarning:pip")
@settings(max_examples=20)
@given(_trees())
def test_mounts_of_requirement_files_are_what_pip_opens(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        packages = {
            f"libs/{name}/pyproject.toml": f'[project]\nname = "{name}"\nversion = "1"\n' for name in ("one", "two")
        }
        for name, text in {**files, **packages, "app.py": FLASK, "vendor/ink-1.0-py3-none-any.whl": ""}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(text.encode())
        opened, local = _opened_by_pip(root, "requirements.txt")
        mounted = set().union(*map(_mounted, _dependency_steps(_parsed(root))))
        assert mounted == opened | local


# --- uv workspaces: the members that the chosen one pulls in


@st.composite
def _workspaces(draw: st.DrawFn) -> tuple[dict[str, list[str]], str]:
    names = [f"part{index}" for index in range(draw(st.integers(1, 5)))]
    needs = {
        name: draw(st.lists(st.sampled_from(names[index + 1 :]), unique=True, max_size=3)) if names[index + 1 :] else []
        for index, name in enumerate(names)
    }
    return needs, draw(st.sampled_from(names))


@settings(max_examples=15)
@given(_workspaces())
def test_mounts_of_a_workspace_are_the_members_that_the_chosen_one_needs(
    made: tuple[dict[str, list[str]], str],
) -> None:
    needs, chosen = made
    wanted, pending = set(), [chosen]
    while pending:
        name = pending.pop()
        wanted.add(f"packages/{name}/pyproject.toml")
        pending += needs[name]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lock = 'version = 1\n\n[[package]]\nname = "all"\nversion = "1"\nsource = { virtual = "." }\n'
        (root / "pyproject.toml").write_text(
            '[project]\nname = "all"\nversion = "1"\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
        )
        for name, others in needs.items():
            lines = "".join(f'"{other}", ' for other in others)
            sources = "".join(f"{other} = {{ workspace = true }}\n" for other in others)
            package = root / "packages" / name
            package.mkdir(parents=True)
            (package / "pyproject.toml").write_text(
                f'[project]\nname = "{name}"\nversion = "1"\ndependencies = [{lines}]\n[tool.uv.sources]\n{sources}'
            )
            (package / "main.py").write_text("print('started')\n")
            rows = "".join(f'    {{ name = "{other}" }},\n' for other in others)
            lock += f'\n[[package]]\nname = "{name}"\nversion = "1"\nsource = {{ virtual = "packages/{name}" }}\n'
            lock += f"dependencies = [\n{rows}]\n" if others else ""
        (root / "uv.lock").write_text(lock)
        mounted = _mounted(_dependency_steps(_parsed(root, app=chosen))[0])
        assert mounted == {"pyproject.toml", "uv.lock", *wanted}


@pytest.mark.parametrize(
    ("requirements", "others", "copied"),
    [
        ("--find-links=wheels\nink==1.0\n", {}, "COPY --exclude=wheels . ."),
        ("--find-links=wheels\nink==1.0\n", {"wheels/README.md": ""}, "COPY . ."),
        ("./wheels/ink-1.0-py3-none-any.whl\n", {}, "COPY --exclude=wheels/ink-1.0-py3-none-any.whl . ."),
        ("--find-links=.\nink==1.0\n", {"ink-1.0-py3-none-any.whl": ""}, "COPY --exclude=ink-1.0-py3-none-any.whl . ."),
    ],
    ids=["a folder of wheels", "a folder of more", "one wheel", "the root"],
)
def test_archives_that_are_installed_do_not_ship_again(
    tmp_path: Path, requirements: str, others: dict[str, str], copied: str
) -> None:
    wheel = {"wheels/ink-1.0-py3-none-any.whl": "", "app.py": "from flask import Flask\napp = Flask(__name__)\n"}
    for name, text in {"requirements.txt": f"flask\ngunicorn\n{requirements}", **wheel, **others}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert f"\n{copied}\n" in dockergen.generate(tmp_path)[0].text.partition(" AS final")[2]


@pytest.mark.parametrize(
    ("manifest", "files", "line"),
    [
        ('[project]\nname = "shop"\nversion = "1"\nreadme = "README.md"\nlicense = { file = "LICENSE" }\n', {}, "RUN touch -- README.md LICENSE"),
        ('[project]\nname = "shop"\nversion = "1"\nreadme = "README.md"\n', {"README.md": "# Shop\n"}, ""),
        ('[project]\nname = "shop"\nversion = "1"\nreadme = "docs/README.md"\n', {}, ""),
    ],
    ids=["neither is here", "it is here", "its folder is not here"],
)  # fmt: skip
def test_papers_that_the_repository_lacks_do_not_end_the_build(
    tmp_path: Path, manifest: str, files: dict[str, str], line: str
) -> None:
    more = 'dependencies = ["flask"]\n[project.scripts]\nshop = "shop:main"\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    code = "import flask\n\ndef main():\n    flask.Flask('shop').run(host='0.0.0.0')\n"
    plan_of(tmp_path, {"pyproject.toml": manifest + more, "shop/__init__.py": code, "readme.md": "", **files})
    text = dockergen.generate(tmp_path)[0].text
    assert (f"\n{line}\n" in text) if line else ("touch" not in text)
    told = [note for note in dockergen.plan(tmp_path).notes if "README.md, which is not here" in note]
    assert bool(told) == bool(line)
    assert all("readme.md is, and Linux tells capital letters apart" in note for note in told)


@pytest.mark.parametrize(
    ("files", "installed"),
    [
        ({"app/__init__.py": ""}, False),
        ({"my_shop/__init__.py": ""}, True),
        ({"src/my_shop/__init__.py": ""}, True),
        ({"my_shop.py": ""}, True),
        ({"hatch.toml": "[build.targets.wheel]\npackages = ['app']\n"}, True),
    ],
)
@pytest.mark.parametrize("manager", ["uv", "rye"])
def test_a_project_that_hatchling_packs_nothing_of_runs_from_its_source(
    tmp_path: Path, manager: str, files: dict[str, str], installed: bool
) -> None:
    manifest = '[project]\nname = "my-shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["flask"]\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    lock = {"uv": ("uv.lock", 'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "flask"\nversion = "3.1.2"\nsource = { registry = "https://index.example/simple" }\n'), "rye": ("requirements.lock", "# generated by rye\n-e file:.\nflask==3.1.2\n")}[manager]  # fmt: skip
    plan = plan_of(tmp_path, {"pyproject.toml": manifest, lock[0]: lock[1], "main.py": FLASK, **files})
    assert (plan.facts.install.project or bool(plan.facts.install.own)) == installed
    told = "pyproject.toml:8: hatchling finds nothing called my-shop to pack"
    assert any(note.startswith(told) for note in plan.notes) != installed
