"""The Go profile: version, main package, cgo, port, manifests, files opened at run time."""

from __future__ import annotations

from typing import Any

import pytest

from dockergen.errors import DockergenError, ProjectError, UsageError
from dockergen.manifests.go_mod import parse
from dockergen.planner import service
from dockergen.repository import Repository
from dockergen.settings import Settings

MAIN = 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n'
TOOL = "package main\n\nfunc main() {}\n"


def plan(root, **flags: Any):
    repo = Repository(root)
    return service(repo, Settings.load(repo, flags)).plan


def decisions(root, **flags: Any) -> dict[str, Any]:
    return {d.name: d.sourced for d in plan(root, **flags).decisions}


def test_go_mod_directives_are_read_with_their_lines() -> None:
    file = parse(
        "module example.com/a // comment\n\ngo 1.26.3\ntoolchain go1.27.1\n"
        "require (\n\tb.com/c v1.0.0 // indirect\n\td.com/e v2.0.0\n)\nrequire f.com/g v3.0.0\n"
        "replace b.com/c => ./lib/c\nreplace d.com/e v2.0.0 => h.com/i v1.0.0\n"
    )
    assert (file.module, file.go, file.go_line, file.toolchain, file.toolchain_line) == (
        "example.com/a",
        "1.26.3",
        3,
        "1.27.1",
        4,
    )
    assert [(r.module, r.line) for r in file.requires] == [("b.com/c", 6), ("d.com/e", 7), ("f.com/g", 9)]
    assert [(r.target, r.is_local) for r in file.replaces] == [("./lib/c", True), ("h.com/i", False)]


@pytest.mark.parametrize(
    ("files", "version", "origin"),
    [
        pytest.param({"go.mod": "module a\ngo 1.26\n"}, "1.26", "go.mod:2", id="go directive"),
        pytest.param({"go.mod": "module a\ngo 1.26.4\n"}, "1.26", "go.mod:2", id="patch floats"),
        pytest.param({"go.mod": "module a\ngo 1.21\n"}, "1.27", "newest supported", id="ended minimum"),
        pytest.param({"go.mod": "module a\ngo 1.21\ntoolchain go1.26.1\n"}, "1.26", "go.mod:3", id="toolchain"),
        pytest.param({"go.mod": "module a\n"}, "1.27", "default", id="no directive"),
        pytest.param({"go.mod": "module a\ngo 1.21\n", ".go-version": "1.25.1\n"}, "1.25.1", ".go-version:1", id="pin"),
        pytest.param(
            {"go.mod": "module a\ngo 1.21\n", ".tool-versions": "nodejs 24\ngolang 1.26.2\n"},
            "1.26.2",
            ".tool-versions:2",
            id="asdf",
        ),
    ],
)
def test_version(project, files: dict[str, str], version: str, origin: str) -> None:
    chosen = decisions(project({**files, "main.go": MAIN}))["version"]
    assert (chosen.value, str(chosen.origin)) == (version, origin)


def test_an_ended_release_is_built_as_pinned_with_a_note(project) -> None:
    built = plan(project({"go.mod": "module a\ngo 1.21\n", ".go-version": "1.23\n", "main.go": MAIN}))
    assert str(built.build_image) == "golang:1.23-bookworm"
    assert any("no security fixes since 2025-08-12" in note for note in built.notes)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param(
            {"go.mod": "module a\ngo 1.99\n", "main.go": MAIN}, r"go\.mod:2 asks for Go 1\.99; the newest", id="future"
        ),
        pytest.param(
            {"go.mod": "module a\ngo 1.26\n", ".go-version": "1.25", "main.go": MAIN},
            r"\.go-version:1 chooses Go 1\.25, but go\.mod:2 needs",
            id="pin below minimum",
        ),
        pytest.param({"main.go": MAIN}, "no go.mod", id="no go.mod"),
        pytest.param({"go.mod": "module a\n", "lib.go": "package a\n"}, "belongs to a library", id="library"),
        pytest.param(
            {"go.mod": "module a\nrequire b.com/c v1.0.0\n", "main.go": MAIN},
            r"go\.mod:2 requires b\.com/c, but there is no go\.sum",
            id="no sums",
        ),
        pytest.param(
            {"go.mod": "module a\nreplace b => ../b\n", "main.go": MAIN},
            r"go\.mod:2 replaces b by \.\./b, outside",
            id="replace outside",
        ),
        pytest.param(
            {"go.work": "go 1.26\nuse ./gone\n"},
            r"go\.work:2 uses '\./gone', where there is no go\.mod",
            id="use of nothing",
        ),
        pytest.param(
            {"go.mod": "module a\n", "cmd/api/main.go": MAIN, "cmd/worker/main.go": MAIN},
            r"holds 2 programs: cmd/api \(cmd/api/main\.go\), cmd/worker",
            id="two programs",
        ),
    ],
)
def test_what_cannot_be_planned_is_said(project, files: dict[str, str], message: str) -> None:
    with pytest.raises(ProjectError, match=message) as caught:
        plan(project(files))
    assert caught.value.command


@pytest.mark.parametrize(
    ("files", "package"),
    [
        pytest.param({"main.go": MAIN, "cmd/x/main.go": MAIN}, ".", id="the root wins"),
        pytest.param({"cmd/server/main.go": MAIN}, "./cmd/server", id="the only one"),
        pytest.param(
            {"cmd/server/main.go": MAIN, "cmd/migrate/main.go": TOOL}, "./cmd/server", id="a tool is no rival"
        ),
        pytest.param({"cmd/shop/main.go": MAIN, "cmd/other/main.go": MAIN}, "./cmd/shop", id="named like the module"),
        pytest.param(
            {"main.go": MAIN, "gen.go": "//go:build ignore\n\npackage main\nfunc main() {}\n"}, ".", id="ignored file"
        ),
        pytest.param(
            {"cmd/a/main.go": MAIN, "examples/b/main.go": MAIN, "internal/tools/x.go": TOOL}, "./cmd/a", id="examples"
        ),
    ],
)
def test_main_package(project, files: dict[str, str], package: str) -> None:
    assert decisions(project({"go.mod": "module example.com/shop\n", **files}))["app"].value == package


def test_app_chooses_by_name_and_by_folder(project) -> None:
    root = project({"go.mod": "module a\n", "cmd/api/main.go": MAIN, "cmd/worker/main.go": MAIN})
    assert decisions(root, app="worker")["app"].value == "./cmd/worker"
    assert decisions(root, app="cmd/api")["app"].value == "./cmd/api"
    with pytest.raises(UsageError, match="there is no app 'web' here") as caught:
        plan(root, app="web")
    assert "api" in caught.value.remedy


@pytest.mark.parametrize(
    ("files", "image", "cgo"),
    [
        pytest.param({"main.go": MAIN}, "static", "off", id="pure"),
        pytest.param({"main.go": MAIN, "c.go": 'package main\n\n// int x;\nimport "C"\n'}, "base", "on", id="import C"),
        pytest.param(
            {"main.go": MAIN, "go.mod": "module a\nrequire github.com/mattn/go-sqlite3 v1.14.0\n", "go.sum": ""},
            "static",
            "on",
            id="sqlite3 is linked in",
        ),
        pytest.param(
            {"main.go": MAIN, "go.mod": "module a\nrequire github.com/marcboeker/go-duckdb v1.0.0\n", "go.sum": ""},
            "cc",
            "on",
            id="c++",
        ),
        pytest.param(
            {"main.go": MAIN, "c_test.go": 'package main\n\nimport "C"\n'}, "static", "off", id="only in a test"
        ),
    ],
)
def test_cgo_decides_the_base(project, files: dict[str, str], image: str, cgo: str) -> None:
    built = plan(project({"go.mod": "module a\n", **files}))
    assert built.runtime_image.repository == f"gcr.io/distroless/{image}-debian13"
    assert {d.name: d.text for d in built.decisions}["cgo"] == cgo


@pytest.mark.parametrize(
    ("source", "port", "origin"),
    [
        pytest.param(MAIN, 8080, "main.go:5", id="address"),
        pytest.param(MAIN.replace(":8080", ":3333"), 3333, "main.go:5", id="other address"),
        pytest.param(
            MAIN.replace('":8080"', '":"+port()') + 'func port() string {\n\tport := "9090"\n\treturn port\n}\n',
            9090,
            "main.go:7",
            id="port variable",
        ),
        pytest.param(TOOL, None, "", id="worker"),
    ],
)
def test_port(project, source: str, port: int | None, origin: str) -> None:
    built = plan(project({"go.mod": "module a\n", "main.go": source}))
    assert built.port == port
    if port:
        assert str({d.name: d.sourced for d in built.decisions}["port"].origin) == origin


def test_a_program_on_localhost_is_warned_about(project) -> None:
    built = plan(project({"go.mod": "module a\n", "main.go": MAIN.replace(":8080", "localhost:8080")}))
    assert any("main.go:5 listens on localhost" in note for note in built.notes)


def test_port_variable_is_set_only_where_the_program_reads_it(project) -> None:
    reading = MAIN.replace('":8080"', '":"+os.Getenv("PORT")')
    assert plan(project({"go.mod": "module a\n", "main.go": reading})).env == (("PORT", "8080"),)
    assert plan(project({"main.go": MAIN})).env == ()


def test_workspace_mounts_all_manifests(project) -> None:
    built = plan(
        project(
            {
                "go.work": "go 1.26\nuse (\n\t./api\n\t./shared\n)\n",
                "go.work.sum": "",
                "api/go.mod": "module example.com/api\ngo 1.26\nrequire b.com/c v1.0.0\n",
                "api/go.sum": "",
                "api/main.go": MAIN,
                "shared/go.mod": "module example.com/shared\n",
                "shared/s.go": "package shared\n",
            }
        )
    )
    assert built.facts.manifests == ("go.work", "go.work.sum", "api/go.mod", "api/go.sum", "shared/go.mod")
    assert built.facts.package == "./api"


def test_a_local_replacement_is_mounted(project) -> None:
    built = plan(
        project(
            {
                "go.mod": "module a\nrequire (\n\tlib v0.0.0\n\tb.com/c v1.0.0\n)\nreplace lib => ./lib\n",
                "go.sum": "",
                "lib/go.mod": "module lib\n",
                "main.go": MAIN,
            }
        )
    )
    assert built.facts.manifests == ("go.mod", "go.sum", "lib/go.mod")


def test_vendored_modules_are_not_downloaded(project) -> None:
    built = plan(project({"go.mod": "module a\nrequire b.com/c v1.0.0\n", "vendor/modules.txt": "", "main.go": MAIN}))
    assert not built.facts.downloads


def test_files_opened_at_run_time_are_copied_and_embedded_ones_are_not(project) -> None:
    source = MAIN.replace(
        "func main() {",
        '//go:embed assets/*\nvar fs embed.FS\n\nfunc main() { template.ParseGlob("templates/*.html"); http.Dir("./static");',
    )
    built = plan(
        project({"go.mod": "module a\n", "main.go": source, "templates/a.html": "", "static/b.css": "", "assets/c": ""})
    )
    assert built.facts.runtime_files == ("static", "templates")


def test_every_error_of_the_profile_is_a_dockergen_error(project) -> None:
    for text in ("", "module", "module a\ngo x\n", "require (\n", "go 1\n", "\0"):
        try:
            plan(project({"go.mod": text, "main.go": MAIN}))
        except DockergenError as error:
            assert error.exit_code == 3
