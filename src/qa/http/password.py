"""The staff password: kept as a salted scrypt hash, compared in constant time.

`python -m qa.http.password` asks for a password and prints the hash for `QA_STAFF_PASSWORD_HASH`.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import sys
import unicodedata
from collections.abc import Mapping

from qa.errors import UsageError

SHORTEST_PASSWORD = 12  # characters
COST = (2**15, 8, 1)  # scrypt's n, r, p: 32 MB and about 0.1 s for each try
FORM = 'QA_STAFF_PASSWORD_HASH is not of the form "scrypt$n$r$p$salt$hash"; make one with: python -m qa.http.password'


def hashed(password: str, salt: bytes | None = None, cost: tuple[int, int, int] = COST) -> str:
    """Return a password's hash as "scrypt$n$r$p$salt$hash"; UsageError if the password is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise UsageError(f"a staff password needs at least {SHORTEST_PASSWORD} characters")
    salt = salt or secrets.token_bytes(16)
    n, r, p = cost
    return "$".join(("scrypt", str(n), str(r), str(p), salt.hex(), _scrypt(password, salt, cost).hex()))


def matches(password: str, known: str) -> bool:
    """Return whether a password has this hash, in a time that does not tell how nearly; UsageError for no hash."""
    parts = known.split("$")
    try:
        kind, n, r, p, salt, digest = parts
        cost, expected = (int(n), int(r), int(p)), bytes.fromhex(digest)
        if kind != "scrypt" or not expected:
            raise ValueError(kind)
        found = _scrypt(password, bytes.fromhex(salt), cost)
    except ValueError as error:
        raise UsageError(FORM) from error
    return hmac.compare_digest(found, expected)


def _scrypt(password: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    plain = unicodedata.normalize("NFC", password).encode("utf-8", "replace")
    n, r, p = cost
    return hashlib.scrypt(plain, salt=salt, n=n, r=r, p=p, maxmem=256 * 1024 * 1024, dklen=32)


def staff_password(environment: Mapping[str, str] | None = None) -> str:
    """Return the hash that `QA_STAFF_PASSWORD_HASH` holds; UsageError if there is none or it is none."""
    given = os.environ if environment is None else environment
    known = given.get("QA_STAFF_PASSWORD_HASH", "")
    if not known:
        raise UsageError("--staff needs QA_STAFF_PASSWORD_HASH; make one with: python -m qa.http.password")
    matches("", known)
    return known


def password_of(authorization: str) -> str | None:
    """Return the password of an HTTP Basic header, whatever the user's name; None if it is none."""
    kind, _, given = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        return base64.b64decode(given, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return None


def main() -> None:
    """Ask for a password twice and print its hash."""
    import getpass

    try:
        password = getpass.getpass("Staff password: ")
        if getpass.getpass("Again: ") != password:
            raise UsageError("the two are not the same")
        print(f"QA_STAFF_PASSWORD_HASH='{hashed(password)}'")  # noqa: T201
    except UsageError as error:
        sys.exit(f"qa: {error}")


if __name__ == "__main__":
    main()
