"""What the operating system refused, in Chinese: its own words are English and begin with a number."""

import errno

_SENTENCES = {
    errno.ENOENT: '沒有這個檔案或資料夾',
    errno.EACCES: '沒有權限',
    errno.EPERM: '沒有權限',
    errno.EEXIST: '已經有同名的檔案',
    errno.ENOTDIR: '路徑中有一段不是資料夾',
    errno.EISDIR: '這是資料夾，不是檔案',
    errno.ENOSPC: '磁碟已滿',
    errno.EDQUOT: '超過磁碟配額',
    errno.EROFS: '磁碟是唯讀的',
    errno.EIO: '磁碟讀寫失敗',
    errno.ENAMETOOLONG: '路徑太長',
    errno.EMFILE: '開啟的檔案太多',
    errno.EADDRINUSE: '位址已被占用',
    errno.ECONNREFUSED: '連線被拒絕',
    errno.ETIMEDOUT: '連線逾時',
}


def in_chinese(error: Exception) -> str:
    """The cause and, where it is known, the file; of an error that is none of the system's its own words.

    >>> in_chinese(FileNotFoundError(errno.ENOENT, 'No such file or directory', '/srv/office'))
    '沒有這個檔案或資料夾（/srv/office）'
    """
    cause = _SENTENCES.get(error.errno or 0) if isinstance(error, OSError) else None
    if cause is None:
        return str(error)
    file = getattr(error, 'filename', None)
    return f'{cause}（{file}）' if file else cause
