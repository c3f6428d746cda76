"""Writes domain/names/strokes.txt, the order of Han characters by strokes, as ICU has it for zh-Hant-TW.

The bundled PostgreSQL is built without ICU, so its collations are not there. ICU and its data (Unicode CLDR) are under
the Unicode License; Debian has it as libicu72. Unified ideographs of the first plane alone: rarer ones come after them.

    .venv/bin/python .setup/stroke_order.py
"""

import ctypes
from pathlib import Path

TARGET = Path(__file__).parents[1] / 'domain' / 'names' / 'strokes.txt'
HAN = [*range(0x4E00, 0xA000), *range(0x3400, 0x4DC0)]
A_LINE = 60
HEAD = (
    '# Han characters by strokes, then by radical: the order of ICU for zh-Hant-TW.\n'
    '# Written by .setup/stroke_order.py. Source: Unicode CLDR (Unicode License).\n'
)


def main() -> None:
    """Sort by the keys of ICU's collator."""
    library = ctypes.CDLL('libicui18n.so.72')
    status = ctypes.c_int(0)
    library.ucol_open_72.restype = ctypes.c_void_p
    collator = ctypes.c_void_p(library.ucol_open_72(b'zh_Hant_TW@collation=stroke', ctypes.byref(status)))
    if status.value > 0:
        raise SystemExit(f'ICU answers {status.value}')

    def key(character: str) -> bytes:
        room = ctypes.create_string_buffer(64)
        text = (ctypes.c_uint16 * 1)(ord(character))
        length = library.ucol_getSortKey_72(collator, text, 1, room, 64)
        return room.raw[:length]

    ordered = ''.join(sorted(map(chr, HAN), key=key))
    lines = [ordered[start : start + A_LINE] for start in range(0, len(ordered), A_LINE)]
    TARGET.write_text(HEAD + '\n'.join(lines) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
