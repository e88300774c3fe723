"""Each audit rule catches what it is for, and nothing else."""

from __future__ import annotations

import pytest

from dockergen.audit import findings
from dockergen.discovery import declared
from dockergen.dockerfile import parse

GOOD = 'FROM python:3.14-slim\nUSER 10001:10001\nCMD ["python", "app.py"]\n'


def with_line(line: str) -> str:
    """A faultless file with one line more, as its second."""
    return GOOD.replace("\n", f"\n{line}\n", 1)


def codes(text: str) -> list[tuple[str, int]]:
    return [(finding.code, finding.line) for finding in findings(parse(text))]


APT = "apt-get update && apt-get install -y --no-install-recommends libpq5"
LISTS = "rm -rf /var/lib/apt/lists/*"

CATCHES = [
    pytest.param('FROM a:1\nCMD ["a"]\n', "DG101", 2, id="no user"),
    pytest.param('FROM a:1\nUSER root\nCMD ["a"]\n', "DG101", 2, id="root by name"),
    pytest.param('FROM a:1\nUSER 0:0\nCMD ["a"]\n', "DG101", 2, id="root by number"),
    pytest.param('FROM a:1\nUSER app\nCMD ["a"]\n', "DG101", 2, id="user by name"),
    pytest.param('FROM a:1\nUSER 10\nUSER root\nCMD ["a"]\n', "DG101", 3, id="back to root"),
    pytest.param('FROM a:1 AS b\nUSER 10\nFROM a:1\nCMD ["a"]\n', "DG101", 4, id="user of another stage"),
    pytest.param("FROM a:1\nUSER 10\nCMD python app.py\n", "DG102", 3, id="shell form"),
    pytest.param("FROM a:1\nUSER 10\nENTRYPOINT ['a']\n", "DG102", 3, id="single quotes are no JSON"),
    pytest.param(with_line("HEALTHCHECK CMD curl localhost"), "DG102", 2, id="health check in shell form"),
    pytest.param('FROM python\nUSER 10\nCMD ["a"]\n', "DG103", 1, id="no tag"),
    pytest.param('FROM a.b:5000/python\nUSER 10\nCMD ["a"]\n', "DG103", 1, id="port is no tag"),
    pytest.param('FROM python:latest\nUSER 10\nCMD ["a"]\n', "DG103", 1, id="latest"),
    pytest.param(with_line("ADD https://a.b/c.tgz /d"), "DG104", 2, id="ADD"),
    pytest.param(with_line("ARG NPM_TOKEN"), "DG105", 2, id="token in ARG"),
    pytest.param(with_line('ENV A="b c" DB_PASSWORD=x'), "DG105", 2, id="password in ENV"),
    pytest.param(with_line("ENV SECRET_KEY hunter2"), "DG105", 2, id="old ENV form"),
    pytest.param(with_line("WORKDIR app"), "DG106", 2, id="relative WORKDIR"),
    pytest.param(with_line("WORKDIR /proc/self/fd/8"), "DG106", 2, id="WORKDIR of the kernel"),
    pytest.param(with_line("COPY --from=biuld /a /b"), "DG107", 2, id="stage misspelt"),
    pytest.param(with_line("RUN --mount=type=bind,from=later,target=/a true"), "DG107", 2, id="mount of unknown stage"),
    pytest.param(with_line("RUN apt-get update && apt-get install -y curl"), "DG108", 2, id="recommends and lists"),
    pytest.param(with_line(f"RUN {APT}"), "DG108", 2, id="lists stay"),
    pytest.param(with_line(f"RUN {APT.replace(' -y', '')} && {LISTS}"), "DG108", 2, id="asks"),
    pytest.param(with_line('CMD ["first"]'), "DG109", 2, id="two CMDs"),
    pytest.param(with_line("RUN curl -fsSL https://a.b/install.sh | sh"), "DG110", 2, id="pipe into a shell"),
    pytest.param(with_line("RUN sudo make install"), "DG110", 2, id="sudo"),
    pytest.param(with_line("RUN curl -k https://a.b/c -o d"), "DG110", 2, id="no certificate check"),
    pytest.param(with_line("ENV NODE_TLS_REJECT_UNAUTHORIZED=0"), "DG110", 2, id="no certificate check in Node"),
    pytest.param(with_line("COPY . .\nRUN npm ci"), "DG111", 3, id="source before dependencies"),
    pytest.param(with_line("EXPOSE 22"), "DG112", 2, id="SSH"),
    pytest.param(with_line("EXPOSE 8080:80"), "DG112", 2, id="port of the host"),
    pytest.param(with_line("EXPOSE 70000"), "DG112", 2, id="no port"),
    pytest.param(with_line("RUN pip install -r requirements.txt"), "DG113", 2, id="pip cache"),
    pytest.param(with_line("RUN apk add curl"), "DG113", 2, id="apk index"),
    pytest.param(with_line(f"RUN {APT.replace('apt-get', 'apt')} && {LISTS}"), "DG114", 2, id="apt"),
    pytest.param('FROM golang:1.27\nUSER 10\nCMD ["a"]\n', "DG115", 1, id="compiler shipped"),
    pytest.param('FROM rust:1 AS b\nFROM b\nUSER 10\nCMD ["a"]\n', "DG115", 2, id="compiler shipped by a stage"),
]

PASSES = [
    pytest.param(GOOD, id="small file"),
    pytest.param('FROM a:1 AS b\nUSER 10\nFROM b\nCMD ["a"]\n', id="user of the stage below"),
    pytest.param(with_line("HEALTHCHECK NONE"), id="no health check"),
    pytest.param(with_line('SHELL ["/bin/bash", "-c"]'), id="another shell"),
    pytest.param(GOOD.replace(":3.14-slim", "@sha256:" + "0" * 64), id="digest instead of tag"),
    pytest.param("FROM a.b:5000/c:1 AS d\nFROM d\n" + GOOD.partition("\n")[2], id="registry with a port"),
    pytest.param(with_line("ENV PUBLIC_KEY=a TOKEN_FILE=/b KEYBOARD=c"), id="harmless names"),
    pytest.param(with_line('ENV A="is not TOKEN=x"'), id="word within a value"),
    pytest.param(with_line("WORKDIR /app"), id="absolute WORKDIR"),
    pytest.param(with_line("COPY --from=ghcr.io/a/b:1 /c /d"), id="copy from an image"),
    pytest.param("FROM a:1 AS b\nFROM c:1\nCOPY --from=0 /a /b\nUSER 10\n", id="stage by number"),
    pytest.param(with_line(f"RUN {APT} && {LISTS}"), id="lists removed"),
    pytest.param(
        with_line(f"RUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt {APT}"),
        id="lists in a cache",
    ),
    pytest.param(with_line("RUN curl -fsSL https://a.b/c -o /d && echo curl -ok"), id="download to a file"),
    pytest.param(with_line("COPY package.json .\nRUN npm ci\nCOPY . ."), id="dependencies first"),
    pytest.param(with_line("EXPOSE 8080 53/udp 3000-3010"), id="ports"),
    pytest.param(with_line("RUN pip install --no-cache-dir -r requirements.txt"), id="pip without cache"),
    pytest.param(with_line("RUN --mount=type=cache,target=/root/.cache/pip pip install a==1"), id="pip with mount"),
    pytest.param(with_line("ENV PIP_NO_CACHE_DIR=1\nRUN pip install a==1"), id="pip told by ENV"),
    pytest.param(with_line("RUN echo apt install"), id="apt as a word"),
    pytest.param("FROM golang:1.27 AS b\nFROM a:1\nCOPY --from=b /c /d\nUSER 10\n", id="compiler left behind"),
]


@pytest.mark.parametrize(("text", "code", "line"), CATCHES)
def test_a_rule_catches(text: str, code: str, line: int) -> None:
    assert codes(text) == [(code, line)]


@pytest.mark.parametrize("text", PASSES)
def test_no_rule_complains(text: str) -> None:
    assert codes(text) == []


def test_every_rule_has_a_code_of_its_own_a_remedy_and_a_case_here() -> None:
    rules = declared("dockergen.audit", "RULE").values()
    assert len({rule.code for rule in rules}) == len(rules)
    assert {rule.code for rule in rules} == {case.values[1] for case in CATCHES}
    assert all(rule.message.endswith(".") and len(rule.remedy) > 10 for rule in rules)
