"""Managers, starts, ports, builds and images of Node.js projects."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dockergen
from dockergen.errors import ProjectError, UsageError
from dockergen.languages.node import LANGUAGE, plan
from dockergen.languages.node.assets import assets
from dockergen.model import BuildPlan, Strength
from dockergen.pipeline import service_at
from dockergen.repository import Repository
from dockergen.settings import Settings

Project = Callable[[dict[str, "str | bytes"]], Path]
SERVER = "require('http').createServer().listen(process.env.PORT || 3000); process.on('SIGTERM', () => process.exit())"
BERRY = "__metadata:\n  version: 8\n"


def repository(project: Project, package: dict[str, Any], files: dict[str, str] | None = None) -> Repository:
    return Repository(project({"package.json": json.dumps(package, indent=2), **(files or {})}))


def planned(project: Project, package: dict[str, Any], files: dict[str, str] | None = None, **flags: Any) -> BuildPlan:
    repo = repository(project, package, files)
    return plan(repo, Settings.load(repo, flags))


def decided(found: BuildPlan, name: str) -> Any:
    return next((decision.sourced.value for decision in found.decisions if decision.name == name), None)


MANAGERS = [
    pytest.param({}, {"package-lock.json": "{}"}, "npm", "npm", "", id="npm lock"),
    pytest.param({}, {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, "pnpm", "pnpm", "pnpm@10.34.8", id="pnpm 9 lock"),
    pytest.param({}, {"pnpm-lock.yaml": "lockfileVersion: 5.4\n"}, "pnpm", "pnpm", "pnpm@7.33.7", id="pnpm 5.4 lock"),
    pytest.param(
        {"packageManager": "pnpm@9.1.2+sha512.abc"},
        {"pnpm-lock.yaml": "x: 1"},
        "pnpm",
        "pnpm",
        "pnpm@9.1.2",
        id="pinned",
    ),
    pytest.param({}, {"yarn.lock": "# yarn lockfile v1\n"}, "yarn", "yarn1", "", id="yarn 1"),
    pytest.param({}, {"yarn.lock": BERRY}, "yarn", "yarn", "@yarnpkg/cli-dist@4.18.1", id="yarn berry"),
    pytest.param(
        {},
        {"yarn.lock": BERRY, ".yarnrc.yml": "yarnPath: .yarn/releases/y.cjs\n", ".yarn/releases/y.cjs": ""},
        "yarn",
        "yarn",
        "",
        id="yarn in the repository",
    ),
    pytest.param({"packageManager": "pnpm@latest"}, {}, "npm", "npm", "", id="packageManager that pins nothing"),
    pytest.param({}, {"yarn.lock": "", "package-lock.json": "{}"}, "npm", "npm", "", id="empty lock is none"),
    pytest.param({"engines": {"pnpm": ">=9"}}, {}, "pnpm", "pnpm", "pnpm@10.34.8", id="engines"),
    pytest.param({}, {}, "npm", "npm", "", id="nothing"),
]


@pytest.mark.parametrize(("package", "files", "name", "kind", "bootstrap"), MANAGERS)
def test_manager(
    project: Project, package: dict[str, Any], files: dict[str, str], name: str, kind: str, bootstrap: str
) -> None:
    found = planned(project, {"dependencies": {"express": "5"}, **package}, {"server.js": SERVER, **files})
    assert decided(found, "manager") == name
    assert found.facts.install.kind == kind
    assert found.facts.install.bootstrap == bootstrap


def test_two_locks_are_a_note_and_package_manager_decides(project: Project) -> None:
    files = {"server.js": SERVER, "yarn.lock": "#\n", "package-lock.json": "{}"}
    found = planned(project, {"packageManager": "npm@11.0.0", "dependencies": {"koa": "3"}}, files)
    assert decided(found, "manager") == "npm"
    assert any("Locks of several package managers" in note for note in found.notes)


def test_missing_lock_says_how_to_get_one(project: Project) -> None:
    found = planned(project, {"dependencies": {"koa": "3"}}, {"server.js": SERVER})
    assert any("npm install --package-lock-only" in note for note in found.notes)
    assert not found.facts.install.locked


def test_bun_is_recognized_and_refused(project: Project) -> None:
    with pytest.raises(ProjectError, match=r"bun\.lock belongs to Bun"):
        planned(project, {}, {"server.js": SERVER, "bun.lock": "{}"})


def test_unknown_manager_is_a_usage_error(project: Project) -> None:
    with pytest.raises(UsageError, match="no package manager"):
        planned(project, {}, {"server.js": SERVER}, manager="bower")


TSC = {"build": "tsc"}
TSCONFIG = '{"compilerOptions": {"outDir": "./out", "rootDir": "src"}}'
STARTS = [
    pytest.param({"start": "node app.js"}, {"app.js": ""}, ("node", "app.js"), id="node file"),
    pytest.param({"start": "NODE_ENV=production node ./app"}, {"app.js": ""}, ("node", "app.js"), id="assignment"),
    pytest.param({"start": "cross-env A=b node app.js"}, {"app.js": ""}, ("node", "app.js"), id="cross-env"),
    pytest.param({"start": "npm run serve", "serve": "node app.js"}, {"app.js": ""}, ("node", "app.js"), id="script"),
    pytest.param({"start": "nodemon app.js"}, {"app.js": "", "index.js": ""}, ("node", "index.js"), id="dev server"),
    pytest.param({"start": "node --watch x.js"}, {"x.js": "", "app.js": ""}, ("node", "app.js"), id="watch"),
    pytest.param({"start": "node --max-old-space-size=512 a.js"}, {"a.js": ""}, ("node", "--max-old-space-size=512", "a.js"), id="flag"),
    pytest.param({"start": "node --env-file=.env a.js"}, {"a.js": ""}, ("node", "a.js"), id="env file"),
    pytest.param({**TSC, "start": "node dist/main"}, {}, ("node", "dist/main.js"), id="built"),
    pytest.param({**TSC, "start": "npm run build && node dist/main.js"}, {}, ("node", "dist/main.js"), id="build first"),
    pytest.param({**TSC, "start": "ts-node src/app.ts"}, {"src/app.ts": "", "tsconfig.json": TSCONFIG}, ("node", "out/app.js"), id="compiled"),
    pytest.param({"start": "tsx src/app.ts"}, {"src/app.ts": ""}, ("node", "src/app.ts"), id="types stripped"),
    pytest.param({"start": "nest start", "start:prod": "node dist/main", **TSC}, {}, ("node", "dist/main.js"), id="production script"),
    pytest.param({"start": "a-tool serve --x"}, {}, ("node_modules/.bin/a-tool", "serve", "--x"), id="tool"),
    pytest.param({"start": "node a.js | tee log"}, {"a.js": ""}, ("sh", "-c", "node a.js | tee log"), id="shell"),
    pytest.param({}, {"Procfile": "web: node web.js\n", "web.js": "", "server.js": ""}, ("node", "web.js"), id="Procfile"),
    pytest.param({}, {"server.js": "", "index.js": ""}, ("node", "server.js"), id="conventional"),
    pytest.param({"start": "pm2 start eco.json --no-daemon"}, {"eco.json": '{"apps": [{"script": "a.js"}]}', "a.js": ""}, ("node", "a.js"), id="PM2"),
    pytest.param({"start": "nx serve"}, {"server.js": ""}, ("node", "server.js"), id="Nx"),
    pytest.param({"prestart:prod": "tsc", "start:prod": "node dist/main"}, {"src/main.ts": ""}, ("node", "dist/main.js"), id="compiler before the start"),
    pytest.param({"start": "npm start"}, {"index.js": ""}, ("node", "index.js"), id="circle"),
]  # fmt: skip


@pytest.mark.parametrize(("scripts", "files", "argv"), STARTS)
def test_start(project: Project, scripts: dict[str, str], files: dict[str, str], argv: tuple[str, ...]) -> None:
    found = planned(project, {"scripts": scripts, "devDependencies": {"typescript": "5", "tsx": "4"}}, files)
    assert decided(found, "start") == argv


def test_nothing_to_start_names_the_remedy(project: Project) -> None:
    with pytest.raises(ProjectError) as caught:
        planned(project, {"scripts": {"start": "nodemon gone.js"}})
    assert caught.value.command == "dockergen init --start 'node server.js'"


PORTS = [
    pytest.param("listen(process.env.PORT || 8080)", 8080, True, id="default beside PORT"),
    pytest.param("listen(process.env['PORT'] ?? '4000')", 4000, True, id="index and string"),
    pytest.param("listen(Number(process.env.PORT) || 5001)", 5001, True, id="number"),
    pytest.param("const p = process.env.PORT; app.listen(p)", 3000, True, id="no default"),
    pytest.param("app.listen(7000)", 7000, False, id="fixed"),
]


@pytest.mark.parametrize(("text", "port", "reads"), PORTS)
def test_port(project: Project, text: str, port: int, reads: bool) -> None:
    found = planned(project, {"dependencies": {"express": "5"}}, {"server.js": text})
    assert found.port == port
    assert ("process.env.PORT" in found.health[-1]) is reads


def test_worker_has_neither_port_nor_health(project: Project) -> None:
    found = planned(project, {}, {"index.js": "setInterval(() => console.log('tick'), 1000)"})
    assert found.port is None
    assert found.health == ()


RUNTIMES = [
    pytest.param({"express": "5"}, SERVER, "gcr.io/distroless/nodejs24-debian13:nonroot", id="plain"),
    pytest.param({"sharp": "1"}, SERVER, "node:24-slim", id="compiled parts"),
    pytest.param({}, SERVER + "; require('child_process')", "node:24-slim", id="starts others"),
    pytest.param({"pg-native": "3"}, SERVER, "node:24-slim", id="Debian package"),
]


@pytest.mark.parametrize(("dependencies", "text", "image"), RUNTIMES)
def test_runtime_image(project: Project, dependencies: dict[str, str], text: str, image: str) -> None:
    found = planned(project, {"dependencies": dependencies}, {"server.js": text})
    assert str(found.runtime_image) == image


def test_distroless_is_started_without_the_word_node(project: Project) -> None:
    found = planned(project, {}, {"server.js": SERVER})
    assert found.start == ("server.js",)
    assert found.health[0] == "/nodejs/bin/node"


def test_install_scripts_in_the_npm_lock_keep_the_debian_image(project: Project) -> None:
    lock = {"packages": {"": {}, "node_modules/x": {"hasInstallScript": True}}}
    files = {"server.js": SERVER, "package-lock.json": json.dumps(lock, indent=2)}
    assert str(planned(project, {"dependencies": {"x": "1"}}, files).runtime_image) == "node:24-slim"


@pytest.mark.parametrize(
    ("command", "runs", "source"),
    [
        pytest.param("husky", False, False, id="git hooks"),
        pytest.param("husky install || true", False, False, id="git hooks, never failing"),
        pytest.param("npm run build", False, False, id="the build"),
        pytest.param("patch-package", True, False, id="patches"),
        pytest.param("node scripts/setup.js", True, True, id="own script"),
    ],
)
def test_install_scripts(project: Project, command: str, runs: bool, source: bool) -> None:
    files = {"server.js": SERVER, "package-lock.json": "{}", "patches/x.patch": ""}
    found = planned(project, {"scripts": {"prepare": command}, "dependencies": {"koa": "3"}}, files).facts.install
    assert (found.scripts, found.source_first) == (runs, source)
    assert ("patches" in found.manifests) is (command == "patch-package")


def test_variable_in_npmrc_becomes_a_secret(project: Project) -> None:
    files = {"server.js": SERVER, ".npmrc": "//registry.example.com/:_authToken=${NPM_TOKEN}\n"}
    found = planned(project, {"dependencies": {"koa": "3"}}, files)
    assert [(s.id, s.variable) for s in found.secrets] == [("npm_token", "NPM_TOKEN")]
    assert ".npmrc" in found.context_files


def test_token_in_npmrc_is_mounted_and_never_copied(project: Project) -> None:
    files = {"server.js": SERVER, ".npmrc": "//registry.example.com/:_authToken=abc123\n"}
    found = planned(project, {"dependencies": {"koa": "3"}}, files)
    assert [(s.id, s.target) for s in found.secrets] == [("npmrc", "/root/.npmrc")]
    assert ".npmrc" not in found.context_files


def test_local_dependency_outside_of_the_folder_is_an_error(project: Project) -> None:
    with pytest.raises(ProjectError, match=r"package\.json:3 takes shared from"):
        planned(project, {"dependencies": {"shared": "file:../shared"}}, {"server.js": SERVER})


NEXT = {"scripts": {"build": "next build", "start": "next start"}, "dependencies": {"next": "16", "react": "19"}}


@pytest.mark.parametrize(
    ("config", "layout", "start"),
    [
        pytest.param("", "next_server", ("node", "node_modules/next/dist/bin/next", "start"), id="plain"),
        pytest.param("output: 'standalone',", "next_standalone", ("node", "server.js"), id="standalone"),
        pytest.param("// output: 'standalone',", "next_server", ("node", "node_modules/next/dist/bin/next", "start"), id="commented out"),
    ],
)  # fmt: skip
def test_next(project: Project, config: str, layout: str, start: tuple[str, ...]) -> None:
    found = planned(project, NEXT, {"next.config.mjs": f"export default {{\n  {config}\n}}\n"})
    assert found.facts.layout == layout
    assert decided(found, "start") == start
    assert dict(found.env)["HOSTNAME"] == "0.0.0.0"
    assert found.writable == ("/app/.next/cache",)


def test_next_export_is_a_static_site(project: Project) -> None:
    found = planned(project, NEXT, {"next.config.mjs": "export default { output: 'export' }\n".replace("{ ", "{\n")})
    assert found.runtime_image.repository == "nginxinc/nginx-unprivileged"
    assert found.facts.output == "out"


VITE = {"scripts": {"build": "vite build", "dev": "vite"}, "devDependencies": {"vite": "7"}}


def test_single_page_application_is_served_by_nginx(project: Project) -> None:
    found = planned(project, VITE, {"src/main.ts": "import.meta.env.VITE_API_URL; import.meta.env.VITE_API_KEY"})
    assert found.port == 8080
    assert found.user == "101:101"
    assert [companion.path for companion in found.companions] == ["nginx.conf"]
    assert [argument.name for argument in found.build_args] == ["VITE_API_URL"]
    assert [secret.variable for secret in found.secrets] == ["VITE_API_KEY"]


@pytest.mark.parametrize(
    ("config", "output"),
    [
        pytest.param("", "dist", id="default"),
        pytest.param("build: { outDir: 'public/app' }", "public/app", id="folder"),
        pytest.param("build: { outDir: '../static/' }", "../static", id="above"),
        pytest.param("build: { outDir: path.resolve(__dirname, '../static') }", "../static", id="resolved"),
    ],
)
def test_output_of_a_front_end(project: Project, config: str, output: str) -> None:
    repo = repository(project, VITE, {"vite.config.js": f"export default {{ {config} }}"})
    found = assets(repo, Settings())
    assert found is not None
    assert found.output == output


def test_computed_output_is_an_error_that_names_the_line(project: Project) -> None:
    files = {"vite.config.js": "export default {\n  build: { outDir: where() }\n}"}
    with pytest.raises(ProjectError, match=r"vite\.config\.js:2 computes"):
        planned(project, VITE, files)


def test_server_is_no_front_end(project: Project) -> None:
    package = {"scripts": {"build": "tsc", "start": "node server.js"}, "dependencies": {"express": "5"}}
    assert assets(repository(project, package, {"server.js": SERVER}), Settings()) is None


@pytest.mark.parametrize(
    ("package", "files", "strength"),
    [
        pytest.param({"scripts": {"start": "node server.js"}}, {"server.js": ""}, Strength.MANIFEST, id="server"),
        pytest.param(VITE, {}, Strength.SUPPORTING, id="front end"),
        pytest.param({"devDependencies": {"prettier": "3"}}, {}, Strength.SUPPORTING, id="tools"),
        pytest.param({"workspaces": ["packages/*"]}, {}, Strength.MANIFEST, id="workspace"),
    ],
)
def test_strength(project: Project, package: dict[str, Any], files: dict[str, str], strength: Strength) -> None:
    found = LANGUAGE.match(repository(project, package, files), Settings())
    assert found is not None
    assert found.strength == strength


def test_loose_script_is_a_weak_claim(project: Project) -> None:
    found = LANGUAGE.match(Repository(project({"server.js": SERVER})), Settings())
    assert found is not None
    assert found.strength == Strength.LOOSE_FILES


def test_typescript_build_ships_output_and_production_dependencies_only(project: Project) -> None:
    package = {
        "scripts": {"build": "tsc", "start": "node dist/index.js"},
        "dependencies": {"express": "5"},
        "devDependencies": {"typescript": "5"},
    }
    facts = planned(project, package, {"src/index.ts": SERVER, "views/a.html": "", "package-lock.json": "{}"}).facts
    assert facts.production_stage
    assert facts.output == "dist"
    assert facts.copies == ("views",)
    assert not facts.source


def test_plug_and_play_preloads_the_resolver(project: Project) -> None:
    package = {"packageManager": "yarn@4.12.0", "dependencies": {"koa": "3"}}
    found = planned(project, package, {"server.js": SERVER, "yarn.lock": BERRY})
    assert found.start == ("-r", "./.pnp.cjs", "server.js")


def test_workspace_without_a_start_names_a_member(project: Project) -> None:
    with pytest.raises(ProjectError, match=r"package\.json:2 declares a workspace") as caught:
        planned(project, {"workspaces": ["packages/*"]}, {"packages/api/package.json": "{}"})
    assert caught.value.command == "dockergen init packages/api"


PARTS = {"parts/a/package.json": "{}", "parts/b/package.json": "{}"}
API = {
    "backend/requirements.txt": "flask==3.1.2\n",
    "backend/app.py": "from flask import Flask\napp = Flask(__name__)\n",
}


@pytest.mark.parametrize(
    ("files", "language"), [({**PARTS, **API}, "python"), (PARTS, "")], ids=["beside a service", "alone"]
)
def test_workspace_that_starts_nothing_leaves_the_folder_to_the_service_of_another_language(
    tmp_path: Path, files: dict[str, str], language: str
) -> None:
    for name, text in {"package.json": '{"workspaces": ["parts/*"]}', **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    if not language:
        with pytest.raises(ProjectError, match="declares a workspace"):
            dockergen.plan(tmp_path)
        return
    service = service_at(tmp_path, {})
    assert (service.plan.language, service.root) == (language, "backend")
