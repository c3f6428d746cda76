"""A file that is no spreadsheet, or is locked, is refused before it is kept; one that is another is listed as that."""

import io
import zipfile

import pytest

from db.choices import ImportKind
from db.models import Account, ImportBatch
from domain import imports

from ...sheet_files import an_xlsx
from .conftest import settled

TABLE = an_xlsx([['姓名', '證號'], ['王小明', 'A123456789']])
OLE = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
FIRST_RECORD = b'\x09\x08\x10\x00' + bytes(16)


def a_package(*names: str, **members: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, 'w', zipfile.ZIP_DEFLATED) as package:
        for name, text in [*((name, '') for name in names), ('META-INF/manifest.xml', members.get('manifest', ''))]:
            package.writestr(name, text)
    return content.getvalue()


def a_stream(name: str) -> bytes:
    return OLE + bytes(200) + name.encode('utf-16-le')


@pytest.mark.parametrize(
    ('name', 'content', 'said'),
    [
        ('名冊.xlsx', b'%PDF-1.7\n...', r'名稱是 \.xlsx，但這個檔案是 PDF，不是試算表；改名不會改變內容。請改選'),
        ('名冊.pdf', b'%PDF-1.7\n...', '^這個檔案是 PDF，不是試算表。請改選'),
        ('名冊.xlsx', a_package('word/document.xml'), '但這個檔案是 Word 文件'),
        ('名冊.xls', a_stream('WordDocument'), '但這個檔案是 Word 文件'),
        ('名冊.xlsx', a_package('Index/Document.iwa'), 'Apple Numbers'),
        ('名冊.ods', a_package('content.xml', manifest='opendocument.text'), '但這個檔案是文書檔（ODT）'),
        ('名冊.csv', b'\xff\xd8\xff\xe0 JFIF', '但這個檔案是照片'),
        ('名冊.xlsx', a_stream('EncryptedPackage'), '有密碼保護，無法讀取。請用試算表打開，取消密碼'),
        ('名冊.xls', OLE + bytes(200) + FIRST_RECORD + b'\x2f\x00\x36\x00', '有密碼保護'),
        ('名冊.ods', a_package('content.xml', manifest='<manifest:encryption-data/>'), '有密碼保護'),
        ('名冊.xlsx', TABLE[:900], '打不開，可能已損壞或沒有傳完整'),
        ('名冊.xls', b'<html><table><tr><td>x</table>', '其實是網頁（HTML）'),
        ('名冊.txt', b'\x01\x02\x03 binary', '不是試算表，也不是文字檔'),
        ('名冊.xlsx', b'', '是空的，沒有內容'),
        ('名冊.csv', '姓名\n王'.encode('cp950') + b'\xff', '第 2 列有無法辨識的字'),
    ],
)
async def test_what_is_no_readable_spreadsheet_is_refused_at_once(
    clerk: Account, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(imports.Unreadable, match=said):
        await imports.begin(ImportKind.VOLUNTEERS, name, content, by=clerk)

    assert await ImportBatch.all().count() == 0


@pytest.mark.parametrize(
    ('name', 'content', 'said'),
    [
        ('照片.zip', b'\xff\xd8\xff\xe0 JFIF', '這個檔案是照片，不是 ZIP 壓縮檔'),
        ('照片.zip', TABLE, '這個檔案是試算表或文件'),
        ('照片.zip', '姓名,證號'.encode(), '不是 ZIP 壓縮檔，或已損壞'),
        ('照片.zip', a_package('A123456789.jpg')[:60], '不是 ZIP 壓縮檔，或已損壞'),
    ],
)
async def test_what_is_no_archive_is_refused_at_once(clerk: Account, name: str, content: bytes, said: str) -> None:
    with pytest.raises(imports.Unreadable, match=said):
        await imports.begin(ImportKind.PICTURES, name, content, by=clerk)

    assert await ImportBatch.all().count() == 0


@pytest.mark.parametrize(
    ('name', 'content', 'listed'),
    [
        ('名冊.xls', TABLE, '名冊.xlsx'),
        ('名冊', TABLE, '名冊.xlsx'),
        ('名冊.xlsx', '姓名,證號\n王小明,A123456789\n'.encode('cp950'), '名冊.csv'),
        ('名冊.txt', '姓名\t證號\n王小明\tA123456789\n'.encode(), '名冊.txt'),
    ],
)
async def test_a_readable_one_is_taken_whatever_it_is_called_and_listed_as_what_it_is(
    clerk: Account, name: str, content: bytes, listed: str
) -> None:
    batch = await settled(await imports.begin(ImportKind.VOLUNTEERS, name, content, by=clerk), by=clerk)

    assert (batch.file_name, batch.headings) == (listed, ['姓名', '證號'])
