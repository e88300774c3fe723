"""One verification, step by step; everything it makes is removed afterwards."""

from __future__ import annotations

import http.client
import os
import re
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from dockergen.commands import build_options, words
from dockergen.dockerfile import Dockerfile, DockerfileError, copy_sources, parse
from dockergen.dockerignore import DockerignoreError
from dockergen.dockerignore import parse as parse_ignore
from dockergen.engine import BuildResult, Engine, StartError, Step, available
from dockergen.errors import ProjectError
from dockergen.lazy import regex
from dockergen.model import BuildPlan
from dockergen.pipeline import opened, service_at
from dockergen.repository import Repository
from dockergen.verify.contents import leaks, sizes
from dockergen.verify.diagnosis import (
    UNMIGRATED,
    USAGE,
    diagnosis,
    last_exception,
    looked_for,
    started_without,
    wrong_port,
)
from dockergen.verify.edited import edited_copy
from dockergen.verify.hidden import told_inside
from dockergen.verify.installs import installs
from dockergen.verify.report import Options, Problem, Report
from dockergen.verify.trial import in_files, made_up

_STOP_SECONDS = 10
_LOADING_SECONDS = 30.0  # and at most, while it still uses the processor
_WORKER_SECONDS = 5.0  # how long a program without a port must stay up
_NOT_RUN = regex(r"^\[(internal|auth)\]|^(exporting|importing|resolve|docker-image|naming|writing|sending)|\] FROM ")

Progress = Callable[[str], None]


def verify(folder: Path, options: Options, progress: Progress = lambda text: None) -> Report:
    """Builds, starts, probes, stops and rebuilds what the folder's Dockerfile describes.

    Raises ProjectError when there is no usable Dockerfile and EngineError when no engine answers or the engine fails
    for its own reason; whatever the image does wrong is a problem in the report.
    """
    root, plan = _planned(folder, options)
    repo = opened(root)
    dockerfile = _dockerfile(repo, options)
    engine = available(options.engine)
    with _cleaned(engine, options.keep) as (image, containers):
        progress("building")
        arguments = build_options(plan, os.environ, root) if plan else []
        built = engine.build(root, root / options.dockerfile, image, progress, arguments)
        report = Report(image, build_seconds=built.seconds, log=built.log)
        if not built.ok:
            return replace(report, problems=(diagnosis("build", built.log, "A build step failed."),))
        report = _run(engine, report, repo, plan, options, containers, progress)
        progress("looking into the image")
        paths = plan.dependency_paths if plan else ()
        report = replace(report, sizes=sizes(engine, image, dockerfile, paths))
        report = _with(report, *leaks(engine, image, dockerfile))
        if options.rebuild:
            progress("building again after an edit")
            report = _rebuild(engine, report, repo, dockerfile, plan, options)
        return report


def _planned(folder: Path, options: Options) -> tuple[Path, BuildPlan | None]:
    """The build context and the plan of the repository, which tells ports and folders; None where none can be made."""
    try:
        service = service_at(folder, dict(options.decisions))
    except ProjectError:
        return folder, None
    return (folder / service.root if service.root else folder), service.plan


def _dockerfile(repo: Repository, options: Options) -> Dockerfile:
    if not repo.is_file(options.dockerfile):
        raise ProjectError(
            f"There is no {options.dockerfile} in {repo.root}.",
            "Let dockergen write one first.",
            command="dockergen init",
        )
    try:
        return parse(repo.read(options.dockerfile))
    except DockerfileError as error:
        raise ProjectError(f"{options.dockerfile}:{error.line}: {error.problem}.", "Mend that line.") from error


@contextmanager
def _cleaned(engine: Engine, keep: bool) -> Iterator[tuple[str, list[str]]]:
    image = f"dockergen-verify-{uuid.uuid4().hex[:12]}"
    containers: list[str] = []
    try:
        yield image, containers
    finally:
        engine.remove(containers=containers, images=[f"{image}-edited", *([] if keep else [image])])


def _with(report: Report, *problems: Problem) -> Report:
    return replace(report, problems=(*report.problems, *problems))


# --- run


def _run(
    engine: Engine,
    report: Report,
    repo: Repository,
    plan: BuildPlan | None,
    options: Options,
    containers: list[str],
    progress: Progress,
) -> Report:
    config = engine.image(report.image).get("Config") or {}
    port = _port(config, plan)
    if (config.get("User") or "0").split(":")[0] in ("", "0", "root"):
        report = _with(report, Problem("start", "The image runs as root.", "End the Dockerfile with USER 10001:10001."))
    volumes = sorted({*(plan.writable if plan else ()), *(config.get("Volumes") or {})})
    env, notes = _environment(repo, plan, options)
    report = replace(report, notes=(*report.notes, *notes))
    progress("starting")
    try:
        container = engine.run(report.image, port=port, env=env, volumes=volumes, network=options.network)
    except StartError as error:
        return _with(
            replace(report, log=str(error)), diagnosis("start", str(error), "The engine cannot start the container.")
        )
    containers.append(container)
    report = replace(report, log="")  # from here on, what the program does not write into its own
    progress("waiting until it answers" if port else "watching it work")
    started = time.monotonic()
    if port is None:
        report = _watched(engine, report, container)
    elif plan and not plan.probe and not options.path:
        report = _accepted(engine, report, container, options, config)
    else:
        report = _probed(engine, report, container, port, options, plan)
        migrated = _migrated(engine, report, container, plan) if plan else None
        if migrated and len(migrated.problems) < len(report.problems):
            # What was said before the tables were there is no cause of what comes now.
            report = _probed(engine, migrated, container, port, options, plan, seen=len(engine.log(container)))
        else:
            report = migrated or report
    report = replace(report, log=engine.log(container) + report.log)
    state = engine.state(container)
    if not report.problems and not state.running and report.exit_code is None:
        report = _with(
            report, diagnosis("start", report.log, f"The program ended with {state.exit_code} after it had answered.")
        )
    if report.problems or not state.running:
        needs = [need for need in (plan.needs if plan else ()) if need.value not in env]
        reaches = plan.reaches if plan else ()
        last = (looked_for(started_without(p, needs), reaches) for p in report.problems[-1:])
        return replace(report, problems=(*report.problems[:-1], *last))
    report = replace(report, ready_seconds=report.ready_seconds or time.monotonic() - started)
    report = _health(engine, report, container, config)
    progress("stopping")
    return _stopped(engine, report, container)


def _environment(repo: Repository, plan: BuildPlan | None, options: Options) -> tuple[dict[str, str], list[str]]:
    """What the container is given, and where it comes from: the options, a file of the developer's, chance."""
    needs = [need for need in (plan.needs if plan else ()) if need.value not in options.env]
    kept = in_files(repo, needs)
    chosen = {name: value for name, value in made_up(needs).items() if kept.get(name, ("", ""))[1] != ".env"}
    taken = {name: value for name, (value, _) in kept.items() if name not in chosen}
    notes = [f"for this trial, a value of {', '.join(chosen)} was made up"] if chosen else []
    for path in dict.fromkeys(path for name, (_, path) in kept.items() if name in taken):
        names = ", ".join(name for name in taken if kept[name][1] == path)
        notes.append(f"for this trial, the value of {names} is that of {path}")
    return {**taken, **chosen, **options.env}, notes


def _port(config: dict[str, object], plan: BuildPlan | None) -> int | None:
    exposed = config.get("ExposedPorts")
    if isinstance(exposed, dict) and exposed:
        ports = sorted(int(name.split("/")[0]) for name in exposed)
        return plan.port if plan and plan.port in ports else ports[0]
    return plan.port if plan else None


def _watched(engine: Engine, report: Report, container: str) -> Report:
    """A worker has to stay up; one that ends by itself with 0 is a job that is done."""
    started = time.monotonic()
    while (passed := time.monotonic() - started) < _WORKER_SECONDS or _is_loading(engine, container, passed):
        state = engine.state(container)
        if not state.running:
            log = engine.log(container)
            # A command without the subcommand that it wants tells which there are, and many end with 0 then.
            if state.exit_code or re.match(USAGE, log.lstrip()):
                return _with(report, diagnosis("start", log, f"The program ended at once with {state.exit_code}."))
            return replace(report, exit_code=0, notes=(*report.notes, "the program ended by itself with exit code 0"))
        time.sleep(0.2)
    return replace(report, ready_seconds=_WORKER_SECONDS)


def _is_loading(engine: Engine, container: str, passed: float) -> bool:
    """True while the program works as one does that still imports its modules, which takes a slow machine long."""
    if passed >= _LOADING_SECONDS:
        return False
    before = engine.worked(container)
    time.sleep(0.5)
    return engine.worked(container) - before > 0.1


def _probed(
    engine: Engine,
    report: Report,
    container: str,
    port: int,
    options: Options,
    plan: BuildPlan | None,
    *,
    seen: int = 0,
) -> Report:
    """The report with the first answer, or with what the log says about it from the character `seen` on."""
    published = engine.published(container, port)
    path = options.path or (plan.probe if plan else "/")
    started = time.monotonic()
    status, body = 0, ""
    while time.monotonic() - started < options.timeout:
        if published:
            status, body = _answer(published, path)
            if status and (status == options.status if options.status else status < 500):
                ready = time.monotonic() - started
                answers = tuple(_answer(published, path) for path in options.also)
                return replace(report, ready_seconds=ready, status=status, body=body, answers=answers)
        state = engine.state(container)
        if not state.running:
            log = engine.log(container)[seen:]
            return _with(
                report, diagnosis("start", log, f"The program ended with {state.exit_code} before it answered.")
            )
        published = published or engine.published(container, port)
        time.sleep(0.1)
    if status:
        wanted = str(options.status) if options.status else "a status below 500"
        cause = f"{path} answers {status}, not {wanted}."
        log = engine.log(container)[seen:]
        hidden = told_inside(engine, container, plan, log, path) if status >= 500 else ""
        log += hidden
        found = diagnosis("probe", log, cause)
        remedy = found.remedy if found.cause != cause else "Probe another path: dockergen verify --path /health."
        if status >= 500 and found.cause == cause and (raised := last_exception(log)):
            cause, remedy = f"{cause} The program raises {raised}.", "Mend it there; the traceback is in the log below."
            found = replace(found, cause=cause)
        return _with(
            replace(report, status=status, body=body, log=hidden),
            Problem("probe", f"{cause} {found.cause if found.cause != cause else ''}".strip(), remedy),
        )
    elsewhere = wrong_port(port, engine.listening(container))
    quiet = f"Nothing answers on port {port} within {options.timeout:.0f} s."
    return _with(report, elsewhere or diagnosis("probe", engine.log(container)[seen:], quiet))


def _migrated(engine: Engine, report: Report, container: str, plan: BuildPlan) -> Report | None:
    """The report without the problem of a database that lacks its tables, after the command that init prints for them
    has run in the container, or with what ended that; None where the tables are not the problem."""
    command = dict(plan.commands).get("migrate", "")
    lacking = bool(report.problems) and UNMIGRATED in report.problems[-1].cause
    if not command or not lacking or not engine.state(container).running:
        return None
    code, said = engine.execute(container, words(command))
    if code:
        found = diagnosis("probe", said, f"`{command}`, run for this trial, ends with {code}.")
        cause = f"The database has no tables, and `{command}` does not make them. {found.cause}"
        return replace(report, log=said, problems=(*report.problems[:-1], replace(found, cause=cause)))
    note = f"for this trial, `{command}` was run, as the database had no tables"
    return replace(report, log="", problems=report.problems[:-1], notes=(*report.notes, note))


def _accepted(engine: Engine, report: Report, container: str, options: Options, config: dict[str, object]) -> Report:
    """A server that speaks no HTTP is ready when the image's own health check agrees."""
    started = time.monotonic()
    while time.monotonic() - started < options.timeout:
        state = engine.state(container)
        if not state.running:
            log = engine.log(container)
            return _with(report, diagnosis("start", log, f"The program ended with {state.exit_code}."))
        if not _health(engine, report, container, config).problems:
            return replace(report, ready_seconds=time.monotonic() - started)
        time.sleep(0.2)
    return _with(report, diagnosis("probe", engine.log(container), f"Nothing accepts within {options.timeout:.0f} s."))


def _answer(port: int, path: str) -> tuple[int, str]:
    """Status and the beginning of the body; 0 while nothing answers. Redirects are answers, not followed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": "localhost", "User-Agent": "dockergen-verify"})
        response = connection.getresponse()
        return response.status, response.read(100_000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError):
        return 0, ""
    finally:
        connection.close()


def _health(engine: Engine, report: Report, container: str, config: dict[str, object]) -> Report:
    """The image's own health check has to agree that it is well."""
    health = config.get("Healthcheck")
    test = health.get("Test") if isinstance(health, dict) else None
    if not isinstance(test, list) or len(test) < 2:
        return report
    argv = test[1:] if test[0] == "CMD" else ["/bin/sh", "-c", str(test[1])]
    code, output = engine.execute(container, [str(word) for word in argv])
    if code == 0:
        return report
    cause = f"The service answers, but the image's HEALTHCHECK fails: {output[-300:] or code}."
    return _with(report, Problem("health", cause, "Let it ask a path that answers without a session."))


def _stopped(engine: Engine, report: Report, container: str) -> Report:
    seconds = engine.stop(container, _STOP_SECONDS)
    state = engine.state(container)
    report = replace(report, stop_seconds=seconds, exit_code=state.exit_code, log=engine.log(container))
    if state.exit_code == 137 or seconds >= _STOP_SECONDS:
        return _with(
            report,
            Problem(
                "stop",
                f"SIGTERM does not end the program within {_STOP_SECONDS} s; it had to be killed.",
                "Start it in exec form, without a shell or npm in between, and let it handle SIGTERM.",
            ),
        )
    return report


# --- rebuild


def _rebuild(
    engine: Engine, report: Report, repo: Repository, dockerfile: Dockerfile, plan: BuildPlan | None, options: Options
) -> Report:
    try:
        ignore = parse_ignore(_ignore_text(repo, options))
    except DockerignoreError as error:
        return _with(report, Problem("rebuild", f".dockerignore: {error}.", "Mend that line."))
    touched = plan.touch if plan and plan.touch and repo.is_file(plan.touch) else _any_source(repo, dockerfile)
    if not touched or ignore.excludes(touched):
        return report
    with edited_copy(repo.root, ignore, touched) as context:
        path = context / options.dockerfile
        built = engine.build(
            context,
            path if path.exists() else repo.root / options.dockerfile,
            f"{report.image}-edited",
            lambda text: None,
            build_options(plan, os.environ, repo.root) if plan else [],
        )
    again = ran(built)
    report = replace(report, rebuild_seconds=built.seconds, rebuilt=again, touched=touched)
    if not built.ok:
        return _with(report, Problem("rebuild", f"The build fails after an edit of {touched}.", "Build again by hand."))
    repeated = [_shortened(step.name) for step in _ran(built) if installs(step.name)]
    if repeated:
        return _with(
            report,
            Problem(
                "rebuild",
                f"An edit of {touched} installs the dependencies again: {repeated[0]}.",
                "Install from the manifests before the source arrives.",
            ),
        )
    return report


def ran(built: BuildResult) -> tuple[str, ...]:
    """The steps that were not taken from the cache, shortened, without BuildKit's own."""
    return tuple(_shortened(step.name) for step in _ran(built))


def _ran(built: BuildResult) -> list[Step]:
    steps = (step for step in built.steps if not step.cached and not _NOT_RUN.search(step.name))
    return [step for step in steps if re.search(r"\b(RUN|COPY|ADD|WORKDIR)\b", step.name)]


def _shortened(name: str) -> str:
    text = re.sub(r"--mount=\S+\s+", "", re.sub(r"^\[[^\]]*\]\s*", "", name))
    return text if len(text) <= 240 else text[:237] + "..."


def _ignore_text(repo: Repository, options: Options) -> str:
    own = repo.first(f"{options.dockerfile}.dockerignore", ".dockerignore")
    return repo.read(own) if own else ""


def _any_source(repo: Repository, dockerfile: Dockerfile) -> str:
    """Some source file that a COPY brings in, for Dockerfiles of repositories that cannot be planned."""
    sources: Sequence[str] = [
        source.strip("/").removeprefix("./")
        for step in dockerfile.instructions
        if step.keyword == "COPY" and "from" not in dict(step.flags)
        for source in copy_sources(step)
    ]
    endings = (".py", ".js", ".ts", ".go", ".rb", ".java", ".rs", ".php", ".html")
    for path in repo.walk(depth=6, endings=endings):
        if any(s in ("", ".") or path == s or path.startswith(s + "/") for s in sources):
            return path
    return ""
