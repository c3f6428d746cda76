"""Names of uploads and downloads: whatever they are, they can be kept, shown and sent in a header."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import file_names


@pytest.mark.parametrize(
    ('name', 'kept'),
    [
        ('', '檔案.pdf'),
        ('.pdf', '檔案.pdf'),
        ('../\0名冊.exe', '名冊.pdf'),
        ('/etc/passwd', 'passwd.pdf'),
        ('C:\\照片\\IMG_0001.HEIC', 'IMG_0001.pdf'),
        ('名冊\u202efdp.exe', '名冊fdp.pdf'),
        ('a\r\nSet-Cookie: x', 'aSet-Cookie- x.pdf'),
        ('陳' * 200 + '.pdf', '陳' * 80 + '.pdf'),
        ('115.3.8 會議紀錄', '115.3.8 會議紀錄.pdf'),
        ('教材 1.2', '教材 1.2.pdf'),
        ('證書（正面）　王小明.JPEG', '證書（正面） 王小明.pdf'),
        ('𠮷田\U000e0101.png', '𠮷田\U000e0101.pdf'),  # a rare character with the selector of its variant
        ('\U00031350\ue000.png', '\U00031350\ue000.pdf'),  # newer than Python's tables; made by the user (造字)
    ],
)
def test_an_upload_is_kept_under_its_own_name_made_safe_with_the_suffix_that_is_true(name: str, kept: str) -> None:
    assert file_names.of_upload(name, 'pdf') == kept


@pytest.mark.parametrize(
    ('name', 'kept'),
    [
        ('名冊-115 年上/下半年', '名冊-115 年上-下半年.ods'),
        ('紀錄冊-中市文志字第115000001號', '紀錄冊-中市文志字第115000001號.ods'),
        ('教育訓練-谷辣斯．尤達卡', '教育訓練-谷辣斯．尤達卡.ods'),
        ('名冊-A:B*?"<>|', '名冊-A-B------.ods'),
    ],
)
def test_a_document_is_named_after_what_it_is_about(name: str, kept: str) -> None:
    assert file_names.clean(name, 'ods') == kept


@given(st.text())
def test_no_text_whatever_makes_a_name_that_cannot_be_kept(text: str) -> None:
    for name in (file_names.clean(text, 'pdf'), file_names.of_upload(text, 'pdf')):
        assert name.endswith('.pdf')
        assert 5 <= len(name) <= file_names.MOST + 4
        assert not set(name) & set('/\\:*?"<>|\r\n')
        assert all(unicodedata.category(sign) not in ('Cc', 'Cf', 'Cs') for sign in name)
