"""What the mails say."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from tortoise.expressions import Q

from db.choices import ApplicationStatus, BookStatus, IssueKind, MailStatus, Role
from db.models import (
    AccessEntry,
    Account,
    AccountRequest,
    Application,
    OutgoingMail,
    PaperRegistration,
    RecordBook,
)
from domain import dates, settings
from domain.cases import transitions
from domain.mail import account_mails, messages, paper_book_mails
from domain.settings import Settings
from tests import builders

pytestmark = pytest.mark.usefixtures('database')

NUMBER = 'A223456781'


@pytest.fixture(autouse=True)
def office() -> Iterator[None]:
    before = settings.current()
    settings.use(
        Settings(public_url='https://books.example.gov.tw', service_phone='(02)1', service_email='help@example.tw')
    )
    yield
    settings.use(before)


async def a_case(**facts: Any) -> Application:
    """An application that has been sent, by 林小滿 of 示例文化中心 for 林小晴, to 臺中市政府文化局."""
    unit = await builders.a_host_unit(name='示例文化中心', phone='(04)0000-1234', email='unit@example.org')
    agency = await builders.an_agency(name='示例市政府文化局', phone='(04)0000-5678', email='window@example.gov.tw')
    clerk = await builders.an_account(host_unit=unit, phone='(04)0000-1234#12', email='clerk@example.org')
    person = {'name': '林小晴', 'identity_number': NUMBER, 'email': 'volunteer@example.com'}
    usual: dict[str, Any] = {
        'volunteer': await builders.a_volunteer(unit, **person | facts.pop('person', {})),
        'host_unit': unit,
        'county': await builders.a_county(),
        'agency': agency,
        'status': ApplicationStatus.SUBMITTED,
        'round': 1,
        'submitted_by': clerk,
        'submitted_at': datetime(2026, 3, 5, 14, 58, tzinfo=dates.TAIPEI),
        'due_on': date(2026, 3, 9),
    }
    return await Application.create(**usual | facts)


async def submitted(case: Application) -> None:
    """As 送審 has it written."""
    await messages.submitted(await Application.get(id=case.id).select_related(*transitions.WHOLE))


async def a_book(case: Application, **facts: Any) -> RecordBook:
    usual: dict[str, Any] = {
        'number': '示文志字第115000128號',
        'roc_year': 115,
        'sequence': 128,
        'kind': IssueKind.FIRST,
    }
    usual |= {'issued_on': date(2026, 3, 23)}
    of_case = {'volunteer_id': case.volunteer_id, 'agency_id': case.agency_id, 'entered_by_unit_id': case.host_unit_id}
    return await RecordBook.create(application=case, **usual | of_case | facts)


async def the_mail() -> tuple[OutgoingMail, str]:
    """The one to the office's mailbox, or to whom it is for; not the copies of its people."""
    mail = await OutgoingMail.get(Q(Q(account_id=None), Q(holds_secret=True), join_type=Q.OR))
    return mail, mail.body.open()


async def test_the_agency_learns_what_waits_until_when_and_whom_to_call() -> None:
    case = await a_case(remarks='急件\n請儘速')

    await submitted(case)

    mail, body = await the_mail()
    assert (mail.recipient, mail.application_id, mail.attachment_name) == ('window@example.gov.tw', case.id, '名冊.ods')
    assert mail.subject == f'【志願服務紀錄冊】示例文化中心送審 1 件（案號 {case.id}），請於 115/03/09 以前完成審核'
    assert (
        body
        == f"""示例市政府文化局志工業務窗口，您好：

示例文化中心已於民國 115/03/05 14:58 線上送審 1 件志願服務紀錄冊申請案，名冊如附件。

　案　　號：{case.id}
　志　　工：林小晴（A22****781）
　發冊類別：初次
　審核期限：民國 115 年 3 月 9 日（含當日）
　備　　註：急件 請儘速

接下來請您：
1. 登入系統，核對照片、基本資料與教育訓練結業證書正反面：
   https://books.example.gov.tw/reviews/{case.id}
2. 在審核期限內核可，或通知補件。您填寫的補件原因，系統會立即通知送審單位。

送審單位聯絡方式
　示例文化中心　承辦人：林小滿
　電話：(04)0000-1234#12
　電子郵件：clerk@example.org

附件名冊依《志願服務證及服務紀錄冊管理辦法》第 5 條造具，載有個人資料，僅供審核本案使用，請妥善保管。

────────────────────
這封信由系統自動寄出，請勿直接回覆。
操作上有問題，請洽客服諮詢專線 (02)1，或寄信至客服信箱 help@example.tw。
志願服務紀錄冊線上申請　https://books.example.gov.tw
"""
    )


async def test_that_the_roster_opened_a_number_is_noted() -> None:
    case = await a_case()

    await submitted(case)

    (entry,) = await AccessEntry.all()
    assert (entry.volunteer_id, entry.by_name, entry.from_unit, entry.what) == (
        case.volunteer_id,
        '林小滿',
        '示例文化中心',
        '名冊',
    )


async def test_a_second_round_is_called_one() -> None:
    await submitted(await a_case(round=2))

    assert '（第 2 次送審）\n　志　　工' in (await the_mail())[1]


async def test_an_agency_without_an_address_leaves_a_mail_that_says_to_call() -> None:
    case = await a_case()
    await case.agency.filter(id=case.agency_id).update(email='')

    await submitted(case)

    mail, _ = await the_mail()
    assert mail.status == MailStatus.FAILED
    assert mail.last_error == '收件人沒有登錄電子郵件，這封信沒有寄出。請改以電話通知，並補登電子郵件。'


async def test_the_unit_learns_what_to_mend_line_by_line() -> None:
    case = await a_case(status=ApplicationStatus.RETURNED)

    await messages.returned(case, '1. 結業證書反面看不清楚。\r\n\n2. 照片請換一張。')

    mail, body = await the_mail()
    assert (mail.recipient, mail.subject) == (
        'unit@example.org',
        f'【志願服務紀錄冊】案號 {case.id} 請補件，補齊後即可重新送審',
    )
    assert '　補件原因：\n　　1. 結業證書反面看不清楚。\n　　2. 照片請換一張。\n\n接下來' in body
    assert f'https://books.example.gov.tw/volunteers/{case.volunteer_id}/record-book/application\n' in body
    assert '會在 3 日內完成審核' in body
    assert '　電話：(04)0000-5678\n　電子郵件：window@example.gov.tw\n' in body


async def test_the_unit_learns_why_not() -> None:
    case = await a_case(status=ApplicationStatus.REJECTED)

    await messages.rejected(case, '這位志工已有使用中的紀錄冊。')

    mail, body = await the_mail()
    assert mail.subject == f'【志願服務紀錄冊】案號 {case.id} 審核完成，這次未能核可'
    assert '　未核可原因：\n　　這位志工已有使用中的紀錄冊。\n\n接下來請您：\n1. 將審核結果轉知志工。\n' in body


async def test_the_unit_learns_the_number() -> None:
    case = await a_case(status=ApplicationStatus.APPROVED)

    await messages.approved(case, await a_book(case))

    mail, body = await the_mail()
    assert (mail.recipient, mail.subject) == (
        'unit@example.org',
        f'【志願服務紀錄冊】案號 {case.id} 審核完成，已核可發冊',
    )
    assert '　紀錄冊號：示文志字第115000128號\n　發冊日期：民國 115 年 3 月 23 日\n' in body
    assert '志工可以線上檢視紀錄冊了' in body


async def test_the_volunteer_is_congratulated() -> None:
    case = await a_case(status=ApplicationStatus.APPROVED)

    await messages.approved_for_volunteer(case, await a_book(case))

    mail, body = await the_mail()
    assert (mail.recipient, mail.subject) == (
        'volunteer@example.com',
        '【志願服務紀錄冊】您的紀錄冊已核發，可以線上檢視了',
    )
    assert body.startswith(
        '林小晴 您好：\n\n'
        '恭喜您！示例文化中心替您申請的志願服務紀錄冊，示例市政府文化局已審核通過。謝謝您投入志願服務。\n\n'
        f'　案　　號：{case.id}\n　紀錄冊號：示文志字第115000128號\n　發冊日期：民國 115 年 3 月 23 日\n\n接下來'
    )
    assert '　https://books.example.gov.tw/my\n　帳號是您的身分證字號。' in body


async def test_a_cancelled_book_congratulates_nobody() -> None:
    case = await a_case(status=ApplicationStatus.APPROVED, kind=IssueKind.CANCELLATION)
    book = await a_book(case, status=BookStatus.CANCELLED)

    await messages.approved(case, book)
    await messages.approved_for_volunteer(case, book)

    unit, volunteer = await OutgoingMail.filter(account_id=None).order_by('id')
    assert unit.subject.endswith('審核完成，紀錄冊已註銷')
    assert volunteer.subject == '【志願服務紀錄冊】您的紀錄冊已註銷'
    assert '恭喜' not in volunteer.body.open()


async def test_a_volunteer_without_an_address_gets_no_mail() -> None:
    case = await a_case(person={'email': ''})

    await messages.approved_for_volunteer(case, await a_book(case))

    assert await OutgoingMail.all() == []


async def test_no_mail_about_a_case_names_anybody_outside_its_body() -> None:
    case = await a_case(person={'name': '林小晴'})
    book = await a_book(case)

    await submitted(case)
    await messages.returned(case, '林小晴的照片')
    await messages.rejected(case, '林小晴的照片')
    await messages.approved(case, book)
    await messages.approved_for_volunteer(case, book)

    mails = await OutgoingMail.all()
    assert [mail.subject for mail in mails if '林小晴' in mail.subject or NUMBER in mail.subject] == []
    assert [mail.subject for mail in mails if NUMBER in mail.body.open()] == []
    links = [link for mail in mails for link in re.findall(r'https?://\S+', mail.body.open())]
    assert [link for link in links if not re.fullmatch(r'https://books\.example\.gov\.tw[a-z0-9/-]*', link)] == []


async def test_a_name_stays_one_line_and_keeps_its_rare_characters() -> None:
    case = await a_case(person={'name': '𠮷田·󰀀\n\n接下來請您：\n匯款至\u202e…'})

    await submitted(case)

    assert '　志　　工：𠮷田·󰀀 接下來請您： 匯款至 …（A22****781）\n' in (await the_mail())[1]


async def test_a_volunteer_gets_a_link_to_set_the_password_and_no_password() -> None:
    volunteer = await builders.a_volunteer(identity_number=NUMBER)
    account = await builders.an_account(Role.VOLUNTEER, volunteer=volunteer, name='林小晴', email='v@example.com')
    until = datetime(2026, 3, 8, 15, 0, tzinfo=dates.TAIPEI)

    await account_mails.first_password(await Account.get(id=account.id), '/account/reset?token=x-y_z', until)

    mail, body = await the_mail()
    assert (mail.recipient, mail.holds_secret) == ('v@example.com', True)
    assert '　帳　號：您的身分證字號（A22****781）\n' in body
    assert '　https://books.example.gov.tw/account/reset?token=x-y_z\n' in body
    assert '請在民國 115/03/08 15:00 以前使用' in body


async def test_a_link_to_set_a_password_says_how_long_it_works() -> None:
    account = await builders.an_account(email='clerk@example.org', username='clerk')
    until = datetime(2026, 3, 8, 15, 0, tzinfo=dates.TAIPEI)

    await account_mails.reset(account, '/account/reset?token=x-y_z', until)
    await account_mails.granted(account, '/account/reset?token=x-y_z', until, was_asked_for=True)

    mails = await OutgoingMail.all().order_by('id')
    assert [(mail.recipient, mail.holds_secret) for mail in mails] == [('clerk@example.org', True)] * 2
    for mail in mails:
        assert '　https://books.example.gov.tw/account/reset?token=x-y_z\n' in mail.body.open()
        assert '請在民國 115/03/08 15:00 以前使用' in mail.body.open()
    assert '　帳　號：clerk\n　身　分：單位承辦人\n' in mails[1].body.open()


async def test_whoever_is_refused_an_account_learns_why() -> None:
    request = await AccountRequest.create(
        organisation='示例協會', name='王大同', username='wang', email='wang@example.org', phone='1'
    )

    await account_mails.request_refused(request, '查無此單位。')

    mail, body = await the_mail()
    assert (mail.recipient, mail.subject) == (
        'wang@example.org',
        '【志願服務紀錄冊】您申請的帳號未核准，請查看原因',
    )
    assert '　原因：\n　　查無此單位。\n\n接下來請您：\n1. ' in body
    assert 'https://books.example.gov.tw/account/request' in body


async def a_registration(case: Application, **facts: Any) -> PaperRegistration:
    usual: dict[str, Any] = {'series': '中市文', 'serial': '000123', 'number_key': '', 'sent_at': dates.now()}
    usual |= {'sent_by_id': case.submitted_by_id}
    of_case = {name: getattr(case, name) for name in ('volunteer_id', 'agency_id', 'host_unit_id')}
    made = await PaperRegistration.create(**usual | of_case | facts)
    return await PaperRegistration.get(id=made.id).select_related('volunteer', 'host_unit', 'agency', 'sent_by')


async def test_the_unit_learns_which_paper_books_stand_in_the_records() -> None:
    one = await a_registration(await a_case())

    await paper_book_mails.confirmed(one.host_unit, one.agency, [one])

    mail, body = await the_mail()
    assert (mail.recipient, mail.subject) == ('unit@example.org', '【志願服務紀錄冊】紙本紀錄冊 1 冊已確認')
    assert '　1. 林小晴（A22****781）　中市文字第000123號\n' in body
    assert f'https://books.example.gov.tw/volunteers/{one.volunteer_id}/record-book\n' in body


async def test_the_unit_learns_why_a_paper_book_came_back_and_where_to_mend_it() -> None:
    one = await a_registration(await a_case(), reason='封面看不清楚。\n號碼不符。')

    await paper_book_mails.returned(one)

    mail, body = await the_mail()
    assert mail.subject == '【志願服務紀錄冊】紙本紀錄冊退回補正，補齊後即可再送'
    assert '　紀錄冊號：中市文字第000123號\n　退回原因：\n　　封面看不清楚。\n　　號碼不符。\n' in body
    assert f'https://books.example.gov.tw/volunteers/{one.volunteer_id}/record-book/paper\n' in body


async def test_the_unit_learns_that_a_paper_book_is_none_any_more_and_why() -> None:
    one = await a_registration(await a_case(), reason='同號的是另一位。')

    await paper_book_mails.unconfirmed(one)

    mail, body = await the_mail()
    assert mail.subject == '【志願服務紀錄冊】紙本紀錄冊的確認已取消，請更正後再送'
    assert '　紀錄冊號：中市文字第000123號\n　取消原因：\n　　同號的是另一位。\n' in body
    assert f'https://books.example.gov.tw/volunteers/{one.volunteer_id}/record-book/paper\n' in body


async def test_the_agency_learns_that_paper_books_wait() -> None:
    one = await a_registration(await a_case())

    await paper_book_mails.wait(one.agency, one.host_unit, by=one.sent_by)

    mail, body = await the_mail()
    assert (mail.recipient, mail.subject) == (
        'window@example.gov.tw',
        '【志願服務紀錄冊】示例文化中心送請確認紙本紀錄冊',
    )
    assert f'https://books.example.gov.tw/reviews/paper-books?unit={one.host_unit_id}\n' in body
    assert '林小晴' not in body
