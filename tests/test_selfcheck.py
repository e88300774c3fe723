"""The self-check stops our own faulty output, whatever the fault, and lets good output pass."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import dockergen
from dockergen.audit import twin
from dockergen.audit.selfcheck import check
from dockergen.context import ignore_groups
from dockergen.dockerfile import parse
from dockergen.errors import BugError
from dockergen.model import BuildPlan, GeneratedFile, IgnoreGroup, Image
from dockergen.pipeline import generated, service_at
from dockergen.render import render
from dockergen.repository import Repository
from tests.hostile_texts import HOSTILE, REFUSED

FILES = {
    "go.mod": "module example.com/a\ngo 1.26\n",
    "main.go": 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
}


@dataclass(frozen=True)
class Case:
    """A good plan and its files, to be spoiled."""

    repo: Repository
    plan: BuildPlan
    dockerfile: str
    dockerignore: str

    def complaint(self, *, dockerfile: str = "", dockerignore: str = "", plan: BuildPlan | None = None) -> str:
        files = [
            GeneratedFile("Dockerfile", dockerfile or self.dockerfile),
            GeneratedFile(".dockerignore", dockerignore or self.dockerignore),
        ]
        try:
            check(self.repo, plan or self.plan, files, render)
        except BugError as error:
            assert error.exit_code == 70
            assert "bug in dockergen" in error.remedy
            return error.problem
        return ""

    def spoiled(self, old: str, new: str) -> str:
        assert old in self.dockerfile
        return self.complaint(dockerfile=self.dockerfile.replace(old, new))


@pytest.fixture
def case(project: Any) -> Case:
    root = project(FILES)
    plan = service_at(root, {}).plan
    texts = {file.path: file.text for file in render(plan)}
    return Case(Repository(root), plan, texts["Dockerfile"], texts[".dockerignore"])


def test_good_output_passes(case: Case) -> None:
    assert case.complaint() == ""


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param('CMD ["/app/a"]', "CMDD [", "cannot be read back: line", id="no instruction"),
        pytest.param('CMD ["/app/a"]', 'CMD ["/app/b"]', "CMD is not ['/app/a']", id="another command"),
        pytest.param('CMD ["/app/a"]', "CMD /app/a", "CMD is not ['/app/a']", id="shell form"),
        pytest.param("USER 65532:65532", "USER 0:0", "USER is not 65532:65532", id="root"),
        pytest.param("EXPOSE 8080", "EXPOSE 8081", "EXPOSE is not 8080", id="another port"),
        pytest.param("EXPOSE 8080\n", "", "EXPOSE is not 8080", id="no port"),
        pytest.param("EXPOSE 8080", 'HEALTHCHECK CMD ["/app/a"]\nEXPOSE 8080', "HEALTHCHECK is not []", id="probe"),
        pytest.param("WORKDIR /app", "COPY nothing.txt /app/\nWORKDIR /app", "nothing.txt does not exist", id="source"),
        pytest.param("WORKDIR /app", "COPY n*.txt /app/\nWORKDIR /app", "n*.txt does not exist", id="pattern"),
        pytest.param("WORKDIR /app", "RUN --mount=type=bind,source=no,target=no true\nWORKDIR /app", "no does not exist", id="mount"),
        pytest.param("WORKDIR /app", "WORKDIR app", "DG106", id="audit rule"),
        pytest.param("WORKDIR /app", "COPY --from=evil/image:1 /a /b\nWORKDIR /app", "COPY takes 'evil/image:1'", id="foreign image"),
        pytest.param("WORKDIR /app", "RUN --mount=type=bind,from=evil/image:1,target=/a true\nWORKDIR /app", "RUN takes 'evil/image:1'", id="mounted image"),
        pytest.param("AS final", "AS final\nFROM busybox:1", "FROM takes 'busybox:1'", id="foreign base"),
        pytest.param("WORKDIR /app", f"ENV A={'a' * 70_000}\nWORKDIR /app", "64 KiB", id="endless line"),
    ],
)  # fmt: skip
def test_a_spoiled_dockerfile_is_a_bug_that_names_the_spoiled_thing(
    case: Case, old: str, new: str, complaint: str
) -> None:
    assert complaint in case.spoiled(old, new)


def test_every_failed_check_is_listed(case: Case) -> None:
    found = case.complaint(dockerfile=case.dockerfile.replace("EXPOSE 8080", "EXPOSE 22").replace("USER 6", "USER 7"))
    assert found.count(";") == 2
    assert all(part in found for part in ("EXPOSE is not 8080", "USER is not 65532:65532", "DG112"))


def test_a_file_without_a_stage_is_a_bug(case: Case) -> None:
    assert "no FROM" in case.complaint(dockerfile='ARG A=1\nCMD ["a"]\n')


def test_a_base_image_that_was_not_planned_is_a_bug(case: Case) -> None:
    plan = replace(case.plan, runtime_image=Image("gcr.io/distroless/base-debian13", "nonroot"))
    assert "the final stage is made from" in case.complaint(plan=plan)


@pytest.mark.parametrize("image", ["golang:1 AS x\nRUN touch /PWNED\nFROM a:1", "--platform=evil golang", "$EVIL"])
def test_a_base_image_that_is_no_reference_is_a_bug(case: Case, image: str) -> None:
    name, _, tag = image.partition(":")
    plan = replace(case.plan, build_image=Image(name, tag))
    assert case.complaint(plan=plan, dockerfile=render(plan)[0].text)


def test_a_hidden_source_is_a_bug(case: Case) -> None:
    dockerfile = case.dockerfile.replace("WORKDIR /app", "COPY main.go /app/\nWORKDIR /app")
    assert case.complaint(dockerfile=dockerfile) == ""
    plan = with_patterns(case.plan, "*.go")
    hidden = case.complaint(plan=plan, dockerfile=dockerfile, dockerignore=case.dockerignore + "*.go\n")
    assert ".dockerignore hides main.go" in hidden
    plan = with_patterns(case.plan, "*.go", "!main.go")
    shown = case.complaint(plan=plan, dockerfile=dockerfile, dockerignore=case.dockerignore + "*.go\n!main.go\n")
    assert shown == ""


def test_a_hidden_manifest_is_a_bug(case: Case) -> None:
    plan = replace(with_patterns(case.plan, "go.mod"), context_files=("go.mod",))
    complaint = case.complaint(plan=plan, dockerignore=case.dockerignore + "go.mod\n")
    assert ".dockerignore hides go.mod, which a step needs" in complaint


@pytest.mark.parametrize("pattern", ["x\n!.env", "x ", "#x", ""])
def test_a_pattern_that_is_no_line_of_its_own_is_a_bug(case: Case, pattern: str) -> None:
    plan = with_patterns(case.plan, pattern)
    assert "not the planned patterns" in case.complaint(plan=plan, dockerignore=render(plan)[1].text)


def with_patterns(plan: BuildPlan, *patterns: str) -> BuildPlan:
    return replace(plan, ignore=(*plan.ignore, IgnoreGroup("a test", patterns)))


def test_a_broken_dockerignore_is_a_bug(case: Case) -> None:
    assert "cannot be read back: line" in case.complaint(dockerignore=case.dockerignore + "[a-\n")


@pytest.mark.parametrize("name", [".env", ".env.local", "id_rsa", "tls/server.pem", "deploy/prod/service.key"])
def test_a_secret_that_the_build_could_see_is_a_bug_and_our_ignore_file_hides_it(project: Any, name: str) -> None:
    root = project({**FILES, name: "secret"})
    plan = service_at(root, {}).plan
    files = generated(root, service_at(root, {}))  # our own .dockerignore passes
    bare = [files[0], GeneratedFile(".dockerignore", ".git\n")]
    with pytest.raises(BugError, match=f"the build sees {name.replace('.', '[.]')}, which looks like a secret"):
        check(Repository(root), plan, bare, render)


def test_one_needed_file_with_the_name_of_a_secret_uncovers_no_other(project: Any) -> None:
    root = project({**FILES, "certs/ca.pem": "a", "certs/server.pem": "b", "server.key": "c"})
    plan = service_at(root, {}).plan
    needing = replace(plan, ignore=(), context_files=("go.mod", "certs/ca.pem"))
    patterns = [pattern for group in ignore_groups(needing) for pattern in group.patterns]
    assert "**/*.pem" in patterns
    assert "!certs/ca.pem" in patterns


# --- text from the repository


@pytest.mark.parametrize(
    "text", [t for t in HOSTILE.values() if t not in REFUSED], ids=[k for k, t in HOSTILE.items() if t not in REFUSED]
)
def test_hostile_text_in_an_escaped_place_changes_nothing(case: Case, text: str) -> None:
    plan = replace(case.plan, start=("/app/a", text), env=(("A", text), ("B", "b")))
    dockerfile = render(plan)[0].text
    assert case.complaint(plan=plan, dockerfile=dockerfile) == ""
    assert parse(dockerfile).stages[-1].instructions[-1].argv == ("/app/a", text)


@pytest.mark.parametrize(
    "text", ["a b", "a;b", "$(touch /PWNED)", "a\nRUN touch /PWNED", "`id`", "<<EOF", "a\\", "a\n# b"]
)
@pytest.mark.parametrize(
    "place", ["RUN make {}", "RUN make \\\n    {} \\\n    all", "ENV A={}", "COPY {} /x/", "ARG A={}"]
)
def test_a_template_that_forgets_to_escape_is_found(case: Case, place: str, text: str) -> None:
    def careless(plan: BuildPlan) -> list[GeneratedFile]:
        line = place.format(plan.writable[0])
        return [GeneratedFile("Dockerfile", case.dockerfile.replace("WORKDIR /src", f"WORKDIR /src\n{line}"))]

    plan = replace(case.plan, writable=(text,))
    files = [*careless(plan), GeneratedFile(".dockerignore", case.dockerignore)]
    with pytest.raises(BugError):
        check(case.repo, plan, files, careless)


@pytest.mark.parametrize("text", ["a,from=evil", "a --mount=type=ssh", "a,target=/b"])
def test_a_mount_that_a_text_extends_is_found(case: Case, text: str) -> None:
    def careless(plan: BuildPlan) -> list[GeneratedFile]:
        line = f"RUN --mount=type=tmpfs,target=/{plan.writable[0]} make"
        return [GeneratedFile("Dockerfile", case.dockerfile.replace("WORKDIR /src", f"WORKDIR /src\n{line}"))]

    plan = replace(case.plan, writable=(text,))
    dockerfile = parse(careless(plan)[0].text)
    assert list(twin.differences(dockerfile, plan, careless)) == ["text from the repository changes the instructions"]


def test_a_plan_without_special_characters_is_not_rendered_again(case: Case) -> None:
    def never(plan: BuildPlan) -> list[GeneratedFile]:
        raise AssertionError("rendered again")

    assert twin.neutral(case.plan) == case.plan
    check(
        case.repo,
        case.plan,
        [GeneratedFile("Dockerfile", case.dockerfile), GeneratedFile(".dockerignore", case.dockerignore)],
        never,
    )


def test_the_name_of_a_variable_is_a_name(case: Case) -> None:
    plan = replace(case.plan, env=(("A=1 B", "x"),))
    assert "'A=1 B' is no name of a variable" in case.complaint(plan=plan, dockerfile=render(plan)[0].text)


def test_the_check_of_a_usual_file_takes_few_milliseconds(case: Case) -> None:
    case.complaint()
    times = []
    for _ in range(5):
        begin = time.process_time()
        case.complaint()
        times.append(time.process_time() - begin)
    assert min(times) < 0.01


def test_the_public_function_checks_what_it_returns(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    root: Path = project(FILES)
    for _ in range(2):  # no submodule may take the function's name
        assert [file.path for file in dockergen.generate(root)] == ["Dockerfile", ".dockerignore"]
    spoiled = [GeneratedFile("Dockerfile", "FROM a:1\n"), GeneratedFile(".dockerignore", "")]
    monkeypatch.setattr("dockergen.pipeline.render", lambda plan: spoiled)
    with pytest.raises(BugError, match="CMD is not"):
        dockergen.generate(root)
