"""Situations that public Go repositories taught us, each as the smallest tree that shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import dockergen
from dockergen.languages.go.constraint import built_by_name, built_by_text

MAIN = 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n'
OPTIONS = """package main

import (
	"flag"
	"net/http"
)

var (
	metrics = flag.String("metrics-addr", ":9999", "metrics")
	{line}
)

func main() {{ http.ListenAndServe(*listen, nil) }}
"""


def _decisions(root: Path) -> dict[str, Any]:
    return {row.name: row.sourced.value for row in dockergen.plan(root).decisions}


@pytest.mark.parametrize(
    ("line", "port"),
    [
        pytest.param('listen = flag.String("listen", ":8152", "interface:port")', 8152, id="an option's address"),
        pytest.param('listen = flag.Int("port", 9898, "HTTP port to bind to")', 9898, id="an option's number"),
        pytest.param(
            'listen = flag.String("port", getEnv("WHOAMI_PORT_NUMBER", "80"), "port")', 80, id="a variable of its own"
        ),
        pytest.param(
            'listen = flags.StringP("port", "p", "8085", "port to listen on")', 8085, id="an option with a short name"
        ),
        pytest.param('listen string `long:"listen" default:"8081"`', 8081, id="a struct tag"),
        pytest.param('listen int `yaml:"port" default:"3000" env:"WAKAPI_PORT"`', 3000, id="a tag of a variable"),
        pytest.param('Port int `default:"80"`', 80, id="a tag of a field that is called Port"),
        pytest.param("listen = 7000\n\tdefaultPort = 7001", 7001, id="a constant"),
    ],
)
def test_port_is_the_default_of_what_can_be_set(project, line: str, port: int) -> None:
    root = project({"go.mod": "module a\n\ngo 1.26\n", "main.go": OPTIONS.format(line=line)})
    assert _decisions(root)["port"] == port


def test_port_of_another_program_or_of_the_profiler_is_not_taken(project) -> None:
    debug = 'package main\n\nimport "net/http"\n\nfunc debug() { http.ListenAndServe("127.0.0.1:6060", nil) }\n'
    other = MAIN.replace("8080", "7777")
    root = project({"go.mod": "module a\n", "a.go": debug, "main.go": MAIN, "examples/b/main.go": other})
    found = dockergen.plan(root)
    assert (found.port, found.notes) == (8080, ())


def test_service_that_answers_http_and_grpc_is_probed_by_http(project) -> None:
    mod = "module a\nrequire google.golang.org/grpc v1.0.0\n"
    text = MAIN.replace('"net/http"', '(\n\t"net/http"\n\t"google.golang.org/grpc"\n)').replace("8080", "80")
    root = project({"go.mod": mod, "go.sum": "", "main.go": text})
    assert _decisions(root).get("framework") is None
    assert _decisions(root)["port"] == 80


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        pytest.param(("shop", "shopd"), "./cmd/shopd", id="the daemon beside its command"),
        pytest.param(
            ("shop", "shop-server", "shop-storybook"), "./cmd/shop-server", id="the server beside its command"
        ),
        pytest.param(("api", "shopctl", "shop-cli", "db-migrate"), "./cmd/api", id="tools by the end of their names"),
    ],
)
def test_program_of_a_family_is_the_one_that_serves(project, names: tuple[str, ...], chosen: str) -> None:
    files = {f"cmd/{name}/main.go": MAIN for name in names}
    assert _decisions(project({"go.mod": "module example.org/shop\n", **files}))["app"] == chosen


def test_only_what_the_program_imports_decides(project) -> None:
    mod = "module example.org/shop\nrequire github.com/labstack/echo/v4 v4.0.0\n"
    root = project(
        {
            "go.mod": mod,
            "go.sum": "",
            "cmd/shop/main.go": 'package main\n\nimport "example.org/shop/web"\n\nfunc main() { web.Run() }\n',
            "web/web.go": 'package web\n\nimport "net/http"\n\nfunc Run() { http.ListenAndServe(":7000", nil) }\n',
            "other/other.go": 'package other\n\nimport (\n\t"C"\n\t"github.com/labstack/echo/v4"\n)\n\n//go:embed gone\n',
            "tools/go.mod": "module example.org/shop/tools\n",
            "tools/main.go": MAIN,
        }
    )
    found = _decisions(root)
    assert (found["port"], found["cgo"], found.get("framework")) == (7000, "off", None)
    assert dockergen.plan(root).facts.mounts_source


ROOT = 'var root = &cobra.Command{\n\tUse: "shop [flags]",\n\tLong: `a { b`,\n%s}\n'
SERVE = 'var serve = &cobra.Command{\n\tUse: "serve",\n\tRunE: func(c *cobra.Command, a []string) error { return run() },\n}\n'
IMPORTS = 'import (\n\t"net/http"\n\t"github.com/spf13/cobra"\n)\n\n'


@pytest.mark.parametrize(
    ("root_runs", "start"),
    [
        pytest.param("", ("/app/shop", "serve"), id="the root does nothing"),
        pytest.param("\tRun: func(c *cobra.Command, a []string) { run() },\n", ("/app/shop",), id="the root serves"),
    ],
)
def test_subcommand_that_serves_is_started(project, root_runs: str, start: tuple[str, ...]) -> None:
    main = "package main\n\n" + IMPORTS + ROOT % root_runs + SERVE
    main += 'func main() { root.Execute() }\nfunc run() error { return http.ListenAndServe(":80", nil) }\n'
    root = project({"go.mod": "module example.org/shop\n", "main.go": main})
    assert dockergen.plan(root).start == start


@pytest.mark.parametrize(
    ("line", "start"),
    [
        pytest.param('flag.String("listen-host", "127.0.0.1", "address")', "--listen-host=0.0.0.0", id="option"),
        pytest.param('flags.StringP("address", "a", "127.0.0.1", "address to listen on")', "--address=0.0.0.0", id="pflag"),
        pytest.param('flag.String("http", "localhost:8080", "HTTP address")', "", id="a name that says nothing"),
        pytest.param('flag.String("http-addr", "localhost:7000", "HTTP address")', "--http-addr=0.0.0.0:7000", id="port"),
        pytest.param('&cli.StringFlag{\n\tName: "listener",\n\tUsage: "127.0.0.1:80",\n\tValue: "127.0.0.1:7001",\n}', "--listener=0.0.0.0:7001", id="urfave"),
        pytest.param('flag.String("redis-addr", "localhost:6379", "address")', "", id="another program's address"),
        pytest.param('flag.String("host", "localhost", "database host")', "", id="the database"),
    ],
)  # fmt: skip
def test_option_that_binds_this_machine_alone_is_opened(project, line: str, start: str) -> None:
    text = MAIN.replace("func main", f"var host = {line}\n\nfunc main").replace('":8080"', "*host")
    plan = dockergen.plan(project({"go.mod": "module example.org/shop\n", "main.go": text}))
    assert plan.start == ("/app/shop", *([start] if start else []))


def test_words_of_the_procfile_are_those_of_the_command(project) -> None:
    files = {"go.mod": "module example.org/shop\n", "main.go": MAIN}
    plan = dockergen.plan(project({**files, "Procfile": "web: bin/shop --listen=$PORT --verbose\n"}))
    assert plan.start == ("/app/shop", "--listen=8080", "--verbose")
    assert "distroless" in plan.runtime_image.repository


def test_other_variables_of_the_procfile_need_a_shell(project) -> None:
    files = {"go.mod": "module example.org/shop\n", "main.go": MAIN}
    plan = dockergen.plan(project({**files, "Procfile": "web: shop --url=$DATABASE_URL --listen=$PORT\n"}))
    assert plan.start == ("sh", "-c", 'exec /app/shop "--url=$DATABASE_URL" "--listen=$PORT"')
    assert (str(plan.runtime_image), dict(plan.env)["PORT"]) == ("debian:trixie-slim", "8080")


def test_files_named_by_an_option_go_along_and_embedded_ones_do_not(project) -> None:
    text = 'var ui = flag.String("ui-path", "./ui", "pages")\n\n//go:embed static\nvar static embed.FS\n\nfunc main'
    root = project(
        {
            "go.mod": "module a\n",
            "main.go": MAIN.replace("func main", text).replace("nil)", 'http.Dir("static"))'),
            "ui/index.html": "hello",
            "static/a.css": "",
        }
    )
    assert dockergen.plan(root).facts.runtime_files == ("ui",)


def test_program_is_not_named_like_a_folder_that_goes_along(project) -> None:
    main = MAIN.replace("nil)", 'http.FileServer(http.Dir("web")))')
    root = project({"go.mod": "module example.org/web\n", "main.go": main, "web/index.html": ""})
    assert dockergen.plan(root).start == ("/app/web-server",)


@pytest.mark.parametrize(
    ("name", "built"),
    [("a.go", True), ("a_test.go", False), ("a_windows.go", False), ("a_linux_arm64.go", True), ("a_darwin_arm64.go", False),
     ("windows.go", True), ("_a.go", False), ("a_arm.go", False)],
)  # fmt: skip
def test_files_of_other_systems_are_left_out_by_name(name: str, built: bool) -> None:
    assert built_by_name(name) is built


@pytest.mark.parametrize(
    ("line", "built"),
    [("ignore", False), ("!windows", True), ("windows || linux", True), ("windows && amd64", False), ("(darwin || linux) && !cgo", False),
     ("go1.21", True), ("!(linux)", False), ("tools", False), ("(" * 90, True), ("! !", True), ("&&", True)],
)  # fmt: skip
def test_files_of_other_builds_are_left_out_by_their_constraint(line: str, built: bool) -> None:
    assert built_by_text(f"// Package a.\n\n//go:build {line}\n\npackage a\n") is built


SQLITE = "module a\nrequire github.com/mattn/go-sqlite3 v1.14.0\n"


@pytest.mark.parametrize(
    ("files", "image"),
    [
        pytest.param({}, "static", id="its C code is all its own"),
        pytest.param({"x.go": 'package main\n\nvar d = sqlite3.SQLiteDriver{Extensions: []string{"x"}}\n'}, "base", id="extensions"),
        pytest.param({"x.go": 'package main\n\n// int x;\nimport "C"\n'}, "base", id="C of the repository"),
        pytest.param({"go.mod": SQLITE + "require github.com/kolesa-team/go-webp v1.0.0\n"}, "base", id="another library"),
    ],
)  # fmt: skip
def test_sqlite_is_linked_in_where_nothing_else_needs_a_library(project, files: dict[str, str], image: str) -> None:
    plan = dockergen.plan(project({"go.mod": SQLITE, "go.sum": "", "main.go": MAIN, **files}))
    assert plan.runtime_image.repository == f"gcr.io/distroless/{image}-debian13"
    assert bool(plan.facts.tags) == (image == "static")


EMBEDS = 'package main\n\nimport "net/http"\n\n//go:embed {pattern}\nvar files embed.FS\n\nfunc main() { http.ListenAndServe(":80", nil) }\n'
VITE = '{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "^8"}}'
BUNDLED = '{"scripts": {"build": "node bundle.mjs"}, "devDependencies": {"esbuild": "^1"}}'


def test_program_in_a_folder_without_a_name_is_called_like_the_module(project) -> None:
    plan = dockergen.plan(project({"go.mod": "module example.org/shop\n", "cmd/app/main.go": MAIN}))
    assert plan.start == ("/app/shop",)


def test_embeds_in_a_block_of_variables_are_read(project) -> None:
    text = MAIN.replace("func main", "var (\n\t//go:embed site\n\tfiles embed.FS\n)\n\nfunc main")
    assert dockergen.plan(project({"go.mod": "module a\n", "main.go": text, "site/a.html": ""})).takes_in == ("site",)


@pytest.mark.parametrize(
    ("pattern", "files", "output", "target"),
    [
        pytest.param("web/dist", {"web/package.json": VITE}, "web/dist", "web/dist", id="where the program looks"),
        pytest.param("public/*", {"web/package.json": VITE}, "web/dist", "public", id="the build writes elsewhere"),
        pytest.param(
            "ui/dist/*", {"package.json": BUNDLED, "bundle.mjs": ""}, "ui/dist", "ui/dist", id="nothing tells"
        ),
        pytest.param(
            "ui",
            {"package.json": BUNDLED, "bundle.mjs": 'build({ outdir: "ui/dist/" })', "ui/index.html": ""},
            "ui/dist",
            "ui/dist",
            id="inside what is embedded",
        ),
    ],
)
def test_front_end_is_there_when_the_program_takes_it_in(
    project, pattern: str, files: dict[str, str], output: str, target: str
) -> None:
    root = project({"go.mod": "module a\n", "main.go": EMBEDS.replace("{pattern}", pattern), **files})
    plan = dockergen.plan(root)
    (asset,) = plan.assets
    assert (asset.output, asset.target, plan.bakes_assets) == (output, target, True)
    text = next(file.text for file in dockergen.generate(root) if file.path == "Dockerfile")
    assert text.index(f"COPY --from=assets /app/{output}/ {target}/") < text.index("go build")


def test_embedded_folder_that_nothing_makes_is_noted(project) -> None:
    plan = dockergen.plan(project({"go.mod": "module a\n", "main.go": EMBEDS.replace("{pattern}", "dist/*")}))
    assert any(note.startswith("dist goes into the program, and nothing here makes it") for note in plan.notes)


def test_front_end_that_cannot_be_planned_does_not_stop_a_program_that_lacks_nothing(project) -> None:
    files = {
        "go.mod": "module a\n",
        "main.go": MAIN,
        "package.json": VITE,
        "vite.config.js": "export default { build: { outDir: folder() } }",
    }
    plan = dockergen.plan(project(files))
    assert plan.assets == ()
    assert any("computes the output folder" in note for note in plan.notes)


def test_subcommand_of_a_switch_is_found_beside_the_client(project) -> None:
    switch = 'switch os.Args[1] {\n\tcase "server":\n\t\thttp.ListenAndServe(":8080", nil)\n\tcase "client":\n\t}'
    text = MAIN.replace('http.ListenAndServe(":8080", nil)', switch).replace('"net/http"', '(\n\t"net/http"\n\t"os"\n)')
    files = {"client/client.go": 'package client\n\nimport "net"\n\nvar a, _ = net.Listen("tcp", ":443")\n'}
    plan = dockergen.plan(project({"go.mod": "module example.org/shop\n", "main.go": text, **files}))
    assert (plan.start, plan.port) == (("/app/shop", "server"), 8080)


def test_note_on_a_closed_address_goes_when_the_start_command_opens_it(project) -> None:
    text = MAIN.replace("func main", 'var a = flag.String("http-address", "127.0.0.1:4180", "address")\n\nfunc main')
    plan = dockergen.plan(project({"go.mod": "module example.org/shop\n", "main.go": text.replace('":8080"', "*a")}))
    assert (plan.start[1:], plan.notes) == (("--http-address=0.0.0.0:4180",), ())


def test_go_service_with_a_workspace_of_one_front_end_is_no_tie(project) -> None:
    files = {
        "pnpm-workspace.yaml": "packages:\n  - web\n",
        "package.json": '{"private": true}',
        "web/package.json": "{}",
    }
    assert dockergen.plan(project({"go.mod": "module a\n", "main.go": MAIN, **files})).language == "go"


@pytest.mark.parametrize(
    ("tag", "env"),
    [
        pytest.param('ListenIpV4 string `yaml:"ip" default:"127.0.0.1" env:"WAKAPI_LISTEN_IPV4"`', {"WAKAPI_LISTEN_IPV4": "0.0.0.0"}, id="env"),
        pytest.param('HTTPAddr string `envconfig:"HTTP_ADDR" default:"localhost:7000"`', {"HTTP_ADDR": "0.0.0.0:7000"}, id="envconfig"),
        pytest.param('Host string `env:"DB_HOST" envDefault:"localhost"`', {}, id="the database"),
    ],
)  # fmt: skip
def test_variable_that_binds_this_machine_alone_is_opened(project, tag: str, env: dict[str, str]) -> None:
    text = MAIN.replace("func main", f"type config struct {{\n\t{tag}\n}}\n\nfunc main")
    assert dict(dockergen.plan(project({"go.mod": "module a\n", "main.go": text})).env) == env
