"""Puts together what a Hugging Face Space needs: python tools/space.py FOLDER [--index DIR].

The folder is then published, with an account of one's own, by:  hf upload USER/NAME FOLDER --repo-type space
With --index a built index goes along, and the Space answers some seconds after its start; without it the Space builds one
first, which takes minutes. Files of `corpus/local` never go along: they are somebody else's texts.
"""

import argparse
import re
import shutil
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "docker" / "space" / "README.md"
FILES = ("app.py", "pyproject.toml", "LICENSE", "LICENSE-CORPUS", "LICENSE-WEIGHTS")
LEFT_OUT = ("torch", "sentence-transformers", "ir_measures")  # not loaded while answering; torch alone is larger than all else


def name_of(requirement: str) -> str:
    """Return the name of a requirement or pin, in the form in which names are compared."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=! ;]", requirement, maxsplit=1)[0]).lower()


def requirements() -> list[str]:
    """Return what pyproject.toml asks for, without what is left out, in the versions of constraints.txt."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    pins = {name_of(line): line.split("==")[1].strip() for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if "==" in line}
    kept = [re.split(r"[<>=! ;]", requirement, maxsplit=1)[0] for requirement in asked if name_of(requirement) not in map(name_of, LEFT_OUT)]
    return [f"{requirement}=={pins[name_of(requirement)]}" for requirement in kept]


def assemble(folder: Path, index: Path | None = None) -> None:
    """Write the Space to a folder that is empty or not there."""
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty; name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    skipped = shutil.ignore_patterns("__pycache__", "local", ".*")
    for name in ("src", "corpus"):
        shutil.copytree(ROOT / name, folder / name, ignore=skipped)
    for path in (*(ROOT / name for name in FILES), README):
        shutil.copy(path, folder / path.name)
    (folder / "requirements.txt").write_text("\n".join(requirements()) + "\n", "utf-8")
    if index:
        shutil.copytree(index, folder / "index", ignore=skipped)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--index", type=Path, help="a built index that fits the shipped corpus")
    args = parser.parse_args()
    assemble(args.folder, args.index)
    print(f"{args.folder}: now publish it with: hf upload USER/NAME {args.folder} --repo-type space")
    return 0


if __name__ == "__main__":
    sys.exit(main())
