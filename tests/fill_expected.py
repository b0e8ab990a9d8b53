"""Measures the project's own questions and writes the scores into tests/questions/expected.json.

Run it after a change that is meant to move them, and read the difference before committing it:
python tests/fill_expected.py
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

EXPECTED = Path(__file__).parent / "questions" / "expected.json"


@cache
def _assistant() -> Any:
    from qa.commands.workspace import open_assistant

    return open_assistant(None, None).remembering()


def measured(file: str) -> dict[str, Any]:
    """Return the result of `qa evaluate` for a file beside expected.json, over the default index."""
    from qa.evaluation.evaluate import evaluate

    return evaluate(EXPECTED.parent / file, _assistant()).result


def scores_of(result: dict[str, Any], paths: Any) -> dict[str, float]:
    """Return the values at these paths, keys separated by `/`."""
    found: dict[str, float] = {}
    for path in paths:
        value: Any = result
        for key in path.split("/"):
            value = value[key]
        found[path] = value
    return found


if __name__ == "__main__":
    expected = json.loads(EXPECTED.read_text("utf-8"))
    for row in expected["datasets"]:
        row["scores"] = scores_of(measured(row["file"]), row["scores"])
    EXPECTED.write_text(json.dumps(expected, indent=1) + "\n", "utf-8")
