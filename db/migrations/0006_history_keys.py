"""What the rules look up in the office's books goes by a key; the words of the day stay for people to read."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from ..choices import AccessKind, HistoryAction, Section

# The words of earlier versions, and what they are called from now on. Never renewed: they are what old rows hold.
SECTIONS = {
    '基本資料': 'basics',
    '教育訓練': 'training',
    '服務時數': 'service-hours',
    '服務績效證明': 'performance-certificates',
    '保險': 'insurance',
    '榮譽卡': 'honor-cards',
    '獎勵獎項': 'awards',
    '其他登錄事項': 'other-entries',
}
ACTIONS = {'新增': 'added', '修改': 'amended', '刪除': 'removed', '更換': 'replaced'}
ACCESSES = {
    '身分證字號': 'identity_number',
    '居留證號碼': 'identity_number',
    '護照號碼': 'identity_number',
    '紀錄冊申請案': 'case',
    '紀錄冊': 'record_book',
    '教育訓練清單': 'training_list',
    '名冊': 'roster',
    '志工總歸戶': 'consolidated',
    '收編': 'enrolment',
}
FIELDS = {
    'basics': {
        '證件種類': 'identity_kind',
        '證件號碼': 'identity_number',
        '原住民': 'is_indigenous',
        '同意個資使用': 'consents_to_data_use',
        '姓名': 'name',
        '開放志工單位查詢': 'is_open_to_units',
        '公教人員': 'is_civil_servant',
        '密碼': 'password',
        '英文姓名': 'english_name',
        '出生日期': 'born_on',
        '性別': 'sex',
        'E-MAIL': 'email',
        '是否加入救災志工': 'joins_disaster_relief',
        '舊制紀錄冊號（字）': 'legacy_series',
        '舊制紀錄冊號（號）': 'legacy_serial',
        '發冊日期': 'legacy_issued_on',
        '志工照片': 'photo',
        '確認志工照片為清晰、半身照': 'is_photo_confirmed',
        '所屬運用單位': 'host_unit',
        '所屬志工隊': 'team',
    },
    'training': {
        '受訓單位': 'trained_for_id',
        '課程名稱': 'title',
        '訓練日期（起）': 'starts_on',
        '訓練日期（迄）': 'ends_on',
        '訓練單位': 'provider',
        '訓練課程': 'kind',
        '課程領域': 'field_id',
        '訓練次數': 'sessions',
        '訓練時數': 'hours',
        '備註': 'remarks',
        '本單位無核定日期與字號': 'has_no_approval',
        '核定日期': 'approved_on',
        '核定字號': 'approval_reference',
        '正面': 'certificate_front',
        '反面': 'certificate_back',
        '刪除原因': 'removal_reason',
    },
    'application': {
        '發冊類別': 'kind',
        '發冊縣市': 'county_code',
        '發冊機關': 'agency_id',
        '備註': 'remarks',
        '附件上傳': 'attachment',
        '申請狀態': 'status',
        '審核意見': 'reason',
    },
    'record-book': {'紀錄冊號': 'number', '發冊類別': 'kind', '發冊日期': 'issued_on', '使用狀態': 'status'},
    'service-hours': {
        '服務日期（起）': 'starts_on',
        '服務日期（迄）': 'ends_on',
        '服務項目': 'item',
        '服務內容': 'content',
        '服務時數': 'minutes',
        '受服務人次': 'persons_served',
        '交通費': 'transport_fee',
        '誤餐費': 'meal_fee',
        '服務區域': 'area',
        '備註': 'remarks',
    },
    'performance-certificates': {
        '證明書字號': 'reference',
        '發給日期': 'issued_on',
        '服務期間（起）': 'starts_on',
        '服務期間（迄）': 'ends_on',
        '服務時數': 'minutes',
        '具體績效': 'achievements',
        '備註': 'remarks',
    },
    'insurance': {
        '保險種類': 'kind',
        '保險公司': 'insurer',
        '保單號碼': 'policy_number',
        '保險期間（起）': 'starts_on',
        '保險期間（迄）': 'ends_on',
        '身故保額': 'death_benefit',
        '醫療保額': 'medical_benefit',
        '住院日額': 'daily_benefit',
        '備註': 'remarks',
    },
    'honor-cards': {
        '榮譽卡編號': 'number',
        '發卡類別': 'kind',
        '發給縣市': 'county_id',
        '申請日期': 'applied_on',
        '發卡日期': 'issued_on',
        '有效日期': 'valid_until',
        '採計年資（起）': 'counted_from',
        '採計年資（迄）': 'counted_to',
        '備註': 'remarks',
    },
    'awards': {
        '獎勵名稱': 'title',
        '等次': 'level',
        '獎勵單位': 'awarded_by',
        '獎勵日期': 'awarded_on',
        '獎勵字號': 'reference',
        '備註': 'remarks',
    },
    'other-entries': {'日期': 'occurred_on', '登錄事項': 'subject', '字號': 'reference', '備註': 'remarks'},
}


def _case(column: str, words: dict[str, str]) -> str:
    return f'CASE {column} ' + ' '.join(f"WHEN '{word}' THEN '{code}'" for word, code in words.items())


_KNOWN = ', '.join(
    f"('{section}', '{label}', '{key}')" for section, labels in FIELDS.items() for label, key in labels.items()
)

# Without ELSE: a word that is not known stops the migration, and the office keeps what it has.
PAST = (
    f'UPDATE history_entry SET action = {_case("action", ACTIONS)} END, section = {_case("section", SECTIONS)}'
    " WHEN '紀錄冊' THEN CASE subject WHEN '紀錄冊申請' THEN 'application' ELSE 'record-book' END END",
    f'UPDATE history_entry entry SET field = known.key FROM (VALUES {_KNOWN}) AS known (section, label, key)'
    ' WHERE entry.section = known.section AND entry.label = known.label',
    "UPDATE history_entry SET field = 'membership' WHERE section = 'basics' AND label LIKE '收編狀態（%'",
    f'UPDATE access_entry SET kind = {_case("what", ACCESSES)} END',
    # Of a case that is with the unit now: the lines that are no corrections, which stand as `1. 欄位（原因）：…`.
    "UPDATE application SET reviewer_note = trim(E'\\n' from CASE WHEN EXISTS"
    ' (SELECT FROM correction WHERE correction.application_id = application.id)'
    " THEN regexp_replace(reason, '^\\d+\\. .*（.*）：.*$\\n?', '', 'gn') ELSE reason END) WHERE status = 'returned'",
)


# New columns of tables that have rows need a default in the database until the rows are filled, put in by hand.
class Migration(migrations.Migration):
    dependencies = [('models', '0005_trails')]
    initial = False

    operations = [
        ops.AddField(
            model_name='HistoryEntry',
            name='field',
            field=fields.CharField(default='', db_default='', max_length=40),
        ),
        ops.AlterField(
            model_name='HistoryEntry',
            name='section',
            field=fields.CharEnumField(enum_type=Section, max_length=30),
        ),
        ops.AlterField(
            model_name='HistoryEntry',
            name='action',
            field=fields.CharEnumField(enum_type=HistoryAction, max_length=10),
        ),
        ops.AddField(
            model_name='AccessEntry',
            name='kind',
            field=fields.CharEnumField(null=True, enum_type=AccessKind, max_length=20),
        ),
        ops.AddField(
            model_name='Application',
            name='reviewer_note',
            field=fields.TextField(default='', db_default=''),
        ),
        *(ops.RunSQL(sql) for sql in PAST),
        ops.AlterField(
            model_name='HistoryEntry',
            name='field',
            field=fields.CharField(default='', max_length=40),
        ),
        ops.AlterField(
            model_name='Application',
            name='reviewer_note',
            field=fields.TextField(default=''),
        ),
    ]
