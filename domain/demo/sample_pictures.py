"""Drawn pictures for the demo office and the tests: people who do not exist, and certificates marked as samples."""

import io
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import cast

from PIL import Image, ImageColor, ImageDraw, ImageFont

from .. import dates

Point = tuple[float, float]

# 3:4 of a drawing 210 × 270 that is a little wider, so its sides are cut.
_PORTRAIT_WIDTH, _PORTRAIT_HEIGHT = 900, 1200
_FINER = 2  # drawn this much larger and then shrunk, for smooth edges
# Pixels to a unit of the certificates' drawing of 420 × 297: as many as a scan must have to count as large enough.
_CERTIFICATE_SCALE = 3

_SKINS = [('#E9C09D', '#D7A581'), ('#F0CDB1', '#E2B596'), ('#DDAF8A', '#C8946E')]
_HAIRS = ['#272829', '#2E2724', '#4A3A30', '#8E8F92']
_BACKDROPS = ['#DDE5E2', '#DFE4E8', '#E7E2D8', '#E3DFE6']
_COATS = [('#2C4A5A', '#F4F6F6'), ('#3E5C7A', '#F7F3EA'), ('#5B4A66', '#F5F1F4'), ('#4C5B45', '#F4F4EC')]

_SHORT_HAIR = 'M60 108c-6-40 14-64 46-64s50 24 44 64c-3-8-5-16-8-24-12 0-26-4-36-12-10 8-24 12-38 12-3 8-5 16-8 24z'
_LONG_HAIR_BEHIND = (
    'M51 118c-5-54 22-82 54-82s59 28 54 82c-1 18 1 30 3 42-8 8-20 10-28 8H76c-8 2-20 0-28-8 2-12 4-24 3-42z'
)
_LONG_HAIR = 'M61 112c-2-40 14-62 44-62s46 22 44 62c-4-10-8-22-10-30-14 4-36 2-50-10-4 14-16 26-28 40z'


def portrait(seed: int) -> bytes:
    """JPEG 900 × 1200 of a drawn person; the same seed gives the same person, even ones with short hair."""
    skin, shade = _SKINS[seed % 3]
    hair = _HAIRS[seed // 2 % 4]
    coat, collar = _COATS[(seed // 3 + seed) % 4]
    backdrop = _BACKDROPS[seed % 4]
    image = Image.new('RGB', (_PORTRAIT_WIDTH * _FINER, _PORTRAIT_HEIGHT * _FINER), backdrop)
    scale = image.height / 270
    canvas = _Canvas(ImageDraw.Draw(image), scale, ((image.width / scale - 210) / 2, 0))
    canvas.oval((105, 120), 120, 120, _mixed(backdrop, '#FFFFFF', 0.28))
    if seed % 2:
        canvas.below(9).fill(_LONG_HAIR_BEHIND, hair)
    _draw_shoulders(canvas, coat, collar, shade)
    canvas.below(9).fill('M60 108l8-24v24zM150 108l-8-24v24z', hair)
    _draw_face(canvas.below(9), skin, shade, _mixed(skin, hair, 0.8))
    canvas.below(9).fill(_LONG_HAIR if seed % 2 else _SHORT_HAIR, hair)
    if seed % 5 in (2, 4):
        _draw_glasses(canvas.below(9))
    return _jpeg(image.reduce(_FINER))


def certificate(front: bool, name: str, title: str, hours: int, unit: str, day: date) -> bytes:
    """JPEG 1260 × 891, one side of a training certificate, as a scanner would see it, sealed 「樣張示例」.

    Front: who took the course `title` of how many hours, given by `unit` on `day`; back: what was taught.
    """
    image = Image.new('RGB', (420 * _CERTIFICATE_SCALE, 297 * _CERTIFICATE_SCALE), '#FFFDF6')
    canvas = _Canvas(ImageDraw.Draw(image), _CERTIFICATE_SCALE)
    _draw_border(canvas)
    if front:
        _draw_front(canvas, name, title, hours, unit, day)
    else:
        _draw_back(canvas, title, hours, unit)
    seal, (left, top) = _seal(), (308, 176) if front else (300, 196)
    image.paste(seal, (left * _CERTIFICATE_SCALE, top * _CERTIFICATE_SCALE), seal)
    return _jpeg(image)


def paper_book(front: bool, number: str, agency: str, day: date) -> bytes:
    """JPEG 891 × 1260, the cover or the last page of a paper book of the old system, sealed 「樣張示例」."""
    image = Image.new('RGB', (297 * _CERTIFICATE_SCALE, 420 * _CERTIFICATE_SCALE), '#2F5D50' if front else '#FFFDF6')
    canvas = _Canvas(ImageDraw.Draw(image), _CERTIFICATE_SCALE)
    ink = '#F4EBD0' if front else '#333333'
    canvas.line('M14 14h269v392H14z', ink, 2)
    if front:
        for place, character in enumerate('志願服務紀錄冊'):
            canvas.write((148, 84 + 34 * place), character, 28, color=ink, anchor='middle')
    else:
        canvas.write((148, 70), '發冊紀錄', 22, color=ink, spacing=8, anchor='middle')
        canvas.write((40, 130), f'發冊日期：{dates.roc_long(day)}', 15, color=ink)
        canvas.write((40, 164), f'發冊機關：{agency}', 15, color=ink)
    canvas.write((148, 352), number, 15, color=ink, anchor='middle')
    canvas.write((148, 380), agency, 15, color=ink, anchor='middle')
    if not front:
        image.paste(seal := _seal(), (112 * _CERTIFICATE_SCALE, 220 * _CERTIFICATE_SCALE), seal)
    return _jpeg(image)


@dataclass
class _Canvas:
    """Draws the paths of an SVG, `scale` pixels to its unit, with its origin moved by `shift` units."""

    draw: ImageDraw.ImageDraw
    scale: float
    shift: Point = (0, 0)

    def below(self, distance: float) -> '_Canvas':
        """The same canvas with its origin that many units further down."""
        return _Canvas(self.draw, self.scale, (self.shift[0], self.shift[1] + distance))

    def fill(self, path: str, color: str) -> None:
        for points in _outlines(path):
            self.draw.polygon([self._at(point) for point in points], fill=color)

    def line(self, path: str, color: str, width: float) -> None:
        for points in _outlines(path):
            pixels = [self._at(point) for point in points]
            self.draw.line(pixels, fill=color, width=round(width * self.scale), joint='curve')
            for x, y in (pixels[0], pixels[-1]):
                self.draw.circle((x, y), width * self.scale / 2, fill=color)

    def oval(self, center: Point, across: float, down: float, color: str) -> None:
        (left, top), (right, bottom) = (
            self._at((center[0] - across, center[1] - down)),
            self._at((center[0] + across, center[1] + down)),
        )
        self.draw.ellipse((left, top, right, bottom), fill=color)

    def write(
        self, at: Point, text: str, size: float, *, color: str = '#1D1D1D', spacing: float = 0, anchor: str = 'start'
    ) -> None:
        """One line on its baseline, character by character, each in the first font that has it."""
        width = self.width_of(text, size) + spacing * (len(text) - 1)
        x, y = self._at((at[0] - {'start': 0, 'middle': width / 2, 'end': width}[anchor], at[1]))
        for char in text:
            font = _font(char, round(size * self.scale))
            self.draw.text((x, y), char, fill=color, font=font, anchor='ls')
            x += font.getlength(char) + spacing * self.scale

    def width_of(self, text: str, size: float) -> float:
        """In units, without spacing."""
        return sum(_font(char, round(size * self.scale)).getlength(char) for char in text) / self.scale

    def _at(self, point: Point) -> Point:
        return (point[0] + self.shift[0]) * self.scale, (point[1] + self.shift[1]) * self.scale


def _draw_front(canvas: _Canvas, name: str, title: str, hours: int, unit: str, day: date) -> None:
    canvas.write((210, 78), '結業證書', 34, spacing=14, anchor='middle')
    serial = zlib.crc32(f'{name}{title}'.encode()) % 900 + 1
    canvas.write((380, 102), f'訓字第{dates.roc_digits(day)}{serial:03}號', 11, color='#444444', anchor='end')
    sentence = (
        f'{name}　君參加本中心辦理之「{title}」課程，計{_numeral(hours)}小時，期滿成績合格，特發給證書，以資證明。'
    )
    lines = _lines(canvas, sentence, 17, 300)
    first, step = (136, 26) if len(lines) <= 3 else (130, 24)
    for number, line in enumerate(lines):
        canvas.write((60, first + step * number), line, 17)
    canvas.write((60, 234), unit, 15)
    spoken = ''.join('〇一二三四五六七八九'[int(digit)] for digit in str(dates.roc_year(day)))
    spoken = f'中華民國{spoken}年{_numeral(day.month)}月{_numeral(day.day)}日'
    canvas.write((210, 264), spoken, 14, spacing=3, anchor='middle')


def _draw_back(canvas: _Canvas, title: str, hours: int, unit: str) -> None:
    canvas.write((210, 58), '課程內容', 20, spacing=6, anchor='middle')
    courses = _courses(title, hours)
    foot = 100 + 32 * len(courses)
    rules = ''.join(f'M44 {y}h332' for y in (70, *range(100, foot + 1, 32)))
    canvas.line(f'{rules}M44 70V{foot}M376 70V{foot}M284 70V{foot}', '#555555', 1)
    canvas.write((58, 91), '課程名稱', 14, color='#333333')
    canvas.write((330, 91), '時數', 14, color='#333333', anchor='middle')
    for number, (course, length) in enumerate(courses):
        canvas.write((58, 122 + 32 * number), course, 16, color='#333333')
        canvas.write((330, 122 + 32 * number), str(length), 16, color='#333333', anchor='middle')
    canvas.write((58, 256), f'核章：{unit}志工業務承辦', 14, color='#333333')


def _courses(title: str, hours: int) -> list[tuple[str, int]]:
    """The subjects of a basic training since 107 (衛生福利部), or those of a usual special one; the hours divided."""
    subjects = ['志願服務內涵及倫理', '志願服務法規之認識', '志願服務經驗分享']
    if '基礎' not in title:
        subjects = ['業務簡介及工作內容說明', '服務技巧與實習', '綜合討論']
    each, rest = divmod(hours, len(subjects))
    return [(subject, each + (number < rest)) for number, subject in enumerate(subjects)]


def _draw_border(canvas: _Canvas) -> None:
    gold = '#A67C2D'
    canvas.line('M12 12h396v273H12z', gold, 3)
    canvas.line('M18 18h384v261H18z', gold, 0.8)
    canvas.line(
        'M18 46h20V26h-8v12h-12M402 46h-20V26h8v12h12M18 251h20v20h-8v-12h-12M402 251h-20v20h8v-12h12', gold, 1.4
    )


@cache
def _seal() -> Image.Image:
    """72 × 72 units: a red seal, a little crooked and not quite even, that nobody takes for a real one."""
    finer = _FINER * _CERTIFICATE_SCALE
    stamp = Image.new('RGBA', (72 * finer, 72 * finer), (192, 57, 43, 0))
    canvas = _Canvas(ImageDraw.Draw(stamp), finer, (8, 8))
    canvas.line('M0 0h56v56H0z', '#C0392BE6', 3)
    canvas.write((28, 24), '樣張', 21, color='#C0392BE6', anchor='middle')
    canvas.write((28, 47.5), '示例', 21, color='#C0392BE6', anchor='middle')
    return stamp.rotate(3, Image.Resampling.BICUBIC).reduce(_FINER)


def _lines(canvas: _Canvas, text: str, size: float, width: float) -> list[str]:
    """Lines no wider than `width` units; Latin words stay whole, and no line begins with a mark that closes."""
    lines = ['']
    for word in re.findall(r"[A-Za-z'’]+|.[，。」]*", text):
        if canvas.width_of(lines[-1] + word, size) > width:
            lines.append('')
        lines[-1] += word
    return lines


def _numeral(number: int) -> str:
    """1 to 99 as certificates write them.

    >>> [_numeral(number) for number in (6, 10, 12, 22)]
    ['六', '十', '十二', '二十二']
    """
    tens, ones = divmod(number, 10)
    digits = ' 一二三四五六七八九'
    return (f'{digits[tens] if tens > 1 else ""}十' if tens else '') + (digits[ones] if ones else '')


def _draw_shoulders(canvas: _Canvas, coat: str, collar: str, skin: str) -> None:
    canvas.fill('M84 158h42v70H84z', skin)
    canvas.fill('M12 270c2-46 24-62 66-72l27 26 27-26c42 10 64 26 66 72z', coat)
    canvas.fill('M66 201l20 69h-9l-20-66zM144 201l-20 69h9l20-66z', _mixed(coat, '#000000', 0.12))
    canvas.fill('M80 196l25 32 25-32 9 3-19 44-15-15-15 15-19-44z', collar)


def _draw_face(canvas: _Canvas, skin: str, shade: str, brows: str) -> None:
    for side in (62, 148):
        canvas.oval((side, 120), 7, 12, shade)
    canvas.fill('M63 104c0-34 18-52 42-52s42 18 42 52c0 40-18 68-42 68s-42-28-42-68z', skin)
    for side in (76, 134):
        canvas.oval((side, 136), 8, 5, _mixed(skin, '#D9785A', 0.16))
    canvas.line('M77 105c5-4 12-4 17-1M116 104c5-3 12-3 17 1', brows, 2.6)
    for side in (86, 124):
        canvas.oval((side, 118), 4, 4.4, '#2A211E')
        canvas.oval((side + 1.4, 116.6), 1.2, 1.2, '#FFFFFF')
    canvas.line('M105 120c-2 8-4 12-4 15 1 3 6 3 8 1', shade, 2.6)
    canvas.line('M91 148c8 7 20 7 28 0', '#A4553F', 3)


def _draw_glasses(canvas: _Canvas) -> None:
    canvas.line('M73 118c0-9 5-12 13-12s13 3 13 12-5 12-13 12-13-3-13-12z', '#3A3F45', 1.8)
    canvas.line('M111 118c0-9 5-12 13-12s13 3 13 12-5 12-13 12-13-3-13-12z', '#3A3F45', 1.8)
    canvas.line('M99 115c4-3 8-3 12 0M73 115l-8-2M137 115l8-2', '#3A3F45', 1.8)


def _mixed(color: str, other: str, share: float) -> str:
    """`color` with that share of `other` laid over it."""
    pairs = zip(ImageColor.getrgb(color)[:3], ImageColor.getrgb(other)[:3], strict=True)
    return '#' + ''.join(f'{round(one + (two - one) * share):02x}' for one, two in pairs)


def _jpeg(image: Image.Image) -> bytes:
    jpeg = io.BytesIO()
    image.save(jpeg, 'JPEG', quality=88)
    return jpeg.getvalue()


def _outlines(path: str) -> list[list[Point]]:
    """The lines of an SVG path (M L H V C S and their relatives), curves in short steps."""
    outlines: list[list[Point]] = []
    tokens = re.findall(r'[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)', path)
    command, here, handle = '', (0.0, 0.0), (0.0, 0.0)
    while tokens:
        if tokens[0].isalpha():
            command = tokens.pop(0)
            if command in 'zZ':
                outlines[-1].append(outlines[-1][0])
                here = outlines[-1][0]
                continue
        numbers = [
            float(tokens.pop(0)) for _ in range({'M': 2, 'L': 2, 'H': 1, 'V': 1, 'C': 6, 'S': 4}[command.upper()])
        ]
        base = here if command.islower() else (0.0, 0.0)
        match command.upper():
            case 'H':
                points = [(base[0] + numbers[0], here[1])]
            case 'V':
                points = [(here[0], base[1] + numbers[0])]
            case _:
                points = [(base[0] + x, base[1] + y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        if command in 'Ss':
            points.insert(0, (2 * here[0] - handle[0], 2 * here[1] - handle[1]))
        if command in 'Mm':
            outlines.append([])
            command = 'l' if command == 'm' else 'L'
        outlines[-1] += _curve(here, *points) if len(points) == 3 else points
        handle, here = points[-2] if len(points) == 3 else points[-1], points[-1]
    return outlines


def _font(char: str, size: int) -> ImageFont.FreeTypeFont:
    """全字庫正楷體, which keeps the characters beyond U+FFFF in a second file; else any Chinese font there is."""
    kai = 'TW-Kai-98_1.ttf' if char <= '\uffff' else 'TW-Kai-Ext-B-98_1.ttf'
    for file in (kai, 'NotoSerifCJK-Regular.ttc', 'NotoSansCJK-Regular.ttc'):
        with suppress(OSError):
            return _opened_font(file, size)
    return cast(ImageFont.FreeTypeFont, ImageFont.load_default(size))


@cache
def _opened_font(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size)


def _curve(start: Point, first: Point, second: Point, end: Point) -> list[Point]:
    steps = 24
    points = []
    for step in range(1, steps + 1):
        t = step / steps
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        corners = (start, first, second, end)
        points.append(
            (
                sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True)),
                sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True)),
            )
        )
    return points
