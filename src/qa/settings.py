"""Where things are by default: the environment first, then a checkout's own folders, then the user's cache."""

import os
from pathlib import Path


def shipped_corpus() -> Path:
    """Return the folder of the project's own edition: inside the installed package, or beside `src/` in a checkout."""
    packaged = Path(__file__).parent / "_corpus"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "corpus"


def default_corpus() -> Path:
    """Return `QA_CORPUS`, or the project's own edition."""
    return Path(os.environ["QA_CORPUS"]) if os.environ.get("QA_CORPUS") else shipped_corpus()


def feedback_folder() -> Path | None:
    """Return `QA_FEEDBACK`, the folder where ratings of answers are kept; None, the default, keeps none."""
    return Path(os.environ["QA_FEEDBACK"]) if os.environ.get("QA_FEEDBACK") else None


def default_index() -> Path:
    """Return `QA_INDEX`, or `index/` of a checkout, or the user's cache folder for an installed package."""
    if os.environ.get("QA_INDEX"):
        return Path(os.environ["QA_INDEX"])
    checkout = Path(__file__).parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / "corpus").is_dir():
        return checkout / "index"
    import platformdirs

    return Path(platformdirs.user_cache_dir("qa", appauthor=False)) / "index"
