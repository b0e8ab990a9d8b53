"""The Hugging Face Space: what it declares is what the project needs, and app.py runs there as it is."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
README = ROOT / "docker" / "space" / "README.md"


@pytest.fixture
def space(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import space

    yield space
    sys.modules.pop("space", None)


def declared() -> dict[str, str]:
    """The front matter of the Space: plain `key: value` lines."""
    _, front, _ = README.read_text("utf-8").split("---\n", 2)
    return {key: value.strip().strip('"') for key, _, value in (line.partition(":") for line in front.splitlines())}


def test_the_space_declares_the_versions_and_the_file_that_the_project_has() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {Requirement(line).name: Requirement(line).specifier for line in project["dependencies"]}
    space = declared()
    assert space["sdk"] == "gradio"
    assert space["sdk_version"] in asked["gradio"]
    assert f"gradio=={space['sdk_version']}" in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert space["python_version"] in SpecifierSet(project["requires-python"])
    assert (ROOT / space["app_file"]).is_file()
    assert len(space["short_description"]) <= 60  # the Hub refuses a longer one


def test_its_requirements_are_pinned_and_all_of_the_project_but_what_is_left_out(space: ModuleType) -> None:
    asked = [Requirement(line) for line in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]]
    pinned = {space.name_of(line): Requirement(line) for line in space.requirements()}
    assert set(pinned) == {space.name_of(r.name) for r in asked} - {"torch", "sentence-transformers", "ir-measures"}
    for requirement in asked:
        if pin := pinned.get(space.name_of(requirement.name)):
            assert pin.extras == requirement.extras
            (version,) = pin.specifier
            assert version.operator == "==" and version.version in requirement.specifier


def test_what_is_published_runs_and_holds_nobody_elses_texts(space: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "space"
    space.assemble(folder)
    assert {"README.md", "requirements.txt", "app.py", "src", "corpus", "LICENSE", "LICENSE-CORPUS", "LICENSE-WEIGHTS"} <= {p.name for p in folder.iterdir()}
    assert not (folder / "corpus" / "local").exists() and not list(folder.rglob("__pycache__"))
    # -S: without installed packages, as app.py is run where this one is not installed; --help needs no others
    done = subprocess.run([sys.executable, "-S", "app.py", "--help"], cwd=folder, capture_output=True, text=True, timeout=60, check=False, env={})
    assert done.returncode == 0 and "usage: qa serve" in done.stdout, done.stderr
    with pytest.raises(SystemExit, match="is not empty"):
        space.assemble(folder)


SERVED = """
import os, runpy, sys
import qa.cli
calls = []
qa.cli.main = lambda arguments: calls.append(arguments) or 0
sys.argv = ["app.py", *sys.argv[1:]]
try:
    runpy.run_path({app!r}, run_name="__main__")
except SystemExit as stop:
    print(stop.code, calls)
"""


@pytest.mark.parametrize("environment, expected", [
    ({}, [["serve", "--port", "7000"]]),
    ({"SPACE_ID": "a/b"}, [["index", "--if-needed"], ["serve", "--host", "0.0.0.0", "--port", "7860", "--port", "7000"]]),  # noqa: S104
    ({"SPACE_ID": "a/b", "GRADIO_SERVER_NAME": "::", "GRADIO_SERVER_PORT": "80"}, [["index", "--if-needed"], ["serve", "--host", "::", "--port", "80", "--port", "7000"]]),
])  # fmt: skip
def test_on_a_space_the_app_builds_its_index_and_listens_to_everybody_and_elsewhere_to_this_machine(environment: dict[str, str], expected: list[list[str]]) -> None:
    code = SERVED.format(app=str(ROOT / "app.py"))
    command = [sys.executable, "-c", code, "--port", "7000"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env={"PYTHONPATH": str(ROOT / "src"), **environment})
    assert done.stdout.strip() == f"0 {expected}"


@pytest.mark.slow
def test_a_question_is_answered_without_what_the_space_leaves_out(space: ModuleType) -> None:
    left_out = [name.replace("-", "_") for name in space.LEFT_OUT]
    code = f"import sys; sys.modules.update(dict.fromkeys({left_out!r})); import qa.http.server; from qa.cli import main; sys.exit(main(['ask', 'Does it help people live longer?']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0 and "[" in done.stdout, done.stderr
