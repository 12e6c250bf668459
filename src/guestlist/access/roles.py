"""What the decision knows of a role, and the four roles that exist everywhere."""

import unicodedata
import uuid
from dataclasses import dataclass

from guestlist.access.permissions import MEMBER_VERBS, READING, catalogue


@dataclass(frozen=True)
class RoleFacts:
    id: uuid.UUID
    name: str
    permissions: frozenset[str]
    may_hand_out: frozenset[uuid.UUID] = frozenset()


GUEST, ANALYST, ADMIN, MANAGE_MEMBER = (uuid.UUID(f"00000000-0000-7000-8000-00000000000{n}") for n in (1, 2, 3, 4))
BUILT_IN = {GUEST: "Guest", ANALYST: "Analyst", ADMIN: "Admin", MANAGE_MEMBER: "manage_member"}


def built_in(role_id: uuid.UUID) -> RoleFacts:
    """The facts of a built-in role, as the catalogue stands now: an application's new permission counts at once."""
    if role_id == ADMIN:
        return RoleFacts(ADMIN, BUILT_IN[ADMIN], frozenset(catalogue()))
    if role_id == MANAGE_MEMBER:
        return RoleFacts(MANAGE_MEMBER, BUILT_IN[MANAGE_MEMBER], READING | MEMBER_VERBS, frozenset({GUEST, ANALYST}))
    levels = ("read",) if role_id == GUEST else ("read", "write")
    given = {each.name for each in catalogue().values() if not each.own and each.level in levels}
    return RoleFacts(role_id, BUILT_IN[role_id], READING | given)


def role_key(name: str) -> str:
    """The form in which names of roles are compared: no case, no script look-alikes that Unicode calls compatible."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def takes_built_in_name(name: str) -> bool:
    return _skeleton(name) in {_skeleton(each) for each in BUILT_IN.values()}


def mixes_alphabets(name: str) -> bool:
    """Whether letters or digits of another alphabet stand among Latin ones, where they are there to be taken for them. Those of East Asia look
    like no Latin letter."""
    letters = [char for char in unicodedata.normalize("NFKC", name) if char.isalnum()]
    alphabets = {unicodedata.name(char, "").partition(" ")[0] for char in letters} - {"DIGIT"}
    return "LATIN" in alphabets and not alphabets <= {"LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"}


# The letters of the built-in names with what looks like them: Cyrillic, Greek, Armenian, Cherokee, Lisu, small capitals, strokes.
_LOOKALIKES = {
    "a": "ꓮАаΑαɑᴀᎪ",
    "b": "ꓐВвΒβʙᏴ",
    "d": "ꓓԁᴅᎠ",
    "e": "ꓰЕеΕεᴇᎬ",
    "g": "ꓖɡɢցᏀ",
    "i": "ꓲІіΙιıɪӀӏᏆ1|",
    "l": "ꓡʟᏞ",
    "m": "ꓟМмΜμᴍᎷ",
    "n": "ꓠΝηոռпɴᏁ",
    "r": "ꓣгʀᏒ",
    "s": "ꓢЅѕꜱᏚ",
    "t": "ꓔТтΤτᴛᎢ",
    "u": "ꓴυսᴜՍ",
    "y": "ꓬУуΥγҮүʏᎩ",
}
_LETTERS = str.maketrans({like: letter for letter, many in _LOOKALIKES.items() for like in many})


def _skeleton(name: str) -> str:
    """What the eye makes of `name`: equal for names that look alike. A capital I and a small l do, and `rn` and `m`."""
    letters = unicodedata.normalize("NFKD", name).translate(_LETTERS).casefold().replace("l", "i")
    return "".join(char for char in letters if char.isalnum()).replace("rn", "m")
