"""STEP 1 to 8 of the official tutorial, in its own words, as the rail beside every page of the journey."""

import functools
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from nicegui.element import Element

STEPS: tuple[tuple[str, ...], ...] = (
    ('進入衛福部志願服務資訊整合系統：填入使用者帳號/密碼後點選登入',),
    ('點選【志工資料管理】方塊',),
    ('點選【志工基本資料維護】進入',),
    ('【新增志工基本資料】並記得【上傳照片】', '*確認志工照片為清晰、半身照'),
    ('點選【志工基本資料維護】進入',),
    ('建置教育訓練資料，並【上傳教育訓練證書檔案】後儲存', '*教育訓練證書檔案須包含正反面'),
    ('進入志工個人頁面點選【紀錄冊】申請送審功能',),
    ('依序選擇 發冊縣市：臺中市、發冊機關：臺中市政府文化局；完成後點選儲存、送審',),
)


class step_guide(Element, component='step_guide.js'):
    """The rail: `now` is the step of this page, `done` the finished ones, `left` what each lacks (text, address)."""

    def __init__(
        self,
        now: int,
        *,
        done: Iterable[int] = (),
        who: str = '',
        left: Mapping[int, Sequence[tuple[str, str]]] | None = None,
        addresses: dict[int, str] | None = None,
        put_away: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__()
        self._addresses = addresses or {}
        self._props.update({'now': now, 'who': who, 'foot': '做到一半可以離開，資料會自動儲存。'})
        self.show(done, left or {})
        if put_away is not None:
            self.on('away', put_away)

    def show(self, done: Iterable[int], left: Mapping[int, Sequence[tuple[str, str]]]) -> None:
        """Shows what is done and what is left of each step."""
        finished = set(done)
        self._props['steps'] = [
            _step(n, n in finished, self._addresses.get(n, ''), tuple(left.get(n, ())))
            for n in range(1, len(STEPS) + 1)
        ]
        self.update()


@functools.lru_cache(maxsize=512)
def _step(n: int, is_done: bool, address: str, left: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """As the component wants it: one for all pages that say the same, so not to be changed."""
    lacking = [{'text': text, 'href': href} for text, href in left]
    return {'n': n, 'lines': STEPS[n - 1], 'done': is_done, 'href': address, 'left': lacking}
