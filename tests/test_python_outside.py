"""What a service reads from elsewhere in the repository, which its build does not see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dockergen.pipeline import service_at

Project = Callable[[dict[str, "str | bytes"]], Path]
CASES = {
    "joined": "import os\nfrom flask import Flask\napp = Flask(__name__, template_folder=os.path.join(os.path.dirname(__file__), '..', 'web', 'pages'))\n",
    "divided": "from pathlib import Path\nfrom flask import Flask\napp = Flask(__name__, template_folder=Path(__file__).resolve().parent.parent / 'web' / 'pages')\n",
    "by a name": "from pathlib import Path\nROOT = Path(__file__).parents[1]\nPAGES = ROOT / 'web/pages'\nfrom flask import Flask\napp = Flask(__name__, template_folder=PAGES)\n",
    "as a text": "from flask import Flask\napp = Flask(__name__, template_folder='../web/pages')\n",
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_folder_outside_of_the_service_is_told(project: Project, text: str) -> None:
    root = project({"api/requirements.txt": "flask\n", "api/app.py": text, "web/pages/a.html": "a"})
    notes = " ".join(service_at(root, {}).plan.notes)
    assert "api/app.py:" in notes
    assert "reads web/pages, which lies outside of api/, the folder that this image is built from" in notes


@pytest.mark.parametrize(
    "files",
    [
        {"api/app.py": CASES["joined"]},  # nobody has it
        {"api/shop/__init__.py": "", "api/shop/app.py": CASES["joined"], "api/web/pages/a.html": "a"},  # inside
        {
            "api/app.py": "import sys\nsys.path.append('..')\nfrom flask import Flask\napp = Flask(__name__)\n",
            "web/a.txt": "",
        },
    ],
)
def test_else_nothing_is(project: Project, files: dict[str, str]) -> None:
    assert "outside of" not in " ".join(
        service_at(project({"api/requirements.txt": "flask\n", **files}), {}).plan.notes
    )
