"""統一編號 of units: eight digits with a check digit.

Since 2023-04-01 the sum of the digits has to be divisible by 5 and no more by 10, since numbers ran short (財政部,
統一編號檢查碼邏輯). python-stdnum 2 still asks for 10 and refuses new numbers, so only its weights are used.
"""

from stdnum.tw import ubn

from . import copied, validation

LABEL = '統一編號'


def compact(text: str) -> str:
    """Without the blanks and lines that people put between the digits, and without quotes around it.

    >>> compact(' 0050 1503 '), compact('００５０１５０３'), compact("'00501503。")
    ('00501503', '00501503', '00501503')
    """
    tidied = copied.bare(validation.tidy(text))
    return ubn.compact(tidied) if len(tidied) <= 20 else tidied[:20]


def problem(text: object, *, needed: bool = False) -> str | None:
    """What is wrong with a number, as a sentence.

    >>> [problem(one) for one in ('00501503', '04595257', '10458575', '00501508', '12345675', '')]
    [None, None, None, None, None, None]
    >>> problem('00501504')
    '統一編號不正確：檢查碼不符，請對照扣繳單位或公司（商業）登記資料再輸入一次。'
    >>> problem('1234'), problem('', needed=True)
    ('統一編號是 8 個數字，請再輸入一次。', '請填寫統一編號。')
    """
    number = compact(text) if isinstance(text, str) else '?'
    if not number:
        return f'請填寫{LABEL}。' if needed else None
    if len(number) != 8 or not (number.isascii() and number.isdigit()):
        return f'{LABEL}是 8 個數字，請再輸入一次。'
    total = ubn.calc_checksum(number)  # the last digit of the sum
    if total % 5 and not (number[6] == '7' and (total + 1) % 5 == 0):
        return f'{LABEL}不正確：檢查碼不符，請對照扣繳單位或公司（商業）登記資料再輸入一次。'
    return None
