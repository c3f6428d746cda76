"""Writes domain/logbook/latin.ttf, the Latin letters of names in print, from Gentium Plus.

Gentium is by SIL, under the OFL; Debian has it as fonts-sil-gentiumplus.

Gentium places marks on letters by itself, as 台羅, 白話字, Vietnamese and the orthographies of the sixteen peoples need
it, and its thin strokes stand well beside 楷體. Its name is reserved, so what is changed bears another.

    .venv/bin/python .setup/latin_font.py GentiumPlus-Regular.ttf
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parents[1] / 'domain' / 'logbook'
NAME = 'Logbook Latin'
LETTERS = [
    *(range(0x20, 0x7F), range(0xA0, 0x250)),  # Basic Latin to Latin Extended-B
    *(range(0x250, 0x2B0), range(0x2B0, 0x300)),  # ʉ ɨ ə ʔ; ʼ ʻ ˈ
    *(range(0x300, 0x370), range(0x1E00, 0x1F00)),  # marks; Vietnamese, letters with a line below
    *([0x207F], range(0x2010, 0x2016), range(0x2018, 0x2020), [0x2022, 0x2026, 0x2032, 0x2033]),
    [0xA78B, 0xA78C],  # saltillo
]
LARGER = 1.1  # Gentium is small on its body, beside Han characters
# As 全字庫's fonts have them, so that a line of both is no taller than a line of one.
ASCENT, DESCENT = 0.801, -0.199


def main(source: str) -> None:
    """Write the font and its licence."""
    font = TTFont(source)
    options = Options(
        layout_features=['ccmp', 'locl', 'mark', 'mkmk', 'kern'],
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        hinting=False,
        notdef_outline=True,
        drop_tables=['Silf', 'Glat', 'Gloc', 'Sill', 'Feat', 'DSIG', 'meta'],
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for codes in LETTERS for code in codes])
    subsetter.subset(font)
    font['head'].unitsPerEm = round(font['head'].unitsPerEm / LARGER)
    _stand_like_han(font)
    for record in font['name'].names:
        if record.nameID in {1, 3, 4, 6}:
            record.string = NAME.replace(' ', '') if record.nameID == 6 else NAME
    font.save(FOLDER / 'latin.ttf')


def _stand_like_han(font: TTFont) -> None:
    ascent, descent = (round(share * font['head'].unitsPerEm) for share in (ASCENT, DESCENT))
    font['hhea'].ascent, font['hhea'].descent, font['hhea'].lineGap = ascent, descent, 0
    font['OS/2'].sTypoAscender, font['OS/2'].sTypoDescender, font['OS/2'].sTypoLineGap = ascent, descent, 0
    font['OS/2'].usWinAscent, font['OS/2'].usWinDescent = ascent, -descent


if __name__ == '__main__':
    main(sys.argv[1])
