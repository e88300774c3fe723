"""Situations that public Node.js repositories taught us, each as the smallest tree that shows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import dockergen

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
