"""Situations that public Node.js repositories taught us, each as the smallest tree that shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dockergen
from dockergen.errors import ProjectError

Project = Callable[[dict[str, "str | bytes"]], Path]
PACKAGE = {"scripts": {"start": "node server.js"}, "dependencies": {"express": "^5"}}
SERVER = "const config = require('./config')\nrequire('express')().listen(config.port)\n"


def _decisions(root: Path) -> dict[str, Any]:
    return {row.name: row.sourced.value for row in dockergen.plan(root).decisions}


@pytest.mark.parametrize(
    ("config", "port"),
    [
        pytest.param("exports.port = process.env.PORT || file.port || 7777\n", 7777, id="alternatives in a row"),
        pytest.param("exports.port = (process.env.PORT as string) || 3333\n", 3333, id="a cast"),
        pytest.param("z.object({ PORT: z.coerce.number().int().positive().default(8080) })\n", 8080, id="zod"),
        pytest.param("cleanEnv(process.env, { PORT: num({ default: 3001 }) })\n", 3001, id="envalid"),
        pytest.param("Joi.object().keys({ PORT: Joi.number().default(3002), HOST: Joi.string() })\n", 3002, id="joi"),
        pytest.param("const schema = { PORT: {\n  type: 'integer',\n  default: 3003\n} }\n", 3003, id="JSON schema"),
        pytest.param("const schema = { SMTP_PORT: Joi.number().default(587) }\n", 3000, id="another program's"),
    ],
)
def test_port_is_the_default_of_its_declaration(project, config: str, port: int) -> None:
    root = project({"package.json": json.dumps(PACKAGE), "server.js": SERVER, "config.js": config})
    assert _decisions(root)["port"] == port


def test_install_script_that_only_prints_leaves_the_small_image(project) -> None:
    lock = {"lockfileVersion": 3, "packages": {"node_modules/core-js": {"hasInstallScript": True}}}
    files = {"package.json": json.dumps(PACKAGE), "package-lock.json": json.dumps(lock), "server.js": SERVER}
    assert "distroless" in _decisions(project(files))["runtime_image"]


GO = {
    "go.mod": "module example.org/notes\n",
    "main.go": 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":80", nil) }\n',
}
VITE = {"scripts": {"dev": "vite", "build": "vite build"}, "devDependencies": {"vite": "^8"}}


def test_front_end_is_built_by_the_script_that_fills_the_folder_of_the_service(project) -> None:
    scripts = {
        **VITE["scripts"],
        "release": "vite build --outDir=../server/dist --emptyOutDir",
        "watch": "vite build --watch --outDir ../server/dist",
    }
    root = project(
        {
            **GO,
            "server/server.go": "package server\n\n//go:embed dist/*\nvar files embed.FS\n",
            "web/package.json": json.dumps({**VITE, "scripts": scripts}),
        }
    )
    (asset,) = dockergen.plan(root).assets
    assert (asset.output, asset.facts.script) == ("server/dist", "release")


FLASK = {"requirements.txt": "flask==3.1.2\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n"}


@pytest.mark.parametrize(
    ("package", "output"),
    [
        pytest.param(
            {
                "scripts": {"build": "npm exec -- parcel build a.scss --dist-dir site/static/dist/ --no-cache"},
                "devDependencies": {"parcel": "^2"},
            },
            ["site/static/dist"],
            id="parcel",
        ),
        pytest.param({**VITE, "devDependencies": {"vite": "^8", "web-ext": "^8"}}, [], id="an extension of a browser"),
    ],
)
def test_front_end_of_a_python_service(project, package: dict[str, Any], output: list[str]) -> None:
    plan = dockergen.plan(project({**FLASK, "package.json": json.dumps(package)}))
    assert [asset.output for asset in plan.assets] == output


def test_front_end_that_a_program_of_another_language_builds_is_told(project) -> None:
    package = {"scripts": {"build": "npm run all", "all": "CI=1 doit run deploy"}, "devDependencies": {"esbuild": "1"}}
    plan = dockergen.plan(project({**FLASK, "package.json": json.dumps(package, indent=1)}))
    assert plan.assets == ()
    assert any("package.json:3 runs doit, which the Node.js image has not." in note for note in plan.notes)


TAILWIND = {
    "scripts": {
        "build": "npm run icons && npm run css",
        "icons": "node icons.js",
        "css": "tailwindcss -i app.css -o static/css/app.dist.css",
    },
    "devDependencies": {"tailwindcss": "^3"},
}


@pytest.mark.parametrize(
    ("committed", "outputs"),
    [pytest.param({}, ["static/css"], id="built"), pytest.param({"static/css/app.dist.css": ""}, [], id="committed")],
)
def test_style_sheet_goes_where_the_command_writes_it(project, committed: dict[str, str], outputs: list[str]) -> None:
    root = project({**GO, "package.json": json.dumps(TAILWIND), "static/index.html": "", **committed})
    assert [asset.output for asset in dockergen.plan(root).assets] == outputs


KIT = {"scripts": {"dev": "vite dev", "build": "vite build"}, "devDependencies": {"@sveltejs/kit": "^2", "vite": "^8"}}


def _kit(**more: str) -> dict[str, Any]:
    return {**KIT, "devDependencies": {**KIT["devDependencies"], **more}}


@pytest.mark.parametrize(
    ("package", "command"),
    [
        pytest.param(_kit(**{"@sveltejs/adapter-auto": "^7"}), "npm install --save-dev @sveltejs/adapter-node", id="SvelteKit"),
        pytest.param(_kit(**{"astro": "^5", "@astrojs/vercel": "^8"}), "npm install --save-dev", id="SvelteKit first"),
        pytest.param({**KIT, "devDependencies": {"@solidjs/start": "^1"}}, "dockergen init --start", id="unknown output"),
    ],
)  # fmt: skip
def test_build_for_a_hosting_service_is_refused_with_what_to_do(project, package: dict[str, Any], command: str) -> None:
    with pytest.raises(ProjectError, match=r"package\.json:\d+ uses") as caught:
        dockergen.plan(project({"package.json": json.dumps(package, indent=1)}))
    assert caught.value.command.startswith(command)


def test_start_script_of_such_a_framework_is_believed(project) -> None:
    scripts = {"build": "vite build", "start": "node .output/server/index.mjs"}
    package = {"scripts": scripts, "dependencies": {"@tanstack/react-start": "^1"}, "devDependencies": {"vite": "^8"}}
    plan = dockergen.plan(project({"package.json": json.dumps(package)}))
    assert (plan.start[-1], plan.facts.output) == (".output/server/index.mjs", ".output")


@pytest.mark.parametrize(
    ("config", "fallback"),
    [("adapter({ fallback: 'index.html' })", True), ("adapter()", False)],
)
def test_static_sveltekit_is_served_from_its_folder(project, config: str, fallback: bool) -> None:
    package = _kit(**{"@sveltejs/adapter-static": "^3"})
    plan = dockergen.plan(project({"package.json": json.dumps(package), "vite.config.ts": config}))
    assert (plan.runtime_image.repository, plan.facts.output, plan.facts.fallback) == (
        "nginxinc/nginx-unprivileged",
        "build",
        fallback,
    )


@pytest.mark.parametrize(("ssr", "output"), [("false", "build/client"), ("true", "build")])
def test_react_router_without_a_server_is_served_as_files(project, ssr: str, output: str) -> None:
    package = {
        "scripts": {"build": "react-router build", "start": "react-router-serve ./build/server/index.js"},
        "dependencies": {"@react-router/serve": "^7"},
        "devDependencies": {"@react-router/dev": "^7", "vite": "^7"},
    }
    config = f"export default {{\n  ssr: {ssr},\n}}\n"
    plan = dockergen.plan(project({"package.json": json.dumps(package), "react-router.config.ts": config}))
    assert plan.facts.output == output


@pytest.mark.parametrize(
    ("build", "server", "builds"),
    [
        pytest.param("tsc --noEmit -p tsconfig.json", SERVER, False, id="types are checked"),
        pytest.param("tsc", SERVER + "require('./build/worker')\n", True, id="the source loads the output"),
        pytest.param("tsc && vite build", SERVER, True, id="more than the compiler"),
    ],
)
def test_build_that_only_checks_types_is_left_out(project, build: str, server: str, builds: bool) -> None:
    package = {**PACKAGE, "scripts": {"start": "node server", "build": build}, "devDependencies": {"typescript": "^5"}}
    files = {"tsconfig.json": '{"compilerOptions": {\n"outDir": "build"}}', "server.js": server, "config.js": ""}
    root = project({"package.json": json.dumps(package), **files})
    assert ("build" in _decisions(root)) is builds


def test_only_build_of_its_kind_is_the_build(project) -> None:
    scripts = {
        "start": "node server.js",
        "build:frontend": "vite build --outDir public",
        "build:docker": "docker build .",
    }
    root = project({"package.json": json.dumps({**PACKAGE, "scripts": scripts}), "server.js": SERVER, "config.js": ""})
    assert _decisions(root)["build"] == "build:frontend"


def test_program_of_a_package_is_started_before_a_file_by_its_name(project) -> None:
    package = {"bin": {"shop": "lib/bin.js"}, "scripts": {"build": "tsc"}, "devDependencies": {"typescript": "^5"}}
    files = {"src/app.ts": "export {}\n", "src/bin.ts": "", "tsconfig.json": '{"compilerOptions": {\n"outDir": "lib"}}'}
    assert _decisions(project({"package.json": json.dumps(package), **files}))["start"] == ("node", "lib/bin.js")


def test_port_of_a_development_server_is_not_taken(project) -> None:
    config = "export default { server: { port: 5000 } }\n"
    files = {"server.js": SERVER, "config.js": "", "web/vite.config.ts": config}
    assert _decisions(project({"package.json": json.dumps(PACKAGE), **files}))["port"] == 3000


def test_build_that_brings_its_public_folder_gets_no_second_one(project) -> None:
    package = {"scripts": {"build": "nuxt build"}, "dependencies": {"nuxt": "^4"}}
    plan = dockergen.plan(project({"package.json": json.dumps(package), "public/logo.svg": "<svg/>"}))
    assert (plan.facts.output, plan.facts.copies) == (".output", ())


def test_port_of_a_file_that_the_program_does_not_import_is_not_taken(project) -> None:
    files = {
        "server.js": "import { port } from './lib/settings.js'\napp.listen(port)\n",
        "lib/settings.js": "export const port = process.env.PORT || 8081\n",
        "deploy/index.js": "app.listen(process.env.PORT || 3009)\n",
        "extra/healthcheck.js": "const port = 3001\n",
    }
    assert _decisions(project({"package.json": json.dumps(PACKAGE), **files}))["port"] == 8081


def test_port_is_read_from_the_source_of_what_a_compiler_makes(project) -> None:
    package = {
        "scripts": {"build": "tsc", "start": "node dist/server.js"},
        "dependencies": {"express": "^5"},
        "devDependencies": {"typescript": "^5"},
    }
    files = {
        "src/server.ts": "import { env } from '@/env'\nimport './app'\n",
        "src/app.ts": "app.listen(process.env.PORT ?? 4001)\n",
        "a/other.ts": "app.listen(9999)\n",
        "tsconfig.json": '{"compilerOptions": {\n"outDir": "dist"}}',
    }
    assert _decisions(project({"package.json": json.dumps(package), **files}))["port"] == 4001


@pytest.mark.parametrize("script", ["svelte-kit sync || echo ''", "nuxt prepare", "npx astro sync && husky"])
def test_install_script_whose_work_the_build_repeats_does_not_need_the_source(project, script: str) -> None:
    package = _kit(**{"@sveltejs/adapter-node": "^5"})
    package = {**package, "scripts": {**package["scripts"], "prepare": script}}
    install = dockergen.plan(project({"package.json": json.dumps(package)})).facts.install
    assert (install.source_first, install.scripts) == (False, False)


def test_a_package_of_build_tools_leaves_the_folder_to_the_other_language(tmp_path: Path) -> None:
    tools = {"name": "tools", "main": "gulpfile.js", "devDependencies": {"gulp": "^4.0.2"}}
    (tmp_path / "package.json").write_text(json.dumps(tools))
    (tmp_path / "gulpfile.js").write_text("const gulp = require('gulp')\n")
    (tmp_path / "requirements.txt").write_text("flask==3.1.2\ngunicorn==23.0.0\n")
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    assert dockergen.plan(tmp_path).language == "python"


@pytest.mark.parametrize(
    "package",
    [
        pytest.param({"main": "frontend/index.tsx", "devDependencies": {"webpack": "^5.102.1"}}, id="its main is JSX"),
        pytest.param({"scripts": {"start": "pipenv run start"}}, id="it starts the other language"),
        pytest.param(
            {"scripts": {"start": "pnpm env-of pipenv run start", "env-of": "dotenv -e ../../.env"}},
            id="it starts the other language with variables",
        ),
    ],
)
def test_a_package_that_starts_nothing_of_its_own_leaves_the_folder_to_the_other_language(
    tmp_path: Path, package: dict[str, object]
) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"name": "shop", **package}))
    (tmp_path / "frontend").mkdir()
    (tmp_path / "frontend" / "index.tsx").write_text("export const page = <p>hello</p>\n")
    (tmp_path / "requirements.txt").write_text("flask==3.1.2\ngunicorn==23.0.0\n")
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    assert dockergen.plan(tmp_path).language == "python"


def test_words_behind_a_script_are_those_of_its_program(project) -> None:
    scripts = {"start": "pnpm with-env node server.js", "with-env": "dotenv -e ../../.env --"}
    plan = dockergen.plan(project({"package.json": json.dumps({"scripts": scripts}), "server.js": ""}))
    assert plan.start[-1] == "server.js"


@pytest.mark.parametrize("written", ["path.resolve(__dirname, 'web', 'bundles')", "path.resolve('./web/bundles/')"])
def test_webpack_fills_the_folder_that_its_configuration_resolves(project, written: str) -> None:
    package = {"scripts": {"build": "webpack"}, "devDependencies": {"webpack": "^5", "webpack-cli": "^6"}}
    config = f"const path = require('path')\nmodule.exports = {{output: {{path: {written}, filename: 'main.js'}}}}\n"
    plan = dockergen.plan(project({"package.json": json.dumps(package), "webpack.config.js": config}))
    assert next(row.text for row in plan.decisions if row.name == "output") == "web/bundles"


@pytest.mark.parametrize(
    ("tools", "node", "told"),
    [
        ({"react-scripts": "^4.0.3"}, "", True),
        ({"webpack": "~4.46", "webpack-cli": "^4"}, ">=18", True),
        ({"react-scripts": "^4.0.3"}, "16.x", False),
        ({"react-scripts": "^5.0.1"}, "", False),
    ],
)
def test_bundler_that_hashes_with_md4_is_let_on_openssl_3(
    project, tools: dict[str, str], node: str, told: bool
) -> None:
    package = {"scripts": {"build": "make-pages"}, "devDependencies": tools, "engines": {"node": node} if node else {}}
    text = next(
        f.text for f in dockergen.generate(project({"package.json": json.dumps(package)})) if f.path == "Dockerfile"
    )
    assert ("export NODE_OPTIONS=--openssl-legacy-provider && npm run build" in text) == told


@pytest.mark.parametrize(
    ("command", "path", "config", "output"),
    [
        ("vite build --config web/vite.conf.mjs", "web/vite.conf.mjs", "build: { outDir: resolve(__dirname, '../public/js') }", "public/js"),
        ("vite build -c web/vite.conf.mjs", "web/vite.conf.mjs", "build: { outDir: 'out' }", "out"),
        ("vite build", "vite.config.js", "root: 'web', build: { outDir: '../public' }", "public"),
        ("vite build", "vite.config.js", "root: 'web'", "web/dist"),
    ],
)  # fmt: skip
def test_vite_fills_the_folder_that_the_named_configuration_says(
    project, command: str, path: str, config: str, output: str
) -> None:
    package = {"scripts": {"build": command}, "devDependencies": {"vite": "^8"}}
    files = {"package.json": json.dumps(package), path: f"export default {{ {config} }}\n"}
    assert _decisions(project(files))["output"] == output


@pytest.mark.parametrize(
    ("lock", "text", "wanted"),
    [
        ("yarn.lock", 'a@^1:\n  version "1.0.0"\n  resolved "https://github.com/x/a.git#1452fc7"\n', True),
        ("package-lock.json", '{"packages": {"node_modules/a": {"resolved": "git+ssh://git@github.com/x/a.git#1452fc7"}}}', True),
        ("pnpm-lock.yaml", "packages:\n  a@1:\n    resolution: {commit: 1452fc7, repo: https://x.example/a.git, type: git}\n", True),
        ("yarn.lock", 'a@^1:\n  version "1.0.0"\n  resolved "https://registry.yarnpkg.com/git-tools/-/git-tools-1.0.0.tgz#1452fc7"\n', False),
    ],
)  # fmt: skip
def test_packages_of_git_repositories_are_fetched_by_git(project, lock: str, text: str, wanted: bool) -> None:
    package = {"scripts": {"build": "vite build"}, "devDependencies": {"vite": "^8", "a": "*"}}
    plan = dockergen.plan(project({"package.json": json.dumps(package), lock: text}))
    assert ({"ca-certificates", "git"} <= set(plan.build_packages)) == wanted


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('import { createServer } from "vite";\n', True),
        ('import {\n  createServer,\n} from "vite";\n', True),
        ('import type { Server } from "vite";\n', False),
        ('const { createServer } = await import("vite");\n', False),
        ('import express from "express";\n', False),
    ],
)
def test_bundle_that_imports_a_package_of_development_keeps_it(project: Project, text: str, kept: bool) -> None:
    scripts = {
        "build": "vite build && esbuild server/index.ts --platform=node --packages=external --bundle --format=esm --outdir=dist",
        "start": "NODE_ENV=production node dist/index.js",
    }
    package = {"type": "module", "scripts": scripts, "dependencies": {"express": "5"}, "devDependencies": {"vite": "7"}}
    server = 'import express from "express";\nimport { setup } from "./dev";\nexpress().listen(process.env.PORT);\n'
    root = project({"package.json": json.dumps(package), "server/index.ts": server, "server/dev.ts": text})
    plan = dockergen.plan(root)
    assert plan.facts.production_stage != kept
    assert any("imports vite when it runs" in note for note in plan.notes) == kept
