"""Progress bars for work that takes longer than a few seconds."""

import sys
from typing import Any


class Progress:
    """Progress bars on a terminal, silence elsewhere."""

    def __init__(self) -> None:
        self._bars: dict[str, Any] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` steps of a stage are done."""
        if not sys.stderr.isatty():
            return
        from tqdm import tqdm

        bar = self._bars.get(what)
        if bar is None:
            bar = self._bars[what] = tqdm(total=total, desc=what, unit="", file=sys.stderr)
        bar.update(done - bar.n)
        if done >= total:
            bar.close()
