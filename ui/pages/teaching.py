"""※教學影片: the eight steps, and how an office moves in, with pictures (tests/screenshots.py), for everybody."""

from fastapi import FastAPI, Request
from fastapi.responses import Response

from domain import links

from .. import public
from ..components.step_guide import STEPS
from ..door import gate

# What is done on each of STEPS.
HOW = (
    '輸入帳號與密碼。第一次使用請先申請帳號；忘記密碼時，系統會寄出設定密碼的連結。',
    '登入後是子系統入口。方塊只列出您可以使用的功能。',
    '志工資料維護的功能都在這一頁。',
    '新增一位志工：證號、姓名、出生日期，並上傳清晰的半身照。每改一欄都會自動儲存，可以隨時離開再回來。',
    '在清單中找到這位志工，點姓名進入個人頁面。',
    '在教育訓練頁籤新增一筆訓練，上傳結業證書的正面與反面後儲存。基礎訓練與特殊訓練各一筆。',
    '到紀錄冊頁籤申請。已經發過的紀錄冊也在這裡，可以列印。',
    '選擇發冊類別、縣市與機關。右邊的送審前體檢會列出還缺什麼；都齊了就可以送出，機關3日內完成審核或通知補件。',
)
# How an office moves in by files, in the order in which they lean on each other.
MOVE_IN = (
    ('志工資料', '在「批次維護作業」選擇志工資料，上傳名單；一列一位。已經登錄的人會比對，不會重複。'),
    ('教育訓練', '上傳參加者名單，課程填一次；全班同一份證書也只上傳一次。'),
    ('照片與證書', '檔名寫身分證字號（證書再加上「正」或「反」），全部裝進一個 ZIP 檔。'),
    ('服務時數', '每月的服務時數表直接上傳；以前累計的時數用服務時數累計，一人一列。'),
    ('志工保險', '一張團體保單，上傳被保險人的名單。'),
    ('紙本紀錄冊', '已經發出的舊制紀錄冊，上傳字、號與發冊日期；機關確認後就和線上的紀錄冊一樣。'),
    ('名冊送審', '建立名冊，把證號或姓名從試算表複製、貼上，備齊的一次送審。'),
    ('列印紀錄冊', '核可後，名冊頁面下方的「列印紀錄冊」把整份名冊合成一個檔案，雙面列印、對折成冊。'),
)
# The screens of it: in the order of the files `move-1.webp` and so on.
SCREENS = (
    ('批次維護作業', '選擇要匯入的種類。每一種都有範本，也可以直接上傳原來的檔案，再對應標題。'),
    ('匯入', '拖曳檔案到框內，或從試算表複製一段貼上。讀完後逐列標示可匯入、注意、錯誤，改好再按確認匯入。'),
    ('紙本紀錄冊登記', '基本資料填有舊制紀錄冊號的志工會列在這裡，勾選後一次送請發冊機關確認。'),
    ('志工移轉', '變更志工隊，或移轉到其他單位；申請案、草稿與紀錄都跟著志工走。'),
)


def register(site: FastAPI) -> None:
    """Put the page under its address."""
    site.add_api_route(links.teaching(), _page, methods=['GET'])


async def _page(request: Request) -> Response:
    pictures = (links.static(f'teaching/step-{number}.webp') for number, _ in enumerate(STEPS, 1))
    steps = list(zip(STEPS, HOW, pictures, strict=True))
    screens = [(*screen, links.static(f'teaching/move-{number}.webp')) for number, screen in enumerate(SCREENS, 1)]
    account = gate.account_of(request)
    return public.page('teaching.html', steps=steps, move_in=MOVE_IN, screens=screens, account=account)
