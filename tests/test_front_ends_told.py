"""Front ends that an image of another language does not hold, and what is said of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import dockergen
from dockergen.pipeline import service_at

Project = Callable[[dict[str, "str | bytes"]], Path]
VITE = json.dumps({"scripts": {"build": "vite build"}, "devDependencies": {"vite": "7"}})
FLASK = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n"}


def _notes(project: Project, files: dict[str, str]) -> str:
    return " ".join(service_at(project({**files}), {}).plan.notes)


def test_front_end_beside_the_only_service_is_told(project: Project) -> None:
    files = {f"server/{name}": text for name, text in FLASK.items()}
    notes = _notes(project, {**files, "client/package.json": VITE, "client/index.html": "<p>"})
    assert (
        "client/ holds a front end, which is not in this image; it gets its own with `dockergen init client`." in notes
    )


@pytest.mark.parametrize(
    ("package", "files", "told"),
    [
        ({"dependencies": {"esbuild": "0.28.0"}}, {}, "package.json asks for esbuild and has no script called build"),
        ({"devDependencies": {"prettier": "3"}}, {}, ""),
        ({"main": "index.js", "dependencies": {"esbuild": "0.28.0"}}, {}, ""),
        ({"scripts": {"start": "node x.js"}, "dependencies": {"vite": "7"}}, {}, ""),
        (
            {"scripts": {"dev": "tailwindcss -i in.css -o ../static/out.css --watch"}, "devDependencies": {"tailwindcss": "3"}},
            {},
            "asks for tailwindcss",
        ),
    ],
)  # fmt: skip
def test_front_end_without_a_build_script_is_told(
    project: Project, package: dict[str, object], files: dict[str, str], told: str
) -> None:
    notes = _notes(project, {**FLASK, "assets/package.json": json.dumps(package), **files})
    assert told in notes
    assert bool(told) == ("The front end in assets is not built" in notes)


def test_style_sheet_that_is_committed_as_built_needs_no_word(project: Project) -> None:
    package = {
        "scripts": {"dev": "tailwindcss -i in.css -o static/out.css --watch"},
        "devDependencies": {"tailwindcss": "3"},
    }
    notes = _notes(project, {**FLASK, "package.json": json.dumps(package), "static/out.css": "p {}"})
    assert "not built" not in notes


BUILDS = "export default defineConfig({{ build: {{ outDir: path.resolve(__dirname, '{}') }} }})\n"


def test_deep_front_end_that_fills_a_folder_of_the_program_is_built_by_bun(project: Project) -> None:
    package = {
        "scripts": {"build": "vite build"},
        "devDependencies": {"vite": "7"},
        "patchedDependencies": {"vite@7": "patches/vite.patch"},
    }
    files = {
        **FLASK,
        "src/shop/__init__.py": "",
        "src/js/web/package.json": json.dumps(package),
        "src/js/web/bun.lock": '{"lockfileVersion": 1}\n',
        "src/js/web/patches/vite.patch": "x",
        "src/js/web/vite.config.ts": BUILDS.format("../../shop/static/web"),
    }
    root = project({**files})
    (asset,) = service_at(root, {}).plan.assets
    assert asset.output == "src/shop/static/web"
    text = next(file.text for file in dockergen.generate(root) if file.path == "Dockerfile")
    assert "npm install -g bun@" in text
    assert "source=src/js/web/patches/vite.patch,target=patches/vite.patch" in text
    assert "bun install --frozen-lockfile" in text
    assert text.index("RUN bun run build") < text.index("COPY --from=assets /app/src/shop/static/web/")


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"package.json": VITE[:-1] + ', "packageManager": "bun@1.2.3"}'}, "bun@1.2.3"),
        ({"package.json": VITE[:-1] + ', "engines": {"bun": "1.3.0"}}', "bun.lockb": b"\0"}, "bun@1.3.0"),
        ({"package.json": VITE, "bun.lock": "{}\n", ".bun-version": "1.1.38\n"}, "bun@1.1.38"),
    ],
)
def test_release_of_bun_that_the_front_end_states_is_taken(
    project: Project, files: dict[str, str | bytes], version: str
) -> None:
    root = project({**FLASK, **{f"web/{name}": text for name, text in files.items()}, "x.html": "web/dist"})
    assert f"npm install -g {version}\n" in dockergen.generate(root)[0].text


def test_workspace_that_only_holds_packages_together_is_no_rival_of_the_program(project: Project) -> None:
    root = project(
        {
            **FLASK,
            "package.json": json.dumps({"private": True, "workspaces": ["web", "mails"]}),
            "web/package.json": VITE,
            "web/vite.config.ts": BUILDS.format("../shop/web"),
            "mails/package.json": "{}",
            "shop/__init__.py": "",
        }
    )
    plan = service_at(root, {}).plan
    assert (plan.language, [asset.output for asset in plan.assets]) == ("python", ["shop/web"])


def test_scripts_beside_the_members_of_a_workspace_are_no_program_of_its_root(project: Project) -> None:
    tool = "if __name__ == '__main__':\n    main()\n"
    member = (
        '[project]\nname = "api"\nversion = "1"\ndependencies = ["fastapi"]\n[build-system]\nrequires = ["hatchling"]\n'
    )
    root = project(
        {
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["backend"]\n',
            "backend/pyproject.toml": member,
            "backend/app/__init__.py": "",
            "backend/app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
            "backend/app/first.py": tool,
            "backend/app/second.py": tool,
        }
    )
    assert "app.main:app" in " ".join(service_at(root, {}).plan.start)


DJANGO = {
    "requirements.txt": "django\ngunicorn\n",
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n",
    "site_/__init__.py": "",
    "site_/wsgi.py": "application = 1\n",
}
SETTINGS = (
    "import os\nfrom pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nSTATIC_ROOT = BASE_DIR / 'collected'\n"
    "INSTALLED_APPS = ['django.contrib.staticfiles']\n"
)
PACKAGE = json.dumps({"dependencies": {"bootstrap": "5"}, "devDependencies": {"prettier": "3"}})


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ("STATICFILES_DIRS = [BASE_DIR / 'static', BASE_DIR / 'node_modules']\n", "node_modules"),
        (
            "STATICFILES_DIRS = (('node', os.path.join(BASE_DIR, 'node_modules', 'bootstrap', 'dist')),)\n",
            "node_modules",
        ),
        ("STATICFILES_DIRS = [str(BASE_DIR / 'node_modules').replace(os.sep, '/')]\n", "node_modules"),
        ("STATICFILES_FINDERS = ['npm.finders.NpmFinder']\nNPM_ROOT_PATH = BASE_DIR\n", "node_modules"),
        ("STATICFILES_FINDERS = ['npm.finders.NpmFinder']\nNPM_ROOT_PATH = '../'\n", "/node_modules"),
    ],
)
def test_packages_that_django_collects_from_are_installed_for_that_step(
    project: Project, line: str, folder: str
) -> None:
    root = project(
        {
            **DJANGO,
            "site_/settings.py": SETTINGS + line,
            "package.json": PACKAGE,
            "package-lock.json": '{"lockfileVersion": 3}',
        }
    )
    text = dockergen.generate(root)[0].text
    copy = f"COPY --from=packages /app/node_modules/ {folder}/\n"
    assert "npm ci --omit=dev --ignore-scripts" in text
    assert text.count(copy) == 1
    assert text.index(copy) < text.index("collectstatic") < text.index("AS final")
    assert "mkdir -p node_modules" not in text


def test_packages_that_django_finds_at_run_time_are_in_the_image(project: Project) -> None:
    settings = (
        SETTINGS.replace("STATIC_ROOT = BASE_DIR / 'collected'\n", "")
        + "STATICFILES_DIRS = [BASE_DIR / 'node_modules']\n"
    )
    text = dockergen.generate(project({**DJANGO, "site_/settings.py": settings, "package.json": PACKAGE}))[0].text
    assert text.index("AS final") < text.index("COPY --from=packages /app/node_modules/ node_modules/")


def test_packages_that_no_manifest_names_are_told(project: Project) -> None:
    files = {**DJANGO, "site_/settings.py": SETTINGS + "STATICFILES_DIRS = [BASE_DIR / 'node_modules']\n"}
    assert "site_/settings.py:6 reads node_modules, and no package.json here says what is in it." in _notes(
        project, files
    )


def test_theme_deep_inside_of_the_program_that_is_committed_as_built_is_left_as_it_is(project: Project) -> None:
    root = project(
        {
            **FLASK,
            "shop/themes/core/package.json": VITE,
            "shop/themes/core/dist/x.js": "",
            "shop/index.html": "themes/core/dist",
        }
    )
    assert service_at(root, {}).plan.assets == ()


TRACKED = """const path = require('path')
const BundleTracker = require('webpack-bundle-tracker')
module.exports = {{
  output: {{ path: path.resolve(__dirname, 'static/bundles'), filename: '[name].js' }},
  plugins: [new BundleTracker({})],
}}
"""


@pytest.mark.parametrize(
    ("told", "beside"),
    [
        ("{ path: __dirname, filename: './webpack-stats.json' }", ("front/webpack-stats.json",)),
        ("{\n    path: path.join(__dirname, '..'),\n    filename: 'stats.json',\n  }", ("stats.json",)),
        ("{ filename: './static/bundles/stats.json' }", ()),
    ],
)
def test_list_of_what_webpack_built_comes_along(project: Project, told: str, beside: tuple[str, ...]) -> None:
    tools = {"webpack": "5", "webpack-cli": "6", "webpack-bundle-tracker": "3"}
    package = {"scripts": {"build": "webpack"}, "devDependencies": tools}
    front = {"front/package.json": json.dumps(package), "front/webpack.config.js": TRACKED.format(told)}
    root = project({**FLASK, **front, "pages.html": "front/static/bundles"})
    (asset,) = service_at(root, {}).plan.assets
    assert asset.beside == beside
    text = next(file.text for file in dockergen.generate(root) if file.path == "Dockerfile")
    assert all(f"COPY --from=assets /app/{path} {path}\n" in text for path in beside)


def test_configuration_of_webpack_that_a_script_names_and_that_is_merged_of_others_is_read(project: Project) -> None:
    tools = {"webpack": "5", "webpack-cli": "6", "webpack-bundle-tracker": "3"}
    scripts = {"build": "webpack --config webpack/prod.config.js"}
    files = {
        "package.json": json.dumps({"scripts": scripts, "devDependencies": tools}),
        "webpack/prod.config.js": "const { merge } = require('webpack-merge')\nconst common = require('./common.config')\nmodule.exports = merge(common, { output: { publicPath: '/static/' } })\n",
        "webpack/common.config.js": "const path = require('path')\nmodule.exports = {\n  plugins: [new BundleTracker({\n    path: path.resolve(path.join(__dirname, '../')),\n    filename: 'stats.json',\n  })],\n"
        "  output: {\n    path: path.resolve(\n      __dirname,\n      '../shop/static/bundles/',\n    ),\n  },\n}\n",
    }
    (asset,) = service_at(project({**FLASK, **files, "shop/static/a.css": ""}), {}).plan.assets
    assert asset.output == "shop/static/bundles"
    assert asset.beside == ("stats.json",)


@pytest.mark.parametrize(
    ("after", "output"),
    [
        ("rm -r ../pages; mv build ../pages", "shop/pages"),
        ("cp -r ./build/ ../pages", "shop/pages"),
        ("echo built", "shop/front/build"),
    ],
)
def test_output_that_a_script_moves_is_where_it_puts_it(project: Project, after: str, output: str) -> None:
    scripts = {"build": "react-scripts build", "postbuild": after}
    package = {"scripts": scripts, "dependencies": {"react-scripts": "^5", "react": "^18"}}
    shown = {"shop/__init__.py": "FOLDERS = ('shop/pages', 'front/build')\n"}
    root = project({**FLASK, **shown, "shop/front/package.json": json.dumps(package)})
    (asset,) = service_at(root, {}).plan.assets
    assert asset.output == output


def test_page_of_a_front_end_that_speaks_of_its_build_is_no_sign_that_the_service_serves_it(project: Project) -> None:
    page = "<!-- `npm run build` puts a hash into the name of each file. -->\n"
    files = {**FLASK, "client/package.json": VITE, "client/index.html": page.replace("build", "dist")}
    service = service_at(project(files), {})
    assert not service.plan.assets
    assert "client/ builds a front end that nothing here refers to" in " ".join(service.plan.notes)
