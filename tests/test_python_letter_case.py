"""Names that differ from the repository's in capital letters only: told with the line that has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python_trees import plan_of

FLASK = "from flask import Flask, render_template\napp = Flask(__name__)\n"
CASES: dict[str, tuple[dict[str, str], str]] = {
    "templates of Flask": ({"app.py": FLASK, "Templates/index.html": "a"}, "app.py:2 asks for templates, and here it is Templates"),
    "static of Flask": ({"app.py": FLASK, "Static/a.css": "a", "templates/x.html": ""}, "app.py:2 asks for static, and here it is Static"),
    "beside the package": ({"app.py": "from shop import app\n", "shop/__init__.py": FLASK, "shop/Static/a.css": "a"}, "`git mv shop/Static shop/static`"),
    "told another folder": ({"app.py": FLASK.replace("__name__", "__name__, template_folder='Templates'"), "Templates/index.html": "a"}, ""),
    "a file that is read": (
        {"app.py": f"{FLASK}data = open('data/Words.json').read()\n", "Data/words.json": "[]"},
        "so the program does not find it; `git mv Data data && git mv data/words.json data/Words.json` mends it.",
    ),
    "a page": ({"app.py": f"{FLASK}def f():\n    return render_template('Home.html')\n", "templates/home.html": "a"}, "`git mv templates/home.html templates/Home.html`"),
    "a file that is written": ({"app.py": f"{FLASK}open('Words.json', 'w')\n", "words.json": "[]"}, ""),
    "both are there": ({"app.py": f"{FLASK}open('words.json')\n", "words.json": "[]", "Words.json": "[]"}, ""),
    "a module": ({"app.py": f"{FLASK}from Models import db\n", "models.py": "db = 1\n"}, "app.py:3 asks for Models.py, and here it is models.py"),
    "a module of a package": (
        {"app.py": f"{FLASK}from shop.Forms.login import form\n", "shop/__init__.py": "", "shop/forms/login.py": "form = 1\n"},
        "`git mv shop/forms shop/Forms`",
    ),
    "a distribution": ({"app.py": FLASK, "Flask/notes.txt": "", "Flask.py": ""}, ""),
    "a name of a package": ({"app.py": f"{FLASK}from shop import Forms\n", "shop/__init__.py": "class Forms: pass\n", "shop/forms.py": ""}, ""),
    "a word": ({"app.py": f"{FLASK}title = 'Words'\n", "words/a.txt": "a"}, ""),
}  # fmt: skip


@pytest.mark.parametrize(("files", "told"), CASES.values(), ids=CASES)
def test_names_in_other_letters_are_told(tmp_path: Path, files: dict[str, str], told: str) -> None:
    notes = " ".join(plan_of(tmp_path, {"requirements": "flask gunicorn", **files}).notes)
    assert told in notes
    assert bool(told) == ("Linux tells capital letters apart" in notes)
