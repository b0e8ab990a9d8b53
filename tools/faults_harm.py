"""What `faults.py` does to the files of an index: each function changes one thing, at random."""

import json
import os
import random
from pathlib import Path

from qa.indexing import store


def data_file(folder: Path, chance: random.Random) -> Path:
    """Return a random data file of an index that is not empty."""
    entries = json.loads((folder / store.MANIFEST).read_text("utf-8"))["files"].values()
    return folder / chance.choice([entry["stored"] for entry in entries if entry["bytes"]])


def truncate(folder: Path, chance: random.Random) -> None:
    path = data_file(folder, chance)
    os.truncate(path, chance.randrange(path.stat().st_size))


def flip(folder: Path, chance: random.Random, path: Path | None = None) -> None:
    path = path or data_file(folder, chance)
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def delete(folder: Path, chance: random.Random) -> None:
    data_file(folder, chance).unlink()


def other_version(folder: Path, chance: random.Random) -> None:
    manifest = json.loads((folder / store.MANIFEST).read_text("utf-8"))
    manifest["format"] = chance.choice([0, 2, 99, "1", None, [1]])
    (folder / store.MANIFEST).write_text(json.dumps(manifest), "utf-8")


def tamper(folder: Path, chance: random.Random) -> None:
    """Change one thing in the manifest: a bit, a value, a key, or two entries for each other."""
    path = folder / store.MANIFEST
    manifest = json.loads(path.read_text("utf-8"))
    kind = chance.choice(["bit", "cut", "value", "missing", "swapped"])
    if kind == "bit":
        return flip(folder, chance, path)
    if kind == "cut":
        return os.truncate(path, chance.randrange(path.stat().st_size))
    if kind == "swapped":
        one, two = chance.sample(sorted(manifest["files"]), 2)
        manifest["files"][one], manifest["files"][two] = manifest["files"][two], manifest["files"][one]
    else:
        part = chance.choice([manifest, manifest["encoder"], manifest["corpus"], manifest["files"], *manifest["files"].values()])
        key = chance.choice(sorted(part))
        if kind == "missing":
            del part[key]
        else:
            part[key] = chance.choice([None, 7, "x", [], {}, "../outside", -1])
    path.write_text(json.dumps(manifest), "utf-8")
    return None
