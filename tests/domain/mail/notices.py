"""Notices as mail servers write them when a mail comes back, is late, or is answered by nobody in particular."""

import base64
import quopri
from dataclasses import dataclass

WINDOW = 'window@culture.example.gov.tw'
ELSEWHERE = 'hall@mail.example.org'


@dataclass(frozen=True)
class Sent:
    """The mail that a notice is about, as the receiving server saw it."""

    message_id: str
    recipient: str = WINDOW

    def headers(self) -> str:
        return f"""Return-Path: <no-reply@example.gov.tw>
Received: from books.example.gov.tw (books.example.gov.tw [192.0.2.10])
\tby mx.example.org (Postfix) with ESMTPS id 4XyZ1; Thu,  5 Mar 2026 14:58:03 +0800 (CST)
Message-ID: {self.message_id}
Date: Thu, 05 Mar 2026 14:58:00 +0800
From: no-reply@example.gov.tw
To: {self.recipient}
Subject: =?utf-8?b?44CQ5b+X6aGY5pyN5YuZ57SA6YyE5YaK44CR?=
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64
"""


def status(
    *,
    final: str = WINDOW,
    original: str = '',
    action: str = 'failed',
    code: str = '5.1.1',
    words: str = 'smtp; 550 5.1.1 User unknown',
) -> str:
    """The part a program reads."""
    lines = ['Reporting-MTA: dns; mx.example.org', 'Arrival-Date: Thu,  5 Mar 2026 14:58:03 +0800 (CST)', '']
    lines += [f'Final-Recipient: rfc822; {final}']
    lines += [f'Original-Recipient: rfc822;{original}'] if original else []
    lines += [f'Action: {action}', f'Status: {code}', 'Remote-MTA: dns; mx.example.org']
    lines += [f'Diagnostic-Code: {words}'] if words else []
    return '\n'.join(lines) + '\n'


def report(
    text: str,
    fields: str,
    returned: str,
    *,
    top: str = '',
    kinds: tuple[str, str] = ('message/delivery-status', 'text/rfc822-headers'),
    encoding: str = '',
) -> bytes:
    """A report of three parts (RFC 6522); `encoding` base64 or quoted-printable of what programs read."""
    told = [fields, returned]
    if encoding:
        code = base64.encodebytes if encoding == 'base64' else quopri.encodestring
        told = [code(part.encode()).decode() for part in told]
    heads = [
        f'Content-Type: {kind}\n' + (f'Content-Transfer-Encoding: {encoding}\n' if encoding else '') for kind in kinds
    ]
    return f"""From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: no-reply@example.gov.tw
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
{top}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="4XyZ1.1772694000/mx.example.org"

This is a MIME-encapsulated message.

--4XyZ1.1772694000/mx.example.org
{text}
--4XyZ1.1772694000/mx.example.org
{heads[0]}
{told[0]}
--4XyZ1.1772694000/mx.example.org
{heads[1]}
{told[1]}
--4XyZ1.1772694000/mx.example.org--
""".encode()


PLAIN = """Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

                   The mail system
"""


def postfix(sent: Sent) -> bytes:
    words = (
        f'smtp; 550 5.1.1 <{sent.recipient}>: Recipient address rejected: User\n    unknown in virtual mailbox table'
    )
    fields = status(final=sent.recipient, original=sent.recipient, words=words)
    return report(PLAIN, fields, sent.headers(), kinds=('message/delivery-status', 'message/rfc822'))


def exchange(sent: Sent) -> bytes:
    """A Chinese one: the words for people in HTML, fields in another case, no Original-Recipient, the mail whole."""
    text = f"""Content-Type: multipart/alternative; differences=Content-Type;
 boundary="inner"

--inner
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

{base64.encodebytes('傳遞至下列收件者或群組時失敗：找不到您輸入的電子郵件地址。'.encode()).decode()}
--inner
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

<p><b>=E5=82=B3=E9=81=9E=E5=A4=B1=E6=95=97</b></p>
--inner--
"""
    fields = f"""Reporting-MTA: dns;EX01.example.org
Received-From-MTA: dns;books.example.gov.tw
Arrival-Date: Thu, 5 Mar 2026 06:58:04 +0000

Final-recipient: RFC822;{sent.recipient.upper()}
Action: failed
Status: 5.1.10
Diagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: =?utf-8?B?5b+X5bel5qWt5YuZ56qX5Y+j?=
"""
    top = f"""In-Reply-To: {sent.message_id}
References: {sent.message_id}
Content-Language: zh-TW
Thread-Topic: =?utf-8?B?54Sh5rOV5YKz6YGe?=
"""
    return report(text, fields, sent.headers(), top=top, kinds=('message/delivery-status', 'message/rfc822')).replace(
        b'\n', b'\r\n'
    )


def gmail(sent: Sent, *, action: str = 'failed') -> bytes:
    text = """Content-Type: multipart/related; boundary="rel"

--rel
Content-Type: text/html; charset="UTF-8"

<html><body>Address not found</body></html>
--rel
Content-Type: image/png; name="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgo=
--rel--
"""
    words = (
        'smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n'
        " 550-5.1.1 double-checking the recipient's email address for typos or\n 550 5.1.1 unnecessary spaces."
    )
    fields = status(final=sent.recipient, action=action, code='5.1.1' if action == 'failed' else '4.4.1', words=words)
    top = f'X-Failed-Recipients: {sent.recipient}\nIn-Reply-To: {sent.message_id}\n'
    return report(text, fields, sent.headers(), top=top, kinds=('message/delivery-status', 'message/rfc822'))


def exim(sent: Sent) -> bytes:
    """No part for programs: the address in a header, why and the mail's head in the text."""
    return f"""X-Failed-Recipients: {sent.recipient}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.org>
To: no-reply@example.gov.tw
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1abcde-0001Xy-2z@mx.example.org>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {sent.recipient}
    host mail.example.org [192.0.2.25]
    SMTP error from remote mail server after RCPT TO:<{sent.recipient}>:
    552 5.2.2 mailbox is full

------ This is a copy of the message, including all the headers. ------

{sent.headers()}
5oKo5aW9
""".encode()


def exim_warning(sent: Sent) -> bytes:
    return f"""Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.org>
Subject: Warning: message 1abcde-0001Xy-2z delayed 24 hours
In-Reply-To: {sent.message_id}

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.org.

The address to which the message has not yet been delivered is:

  {sent.recipient}
    Delay reason: Connection timed out

------ This is a copy of the message, including all the headers. ------

{sent.headers()}
""".encode()


def out_of_office(sent: Sent) -> bytes:
    return f"""From: {sent.recipient}
To: no-reply@example.gov.tw
Subject: =?utf-8?b?6Ieq5YuV5Zue6KaG?=
Auto-Submitted: auto-replied
X-Auto-Response-Suppress: All
In-Reply-To: {sent.message_id}
References: {sent.message_id}
Content-Type: text/plain; charset="utf-8"

本人於 3 月 5 日至 3 月 10 日休假，急件請洽代理人。550 5.1.1

-----Original Message-----
{sent.headers()}
""".encode()


def read_receipt(sent: Sent) -> bytes:
    return f"""From: {sent.recipient}
To: no-reply@example.gov.tw
Subject: Read
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="r"

--r
Content-Type: text/plain

Your message was deleted without being read.
--r
Content-Type: message/disposition-notification

Final-Recipient: rfc822;{sent.recipient}
Original-Message-ID: {sent.message_id}
Disposition: automatic-action/MDN-sent-automatically; deleted
Action: failed
--r
Content-Type: message/rfc822

{sent.headers()}
--r--
""".encode()


def in_words(sent: Sent, text: str, *, sender: str = 'MAILER-DAEMON@mx.example.org', top: str = '') -> bytes:
    """A notice for people only: `{to}` and `{head}` in its text are the address and the head of the mail."""
    words = text.format(to=sent.recipient, head=sent.headers())
    return f"""Return-Path: <>
From: {sender}
To: no-reply@example.gov.tw
Subject: failure notice
{top}
{words}
""".encode()


def in_parts(sent: Sent, text: str, *, sender: str = 'MAILER-DAEMON@mx.example.org', top: str = '') -> bytes:
    """A notice for people, with the mail in a part of its own."""
    return in_words(
        sent,
        f'--b\nContent-Type: text/plain; charset=us-ascii\nContent-Description: Notification\n\n{text}\n'
        '--b\nContent-Type: message/rfc822\n\n{head}\n--b--',
        sender=sender,
        top=f'{top}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n',
    )


QMAIL = """Hi. This is the qmail-send program at mx.example.org.
It could not deliver what you sent.

<{to}>:
192.0.2.25 does not like recipient.
Remote host said: 550 unknown user

--- Below this line is a copy of the message.

{head}
"""
SENDMAIL = """The original message was received at Thu, 5 Mar 2026 14:58:03 +0800

   ----- The following addresses had permanent fatal errors -----
<{to}>

   ----- Transcript of session follows -----
550 5.1.1 {to}... User unknown

   ----- Original message follows -----

{head}
"""
YAHOO = """Sorry, we were unable to deliver your message to the following address.

<{to}>:
This user has no account here.

--- Below this line is a copy of the message.

{head}
"""
GOOGLEMAIL = """Delivery to the following recipient failed permanently:

     {to}

Technical details of permanent failure:
550 no such user

----- Original message -----

{head}
"""
POSTFIX = """This is the mail system. What follows is written for you.

\t\t\tThe Postfix program

<{to}>: unknown user: "window"
"""
EXCHANGE = """Your message did not reach some of its readers.

The message did not reach the following recipient(s):

{to} on Thu, 5 Mar 2026 14:58:12 +0800
    The recipient name is not recognized
\tMSEXCH:IMS:Example:EX01 0 (000C05A6) Unknown Recipient
"""
IMAIL = """Unknown user: {to}

Original message follows.

{head}
"""
GROUPWISE = """The message that you sent was undeliverable to the following:
\tWindow <{to}> (mailbox full)
"""
MDAEMON = """The following addresses did NOT receive a copy of your message:

> {to}

--- Session Transcript ---
--- End Transcript ---
"""
EYOU = """This is the deliver program at mx.example.org.

{to} is no mailbox of ours.

--- Below this line is a copy of the message.

{head}
"""
SINA = """Sorry, these addresses could not be reached:

<{to}>
"""
HMAIL = """Your message did not reach its reader.

The following recipient(s) could not be reached:

{to}
   Error Type: SMTP
   550 unknown user

{head}
"""

LATE_SENDMAIL = """This is a warning only. The message has
not yet been delivered to these readers:

  <{to}>

No action is required on your part.

{head}
"""
LATE_GOOGLEMAIL = """This is a notice of a delay.

Delivery to the following recipient has been delayed:

     {to}

Message will be retried for 2 more day(s)

----- Original message -----

{head}
"""
LATE_EXCHANGE = """This is an advisory-only email. Delivery to the following mailbox
"{to}"
has been postponed. Please do not resend.

{head}
"""

HOLIDAY = """Dear sender, until 10 March please write to my colleague: Lee, {to}, (04)2228-9111.

The following addresses had an answer from me:
<{to}>

-----Original Message-----
{head}
"""
