"""Members, groups and extras: what of a manifest gets into the image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import dockergen
from dockergen import explain
from dockergen.errors import ProjectError, UsageError
from tests.conftest import SAMPLES_FOLDER, samples

Make = Callable[[dict[str, str | bytes]], Path]
APP = "from flask import Flask\n\napp = Flask(__name__)\n"


def _dockerfile(root: Path, **flags: object) -> str:
    return explain.text_of(dockergen.generate(root, **flags), "Dockerfile")


def _workspace(tmp_path: Path) -> Path:
    sample = next(s for s in samples() if s.folder == SAMPLES_FOLDER / "python-uv-workspace")
    return sample.copy_to(tmp_path / "depot")


# --- members of a uv workspace


def test_several_members_that_start_are_listed_and_libraries_are_not(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        dockergen.plan(_workspace(tmp_path))
    assert "2 members that can be started: depot-api (services/api), depot-jobs (services/jobs)" in caught.value.problem
    assert caught.value.command == "dockergen init --app depot-api"


def test_programs_of_the_members_are_not_those_of_a_root_that_is_a_project(tmp_path: Path) -> None:
    root = _workspace(tmp_path)
    (root / "services/jobs/main.py").unlink()
    (root / "services/api/src/depot_api/app.py").unlink()
    for path in ("services/api/src/depot_api/server.py", "services/jobs/src/depot_jobs/server.py"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("if __name__ == '__main__':\n    print()\n")
    with pytest.raises(ProjectError) as caught:
        dockergen.plan(root)
    assert "2 members that can be started: depot-api (services/api), depot-jobs (services/jobs)" in caught.value.problem


@pytest.mark.parametrize("name", ["depot-jobs", "services/jobs", "./services/jobs", "jobs"])
def test_a_member_without_a_package_runs_from_its_folder(tmp_path: Path, name: str) -> None:
    root = _workspace(tmp_path)
    made = dockergen.plan(root, app=name)
    text = _dockerfile(root, app=name)
    assert made.start == ("python", "services/jobs/main.py")
    assert ("PYTHONPATH", "/app/services/jobs") in made.env
    assert "uv sync --frozen --no-install-workspace --package depot-jobs" in text
    assert "services/api/pyproject.toml" not in text


def test_decisions_of_a_member_name_its_own_lines(tmp_path: Path) -> None:
    decisions = dockergen.plan(_workspace(tmp_path), app="depot-api").decisions
    origins = {d.name: str(d.sourced.origin) for d in decisions}
    assert origins["version"] == "services/api/pyproject.toml:5"
    assert origins["framework"] == "services/api/pyproject.toml:6"
    assert origins["start"].startswith("services/api/src/depot_api/app.py:")


def test_every_member_survives_dockerignore(tmp_path: Path) -> None:
    root = _workspace(tmp_path)
    (root / "packages/units").rename(root / "docs-units")
    (root / "tests").mkdir()
    (root / "docs-units").rename(root / "tests/units")
    for name in ("pyproject.toml", "uv.lock"):
        text = (root / name).read_text()
        (root / name).write_text(text.replace("packages/*", "tests/*").replace("packages/units", "tests/units"))
    made = dockergen.plan(root, app="depot-api")
    assert {"tests/units/pyproject.toml", "tests/units/README.md", "services/jobs/pyproject.toml"} <= set(
        made.context_files
    )
    assert "tests" not in {pattern for group in made.ignore for pattern in group.patterns}


def test_an_unknown_member_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no app 'nothing' here"):
        dockergen.plan(_workspace(tmp_path), app="nothing")


def test_the_only_member_that_starts_is_chosen(tmp_path: Path) -> None:
    root = _workspace(tmp_path)
    (root / "services/jobs/main.py").unlink()
    found = next(d.sourced.value for d in dockergen.plan(root).decisions if d.name == "app")
    assert found == "services/api"


def test_a_member_alone_says_where_its_workspace_is(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        dockergen.plan(_workspace(tmp_path) / "services/api")
    assert "pyproject.toml:9 takes units from a uv workspace" in caught.value.problem
    assert caught.value.command == "dockergen init --app depot-api"


def test_excluded_folders_are_no_members(tmp_path: Path) -> None:
    root = _workspace(tmp_path)
    manifest = (root / "pyproject.toml").read_text()
    (root / "pyproject.toml").write_text(
        manifest.replace(
            'members = ["packages/*", "services/*"]',
            'members = ["packages/*", "services/*"]\nexclude = ["services/jobs"]',
        )
    )
    found = next(d.sourced.value for d in dockergen.plan(root).decisions if d.name == "app")
    assert found == "services/api"


# --- groups and extras

LOCK = "version = 1\n" + "".join(
    f'\n[[package]]\nname = "{name}"\nversion = "1.0"\nsource = {{ registry = "https://index.example/simple" }}\n'
    for name in ("flask", "gunicorn", "uvicorn", "pytest", "ruff", "orjson")
)
HEAD = '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["flask"]\n'
UV = [
    ("development only", "[dependency-groups]\ndev = ['pytest']\nlint = ['ruff']\n", ""),
    ("group for production", "[dependency-groups]\ndev = ['pytest']\nprod = ['orjson']\n", " --group prod"),
    ("extra for production", "[project.optional-dependencies]\nproduction = ['gunicorn']\ntest = ['pytest']\n", " --extra production"),
    ("group with the server", "[dependency-groups]\nserving = ['gunicorn']\ntest = ['pytest']\n", " --group serving"),
    ("extra with the server", "[project.optional-dependencies]\nasgi = ['uvicorn']\ntest = ['pytest', 'gunicorn']\n", " --extra asgi"),
    ("two extras with servers decide nothing", "[project.optional-dependencies]\na = ['uvicorn']\nb = ['gunicorn']\n", ""),
    ("default groups", "[dependency-groups]\ndev = ['pytest']\nspeed = ['orjson']\n[tool.uv]\ndefault-groups = ['dev', 'speed']\n", " --group speed"),
    ("default groups with others for development", "[dependency-groups]\nlint = ['ruff']\nspeed = ['orjson']\n[tool.uv]\ndefault-groups = ['lint', 'speed']\n", " --no-default-groups --group speed"),
    ("all groups by default", "[dependency-groups]\nlint = ['ruff']\nspeed = ['orjson']\n[tool.uv]\ndefault-groups = 'all'\n", " --no-default-groups --group speed"),
    ("an included group", "[dependency-groups]\nprod = [{ include-group = 'speed' }]\nspeed = ['orjson']\n", " --group prod"),
    ("a group that includes itself", "[dependency-groups]\nprod = ['orjson', { include-group = 'prod' }]\n", " --group prod"),
    ("uv's older list", "[tool.uv]\ndev-dependencies = ['pytest']\n", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [c[1:] for c in UV], ids=[c[0] for c in UV])
def test_groups_of_uv(project: Make, text: str, words: str) -> None:
    root = project({"app.py": APP, "pyproject.toml": HEAD + text, "uv.lock": LOCK})
    assert f"uv sync --frozen --no-install-workspace{words}\n" in _dockerfile(root)


def test_what_an_included_group_brings_is_known_to_be_installed(project: Make) -> None:
    text = "[dependency-groups]\nprod = [{ include-group = 'serving' }]\nserving = ['gunicorn']\n"
    made = dockergen.plan(project({"app.py": APP, "pyproject.toml": HEAD + text, "uv.lock": LOCK}))
    assert made.start[0] == "gunicorn"
    assert not any("adds gunicorn" in note for note in made.notes)


OTHERS = [
    ("Poetry's groups", '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\nflask = "*"\n[tool.poetry.group.prod.dependencies]\ngunicorn = "*"\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n', "install flask gunicorn\n"),
    ("Poetry's older list", '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\nflask = "*"\n[tool.poetry.dev-dependencies]\ngunicorn = "*"\n', "install flask\n"),
    ("Poetry's groups, where pip cannot be told", '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\nflask = "^2 || ^3"\n[tool.poetry.group.prod.dependencies]\ngunicorn = "*"\n', "poetry export --only main,prod -o"),
    ("without a lock file", HEAD + "[project.optional-dependencies]\nserver = ['gunicorn']\ndev = ['pytest']\n", "uv pip install -r pyproject.toml --extra server"),
]  # fmt: skip


@pytest.mark.parametrize(("manifest", "words"), [c[1:] for c in OTHERS], ids=[c[0] for c in OTHERS])
def test_groups_of_other_managers(project: Make, manifest: str, words: str) -> None:
    assert words in _dockerfile(project({"app.py": APP, "pyproject.toml": manifest}))


def test_a_virtual_project_is_not_built(project: Make) -> None:
    text = '[build-system]\nrequires = ["hatchling"]\n[tool.uv]\npackage = false\n'
    root = project({"app.py": APP, "pyproject.toml": HEAD + text, "uv.lock": LOCK})
    assert _dockerfile(root).count("uv sync") == 1


def test_a_path_dependency_of_uv_waits_for_the_source(project: Make) -> None:
    lock = LOCK + '\n[[package]]\nname = "ink"\nversion = "1"\nsource = { directory = "libs/ink" }\n'
    manifest = HEAD.replace('["flask"]', '["flask", "ink"]') + '[tool.uv.sources]\nink = { path = "libs/ink" }\n'
    root = project(
        {"app.py": APP, "pyproject.toml": manifest, "uv.lock": lock, "libs/ink/pyproject.toml": "[project]\n"}
    )
    text = _dockerfile(root)
    assert "uv sync --frozen --no-install-workspace --no-install-package ink\n" in text
    assert text.index("COPY . .") < text.index("uv sync --locked --no-editable --inexact\n")


def test_a_compiled_file_that_lacks_what_its_source_asks_for(project: Make) -> None:
    compiled = "#\n# This file is autogenerated by pip-compile with Python 3.13\n#\nflask==3.1.2\n"
    root = project({"app.py": APP, "requirements.in": "flask\ngunicorn\n", "requirements.txt": compiled})
    with pytest.raises(ProjectError) as caught:
        dockergen.plan(root)
    assert caught.value.problem.startswith("requirements.in:2 asks for gunicorn, which requirements.txt does not have")
    assert caught.value.command == "pip-compile requirements.in"


POETRY_FILE = (
    '# This file is automatically @generated by Poetry 2.5.1\n\n[[package]]\nname = "flask"\nversion = "3.1.2"\ngroups = ["main"]\nfiles = []\n\n'
    '[[package]]\nname = "ink"\nversion = "1.0"\ngroups = ["main"]\nfiles = []\n\n[package.source]\ntype = "{}"\nurl = "{}"\n'
)
POETRY_INK = '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\nflask = "*"\nink = {{ path = "{}" }}\n'


def test_an_archive_that_poetry_locked_is_mounted_and_keeps_its_hash(project: Make) -> None:
    wheel = "wheels/ink-1.0-py3-none-any.whl"
    files = {
        "app.py": APP,
        "pyproject.toml": POETRY_INK.format(wheel),
        "poetry.lock": POETRY_FILE.format("file", wheel),
    }
    text = _dockerfile(project({**files, wheel: ""}))
    assert f"source={wheel},target={wheel} " in text
    assert "install --no-deps -r /tmp/requirements.txt\n" in text


def test_a_folder_that_poetry_locked_is_mounted_and_built_after_what_has_hashes(project: Make) -> None:
    files = {
        "app.py": APP,
        "pyproject.toml": POETRY_INK.format("ink"),
        "poetry.lock": POETRY_FILE.format("directory", "ink"),
    }
    text = _dockerfile(project({**files, "ink/pyproject.toml": "[project]\n"}))
    assert "source=ink,target=ink,rw " in text
    assert text.index("install --no-deps -r /tmp/hashed.txt") < text.index("install --no-deps ./ink\n")


def test_what_a_manager_exports_is_installed_and_nothing_else(project: Make) -> None:
    # A lock file made on macOS lacks watchdog, which Streamlit asks for elsewhere; Pipenv installs without it.
    lock = '{"default": {"flask": {"hashes": ["sha256:aa"], "version": "==3.1.0"}}}'
    root = project({"app.py": APP, "Pipfile": '[packages]\nflask = "*"\n', "Pipfile.lock": lock})
    assert "install --no-deps -r /tmp/requirements.txt\n" in _dockerfile(root)


def test_what_the_start_needs_is_installed_before_the_source_arrives(project: Make) -> None:
    manifest = (
        '[project]\nname = "tiny"\ndynamic = ["version"]\ndependencies = ["flask"]\n[tool.setuptools_scm]\n'
        '[build-system]\nrequires = ["setuptools", "setuptools-scm"]\nbuild-backend = "setuptools.build_meta"\n'
    )
    version = "from importlib.metadata import version\n\n__version__ = version('tiny')\n"
    text = _dockerfile(project({"src/tiny/__init__.py": version + APP, "pyproject.toml": manifest}))
    assert text.index("install gunicorn") < text.index("COPY . .") < text.index("uv pip install --no-deps .")


@pytest.mark.parametrize(
    "files",
    [
        'name = "flask"\nversion = "3.1.0"\n\n[metadata]\n\n[metadata.files]\nflask = []\n',
        'name = "flask"\nversion = "3.1.0"\ngroups = ["main"]\nfiles = []\n\n[metadata]\n',
    ],
)
def test_a_lock_file_that_lost_hashes_is_installed_without(project: Make, files: str) -> None:
    manifest = '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\nflask = "*"\n'
    root = project({"app.py": APP, "pyproject.toml": manifest, "poetry.lock": f"[[package]]\n{files}"})
    assert "poetry export --only main --without-hashes -o" in _dockerfile(root)
    assert "hashes included" not in _dockerfile(root)
    assert any("lists no files of flask" in note for note in dockergen.plan(root).notes)


def test_a_checkout_has_no_hash_by_nature(project: Make) -> None:
    source = '[package.source]\ntype = "git"\nurl = "https://git.example/ink.git"\nresolved_reference = "abc"\n'
    lock = (
        f'[[package]]\nname = "ink"\nversion = "1"\n\n{source}\n[[package]]\nname = "flask"\nversion = "3.1.0"\n\n'
        '[metadata]\n\n[metadata.files]\nflask = [\n    {file = "flask-3.1.0-py3-none-any.whl", hash = "sha256:aa"},\n]\nink = []\n'
    )
    manifest = '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\nflask = "*"\nink = {git = "x"}\n'
    text = _dockerfile(project({"app.py": APP, "pyproject.toml": manifest, "poetry.lock": lock}))
    assert "--without-hashes" not in text


def test_groups_without_a_project_are_what_is_installed(project: Make) -> None:
    groups = '[dependency-groups]\nmain = ["flask==3.1.2"]\nserver = ["gunicorn==23.0.0"]\ndev = ["pytest"]\n'
    root = project({"pyproject.toml": groups, "app.py": "from flask import Flask\napp = Flask(__name__)\n"})
    text = _dockerfile(root)
    assert "uv pip install --group main --group server\n" in text
    assert "source=pyproject.toml" in text
    assert "pytest" not in text


# --- groups and extras that the program imports from

TELEMETRY = "[dependency-groups]\ndev = ['pytest', 'opentelemetry-sdk']\notel = ['orjson', 'opentelemetry-sdk']\n"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"app.py": APP, "trace.py": "import opentelemetry\n"}, ""),
        ({"app.py": f"import trace_\n{APP}", "trace_.py": "from opentelemetry import trace\n"}, " --group otel"),
        ({"app.py": f"from lib import trace\n{APP}", "lib/__init__.py": "", "lib/trace.py": "from . import deep\n", "lib/deep.py": "import opentelemetry.sdk\n"}, " --group otel"),
        ({"app.py": f"from lib.deep import x\n{APP}", "lib/__init__.py": "import opentelemetry\n", "lib/deep.py": "x = 1\n"}, " --group otel"),
        ({"app.py": f"try:\n    import opentelemetry\nexcept ImportError:\n    pass\n{APP}"}, ""),
        ({"app.py": f"{APP}\ndef later():\n    import opentelemetry\n"}, ""),
        ({"app.py": f"import pytest\n{APP}"}, ""),
    ],
    ids=["of another file", "directly", "relative", "of a package", "tried", "later", "for development"],
)  # fmt: skip
def test_group_that_the_program_imports_from_is_installed(project: Make, files: dict[str, str], words: str) -> None:
    lock = (
        LOCK
        + '\n[[package]]\nname = "opentelemetry-sdk"\nversion = "1.0"\nsource = { registry = "https://index.example/simple" }\n'
    )
    root = project({**files, "pyproject.toml": HEAD + TELEMETRY, "uv.lock": lock})
    assert f"uv sync --frozen --no-install-workspace{words}\n" in _dockerfile(root)


def test_extra_that_the_program_imports_from_is_installed_and_one_that_is_there_already_is_not(project: Make) -> None:
    extras = "[project.optional-dependencies]\nfast = ['orjson']\nall = ['orjson', 'ruff']\nsite = ['flask']\n"
    root = project({"app.py": f"import orjson\n{APP}", "pyproject.toml": HEAD + extras})
    text = _dockerfile(root)
    assert "install -r pyproject.toml --extra fast\n" in text


def test_what_only_developers_get_and_the_program_needs_is_installed_and_told(project: Make) -> None:
    manifest = (
        '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["django", "gunicorn"]\n'
        "[dependency-groups]\ndev = ['django-debug-toolbar', 'pytest', 'ruff']\n"
    )
    files: dict[str, str | bytes] = {
        "pyproject.toml": manifest,
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n",
        "site_/__init__.py": "",
        "site_/settings.py": "INSTALLED_APPS = [\n    'django.contrib.admin',\n    'debug_toolbar',\n]\n",
        "site_/wsgi.py": "import pytest\nfrom django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    }
    plan = dockergen.plan(project(files))
    assert plan.facts.install.added == ("pytest", "django-debug-toolbar")
    notes = [note for note in plan.notes if "only the group dev brings" in note]
    assert [note.partition(",")[0] for note in notes] == [
        "The program imports pytest",
        "site_/settings.py:3 has debug_toolbar among the apps",
    ]


def test_it_has_the_release_of_the_lock_file(project: Make) -> None:
    text = HEAD.replace('"flask"', '"flask", "gunicorn"') + "[dependency-groups]\ndev = ['orjson', 'ruff']\n"
    files = {"app.py": f"import orjson\n{APP}", "pyproject.toml": text, "uv.lock": LOCK}
    assert dockergen.plan(project({**files})).facts.install.added == ("orjson==1.0",)


# --- groups of PDM and categories of Pipenv

PDM_LOCK = (
    '[metadata]\ngroups = [{groups}]\nstrategy = ["inherit_metadata"]\n\n[[package]]\nname = "flask"\nversion = "3.1.2"\ngroups = ["default"]\n\n'
    '[[package]]\nname = "gunicorn"\nversion = "23.0.0"\ngroups = ["web"]\ndependencies = [\n    "packaging",\n]\n\n'
    '[[package]]\nname = "packaging"\nversion = "25.0"\ngroups = ["web"]\n\n[[package]]\nname = "pytest"\nversion = "9.0.1"\ngroups = ["test"]\n'
)
PDM_GROUPS = "[tool.pdm]\ndistribution = false\n[dependency-groups]\nweb = ['gunicorn']\ntest = ['pytest']\n"


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (PDM_GROUPS, "pdm export --group web -o"),
        (PDM_GROUPS.replace("[dependency-groups]", "[tool.pdm.dev-dependencies]"), "pdm export --group web -o"),
        (PDM_GROUPS.replace("[dependency-groups]", "[project.optional-dependencies]"), "pdm export --prod --group web -o"),
        (PDM_GROUPS.replace("web =", "docs ="), "pdm export --prod -o"),
    ],
    ids=["groups", "PDM's older table", "an extra", "for development"],
)  # fmt: skip
def test_group_for_production_takes_the_place_of_prod_which_pdm_refuses_beside_it(
    project: Make, groups: str, words: str
) -> None:
    lock = PDM_LOCK.format(groups='"default", "web", "test"')
    root = project({"app.py": APP, "pyproject.toml": HEAD + groups, "pdm.lock": lock})
    assert f"/opt/pdm/bin/{words} /tmp/requirements.txt" in _dockerfile(root)


def test_what_a_group_of_a_lock_file_brings_is_known_to_be_installed(project: Make) -> None:
    lock = PDM_LOCK.format(groups='"default", "web", "test"')
    made = dockergen.plan(project({"app.py": APP, "pyproject.toml": HEAD + PDM_GROUPS, "pdm.lock": lock}))
    assert made.start[0] == "gunicorn"
    assert not any("adds gunicorn" in note for note in made.notes)


def test_pdm_locks_what_it_exports_where_there_is_no_lock_file(project: Make) -> None:
    text = _dockerfile(project({"app.py": APP, "pyproject.toml": HEAD + PDM_GROUPS}))
    assert "/opt/pdm/bin/pdm lock --group web && \\\n    /opt/pdm/bin/pdm export --group web -o" in text


def test_a_group_that_pdm_did_not_lock_is_told(project: Make) -> None:
    groups = PDM_GROUPS.replace("[dependency-groups]", "[project.optional-dependencies]")
    lock = PDM_LOCK.format(groups='"default", "test"')
    with pytest.raises(ProjectError) as caught:
        dockergen.plan(project({"app.py": APP, "pyproject.toml": HEAD + groups, "pdm.lock": lock}))
    assert caught.value.problem == "pdm.lock:2 locks the groups default, test, without web, which the program needs."
    assert caught.value.command == "pdm lock -G :all"


PIPFILE = '[packages]\nflask = "*"\n\n[{name}]\ngunicorn = "*"\n\n[dev-packages]\npytest = "*"\n'
PIPFILE_LOCK = '{{"default": {{"flask": {{"version": "==3.1.0"}}}}, "{name}": {{"gunicorn": {{"version": "==23.0.0"}}}}, "develop": {{}}}}'


@pytest.mark.parametrize(
    ("name", "words"),
    [("web", " --categories 'packages web'"), ("serving", " --categories 'packages serving'"), ("docs", "")],
)
def test_category_of_a_pipfile_that_brings_the_server(project: Make, name: str, words: str) -> None:
    files = {"app.py": APP, "Pipfile": PIPFILE.format(name=name), "Pipfile.lock": PIPFILE_LOCK.format(name=name)}
    root = project(files)
    assert f"pipenv requirements --hash{words} > /tmp/requirements.txt" in _dockerfile(root)
    assert any("adds gunicorn" in note for note in dockergen.plan(root).notes) is not bool(words)


def test_category_that_the_lock_file_lacks_is_told(project: Make) -> None:
    files = {
        "app.py": APP,
        "Pipfile": PIPFILE.format(name="web"),
        "Pipfile.lock": PIPFILE_LOCK.format(name="docs").replace("gunicorn", "six"),
    }
    with pytest.raises(ProjectError, match=r"Pipfile:5 asks for gunicorn, which Pipfile\.lock does not have"):
        dockergen.plan(project(files))


# --- groups that a function imports from

CALLED = f"{APP}\ndef later():\n    import orjson\n"
POETRY_GROUP = '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\nflask = "*"\n{}[tool.poetry.group.speed.dependencies]\norjson = "*"\n'


@pytest.mark.parametrize(
    ("manifest", "source", "installed"),
    [
        (POETRY_GROUP.format(""), CALLED, True),
        (POETRY_GROUP.format("[tool.poetry.group.speed]\noptional = true\n"), CALLED, False),
        (POETRY_GROUP.format("").replace("speed", "lint"), CALLED, False),
        (POETRY_GROUP.format(""), CALLED.replace("import orjson", "try:\n        import orjson\n    except ImportError:\n        pass"), False),
    ],
    ids=["installed unasked", "optional", "for development", "tried"],
)  # fmt: skip
def test_group_that_poetry_installs_unasked_and_a_function_imports_from(
    project: Make, manifest: str, source: str, installed: bool
) -> None:
    root = project({"app.py": source, "pyproject.toml": manifest})
    assert ("install flask orjson\n" in _dockerfile(root)) is installed


@pytest.mark.parametrize(
    ("table", "what"), [("[dependency-groups]", "group"), ("[project.optional-dependencies]", "extra")]
)
def test_what_a_function_imports_and_the_image_leaves_out_is_told(project: Make, table: str, what: str) -> None:
    made = dockergen.plan(
        project({"app.py": CALLED, "pyproject.toml": f"{HEAD}{table}\nspeed = ['orjson']\n", "uv.lock": LOCK})
    )
    line = CALLED[: CALLED.index("import orjson")].count("\n") + 1
    assert (
        f"app.py:{line} imports orjson when it gets there, which only the {what} speed brings, and the image leaves out: "
        "move orjson to the main dependencies."
    ) in made.notes


def test_what_functions_import_of_one_group_is_told_once(project: Make) -> None:
    source = f"{CALLED}\ndef other():\n    import uvicorn\n"
    groups = "[dependency-groups]\nspeed = ['orjson', 'uvicorn']\n[tool.uv]\npackage = false\n"
    manifest = HEAD.replace('["flask"]', '["flask", "gunicorn"]')
    made = dockergen.plan(project({"app.py": source, "pyproject.toml": f"{manifest}{groups}", "uv.lock": LOCK}))
    told = [note for note in made.notes if "when it gets there" in note]
    assert len(told) == 1
    assert "imports orjson when it gets there (uvicorn elsewhere), which only the group speed brings" in told[0]
    assert told[0].endswith("move them to the main dependencies.")


@pytest.mark.parametrize(
    ("source", "check"), [('directory = "../shared"', "frozen"), ('registry = "https://pypi.org/simple"', "locked")]
)
def test_a_package_beside_the_repository_that_nothing_installs_is_not_asked(
    project: Make, source: str, check: str
) -> None:
    more = '[tool.hatch.build.targets.wheel]\npackages = ["shop"]\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[project.scripts]\nshop = "shop:main"\n'
    lock = f'{LOCK}\n[[package]]\nname = "shared"\nversion = "1"\nsource = {{ {source} }}\n'
    root = project(
        {"shop/__init__.py": APP + "def main():\n    app.run()\n", "pyproject.toml": HEAD + more, "uv.lock": lock}
    )
    assert f"uv sync --{check} --no-editable" in _dockerfile(root)


@pytest.mark.parametrize(
    ("row", "source"),
    [
        ('orjson = { git = "https://git.example/orjson.git" }', ""),
        ('orjson = { path = "../orjson" }', ""),
        ('orjson = "^3.1 || ^4"', ""),
        ('orjson = { version = "*", markers = "sys_platform == \'win32\'" }', ""),
        ('orjson = "*"', '[[tool.poetry.source]]\nname = "corp"\nurl = "https://pypi.corp.example/simple"\n'),
    ],
)
def test_no_index_is_asked_for_what_developers_have_from_elsewhere(project: Make, row: str, source: str) -> None:
    manifest = f'[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\npython = "^3.13"\nflask = "*"\ngunicorn = "*"\n[tool.poetry.group.dev.dependencies]\n{row}\n{source}'
    plan = dockergen.plan(project({"app.py": f"import orjson\n{APP}", "pyproject.toml": manifest}))
    assert not any("orjson" in word for word in plan.facts.install.added)
    assert any("orjson, which only the group dev brings, and the image leaves out" in note for note in plan.notes)


@pytest.mark.parametrize(("asked", "added"), [("^3.1", "orjson>=3.1,<4"), ("*", "orjson")])
def test_releases_of_poetry_are_told_in_the_words_of_pip(project: Make, asked: str, added: str) -> None:
    manifest = f'[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\npython = "^3.13"\nflask = "*"\ngunicorn = "*"\n[tool.poetry.group.dev.dependencies]\norjson = "{asked}"\n'
    plan = dockergen.plan(project({"app.py": f"import orjson\n{APP}", "pyproject.toml": manifest}))
    assert plan.facts.install.added == (added,)
