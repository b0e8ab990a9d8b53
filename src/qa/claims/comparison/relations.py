"""How two concepts stand to each other: one within the other, or not both of one study."""

from qa.text.lexicon import concepts, is_a


def widened(keys: frozenset[str] | set[str]) -> set[str]:
    """Return the keys with all that they lie within: Guangzhou is in China."""
    found, pending = set(keys), list(keys)
    while pending:
        concept = concepts().get(pending.pop())
        for wider in concept.within if concept else ():
            if wider not in found:
                found.add(wider)
                pending.append(wider)
    return found


def exclusive(one: str, other: str) -> bool:
    """Return whether two concepts can't both be said of one study."""
    if is_a(one, other) or is_a(other, one):
        return False
    for a, b in ((one, other), (other, one)):
        known = concepts().get(a)
        if known and b in known.excludes:
            return True
    own = concepts().get(other)
    if own is None or not own.group or own.generic:
        return False
    same_group = [k for k in (one, *sorted(widened({one}))) if k in concepts() and concepts()[k].group == own.group]
    return bool(same_group) and not concepts()[same_group[0]].generic and not any(is_a(k, other) or is_a(other, k) for k in same_group[:1])


def apart(one: str, other: str) -> bool:
    """Return whether two concepts name different members of one group, generic ones included: ACLF and cirrhosis."""
    a, b = concepts().get(one), concepts().get(other)
    return bool(a and b and a.group and a.group == b.group) and not is_a(one, other) and not is_a(other, one)


def conflict(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether two sets share nothing, and name different members of one group."""
    return not (widened(set(one)) & widened(set(other))) and any(apart(a, b) for a in one for b in other)
