"""Closed lists: the stored value and the displayed label."""

from enum import StrEnum
from typing import Self


class Choice(StrEnum):
    """A stored value with its displayed label: `Sex.MALE == 'male'`, `Sex.MALE.label == '男'`."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def of(cls, stored: str) -> Self:
        """The member that is stored as this. Raises ValueError."""
        return cls(stored)  # type: ignore[call-arg]  # who makes a member gives a label, who looks for one does not

    @classmethod
    def labels(cls) -> dict[Self, str]:
        """`{member: label}`, in order, as a select takes it."""
        return {member: member.label for member in cls}


class Role(Choice):
    UNIT_STAFF = 'unit_staff', '單位承辦人'
    REVIEWER = 'reviewer', '志工業務窗口'
    VOLUNTEER = 'volunteer', '志工'
    ADMINISTRATOR = 'administrator', '系統管理者'
    SUPERVISOR = 'supervisor', '志工督導'
    COUNTY = 'county', '縣市主管機關'
    MINISTRY = 'ministry', '衛生福利部'
    INSPECTOR = 'inspector', '稽核人員'


class SignInMeans(Choice):
    PASSWORD = 'password', '帳號密碼'
    CARD = 'card', '自然人憑證'


class SignInWay(Choice):
    """What somebody has shown in order to sign in; a session has one or two of them."""

    PASSWORD = 'password', '帳號密碼'
    CARD = 'card', '自然人憑證'
    APP_CODE = 'app_code', '驗證器 App'
    PASSKEY = 'passkey', '通行金鑰'
    RECOVERY_CODE = 'recovery', '復原碼'
    COUNTER_CODE = 'counter', '登入碼（單位列印）'


class CardAct(Choice):
    """For what a card, or a passkey, is asked to sign."""

    SIGN_IN = 'sign_in', '登入'
    BIND = 'bind', '綁定'
    PASSKEY_ADDED = 'add_key', '新增通行金鑰'
    PASSKEY_ENTERS = 'key_enters', '以通行金鑰登入'
    SECOND_STEP = 'second', '登入的第二步'
    PROOF = 'proof', '再次確認本人'


class IdentityKind(Choice):
    NATIONAL_ID = 'national_id', '身分證字號'
    ARC = 'arc', '居留證號碼'
    PASSPORT = 'passport', '護照號碼'


class Sex(Choice):
    MALE = 'male', '男'
    FEMALE = 'female', '女'


class MembershipStatus(Choice):
    """收編狀態. The official list is not published (law.md#membership-status); these are ours."""

    ACTIVE = 'active', '收編中'
    PENDING = 'pending', '未收編'
    LEFT = 'left', '已退出'


class TransferStatus(Choice):
    """How a transfer (移轉) of a volunteer from one unit to another stands."""

    OPEN = 'open', '待接收'
    ACCEPTED = 'accepted', '已接收'
    REFUSED = 'refused', '未接收'
    WITHDRAWN = 'withdrawn', '已收回'


class TrainingKind(Choice):
    """訓練課程, as far as they are known (law.md#training-kinds)."""

    BASIC = 'basic', '基礎訓練'
    SPECIAL = 'special', '特殊訓練'
    GROWTH = 'growth', '成長訓練'
    LEADERSHIP = 'leadership', '領導訓練'
    SUPERVISION = 'supervision', '督導訓練'
    OTHER = 'other', '其他在職訓練'


class IssueKind(Choice):
    FIRST = 'first', '初次'
    REPLACEMENT = 'replacement', '換發'
    REISSUE = 'reissue', '補發'
    CANCELLATION = 'cancellation', '註銷'


class BookKind(Choice):
    """What a book is by its last act: what was applied for, or a paper book of the old system that was registered.

    The first four are those of `IssueKind`.
    """

    FIRST = 'first', '初次'
    REPLACEMENT = 'replacement', '換發'
    REISSUE = 'reissue', '補發'
    CANCELLATION = 'cancellation', '註銷'
    REGISTERED = 'registered', '舊制紙本'


class BookStatus(Choice):
    """使用狀態. The official list is not published (law.md#book-status); these are ours."""

    IN_USE = 'in_use', '使用中'
    REPLACED = 'replaced', '停用(已換發)'
    LOST = 'lost', '遺失(已補發)'
    CANCELLED = 'cancelled', '註銷'


class ApplicationStatus(Choice):
    DRAFT = 'draft', '草稿'
    SUBMITTED = 'submitted', '審核中'
    RETURNED = 'returned', '待補件'
    APPROVED = 'approved', '已核可'
    REJECTED = 'rejected', '駁回'
    WITHDRAWN = 'withdrawn', '撤回'


class RegistrationStatus(Choice):
    """Where the registration of a paper book stands."""

    WAITING = 'waiting', '待確認'
    RETURNED = 'returned', '退回補正'
    CONFIRMED = 'confirmed', '已確認'
    WITHDRAWN = 'withdrawn', '撤回'


# Of paper books that are not confirmed yet.
REGISTRATIONS_OPEN = (RegistrationStatus.WAITING, RegistrationStatus.RETURNED)


class FileKind(Choice):
    PHOTO = 'photo', '照片'
    CERTIFICATE = 'certificate', '教育訓練結業證書'
    ATTACHMENT = 'attachment', '附件'
    PAPER_BOOK = 'paper_book', '紙本紀錄冊'


class InsuranceKind(Choice):
    """保險種類. The official list is not published (law.md#kinds-of-insurance); these are ours."""

    GROUP_ACCIDENT = 'group_accident', '志工意外團體保險'
    SPECIAL = 'special', '特殊保險'
    OTHER = 'other', '其他'


class MailStatus(Choice):
    """State of a mail. As its receiver prefers, DEFERRED goes out with the day's digest and SKIPPED never."""

    WAITING = 'waiting', '待寄'
    SENT = 'sent', '已寄出'
    FAILED = 'failed', '未寄達'
    BOUNCED = 'bounced', '退信'
    DEFERRED = 'deferred', '併入每日摘要'
    SKIPPED = 'skipped', '依設定不寄'


class MailPreference(Choice):
    EACH = 'each', '每件都寄'
    DIGEST = 'digest', '每日摘要'
    NONE = 'none', '不寄'


class CallResult(Choice):
    REACHED = 'reached', '已告知'
    MESSAGE_LEFT = 'message_left', '已留話'
    NO_ANSWER = 'no_answer', '無人接聽'
    WRONG_NUMBER = 'wrong_number', '號碼有誤'


class RequestStatus(Choice):
    OPEN = 'open', '待處理'
    RETURNED = 'returned', '退回補正'
    GRANTED = 'granted', '已開通'
    REFUSED = 'refused', '未核准'


class LockReason(Choice):
    """Why an account was locked by the office's rules, and not closed by a person."""

    IDLE = 'idle', '太久沒有使用'
    REVIEW = 'review', '年度盤點逾期未確認'
    ENDED = 'ended', '使用期限已到'


class ChangeStatus(Choice):
    """What became of a change that somebody else has to confirm."""

    OPEN = 'open', '待確認'
    CONFIRMED = 'confirmed', '已確認'
    REFUSED = 'refused', '已拒絕'


class LookupKind(Choice):
    """What for a number was looked up."""

    DUPLICATE = 'duplicate', '重複檢查'
    CONSOLIDATED = 'consolidated', '志工總歸戶'
    ENROLMENT = 'enrolment', '收編'


class DraftKind(Choice):
    VOLUNTEER = 'volunteer', '志工基本資料'
    TRAINING = 'training', '教育訓練'
    APPLICATION = 'application', '紀錄冊申請'
    PAPER_BOOK = 'paper_book', '紙本紀錄冊登記'


class ImportKind(Choice):
    """批次維護作業: what a file brings in."""

    VOLUNTEERS = 'volunteers', '志工資料'
    TRAININGS = 'trainings', '教育訓練'
    SERVICE_HOURS = 'service-hours', '服務時數'
    OPENING_HOURS = 'opening-hours', '服務時數累計'
    INSURANCE = 'insurance', '志工保險'
    PAPER_BOOKS = 'paper-books', '紙本紀錄冊'
    TEAMS = 'teams', '志工隊'
    PICTURES = 'pictures', '照片與證書'


class BatchState(Choice):
    """How far an import is. Nothing is on record before WRITING; what is on record stays there until TAKING_BACK."""

    READING = 'reading', '讀取中'
    UNREADABLE = 'unreadable', '無法讀取'
    GRADED = 'graded', '等待確認'
    WRITING = 'writing', '匯入中'
    DONE = 'done', '已匯入'
    TAKING_BACK = 'taking-back', '復原中'
    TAKEN_BACK = 'taken-back', '已復原'
    DROPPED = 'dropped', '已放棄'


class Grade(Choice):
    """What becomes of a row of an import."""

    GOOD = 'good', '可匯入'
    ATTENTION = 'attention', '注意'
    WRONG = 'wrong', '錯誤'


class Doubt(Choice):
    """Why a row needs attention: it waits for one of two answers (`domain.imports.kind.ANSWERS`)."""

    DUPLICATE = 'duplicate', '重複'
    DIFFERS = 'differs', '與紀錄不同'
    OVERLAP = 'overlap', '重疊'
    UNINSURED = 'uninsured', '保險中斷'
    UNUSUAL = 'unusual', '請再確認'


class Place(Choice):
    """The clerk's form that a correction refers to."""

    BASICS = 'basics', '基本資料'
    TRAINING = 'training', '教育訓練'
    APPLICATION = 'application', '紀錄冊'


class Part(Choice):
    """A part of what an application holds, which a check by eye looks at; none chosen: all of it."""

    PHOTO = 'photo', '照片'
    IDENTITY = 'identity', '身分（姓名、證號、出生日期、性別）'
    BASICS = 'basics', '基本資料（全部，含照片）'
    CERTIFICATES = 'certificates', '證書影像'
    TRAININGS = 'trainings', '教育訓練（全部，含證書）'
    APPLICATION = 'application', '紀錄冊申請與附件'


class Section(Choice):
    """Which part of a volunteer's record an entry of the history is about; the label is that of its tab."""

    BASICS = 'basics', '基本資料'
    TRAINING = 'training', '教育訓練'
    APPLICATION = 'application', '紀錄冊'
    RECORD_BOOK = 'record-book', '紀錄冊'
    SERVICE_HOURS = 'service-hours', '服務時數'
    PERFORMANCE_CERTIFICATES = 'performance-certificates', '服務績效證明'
    INSURANCE = 'insurance', '保險'
    HONOR_CARDS = 'honor-cards', '榮譽卡'
    AWARDS = 'awards', '獎勵獎項'
    OTHER_ENTRIES = 'other-entries', '其他登錄事項'


class HistoryAction(Choice):
    ADDED = 'added', '新增'
    AMENDED = 'amended', '修改'
    REMOVED = 'removed', '刪除'
    REPLACED = 'replaced', '更換'


class AccessKind(Choice):
    """What of a volunteer somebody opened."""

    IDENTITY_NUMBER = 'identity_number', '證件號碼'
    CASE = 'case', '紀錄冊申請案'
    PAPER_BOOK = 'paper_book', '紙本紀錄冊登記'
    RECORD_BOOK = 'record_book', '紀錄冊'
    TRAINING_LIST = 'training_list', '教育訓練清單'
    ROSTER = 'roster', '名冊'
    CONSOLIDATED = 'consolidated', '志工總歸戶'
    ENROLMENT = 'enrolment', '收編'
    DUPLICATE = 'duplicate', '證號是否已有資料'
    CLOSED_RECORD = 'closed_record', '封存的資料'


class LogAct(Choice):
    """What an entry of the log is about. Kept as text: an act of a newer version is shown by its value."""

    SIGN_IN = 'sign-in', '登入'
    SIGN_IN_FAILED = 'sign-in-failed', '登入失敗'
    LOCKED = 'locked', '帳號暫停登入'
    SIGN_OUT = 'sign-out', '登出'
    SESSION_ENDED = 'session-ended', '登入已結束'
    PASSWORD_CHANGED = 'password-changed', '變更密碼'
    PASSWORD_RESET_ASKED = 'password-reset-asked', '申請重設密碼'
    PASSWORD_RESET = 'password-reset', '重設密碼'
    EMAIL_CHANGED = 'email-changed', '變更 E-MAIL'
    FACTOR_ADDED = 'factor-added', '新增第二道驗證'
    FACTOR_REMOVED = 'factor-removed', '移除第二道驗證'
    FACTOR_FAILED = 'factor-failed', '第二道驗證失敗'
    RECOVERY_USED = 'recovery-used', '使用備用碼'
    STEPPED_UP = 'stepped-up', '再次驗證身分'
    STEP_UP_FAILED = 'step-up-failed', '再次驗證身分失敗'
    REFUSED = 'refused', '無權存取'
    FILE_REFUSED = 'file-refused', '檔案未通過防毒檢查'
    READ_PROFILE = 'read-profile', '查看志工資料'
    READ_FILE = 'read-file', '開啟影像或附件'
    READ_LIST = 'read-list', '查看清單'
    READ_QUEUE = 'read-queue', '查看待審清單'
    READ_CASE = 'read-case', '查看申請案'
    READ_ROSTER = 'read-roster', '查看名冊'
    READ_PRINT = 'read-print', '列印或下載'
    READ_LEDGER = 'read-ledger', '查看發冊紀錄'
    LOOKUP_HIT = 'lookup-hit', '以證號查詢，有資料'
    LOOKUP_MISS = 'lookup-miss', '以證號查詢，查無資料'
    REVEALED = 'revealed', '顯示完整證號'
    EXPORTED = 'exported', '匯出'
    SEARCHED_LOG = 'searched-log', '查詢使用紀錄'
    CONSENT_GIVEN = 'consent-given', '同意個資使用'
    CONSENT_WITHDRAWN = 'consent-withdrawn', '撤回同意'
    RIGHTS_ASKED = 'rights-asked', '個資權利請求'
    RIGHTS_ANSWERED = 'rights-answered', '答復個資權利請求'
    SIGNED_OFF = 'signed-off', '督導核章'
    ACCOUNT_OPENED = 'account-opened', '開通帳號'
    ACCOUNT_CHANGED = 'account-changed', '變更帳號'
    ACCOUNT_CLOSED = 'account-closed', '停用帳號'
    ACCOUNT_LOCKED_IDLE = 'account-locked-idle', '久未使用鎖定'
    ACCOUNT_REVIEWED = 'account-reviewed', '帳號清查'
    KEY_ROTATED = 'key-rotated', '更換金鑰'
    RETENTION_RUN = 'retention-run', '保存期限清理'
    RECORD_CLOSED = 'record-closed', '封存志工紀錄'
    RECORD_REOPENED = 'record-reopened', '解除封存'
    UNUSUAL_USE = 'unusual-use', '異常使用通知'


class CorrectionReason(Choice):
    BLURRED = 'blurred', '模糊'
    NOT_HALF_LENGTH = 'not_half_length', '非半身'
    NO_BACK = 'no_back', '缺背面'
    WRONG_DATE = 'wrong_date', '日期不符'
    TOO_FEW_HOURS = 'too_few_hours', '時數不足'
    WRONG_NUMBER = 'wrong_number', '證號不符'
    WRONG_NAME = 'wrong_name', '姓名不符'
    NOT_OWN = 'not_own', '非本人證書'
    OTHER = 'other', '其他'


class CorrectionStatus(Choice):
    """OPEN waits for the unit; MENDED and DISPUTED for the reviewer's second look; the other two are closed."""

    OPEN = 'open', '待補正'
    MENDED = 'mended', '已補正'
    DISPUTED = 'disputed', '有異議'
    ACCEPTED = 'accepted', '已確認'
    WITHDRAWN = 'withdrawn', '已撤銷'


class Demand(Choice):
    """Weight of a rule: REQUIRED blocks 送審 and 核可, ADVICE is displayed, OFF is not checked."""

    REQUIRED = 'required', '必須符合'
    ADVICE = 'advice', '僅提醒'
    OFF = 'off', '不檢查'


class Tallied(Choice):
    """What the database counts for each agency: see 0019_large_offices."""

    CASE = 'case', '已結案件'
    BOOK = 'book', '紀錄冊'
    ISSUE = 'issue', '發冊紀錄'


class ConsentWay(Choice):
    """How a person said it."""

    PAPER = 'paper', '書面（單位登錄）'
    ONLINE = 'online', '線上（本人）'


class RightsKind(Choice):
    """The rights of the person (個人資料保護法 §3)."""

    VIEW = 'view', '查詢或閱覽'
    COPY = 'copy', '製給複製本'
    CORRECT = 'correct', '補充或更正'
    STOP = 'stop', '停止蒐集、處理或利用'
    DELETE = 'delete', '刪除'


class RightsStatus(Choice):
    OPEN = 'open', '待處理'
    GRANTED = 'granted', '已同意'
    REFUSED = 'refused', '未同意'
    WITHDRAWN = 'withdrawn', '本人撤回'
