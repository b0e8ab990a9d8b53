"""Breaks the index on purpose, many times, and counts what was lost: python tools/faults.py [--tries 200] [--seed 1].

Every try starts from a whole index of the same small corpus, does one kind of harm, and then opens what is left. It must
be the old or the new index, whole, with the answers of a good one; or be refused in one line that names the command which
mends it, and be mended by it. Prints the table of docs/reliability.md. Needs a POSIX system: builds are forked and killed.
"""

import argparse
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(Path(__file__).parent)]

from faults_corpus import ADDED, NEW, OLD, QUESTIONS, WordEncoder, quick_training  # noqa: E402
from faults_harm import delete, flip, other_version, tamper, truncate  # noqa: E402

from qa.errors import QAError  # noqa: E402
from qa.indexing.build import build_index  # noqa: E402
from qa.indexing.index import open_index  # noqa: E402
from qa.originals import local  # noqa: E402
from qa.originals.adding import add_originals, remove_originals  # noqa: E402
from qa.search.retrieval import Retriever  # noqa: E402

ENCODER = WordEncoder()
Answers = dict[str, list[Any]]


@dataclass
class Count:
    """What became of the tries of one fault."""

    fault: str
    tries: int = 0
    whole: int = 0  # the old or the new index, with its answers
    refused: int = 0  # with the mending command, which mended it: damaged, or whole and behind its corpus
    lost: int = 0  # neither opened nor mended, or a traceback
    wrong: int = 0  # an answer that no good index gives
    notes: list[str] = field(default_factory=list)


class Place:
    """A corpus and its index in a folder of their own, put back before each try."""

    def __init__(self, folder: Path) -> None:
        self.corpus, self.index, self.kept = folder / "corpus", folder / "index", folder / "kept"
        (self.corpus / "local").mkdir(parents=True)
        self.write(OLD)
        build_index(self.corpus, self.index, ENCODER)
        self.old = self.answers()
        shutil.copytree(folder / "corpus", self.kept / "corpus")
        shutil.copytree(folder / "index", self.kept / "index")
        self.good = [self.old]

    def write(self, text: str) -> None:
        """Make a text the review of the corpus."""
        (self.corpus / "review.txt").write_text(text, "utf-8")

    def reset(self) -> None:
        """Put the whole old state back."""
        for name in ("corpus", "index"):
            shutil.rmtree(self.kept.parent / name, ignore_errors=True)
            shutil.copytree(self.kept / name, self.kept.parent / name)

    def answers(self) -> Answers:
        """Return what an opened index answers to every question: texts, citations, places, scores."""
        retriever = Retriever(open_index(self.index, ENCODER, self.corpus), ENCODER)
        return {
            question: [[h.passage.text, h.passage.citations, h.passage.document, h.passage.start, round(h.score, 5)] for h in retriever.search(question, 8)]
            for question in QUESTIONS
        }

    def after(self, work: Callable[[], Any]) -> Answers:
        """Return the answers after work that is not disturbed, and remember that they are good ones."""
        self.reset()
        quietly(work)
        self.good.append(self.answers())
        return self.good[-1]


def quietly(work: Callable[[], Any]) -> str:
    """Do work without printing; return what it wrote to stderr, or the line of our error."""
    import contextlib
    import io

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            work()
        except QAError as error:
            print(f"qa: {error}", file=sys.stderr)
    return err.getvalue()


def forked(work: Callable[[], Any], before: Callable[[], Any] = lambda: None) -> tuple[int, int]:
    """Start work in a child; return its process id and a descriptor on which it writes its one line of error, if any."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        before()
        line = quietly(work)
        os.write(writing, line.encode()[:4000])
        os._exit(1 if line else 0)
    except BaseException as error:  # noqa: B036  # a child must never return into the parent's code
        os.write(writing, f"traceback {type(error).__name__}: {error}".encode()[:4000])
        os._exit(3)


def finished(child: int, reading: int) -> str:
    """Wait for a child and return what it wrote."""
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode("utf-8", "replace")


def judge(place: Place, count: Count, said: str = "", must_say: bool = False, alone: bool = True) -> None:
    """Open what is left of an index and count what it is; mend it where it is refused.

    With `alone` the index must be whole by itself: it is opened first as if its corpus, which may be ahead, were gone.
    """
    count.tries += 1
    if alone:
        place.corpus.rename(place.kept / "away")
        try:
            whole = place.answers() in place.good
            count.notes += [] if whole else ["the index alone answers like neither the old nor the new one"]
        except Exception as error:  # a build that did not end must leave an index that opens
            whole = False
            count.notes.append(f"the index alone: {error}"[:200])
        (place.kept / "away").rename(place.corpus)
        count.whole += whole
        count.lost += not whole
        if not whole:
            return
    if "traceback" in said or (must_say and "qa index" not in said and "wait until" not in said):
        count.lost += 1
        count.notes.append(said[:200])
        return
    try:
        found = place.answers()
    except QAError as error:
        if "qa index" not in str(error) or "\n" in str(error):
            count.lost += 1
            count.notes.append(str(error)[:200])
            return
        try:
            build_index(place.corpus, place.index, ENCODER)
            found = place.answers()
        except Exception as second:  # whatever it is, the command did not mend it
            count.lost += 1
            count.notes.append(f"not mended: {second}"[:200])
            return
        count.refused += 1
    except Exception as error:  # a traceback where one line was promised
        count.lost += 1
        count.notes.append(f"{type(error).__name__}: {error}"[:200])
        return
    else:
        count.whole += not alone
    if found not in place.good:
        count.wrong += 1
        count.notes.append("other answers than a good index")


def killed(place: Place, chance: random.Random, tries: int, fault: str, work: Callable[[], Any], prepare: Callable[[], Any] = lambda: None) -> Count:
    """Kill work at random moments between its start and its end."""
    count = Count(fault)

    def ready() -> None:
        place.reset()
        prepare()

    seconds = []
    for _ in range(3):
        ready()
        child, reading = forked(work)
        started = time.perf_counter()
        finished(child, reading)
        seconds.append(time.perf_counter() - started)
    for _ in range(tries):
        ready()
        child, reading = forked(work)
        time.sleep(chance.uniform(0, max(seconds)))
        os.kill(child, signal.SIGKILL)
        finished(child, reading)
        judge(place, count)
    return count


def two_builders(place: Place, tries: int, work: Callable[[], Any]) -> Count:
    """Start two builders at once: one builds, the other builds after it or says that it has to wait."""
    count = Count("two builders at once")
    for _ in range(tries):
        place.reset()
        place.write(NEW)
        both = [forked(work), forked(work)]
        said = [finished(*child) for child in both]
        judge(place, count, next((line for line in said if line), ""), must_say=any(said))
    return count


def full_disk(place: Place, chance: random.Random, tries: int, work: Callable[[], Any]) -> Count:
    """Let no file grow beyond a random size: writing fails in the middle, as on a full disk."""
    count = Count("no space: a write fails in the middle")
    largest = max(path.stat().st_size for path in place.index.iterdir() if path.is_file())

    def limited(size: int) -> Callable[[], None]:
        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that write() fails instead of ending the process
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        return limit

    for _ in range(tries):
        place.reset()
        place.write(NEW)
        said = finished(*forked(work, limited(chance.randrange(1, largest))))
        judge(place, count, said, must_say=True)
    return count


def read_only(place: Place, tries: int, work: Callable[[], Any]) -> Count:
    """Build into a folder that may not be written."""
    count = Count("read-only index folder")

    def powerless() -> None:
        if os.getuid() == 0:  # root may write anywhere
            os.setgid(65534)
            os.setuid(65534)

    for _ in range(tries):
        place.reset()
        place.write(NEW)
        os.chmod(place.index, 0o555)
        said = finished(*forked(work, powerless))
        os.chmod(place.index, 0o755)
        judge(place, count, said, must_say=True)
    return count


def harmed(place: Place, chance: random.Random, tries: int, fault: str, harm: Callable[[Path, random.Random], None]) -> Count:
    """Change the index folder behind the program's back."""
    count = Count(fault)
    for _ in range(tries):
        place.reset()
        harm(place.index, chance)
        judge(place, count, alone=False)
    return count


def run(tries: int, seed: int) -> list[Count]:
    """Try every fault and return the counts; `tries` kills, and as many of each harm to files."""
    quick_training()
    local.open_encoder = lambda *a, **k: ENCODER  # type: ignore[assignment]
    chance = random.Random(seed)
    few = max(1, tries // 10)
    with tempfile.TemporaryDirectory() as temporary:
        os.chmod(temporary, 0o755)  # noqa: S103  # the process that may not write must still read
        place = Place(Path(temporary))
        added = Path(temporary) / "gamma.txt"
        added.write_text(ADDED, "utf-8")

        def build() -> None:
            build_index(place.corpus, place.index, ENCODER)

        def add() -> None:
            add_originals([added], 2, place.corpus, place.index)

        def remove() -> None:
            remove_originals(["gamma.txt"], place.corpus, place.index)

        place.after(lambda: (place.write(NEW), build()))
        place.after(add)
        parts = [tries - 2 * (tries // 3), tries // 3, tries // 3]
        counts = [
            killed(place, chance, parts[0], "killed during a build", build, lambda: place.write(NEW)),
            killed(place, chance, parts[1], "killed during `qa add`", add),
            killed(place, chance, parts[2], "killed during `qa remove`", remove, lambda: quietly(add)),
            two_builders(place, few, build),
            full_disk(place, chance, few, build),
            read_only(place, max(1, few // 4), build),
        ]
        for fault, harm in (
            ("a data file truncated", truncate),
            ("one bit of a data file flipped", flip),
            ("a data file missing", delete),
            ("another format version", other_version),
            ("the manifest tampered with", tamper),
        ):
            counts.append(harmed(place, chance, tries if harm is not other_version else few, fault, harm))
        return counts


def table(counts: list[Count]) -> str:
    """Return the counts as a Markdown table."""
    rows = ["| fault | tries | old or new index, whole | refused, then mended by the command | lost | wrong |", "|---|--:|--:|--:|--:|--:|"]
    return "\n".join(rows + [f"| {c.fault} | {c.tries} | {c.whole} | {c.refused} | {c.lost} | {c.wrong} |" for c in counts])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tries", type=int, default=200, help="kills, and harms of each kind (default 200)")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    counts = run(args.tries, args.seed)
    print(table(counts))
    for count in counts:
        for note in dict.fromkeys(count.notes):
            print(f"{count.fault}: {note}", file=sys.stderr)
    return 1 if any(c.lost or c.wrong for c in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
