"""Who is set against whom: whether two changes are said of the same side, of the other, or of both."""

from qa.claims.comparison.relations import exclusive, widened
from qa.statements.changes import Change

OTHERS = "arm:others"
SIDES = {"arm:treated": "arm:control", "arm:repeated": "arm:single", "arm:long course": "arm:short course", "arm:younger": "arm:older", "arm:high dose": "arm:low dose"}


def _sides(keys: frozenset[str]) -> frozenset[str]:
    found = widened(set(keys))
    if any(k.startswith(("cell type:", "cell source:", "route:")) for k in found) and "arm:control" not in found:
        found.add("arm:treated")
    return frozenset(found)


def swapped(change: Change, other: Change) -> bool:
    """Return whether the claim's subject is what the source compares with: A better than B against B better than A."""
    s, r = _sides(change.subjects) - _sides(change.references), _sides(change.references) - _sides(change.subjects)
    t, q = _sides(other.subjects) - _sides(other.references), _sides(other.references) - _sides(other.subjects)
    if OTHERS in change.references and OTHERS in other.references and any(exclusive(a, b) for a in s for b in t):
        return True  # more than the others: two arms can't both be so
    specific = [k for k in (s & q) if k != "arm:treated"]
    if specific and ((r & t) or not r or not t):
        return True
    if (r & t) - {"arm:treated"} and not (s & t) and r:
        return True
    for first, second in SIDES.items():
        if first in t and second in s and first not in s and second not in t and (r or change.references or q):
            return True
        if second in t and first in s and second not in s and first not in t and q and r:
            return True
    return False


def opposite_side(change: Change, other: Change) -> bool:
    """Return whether a comparative is said of the other end: stronger at low doses against stronger at high doses."""
    if not (change.graded and other.graded):
        return False
    for first, second in SIDES.items():
        for a, b in ((first, second), (second, first)):
            if a != "arm:treated" and b != "arm:treated" and a in change.subjects and b in other.subjects:
                if b not in change.subjects | change.references and a not in other.subjects | other.references:
                    return True
    return False


def of_both(change: Change, other: Change) -> bool:
    """Return whether the claim sets apart two that the source names side by side."""
    named = _sides(other.subjects) - _sides(other.references)
    ahead, behind = change.subjects - change.references, change.references - change.subjects
    return bool(behind & named and (not ahead or ahead & named or not other.references))


def other_side(change: Change, other: Change) -> bool:
    """Return whether the two speak of different arms, so that neither confirms the other."""
    one, two = change.subjects, other.subjects
    for a in one:
        for b in two:
            if a.startswith("arm:") and b.startswith("arm:") and exclusive(a, b) and not (one & two):
                return True
            if a.startswith("route:") and b.startswith("route:") and exclusive(a, b) and not (one & two) and (change.references or other.focus or change.focus):
                return True
    return False
