"""Apps of a Django project whose models have no migrations, which `migrate` makes no tables for by itself."""

from __future__ import annotations

import ast
import re

from dockergen.frozen import frozen
from dockergen.languages.python.django import Django
from dockergen.languages.python.syntax import last_name, parsed
from dockergen.lazy import regex
from dockergen.repository import Repository

_MODELS = ("Model", "AbstractUser", "AbstractBaseUser", "MPTTModel")
_DEPTH = 3  # folders below that of the settings where apps lie
_HIDDEN = regex(r"^[^#!\n]*\bmigrations\b", re.MULTILINE)


@frozen
class Unmigrated:
    """What is done about them, and what is said."""

    options: tuple[str, ...] = ()  # of `migrate`
    notes: tuple[str, ...] = ()


def unmigrated(repo: Repository, site: Django) -> Unmigrated:
    """The apps of the repository that the settings name and that have models and no migration."""
    settings = "\n".join(map(repo.source, site.sources))
    without, empty = [], []
    for path in repo.walk(site.root, _DEPTH, endings=("models.py",)):
        folder, _, name = path.rpartition("/")
        label = folder.rpartition("/")[2]
        if (
            name != "models.py"
            or not label.isidentifier()
            or not re.search(rf"""["'](?:[\w.]+\.)?{label}(?:\.[\w.]+)?["']""", settings)
        ):
            continue
        if not any(map(_has_table, parsed(repo.source(path)).body)):
            continue
        place = f"{folder}/migrations"
        if not repo.is_folder(place):
            without.append(label)
        elif not any(entry.endswith(".py") and entry != "__init__.py" for entry in repo.entries(place)):
            empty.append(label)
    labels = sorted((*without, *empty))
    if not labels:
        return Unmigrated()
    line = repo.line_of(".gitignore", _HIDDEN) if repo.is_file(".gitignore") else 0
    hidden = f" (.gitignore:{line} hides them)" if line else ""
    note = (
        f"The models of {', '.join(labels)} have no migrations here{hidden}, and a container cannot write them: run "
        f"`python {site.manage} makemigrations {' '.join(labels)}` and commit what it makes."
    )
    return Unmigrated(("--run-syncdb",) if without else (), (note,))


def _has_table(node: ast.stmt) -> bool:
    """True for a model that is not only there for others to be derived from."""
    if not isinstance(node, ast.ClassDef) or not any(last_name(base) in _MODELS for base in node.bases):
        return False
    meta = [
        row for inner in node.body if isinstance(inner, ast.ClassDef) and inner.name == "Meta" for row in inner.body
    ]
    stated = (
        row for row in meta if isinstance(row, ast.Assign) and last_name(row.targets[0]) in ("abstract", "managed")
    )
    return all(
        isinstance(row.value, ast.Constant) and row.value.value is (last_name(row.targets[0]) != "abstract")
        for row in stated
    )
