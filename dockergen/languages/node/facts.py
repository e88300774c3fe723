"""What the Node.js templates print."""

from __future__ import annotations

from dockergen.frozen import frozen
from dockergen.languages.node.install import Install
from dockergen.model import IgnoreGroup, Secret
from dockergen.repository import Repository


@frozen
class NodeFacts:
    """The facts of one image or of one front-end stage."""

    layout: str  # template below templates/dockerfiles/node/
    install: Install
    installs: bool = True  # there is something to install
    modules: bool = True  # the image needs dependencies when it runs
    production_stage: bool = False  # a second install, without what only the build needs
    prune: bool = False  # ... or the one install loses it after the build
    script: str = ""  # script of package.json that builds
    command: str = ""  # command of the user that builds
    md4: bool = False  # the bundler wants what OpenSSL 3 has in its legacy provider only
    generate: bool = False  # prisma generate before the build
    arguments: tuple[str, ...] = ()
    secrets: tuple[Secret, ...] = ()
    output: str = ""  # folder that the build fills
    source: bool = False  # the source itself ships
    copies: tuple[str, ...] = ()  # folders of the repository that the program opens
    files: tuple[str, ...] = ()  # single files that it needs
    public: bool = False  # Next.js: there is a public folder
    cache: str = ""  # folder that the build tool keeps between builds
    fallback: bool = True  # static: unknown paths get index.html


def ignored(repo: Repository, output: str, keep: tuple[str, ...] = ()) -> tuple[IgnoreGroup, ...]:
    """Groups of .dockerignore: what tools installed or built on this machine, and what no image needs."""
    built = [".next", ".nuxt", ".output", ".svelte-kit", ".turbo", ".parcel-cache", "**/*.tsbuildinfo"]
    top = output.partition("/")[0]
    if output and ".." not in output and top not in keep and output not in built:
        built.append(top if top in ("dist", "build", "out") else output)
    tests = [
        *(
            "**/__tests__",
            "**/*.test.js",
            "**/*.test.ts",
            "**/*.test.tsx",
            "**/*.spec.js",
            "**/*.spec.ts",
            "**/*.spec.tsx",
        ),
        *("coverage", "cypress", "e2e", "playwright-report", "test-results"),
        *(name for name in ("test", "tests") if name not in keep),
    ]
    return (
        IgnoreGroup(
            "Dependencies are installed in the image; this machine's may be for another system",
            ("**/node_modules", ".pnp.*", ".yarn/cache", ".yarn/unplugged", ".yarn/install-state.gz", ".pnpm-store"),
        ),
        IgnoreGroup("Built on this machine, built again in the image", tuple(built)),
        IgnoreGroup("Tests and papers", (*tests, "README.md", "CHANGELOG.md", "Procfile")),
    )
