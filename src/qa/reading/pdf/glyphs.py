"""Characters as PDF files record them: what they stand for, and about how wide they are."""

import re
import unicodedata

from qa.text.preparation import CONTROL

# Fonts that share a glyph between a character and its radical make PDF writers record the radical: those of the block
# "CJK radicals supplement" have no NFKC form (source: Unicode's EquivalentUnifiedIdeograph.txt).
RADICALS = {
    0x2E81: "厂", 0x2E84: "乙", 0x2E88: "刀", 0x2E8B: "卩", 0x2E8C: "小", 0x2E8F: "尢", 0x2E92: "巳", 0x2E94: "彑",
    0x2E95: "彐", 0x2E97: "心", 0x2E98: "扌", 0x2E99: "攵", 0x2E9B: "旡", 0x2E9C: "日", 0x2E9D: "月", 0x2EA0: "民",
    0x2EA1: "氵", 0x2EA3: "灬", 0x2EA9: "王", 0x2EAA: "疋", 0x2EAB: "目", 0x2EAD: "礻", 0x2EAE: "竹", 0x2EAF: "糹",
    0x2EB0: "纟", 0x2EB3: "罒", 0x2EB6: "羊", 0x2EB7: "羊", 0x2EBB: "聿", 0x2EBC: "肉", 0x2EBE: "艹", 0x2EC1: "虎",
    0x2EC2: "衤", 0x2EC3: "覀", 0x2EC4: "西", 0x2EC5: "见", 0x2EC6: "角", 0x2EC8: "讠", 0x2EC9: "贝", 0x2ECA: "足",
    0x2ECB: "车", 0x2ECC: "辶", 0x2ECD: "辶", 0x2ECF: "阝", 0x2ED0: "钅", 0x2ED1: "長", 0x2ED2: "镸", 0x2ED3: "长",
    0x2ED4: "门", 0x2ED6: "阝", 0x2ED7: "雨", 0x2ED8: "青", 0x2ED9: "韦", 0x2EDA: "页", 0x2EDB: "风", 0x2EDC: "飞",
    0x2EDD: "食", 0x2EE0: "饣", 0x2EE2: "马", 0x2EE3: "骨", 0x2EE4: "鬼", 0x2EE5: "鱼", 0x2EE6: "鸟", 0x2EE7: "卤",
    0x2EE8: "麦", 0x2EE9: "黄", 0x2EEA: "黾", 0x2EEB: "斉", 0x2EEC: "齐", 0x2EED: "歯", 0x2EEE: "齿", 0x2EEF: "竜",
    0x2EF0: "龙", 0x2EF2: "亀",
}  # fmt: skip
COMPATIBLE = re.compile(
    r"[\u2e9f\u2ef3\u2f00-\u2fd5\uf900-\ufaff\ufb00-\ufb06]"
)  # radicals and ligatures with an NFKC form
BULLETS = re.compile(r"^[\uf0b7\uf0a7\uf06c\uf0d8\uf076\uf09f]\s*")  # of symbol fonts, in the private use area
WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u201c\u201d]"
WIDE_GAP = re.compile(rf"(?<={WIDE}) +(?={WIDE})")
NARROW, BROAD = set("iljtfrI.,;:'|!()[] -"), set("mwMW@%&")


def normal(text: str) -> str:
    """Return extracted text with radicals, ligatures and symbol-font bullets as the characters that they stand for."""
    text = COMPATIBLE.sub(lambda m: unicodedata.normalize("NFKC", m.group()), text.translate(RADICALS))
    return BULLETS.sub("\u2022 ", CONTROL.sub("", text.replace("\u00a0", " ")))


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is, in points; within a tenth for the usual fonts."""
    return size * sum(_em(c) for c in text)


def _em(c: str) -> float:
    if ord(c) > 0x2E7F or c in "\u201c\u201d\u2014\u2026":
        return 1.0
    return 0.29 if c in NARROW else 0.83 if c in BROAD else 0.66 if c.isupper() else 0.51
