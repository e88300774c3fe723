"""STATIC_ROOT that only some values of the environment set: the build collects with them, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.languages.python.image import PythonFacts

MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n"
ROOT = "STATIC_ROOT = BASE_DIR / 'collected'\n"


def _plan(root: Path, settings: str) -> tuple[dockergen.model.BuildPlan, PythonFacts]:
    head = (
        "import os\nfrom pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nSECRET_KEY = 'x'\n"
        "INSTALLED_APPS = ['django.contrib.staticfiles']\nSTATIC_URL = '/static/'\n"
    )
    tree = {
        "requirements.txt": "django==5.2.8\n",
        "manage.py": MANAGE,
        "site1/__init__.py": "",
        "site1/wsgi.py": "application = None\n",
        "site1/settings.py": head + settings,
    }
    for name, text in tree.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    plan = dockergen.plan(root)
    assert isinstance(plan.facts, PythonFacts)
    return plan, plan.facts


def _when(test: str, before: str = "") -> str:
    return f"{before}if {test}:\n    {ROOT}"


@pytest.mark.parametrize(
    ("settings", "values"),
    [
        pytest.param(ROOT, {}, id="always"),
        pytest.param(_when("not DEBUG", "DEBUG = os.getenv('DEBUG', 'True') == 'True'\n"), {"DEBUG": "False"}, id="on-by-default"),
        pytest.param(_when("not DEBUG", "DEBUG = os.getenv('DEBUG', 'False') == 'True'\n"), {}, id="off-by-default"),
        pytest.param(_when("not DEBUG", "DEBUG = config('DEBUG', default=True, cast=bool)\n"), {"DEBUG": "False"}, id="decouple"),
        pytest.param(_when("not DEBUG", "DEBUG = env.bool('DJANGO_DEBUG', True)\n"), {"DJANGO_DEBUG": "False"}, id="environ"),
        pytest.param(_when("MODE in ['PRODUCTION', 'MIGRATE']", "MODE = os.getenv('MODE')\n"), {"MODE": "PRODUCTION"}, id="one-of"),
        pytest.param(_when("os.environ.get('STAGE', 'local').lower() != 'local'"), {"STAGE": "production"}, id="anything-else"),
        pytest.param(_when("'RENDER' in os.environ"), {"RENDER": "1"}, id="present"),
        pytest.param(_when("int(os.environ.get('PROD', 0)) == 1"), {"PROD": "1"}, id="number"),
        pytest.param(_when("os.getenv('A') == 'x' and os.getenv('B') == 'y'"), {"A": "x", "B": "y"}, id="both"),
        pytest.param(_when("os.getenv('A') == 'x' or not os.getenv('B')"), {}, id="either"),
        pytest.param(f"if os.getenv('LOCAL', 'yes') == 'no':\n    {ROOT}else:\n    {ROOT}", {}, id="either-branch"),
        pytest.param(f"if os.getenv('LOCAL', '1') == '1':\n    pass\nelse:\n    {ROOT}", {"LOCAL": "0"}, id="else"),
        pytest.param(_when("platform() == 'x'"), {}, id="not-understood"),
    ],
)  # fmt: skip
def test_the_build_collects_with_what_sets_the_folder(tmp_path: Path, settings: str, values: dict[str, str]) -> None:
    plan, facts = _plan(tmp_path, settings)
    assert facts.collect == "manage.py"
    given = {k: v for k, v in facts.collect_env if k not in ("DJANGO_SETTINGS_MODULE", "SECRET_KEY")}
    assert given == values
    assert any("sets STATIC_ROOT only with" in note for note in plan.notes) == bool(values)
    assert not set(values) & {need.value for need in plan.needs}


def test_nothing_is_collected_where_no_variable_reaches_the_branch(tmp_path: Path) -> None:
    plan, facts = _plan(tmp_path, _when("not DEBUG", "DEBUG = True\n"))
    assert not facts.collect
    assert any(
        "site1/settings.py:9 sets STATIC_ROOT in a branch that no variable reaches" in note for note in plan.notes
    )


@pytest.mark.parametrize(
    "written",
    [
        "os.getenv('FILES')",
        "os.environ.get('FILES', None)  # of the web server",
        "os.environ['FILES']",
        "env('FILES')",
        "config('FILES', default=None)",
    ],
)
def test_the_image_says_where_to_where_only_a_variable_would(tmp_path: Path, written: str) -> None:
    plan, facts = _plan(tmp_path, f"STATIC_ROOT = {written}\n")
    assert (facts.collect, facts.static) == ("manage.py", "staticfiles")
    assert dict(facts.collect_env)["FILES"] == dict(plan.env)["FILES"] == "/app/staticfiles"
    assert not plan.needs


def test_a_place_of_the_settings_own_is_kept(tmp_path: Path) -> None:
    plan, facts = _plan(tmp_path, "STATIC_ROOT = os.getenv('FILES', 'collected')\n")
    assert "FILES" not in dict(plan.env)
    assert facts.collect


@pytest.mark.parametrize(("app", "told"), [("'collectfast'", True), ("'collectfaster'", False)])
def test_collectfast_collects_into_the_folder(tmp_path: Path, app: str, told: bool) -> None:
    _plan(tmp_path, f"{ROOT}INSTALLED_APPS = [{app}] + INSTALLED_APPS\n")
    text = next(file.text for file in dockergen.generate(tmp_path) if file.path == "Dockerfile")
    assert ("collectstatic --noinput --disable-collectfast && " in text) == told
