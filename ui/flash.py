"""A message that one page leaves for the next.

The address carries a key, never a text, so nobody can put words into our mouth.
"""

from collections.abc import Sequence

from nicegui import ui

from domain.guide import missing
from domain.guide.missing import Gap

from .components.notices import confirm, lead_on, tell

# Also ui/static/site.js reads it.
PARAMETER = 'flash'

CONFIRMATIONS = {
    'volunteer-registered': '志工基本資料已儲存。',
    'volunteer-registered-code': '志工基本資料已儲存。請在下方「志工登入」列印紙本驗證碼。',
    'link-sent': '設定密碼的連結會寄到志工登記的 E-MAIL，24 小時內有效。',
    'email-asked': '會寄信到志工原來的 E-MAIL，請本人確認；本人同意後才會更改。',
    'volunteer-saved': '基本資料已儲存，並留下異動紀錄。',
    'volunteer-same': '基本資料沒有變更，登錄的就是畫面上的內容。',
    'team-same': '志工隊沒有變更。',
    'volunteer-saved-under-review': '基本資料已儲存。申請案審核中，審核人員會看到這次修改，並須重新看過。',
    'training-saved-under-review': '教育訓練資料已儲存。申請案審核中，審核人員會看到這次修改，並須重新看過。',
    'training-removed-under-review': '教育訓練資料已刪除。申請案審核中，審核人員會看到這次刪除，並須重新看過。',
    'volunteer-joined': '已收編這位志工，現在可以維護他的資料。',
    'record-closed': '紀錄已封存。重新收編時會自動恢復；封存錯了，可以在下面解除。',
    'record-reopened': '已解除封存，資料恢復原狀；他仍然不在您的單位，需要時請收編。',
    'membership-ended': '已結束收編；這位志工不再列在您的單位，紀錄都保留。',
    'training-saved': '教育訓練資料已儲存，證書正反面齊全。',
    'training-removed': '教育訓練資料已刪除；異動紀錄保留了原來的內容。',
    'application-saved': '紀錄冊申請已儲存為草稿，尚未送審。',
    'application-submitted': '已送審。系統會寄名冊通知發冊機關，機關會在期限內完成審核或通知補件。',
    'application-again': '已重新開啟申請，先前填的資料都帶過來了。請看過先前的意見，修改後再送審。',
    'application-withdrawn': '已撤回這件申請；資料都還在，可以按「重新申請」再送。',
    'draft-deleted': '已刪除這份草稿；志工的基本資料、教育訓練都還在。',
    'paper-book-sent': '已送請發冊機關確認；確認後會通知您，紀錄冊頁面也會更新。',
    'paper-book-withdrawn': '已撤回紙本紀錄冊的登記；志工的資料都還在，可以重新登記。',
    'paper-book-confirmed': '已確認，並通知運用單位。',
    'paper-book-returned': '已退回單位補正，並通知運用單位。',
    'paper-book-unconfirmed': '已取消確認，退回單位更正，並通知運用單位。',
    'case-closed': '已逾期結案，並通知運用單位。',
    'roster-started': '名冊已建立。接著請按「加入志工」。',
    'roster-filled': '名冊已建立，貼上的志工都已加入；還沒有送審。',
    'roster-discarded': '名冊已刪除；志工的資料都還在。',
    'batch-prepared': '已為勾選的志工帶入課程。請在下方逐一上傳證書正反面，資料才會正式登錄。',
    'import-dropped': '已放棄這次匯入，沒有寫入任何資料。',
    'office-saved': '已儲存。',
    'rule-removed': '已刪除這一條；審核中的案件也照其餘的規定檢查。',
    'notice-published': '已發布新的版本；每位志工下次登入「我的資料」時會再問一次。',
    'team-closed': '志工隊已停用；志工的志工隊已變更，帳號已停用，先前的紀錄都保留。',
    'team-reopened': '志工隊已重新開啟，可以再編入志工；帳號請另外開通。',
    'calendar-saved': '辦公日曆已更新，審核中案件的期限已重新計算。',
    'calendar-filled': '已帶入國定假日與補班日，審核中案件的期限已重新計算。',
    'calendar-same': '這個年度的國定假日已是最新的，沒有變動。',
    'account-created': '帳號已開通，設定密碼的連結會寄給本人。',
    'email-waits': '已儲存。電子郵件要由另一位系統管理者確認後才會更改，見清單上方。',
    'email-confirmed': '電子郵件已更改，並通知了原來的信箱。',
    'email-refused': '已拒絕這項變更，電子郵件維持原來的。',
    'sessions-ended': '已結束這個帳號所有的登入。',
    'factors-reset': '已重設第二道驗證並結束所有登入，會寄信通知本人。',
    'request-refused': '已通知申請人。',
    'request-returned': '已退回請申請人補正；他送出後會再回到清單。',
    'account-unlocked': '已解除鎖定，現在可以登入。',
    'review-done': '盤點完成，謝謝。',
    'requests-refused': '勾選的申請都不核准，已通知申請人。',
    'wording-saved': '範本已儲存，之後寄出的信都照這份範本。',
    'wording-restored': '已恢復成系統原本的範本。',
    'mail-resent': '已重新排入寄送；結果會顯示在這裡與案件歷程上。',
    'preference-saved': '通知信設定已儲存。',
    'undo-saved': '復原時間已儲存，下一個決定起適用。',
    'deputy-named': '已指定代理人；期滿自動結束。',
    'deputy-ended': '代理已結束。',
    'consent-given': '已記錄同意，包含版本與時間。',
    'consent-withdrawn': '已記錄撤回同意；之後可以再同意。',
    'rights-asked': '已送給單位。答覆前可以在這裡看到期限，也可以撤回。',
    'rights-recorded': '已登記，期限已算好。請在期限內答覆。',
    'rights-answered': '已答覆，並通知本人。',
    'rights-extended': '已延長期限，並通知本人。',
    'password-changed': '密碼已變更，其他裝置上的登入已結束。',
}
# After these the work on the person goes on.
GO_ON = frozenset(
    {'volunteer-registered', 'volunteer-registered-code', 'volunteer-saved', 'volunteer-same', 'training-saved'}
)
NOTICES = {
    'volunteer-known': '這位志工已經建立過，這裡是他的個人頁面；您剛才輸入的資料沒有另存一份。',
    'new-device': '您第一次在這個裝置登入，已寄信到您登記的信箱。不是您本人的話，請到「我的登入」結束並變更密碼。',
    'other-device': '您上次在這裡登入之後，有人在新的裝置登入您的帳號。不是您本人的話，請到「我的登入」查看。',
    'course-gone': '您剛才填的課程已經帶入勾選的志工，或已由同事儲存、刪除。請先看下面還缺證書的名單，不需要重新輸入。',
    'draft-gone': '您剛才填的新志工資料已經儲存，或已由同事送出、刪除。請先在下面的名單查詢，不需要重新輸入。',
}


def leave_with(address: str, message_key: str, *, back_to: str = '') -> None:
    """Go to `address` and show the message there. Raises KeyError for a message that there is not.

    `back_to` is where Back leads from there, when this page is gone with what was done on it.
    """
    if message_key not in CONFIRMATIONS | NOTICES:
        raise KeyError(message_key)
    ui.context.client.storage['leaving'] = True
    if back_to:
        ui.navigate.history.replace(back_to)
    ui.navigate.to(with_flash(address, message_key))


def with_flash(address: str, message_key: str) -> str:
    """`address`, asking the page there to show the message."""
    mark = '&' if '?' in address else '?'
    return f'{address}{mark}{PARAMETER}={message_key}'


def show_flash(gaps: Sequence[Gap] = ()) -> None:
    """Show the message that the page before has left, if any; of a person with `gaps`, what lacks and the way on."""
    request = ui.context.client.request
    message_key = request.query_params.get(PARAMETER, '') if request is not None else ''
    if message_key in GO_ON and gaps:
        names = missing.names(gaps)
        is_ready = gaps[0].key in ('apply', 'send')
        told = f'還缺：{names}。' if names else '資料已備齊，可以申請送審。' if is_ready else ''
        lead_on(CONFIRMATIONS[message_key] + told, gaps[0].act, gaps[0].address)
    elif message_key in CONFIRMATIONS:
        confirm(CONFIRMATIONS[message_key])
    elif message_key in NOTICES:
        tell(NOTICES[message_key])
