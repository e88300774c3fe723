"""The shape of the code: layers, the four doors, strict templates, known data keys."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import jinja2
import pytest
import tomli

from dockergen import catalog
from dockergen.planner import languages
from dockergen.render import templates_folder

PACKAGE = Path(__file__).parent.parent / "dockergen"

# Lowest first; a module imports from lower rows only, and from its own row only within the same package.
LAYERS = (
    ("frozen", "lazy", "shortened"),
    ("model",),
    ("errors",),
    ("dockerfile", "dockerignore", "discovery", "catalog", "manifests", "repository"),
    ("settings",),
    ("language", "context", "unplanned"),
    ("languages",),
    ("planner", "render", "workspace", "engine", "commands"),
    ("audit",),
    ("pipeline",),
    ("explain", "verify", "update", "scaffold"),
    ("report",),
    ("cli",),
)
RANK = {name: rank for rank, row in enumerate(LAYERS) for name in row}
API = {"__init__", "__main__"}  # the public face may import from everywhere, lazily


def modules() -> list[Path]:
    return sorted(
        path
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).as_posix() not in ("__init__.py", "__main__.py")
    )


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_point_down(path: Path) -> None:
    own = part(path)
    for name in imports(tree_of(path)):
        parts = name.split(".")
        if parts[0] != "dockergen" or len(parts) < 2 or parts[1] not in RANK:
            continue
        assert own in RANK, f"{own} has no layer; give it one in LAYERS"
        assert parts[1] == own or RANK[parts[1]] < RANK[own], f"{own} imports {name}, which is not below it"


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_no_language_imports_another(path: Path) -> None:
    if part(path) != "languages":
        return
    own = path.relative_to(PACKAGE / "languages").with_suffix("").parts[0]
    for name in imports(tree_of(path)):
        if name.startswith("dockergen.languages."):
            assert name.split(".")[2] == own


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_only_engine_starts_processes(path: Path) -> None:
    if part(path) == "engine":
        return
    tree = tree_of(path)
    assert not {name.split(".")[0] for name in imports(tree)} & {"subprocess", "pty", "multiprocessing"}
    calls = {
        n.attr
        for n in ast.walk(tree)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "os"
    }
    assert not calls & {"system", "popen", "fork", "execv", "execvp", "posix_spawn"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_only_report_prints(path: Path) -> None:
    if part(path) == "report":
        return
    tree = tree_of(path)
    called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    assert not called & {"print", "input"}
    echoed = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    assert not echoed & {"echo", "secho"}


# catalog and render read our own data and templates; verify makes temporary copies; cli only resolves paths.
READERS = {"repository", "workspace", "catalog", "render", "verify", "engine"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_only_repository_reads_and_only_workspace_writes_the_tree(path: Path) -> None:
    if part(path) in READERS:
        return
    tree = tree_of(path)
    called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    used = {n.func.attr for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)}
    assert "open" not in called
    assert not used & {"read_text", "read_bytes", "write_text", "write_bytes", "scandir", "iterdir", "rglob", "unlink"}


@pytest.mark.parametrize("path", sorted((PACKAGE / "data").glob("*.toml")), ids=lambda p: p.name)
def test_every_data_key_is_known(path: Path) -> None:
    if path.stem == "diagnosis":
        pytest.skip("read by verify, not a catalog")
    catalog.parse(tomli.loads(path.read_text(encoding="utf-8")), path.name)


def test_unknown_data_key_is_an_error_with_a_hint() -> None:
    with pytest.raises(catalog.CatalogError, match=r"x\.toml \[managers\.pip\].*did you mean 'lock_files'"):
        catalog.parse({"managers": {"pip": {"title": "pip", "lock_file": []}}}, "x.toml")


def test_every_language_has_its_four_parts() -> None:
    for name, language in languages().items():
        assert language.title
        assert (PACKAGE / "data" / f"{name}.toml").is_file()
        assert (templates_folder() / "dockerfiles" / name / "Dockerfile.j2").is_file()
        assert catalog.load(name).versions is not None


@pytest.mark.parametrize(
    "path", sorted(templates_folder().rglob("*.j2")), ids=lambda p: p.relative_to(templates_folder()).as_posix()
)
def test_every_template_compiles_and_computes_nothing(path: Path) -> None:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    for name in ("argv", "word", "env", "path", "mount", "comment"):
        environment.filters[name] = str
    tree = environment.parse(path.read_text(encoding="utf-8"))
    for kind in (
        jinja2.nodes.Add,
        jinja2.nodes.Sub,
        jinja2.nodes.Mul,
        jinja2.nodes.Div,
        jinja2.nodes.Mod,
        jinja2.nodes.Pow,
    ):
        assert tree.find(kind) is None, f"{path.name} computes"


def test_the_default_version_of_every_language_is_alive_on_the_day_the_table_was_reviewed() -> None:
    for name in languages():
        versions = catalog.load(name).versions
        assert versions is not None
        assert versions.default in versions.supported
        assert not versions.ended(versions.default)
        assert not [v for v in versions.supported if versions.ended(v)]


def test_no_manifest_of_python_is_passed_over_before_its_modules_are_imported() -> None:
    from dockergen.languages.python import _belongs

    python = catalog.load("python")
    names = {name for row in python.managers.values() for name in (*row.lock_files, *row.manifests)}
    names |= {path.split("/")[0] for path in python.lists["requirements"]}
    names |= {row.split("|")[0] for row in python.lists["unsupported"]}
    assert {name for name in names if not _belongs(name)} == set()
