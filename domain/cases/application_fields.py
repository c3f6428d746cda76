"""The fields of an application: those of its form (STEP 8), and what else the history says of it.

They stand below `domain.applications`, since corrections, on which that room rests, are made at these fields too.
"""

from ..fields import Field, by_key

FIELDS = by_key(
    Field('kind', '發冊類別'),
    Field('county_code', '發冊縣市'),
    Field('agency_id', '發冊機關'),
    Field('remarks', '備註'),
    Field('attachment', '附件', '附件上傳'),
)
STATUS = Field('status', '申請狀態')
REASON = Field('reason', '審核意見')
CLOSED_FOR = Field('closed_for', '關閉原因')
