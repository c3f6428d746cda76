"""Who is in the demo office: its units, accounts and volunteers, and how far the application of each has come."""

from dataclasses import dataclass
from datetime import date

from db.choices import Role, Sex

ACCOUNTS = (
    ('clerk', '林小滿', Role.UNIT_STAFF, '單位承辦人'),
    ('clerk2', '沈小川', Role.UNIT_STAFF, '單位承辦人（另一個單位）'),
    ('reviewer', '何專員', Role.REVIEWER, '志工業務窗口'),
    ('reviewer2', '王專員', Role.REVIEWER, '志工業務窗口（機關主管）'),
    ('admin', '系統管理者', Role.ADMINISTRATOR, '系統管理者'),
    ('supervisor', '高督導', Role.SUPERVISOR, '志工督導'),
    ('county', '社會局承辦人', Role.COUNTY, '縣市主管機關'),
    ('ministry', '衛福部承辦人', Role.MINISTRY, '衛生福利部'),
    ('inspector', '稽核人員', Role.INSPECTOR, '稽核人員'),
)
UNITS = (('示例文化中心', '(04)0000-1234', '藝文導覽志工隊'), ('範例圖書館', '(04)0000-5678', '閱讀推廣志工隊'))


@dataclass(frozen=True)
class Person:
    """A made-up volunteer and how far the application has come.

    `days_ago`: when the application was sent; one that is overdue was sent earlier where the calendar asks for it.
    """

    name: str
    english_name: str
    sex: Sex
    born_on: date
    stage: str
    days_ago: int = 0
    clerk: str = 'clerk'


PEOPLE = (
    Person('王小明', 'WANG, HSIAO-MING', Sex.MALE, date(1985, 5, 12), 'approved', 40),
    Person('谷辣斯．尤達卡', 'Kulas Yutaka', Sex.FEMALE, date(1990, 8, 21), 'overdue', 5),
    Person('張小安', 'CHANG, HSIAO-AN', Sex.FEMALE, date(1972, 11, 3), 'submitted', 3),
    Person('周小晴', 'CHOU, HSIAO-CHING', Sex.FEMALE, date(1990, 8, 21), 'submitted', 1),
    Person('陳小華', 'CHEN, HSIAO-HUA', Sex.MALE, date(1957, 3, 30), 'returned', 4),
    Person('吳小堃', 'WU, HSIAO-KUN', Sex.MALE, date(1968, 1, 15), 'ready'),
    Person('𠮷田小犇', 'YOSHIDA', Sex.FEMALE, date(2001, 6, 9), 'untrained'),
    Person('郭小樂', 'KUO, HSIAO-LE', Sex.MALE, date(1979, 2, 27), 'mended', 6),
    Person('林小風', 'LIN, HSIAO-FENG', Sex.MALE, date(1963, 9, 2), 'approved', 27, 'clerk2'),
    Person('許小山', 'HSU, HSIAO-SHAN', Sex.MALE, date(1995, 12, 24), 'rejected', 20, 'clerk2'),
    Person('李小文', 'LI, HSIAO-WEN', Sex.FEMALE, date(1988, 4, 18), 'listed', 2, 'clerk2'),
    Person('鄭小雨', 'CHENG, HSIAO-YU', Sex.FEMALE, date(1999, 7, 7), 'listed', 2, 'clerk2'),
    Person('蔡小晨', 'TSAI, HSIAO-CHEN', Sex.FEMALE, date(1955, 10, 30), 'untrained', 2, 'clerk2'),
    Person('高小松', 'KAO, HSIAO-SUNG', Sex.MALE, date(1961, 4, 4), 'paper', 8, 'clerk2'),
    Person('溫小石', 'WEN, HSIAO-SHIH', Sex.FEMALE, date(1966, 6, 16), 'paper', 8, 'clerk2'),
    Person('莊小禾', 'CHUANG, HSIAO-HO', Sex.FEMALE, date(1952, 2, 11), 'left', 90),
)
# People of the second unit whose books of the old system are at each stage; the first was refused a second one.
PAPERS = (('許小山', '000731', 'waiting'), ('高小松', '000712', 'returned'), ('溫小石', '000645', 'confirmed'))
# Those of the second unit who wait are sent in as a roster; one of them comes back, one is not ready yet.
ROSTER = '範例圖書館志工名冊第一批'
