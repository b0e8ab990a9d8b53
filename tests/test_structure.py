"""The order of the package: what a reader has understood once is all that the next part needs."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
ORDER = [  # from the ground up; docs/architecture.md says what each is for
    "errors",
    "records",
    "settings",
    "files",
    "progress",
    "text",
    "quantities",
    "statements",
    "reading",
    "corpus",
    "encoding",
    "safety",
    "vector_stores",
    "indexing",
    "search",
    "claims",
    "answering",
    "studies",
    "originals",
    "evaluation",
    "commands",
    "service",
    "web",
    "http",
    "cli",
]


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name, without those that only name a package."""
    found = {".".join(path.relative_to(SOURCE).with_suffix("").parts): path for path in sorted((SOURCE / "qa").rglob("*.py"))}
    return {name: path for name, path in found.items() if path.name != "__init__.py"}


def imported(path: Path, known: set[str]) -> Iterator[str]:
    """The modules of the package that a module imports, at its top and inside its functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written from the root"
            named = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            yield from (name for name in named if name in known)


def imports() -> dict[str, set[str]]:
    known = set(modules())
    return {name: set(imported(path, known)) for name, path in modules().items()}


def part(module: str) -> str:
    return module.split(".")[1]


def test_every_part_has_a_place_in_the_order() -> None:
    assert {part(name) for name in modules()} == set(ORDER)


def test_subpackages_import_only_downwards() -> None:
    upwards = [f"{module} -> {used}" for module, all_used in imports().items() for used in all_used if ORDER.index(part(used)) > ORDER.index(part(module))]
    assert upwards == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    order = list(TopologicalSorter(imports()).static_order())  # CycleError names the circle
    assert order.index("qa.errors") < order.index("qa.cli")


def test_the_map_of_the_package_names_every_module() -> None:
    lines = (ROOT / "docs" / "architecture.md").read_text("utf-8").splitlines()
    missing = [name for name in modules() if not any(line.startswith(f"| `{name.removeprefix('qa.')}`") for line in lines)]
    assert missing == []
