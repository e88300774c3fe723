"""What a Python distribution needs from Debian, measured: `python -m benchmarks.system_packages NAME[==VERSION][+PACKAGE...] ...`.

For each one pip says whether a wheel for the interpreter exists. A wheel is unpacked, and the dynamic linker of the slim image says which
libraries its shared objects lack; a source distribution is built there, with more and more packages until it builds, and its result is read
in the same way. Then it is imported in a slim image that has only the packages found. Libraries that are loaded by name and programs that are
run cannot be judged by a machine: they are printed, and `+PACKAGE` adds what a person made of them to the next run.

Options: `--image python:3.13-slim`, `--no-import` (large ones), `--source` (build although there is a wheel), `--rows` (no measurement: asks
apt whether every Debian package of the table exists in both suites).
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from dockergen.catalog import load
from tests.realengine.engine import up
from tests.realengine.images import ensure

_PROBE = Path(__file__).with_name("distribution_probe.py")
_PIP = ("pip", "--disable-pip-version-check", "-q")
_ROUNDS = 12
_UNSAFE = "-oDpkg::Options::=--force-unsafe-io"  # nothing here has to survive a power cut

# What a compiler, CMake, Meson or a setup.py says, and the package that answers it; the build that follows is the proof.
_ANSWERS: tuple[tuple[str, str], ...] = (
    (r"command '(?:x86_64-linux-gnu-)?g\+\+' failed|g\+\+: (?:not found|No such file)|error: command 'c\+\+'|Unknown compiler\(s\): \[\['c\+\+|No CMAKE_CXX_COMPILER", "g++"),
    (r"cannot execute .cc1plus.|c\+\+: not found|command 'g\+\+'|No such file or directory: '(?:x86_64-linux-gnu-)?g\+\+'", "g++"),
    (r"command '(?:x86_64-linux-gnu-)?gcc' failed: No such file|gcc: not found|Unknown compiler\(s\): \[\['cc'|No CMAKE_C_COMPILER|can't find a compiler|No such file or directory: '(?:(?:x86_64-linux-gnu-)?gcc|cpp)'|\bcc: not found|[Cc]ompiler .* not found|you need a C compiler|unable to execute '(?:x86_64-linux-gnu-)?gcc'|error: linker .cc. not found|command 'cc' failed|No working C compiler", "gcc"),
    (r"fatal error: (?:stdio|stdlib|string|limits|errno|stdint|math|ctype|time|assert|sys/types|stddef|features|pthread|unistd|fcntl)\.h|cannot find (?:crt1\.o|Scrt1\.o|-lm\b|-lc\b)", "libc6-dev"),
    (r"pkg-config.*(?:not found|No such file|required|could not be found)|No such file or directory: 'pkg-config'|PKG_CONFIG_EXECUTABLE|Did not find pkg-config|Pkg-config binary", "pkg-config"),
    (r"[Cc][Mm]ake.*(?:not found|must be installed|No such file)", "cmake"),
    (r"\bmake\b: not found|No such file or directory: 'make'|CMAKE_MAKE_PROGRAM", "make"),
    (r"[Cc]argo.*(?:not installed|not found|No such file)|can't find Rust compiler|rustc.*not found", "cargo"),
    (r"\bgfortran\b|Fortran compiler", "gfortran"),
    (r"\bswig\b.*(?:not found|No such file|failed)", "swig"),
    (r"pg_config|libpq-fe\.h", "libpq-dev"),
    (r"mysql_config|mysqlclient.*pkg-config|mariadb.*pkg-config|mysql\.h|Can not find valid pkg-config name", "default-libmysqlclient-dev"),
    (r"mariadb_config|MariaDB Connector/C", "libmariadb-dev"),
    (r"libxml/xmlversion\.h|xml2-config|libxml2 and libxslt|libxml-2\.0|libxml/\w+\.h", "libxml2-dev"),
    (r"libxslt/\w+\.h|xslt-config|libxml2 and libxslt|libxslt", "libxslt1-dev"),
    (r"'?xmlsec1", "libxmlsec1-dev"),
    (r"ldap\.h|lber\.h", "libldap-dev"),
    (r"sasl/sasl\.h|sasl\.h", "libsasl2-dev"),
    (r"curl-config|curl/curl\.h", "libcurl4-openssl-dev"),
    (r"openssl/\w+\.h|[Oo]pen[Ss][Ss][Ll].*(?:not found|could not find)|Could not find directory of OpenSSL", "libssl-dev"),
    (r"ffi\.h", "libffi-dev"),
    (r"[\"']cairo[\"'].*not found|cairo\.h|Dependency \"cairo\"", "libcairo2-dev"),
    (r"girepository-2\.0", "libgirepository-2.0-dev"),
    (r"gobject-introspection-1\.0", "libgirepository1.0-dev"),
    (r"dbus-1|dbus/dbus\.h", "libdbus-1-dev"),
    (r"[\"']glib-2\.0[\"']|glib\.h|dbus-glib", "libglib2.0-dev"),
    (r"portaudio\.h", "portaudio19-dev"),
    (r"\brrd\.h", "librrd-dev"),
    (r"graphviz/cgraph\.h|cgraph\.h|libcgraph", "libgraphviz-dev"),
    (r"gdal-config|gdal\.h", "libgdal-dev"),
    (r"geos_c\.h|geos-config", "libgeos-dev"),
    (r"proj\.h|PROJ executable|proj_api\.h", "libproj-dev"),
    (r"snappy-c\.h|snappy\.h", "libsnappy-dev"),
    (r"lzo/lzo1\.h|lzo1x\.h", "liblzo2-dev"),
    (r"leveldb/\w+\.h", "libleveldb-dev"),
    (r"rocksdb/\w+\.h", "librocksdb-dev"),
    (r"lmdb\.h", "liblmdb-dev"),
    (r"libmemcached/memcached\.h", "libmemcached-dev"),
    (r"sql\.h\b|sqlext\.h", "unixodbc-dev"),
    (r"sybdb\.h|sqlfront\.h", "freetds-dev"),
    (r"rdkafka\.h", "librdkafka-dev"),
    (r"unicode/\w+\.h|icu-config|icu-i18n|ICU version", "libicu-dev"),
    (r"hunspell\.h(?:xx)?|hunspell/hunspell", "libhunspell-dev"),
    (r"gssapi\.h|gssapi/gssapi\.h|krb5-config|krb5\.h", "libkrb5-dev"),
    (r"winscard\.h|PCSC|pcsclite", "libpcsclite-dev"),
    (r"linux/\w+\.h|kernel header", "linux-libc-dev"),
    (r"alsa/asoundlib\.h|\balsa\b", "libasound2-dev"),
    (r"jack/jack\.h", "libjack-jackd2-dev"),
    (r"poppler/cpp|poppler-cpp|poppler-document\.h", "libpoppler-cpp-dev"),
    (r"jpeglib\.h|headers or library files could not be found for jpeg", "libjpeg-dev"),
    (r"zlib\.h|headers or library files could not be found for zlib|zlib.*required", "zlib1g-dev"),
    (r"png\.h\b|libpng", "libpng-dev"),
    (r"freetype2?\b.*(?:not found|required)|ft2build\.h", "libfreetype-dev"),
    (r"hdf5\.h|Unable to (?:load dependency|locate).*HDF5|libhdf5|HDF5 library|Could not find a local HDF5", "libhdf5-dev"),
    (r"netcdf\.h|nc-config", "libnetcdf-dev"),
    (r"blosc\.h", "libblosc-dev"),
    (r"bzlib\.h|bzip2", "libbz2-dev"),
    (r"lzma\.h", "liblzma-dev"),
    (r"openblas|[Bb][Ll][Aa][Ss].*not found|lapack", "libopenblas-dev"),
    (r"ta-lib|ta_libc\.h|ta_defs\.h", "libta-lib-dev"),
    (r"libusb\.h|libusb-1\.0", "libusb-1.0-0-dev"),
    (r"libudev\.h", "libudev-dev"),
    (r"\bav(?:format|codec|device|util|filter)\b|libavformat", "libavformat-dev libavcodec-dev libavdevice-dev libavutil-dev libavfilter-dev libswscale-dev libswresample-dev"),
    (r"systemd/sd-\w+\.h|libsystemd", "libsystemd-dev"),
    (r"sys/capability\.h", "libcap-dev"),
    (r"augeas", "libaugeas-dev"),
    (r"cups/\w+\.h", "libcups2-dev"),
    (r"sodium\.h", "libsodium-dev"),
    (r"event\.h\b", "libevent-dev"),
    (r"sndfile\.h", "libsndfile1-dev"),
    (r"seccomp\.h", "libseccomp-dev"),
    (r"magic\.h", "libmagic-dev"),
    (r"secp256k1\.h|libsecp256k1|autoreconf|automake|libtoolize", "autoconf automake libtool make"),
    (r"gmp\.h", "libgmp-dev"),
    (r"mpfr\.h", "libmpfr-dev"),
    (r"mpc\.h", "libmpc-dev"),
    (r"GL/gl\.h|libGL", "libgl-dev"),
    (r"SDL2?\.h|sdl2?-config|sdl2?\b.*not found", "libsdl2-dev"),
    (r"tk\.h\b|tcl\.h\b", "tk-dev"),
    (r"\bgit\b.*(?:not found|No such file|not installed)|Cannot find command 'git'", "git"),
)  # fmt: skip


@dataclass
class Measured:
    """What was learnt about one distribution."""

    name: str
    file: str = ""
    how: str = ""  # "ldd" of a wheel, "built", "pure", or "failed"
    build: set[str] = field(default_factory=set)
    run: set[str] = field(default_factory=set)
    missing: dict[str, str] = field(default_factory=dict)  # shared object -> package
    by_name: list[str] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    requires: list[str] = field(default_factory=list)
    imported: str = ""  # "yes", or the last line of the error
    seconds: float = 0


def main() -> int:
    """Measures every name of the command line and prints a row for each; 1 when one could not be built."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.system_packages", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="NAME[==VERSION][+PACKAGE...]")
    parser.add_argument("--image", default="python:3.13-slim")
    parser.add_argument("--no-import", action="store_true")
    parser.add_argument("--source", action="store_true")
    parser.add_argument("--rows", action="store_true")
    options = parser.parse_args()
    if folder := up():
        import os

        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    if options.rows:
        return _unknown_names()
    image = _with_lists(options.image)
    failed = 0
    for spec in options.names:
        found = measure(spec, image, options.source, not options.no_import)
        failed += found.how == "failed"
        print(_row(found, options.image), flush=True)
    return 1 if failed else 0


def _unknown_names() -> int:
    """Prints the names of the table that a suite does not have; 1 when there are some."""
    table = load("python-packages")
    names = {p for row in table.packages.values() for p in (*row.build, *row.run, *row.links)}
    bad = 0
    for suite, image in (("trixie", "python:3.13-slim"), ("bookworm", "python:3.11-slim")):
        other = table.suites.get(suite, {})
        with Container(_with_lists(image)) as container:
            told = container.run("sh", "-c", "apt-cache dumpavail | sed -n 's/^Package: //p'").stdout.split()
        unknown = sorted({other.get(name, name) for name in names} - set(told))
        print(f"{suite}: {len(names)} names, unknown: {', '.join(unknown) or 'none'}")
        bad += len(unknown)
    return 1 if bad else 0


def measure(spec: str, image: str, source: bool, imports: bool) -> Measured:
    """The needs of one distribution, as NAME[==VERSION][+PACKAGE...]."""
    name, *given = spec.split("+")
    started = time.monotonic()
    found = Measured(name)
    with Container(image) as clean, Container(image) as workshop:
        fetched = None if source else _fetch(workshop, name)
        if fetched is None and not _built(workshop, name, given, found):
            found.how, found.seconds = "failed", time.monotonic() - started
            return found
        found.file = workshop.run("ls", "/out").stdout.split()[0]
        clean.take_from(workshop, "/out")
        _read(clean, workshop, found)
        found.run = _fewest(clean, found.run | (set(given) if fetched else set()))
        clean.apt(sorted(found.run))
        if imports:
            found.imported = _imported(clean, found)
    found.seconds = time.monotonic() - started
    return found


class Container:
    """A container that lives for one measurement."""

    def __init__(self, image: str) -> None:
        self._image = image
        self._id = ""

    def __enter__(self) -> Container:
        cache = "dockergen-measure-pip:/root/.cache/pip"
        self._id = _docker("run", "-d", "-v", cache, self._image, "sleep", "7200").stdout.strip()
        return self

    def __exit__(self, *error: object) -> None:
        _docker("rm", "-f", "-v", self._id)

    def run(self, *argv: str, stdin: str = "", seconds: int = 1500) -> subprocess.CompletedProcess[str]:
        return _docker("exec", "-i", self._id, *argv, stdin=stdin, seconds=seconds)

    def apt(self, packages: list[str]) -> bool:
        line = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", _UNSAFE, *packages]
        return not packages or self.run("env", "DEBIAN_FRONTEND=noninteractive", *line).returncode == 0

    def take_from(self, other: Container, path: str) -> None:
        with subprocess.Popen(["docker", "cp", f"{other._id}:{path}", "-"], stdout=subprocess.PIPE) as sender:
            subprocess.run(["docker", "cp", "-", f"{self._id}:/"], stdin=sender.stdout, check=True, capture_output=True)


def _fetch(workshop: Container, name: str) -> str | None:
    """The wheel's file name; None when the index has none for this interpreter and machine."""
    workshop.run(*_PIP, "download", "--no-deps", "--only-binary=:all:", "-d", "/out", name)
    found = workshop.run("ls", "/out").stdout.strip()
    if found.endswith("-linux_x86_64.whl"):
        workshop.run("rm", f"/out/{found}")  # no index has such a wheel: an earlier run built it, and pip kept it
        return None
    return found or None


def _built(workshop: Container, name: str, given: list[str], found: Measured) -> bool:
    """True when the source distribution has become a wheel in /out; `found.build` holds what that took."""
    found.build = set(given)
    workshop.apt(given)
    bare = re.split(r"[=<>!\[]", name)[0]
    for _ in range(_ROUNDS):
        # pip -v: a failing compiler's words come through.
        # Without the cache, which may hold what an earlier run built with more packages.
        done = workshop.run(
            "pip", "-v", "wheel", "--no-cache-dir", "--no-deps", f"--no-binary={bare}", "-w", "/out", name
        )
        if done.returncode == 0:
            return True
        told = done.stdout + done.stderr
        answers = _answers(told) - found.build
        answers = {package for package in answers if workshop.apt([package])}
        if not answers:
            print(f"# {name}: nothing known answers this:\n" + re.sub("(?m)^", "#   ", told[-3000:]), file=sys.stderr)
            return False
        found.build |= answers
    return False


def _answers(told: str) -> set[str]:
    """Packages for the errors in what pip printed: only lines that speak of failure are read."""
    bad = re.compile(
        r"error|not found|No such file|can ?not|could not|unable|missing|failed|must be|required|can't|not installed|unknown|could be found|you need",
        re.I,
    )
    lines = "\n".join(line for line in told.split("\n")[-400:] if bad.search(line))
    found: set[str] = set()
    for pattern, packages in _ANSWERS:
        if re.search(pattern, lines):
            found |= set(packages.split())
    if "gcc" in found or "g++" in found:
        found.add("libc6-dev")
    return found


def _read(clean: Container, workshop: Container, found: Measured) -> None:
    """What the wheel in /out lacks in a slim image, and which packages have it."""
    told = clean.run("python", "-", stdin=_PROBE.read_text())
    facts = json.loads(told.stdout.split("\n")[-2])
    found.how = "built" if found.build else "ldd" if facts["objects"] else "pure"
    found.by_name, found.programs, found.requires = facts["by_name"], facts["programs"], facts["requires"]
    found.missing = {name: _owner(workshop, name) for name in facts["missing"]}
    found.run = {package for package in found.missing.values() if package}
    found.imported = ",".join(facts["modules"])


def _owner(workshop: Container, soname: str) -> str:
    """The package with that shared object: the installed one, else one whose name follows from it by Debian's policy."""
    if owner := _installed_owner(workshop, soname):
        return owner
    for candidate in _by_policy(soname):
        if workshop.apt([candidate]) and (owner := _installed_owner(workshop, soname)):
            return owner
    return ""


def _installed_owner(workshop: Container, soname: str) -> str:
    # By file name: dpkg knows /usr/lib where the linker's cache says /lib.
    told = workshop.run("dpkg", "-S", f"*/{soname}").stdout.split("\n")
    return next((line.split(":")[0] for line in told if line and not line.startswith("diversion")), "")


def _fewest(clean: Container, packages: set[str]) -> set[str]:
    """The packages without those that the others bring along."""
    kept = set(packages)
    for package in sorted(packages):
        others = sorted(kept - {package})
        told = clean.run("apt-get", "install", "-s", "-qq", "--no-install-recommends", *others).stdout if others else ""
        if re.search(rf"^Inst {re.escape(package)} ", told, re.MULTILINE):
            kept.remove(package)
    return kept


# Names that do not follow from the shared object's.
_ODD = {
    "libgthread-2.0.so.0": "libglib2.0-0t64",
    "libgobject-2.0.so.0": "libglib2.0-0t64",
    "libgio-2.0.so.0": "libglib2.0-0t64",
    "libasound.so.2": "libasound2t64",
    "libnss3.so": "libnss3",
    "libnspr4.so": "libnspr4",
    "libnssutil3.so": "libnss3",
    "libsmime3.so": "libnss3",
    "libodbc.so.2": "libodbc2",
    "libcrypto.so.3": "libssl3t64",
    "libtk8.6.so": "libtk8.6",
    "libtcl8.6.so": "libtcl8.6",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
}


def _by_policy(soname: str) -> list[str]:
    """Package names that Debian's policy (8.1) derives from a shared object's name."""
    matched = re.fullmatch(r"(lib.+?)\.so(?:\.([\d.]+))?", soname)
    if not matched:
        return []
    stem, number = matched[1].lower().replace("_", "-"), matched[2] or ""
    name = f"{stem}-{number}" if number and stem[-1].isdigit() else f"{stem}{number}"
    odd = [_ODD[soname]] if soname in _ODD else []
    return [*odd, name, f"{name}t64", f"{stem}-{number}", f"{name}v5"]


def _imported(clean: Container, found: Measured) -> str:
    """The result of importing the distribution, with its own dependencies, where only `found.run` is installed."""
    modules = [name for name in found.imported.split(",") if name and not name.startswith("_")]
    if not modules:
        return "no module"
    done = clean.run(*_PIP, "install", "--root-user-action=ignore", "--break-system-packages", f"/out/{found.file}")
    if done.returncode:
        return f"not installed: {_last(done.stderr)}"
    for module in modules[:3]:
        done = clean.run("python", "-W", "ignore", "-c", f"import {module}", seconds=120)
        if done.returncode:
            return f"import {module}: {_last(done.stderr)}"
    return "yes"


def _last(text: str) -> str:
    return ([line for line in text.strip().split("\n") if line.strip()] or [""])[-1][:200]


def _with_lists(image: str) -> str:
    """The image with apt's lists of today, under a name of its own."""
    ensure([image])
    tag = f"dockergen-measure/{image}"
    done = _docker("build", "-q", "-t", tag, "-", stdin=f"FROM {image}\nRUN apt-get update\n")
    if done.returncode:
        raise SystemExit(done.stderr)
    return tag


def _docker(*argv: str, stdin: str = "", seconds: int = 600) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["docker", *argv], input=stdin, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(argv, 124, "", f"no end after {seconds} s")


def _row(found: Measured, image: str) -> str:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    lines = [f"# {found.name}: {found.file} {found.how} in {found.seconds:.0f} s, imported: {found.imported}"]
    lines += [f"#   lacks {name}: {package or '?'}" for name, package in found.missing.items()]
    lines += [f"#   loads by name: {' '.join(found.by_name)[:400]}"] if found.by_name else []
    lines += [f"#   runs: {' '.join(found.programs)[:400]}"] if found.programs else []
    known = [name for name in found.requires if name in load("python-packages").packages]
    lines += [f"#   requires: {' '.join(known)}"] if known else []
    version = [*found.file.split("-"), "", ""][1]
    name = re.split("[=<>]", found.name)[0].lower()
    lines.append(f"[packages.{name}]  # {found.how} {version}, {today}, {image}")
    lines += [f"build = {json.dumps(sorted(found.build))}"] if found.build else []
    # What was built links these; a wheel lacks them.
    lines += [f"{'links' if found.build else 'run'} = {json.dumps(sorted(found.run))}"] if found.run else []
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
