"""The modules of a repository: which manifests `go mod download` reads, and whether it has anything to do."""

from __future__ import annotations

import shlex

from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.manifests.go_mod import GoFile, parse
from dockergen.repository import Repository, normal


@frozen
class Modules:
    """The root manifest and the modules of the build, by folder ("" for the root)."""

    manifest: str  # go.work or go.mod
    root: GoFile
    by_folder: dict[str, GoFile]
    manifests: tuple[str, ...]
    downloads: bool
    vendored: bool

    @property
    def requires(self) -> dict[str, tuple[str, int]]:
        """Required modules with the manifest and line that require them."""
        return {
            need.module: (f"{folder}/go.mod".lstrip("/"), need.line)
            for folder, file in self.by_folder.items()
            for need in file.requires
        }


def modules(repo: Repository) -> Modules:
    """The modules below; ProjectError for a missing go.mod or go.sum or a folder outside of the repository."""
    if not repo.has("go.mod") and not repo.has("go.work"):
        raise ProjectError(
            f"There are .go files in {repo.prefix or 'this folder'} but no go.mod.",
            "Make the folder a module.",
            command="go mod init example.com/app && go mod tidy",
        )
    folders = _workspace_folders(repo) if repo.has("go.work") else [""]
    by_folder = {folder: parse(repo.read(_in(folder, "go.mod"))) for folder in folders}
    manifest = "go.work" if repo.has("go.work") else "go.mod"
    root = parse(repo.read(manifest))
    local = {path for folder, file in by_folder.items() for path in _local_replacements(repo, folder, file)}
    for path in sorted(local - set(by_folder)):
        by_folder[path] = parse(repo.read(_in(path, "go.mod")))
    vendored = repo.has("vendor/modules.txt")
    needs = any(file.requires for file in by_folder.values()) and not vendored
    if needs:
        _check_sums(repo, manifest, by_folder)
    names = [manifest, "go.work.sum"] if manifest == "go.work" else []
    names += [_in(folder, name) for folder in by_folder for name in ("go.mod", "go.sum")]
    return Modules(manifest, root, by_folder, tuple(dict.fromkeys(n for n in names if repo.has(n))), needs, vendored)


def _workspace_folders(repo: Repository) -> list[str]:
    folders = []
    for use, line in parse(repo.read("go.work")).uses:
        folder = normal(use)
        if folder is None or not repo.has(_in(folder, "go.mod")):
            raise ProjectError(
                f"{repo.prefix}go.work:{line} uses {use!r}, where there is no go.mod inside the repository.",
                "Correct or remove that line.",
                command=f"go work edit -dropuse={shlex.quote(use)}",
            )
        folders.append(folder)
    return folders


def _local_replacements(repo: Repository, folder: str, file: GoFile) -> list[str]:
    found = []
    for replacement in file.replaces:
        if not replacement.is_local:
            continue
        path = normal(_in(folder, replacement.target)) if not replacement.target.startswith("/") else None
        where = f"{repo.prefix}{_in(folder, 'go.mod')}:{replacement.line}"
        if path is None:
            raise ProjectError(
                f"{where} replaces {replacement.module} by {replacement.target}, outside of the build context.",
                "Run dockergen in the folder that holds both, or copy the module into the repository.",
                command=f"go mod edit -dropreplace={shlex.quote(replacement.module)}",
            )
        if not repo.has(_in(path, "go.mod")):
            raise ProjectError(
                f"{where} replaces {replacement.module} by {replacement.target}, where there is no go.mod.",
                "Add the module there or remove that line.",
                command=f"go mod edit -dropreplace={shlex.quote(replacement.module)}",
            )
        found.append(path)
    return found


def _check_sums(repo: Repository, manifest: str, by_folder: dict[str, GoFile]) -> None:
    for folder, file in by_folder.items():
        outside = [
            need for need in file.requires if not any(r.module == need.module and r.is_local for r in file.replaces)
        ]
        if manifest == "go.mod" and folder == "" and outside and not repo.has("go.sum"):
            raise ProjectError(
                f"{repo.prefix}go.mod:{outside[0].line} requires {outside[0].module}, but there is no go.sum.",
                "Write the checksums; `go build` refuses to work without them.",
                command="go mod tidy",
            )


def _in(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
