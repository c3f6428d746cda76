"""Files in a bucket of a server that speaks S3, through obstore (the object_store of Apache Arrow).

`s3://bucket/folder` is Amazon's, `s3+https://host:9000/bucket/folder` any other server's. The key comes from the
environment alone, by the names that Amazon's own programs read: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from .storage import Away

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

# A person waits: a server that is away is known after 15 seconds at most, however it is away.
_CLIENT: 'ClientConfig' = {'connect_timeout': timedelta(seconds=3), 'timeout': timedelta(seconds=15)}
_RETRY: 'RetryConfig' = {
    'max_retries': 2,
    'retry_timeout': timedelta(seconds=6),
    'backoff': {'init_backoff': timedelta(milliseconds=100), 'max_backoff': timedelta(seconds=1), 'base': 2},
}
_ANY_REGION = 'us-east-1'  # servers that have none take this one


class Bucket:
    """Names are keys below the folder of the address."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        path = parts.path.strip('/')
        if parts.scheme == 's3':
            self._store = S3Store(parts.netloc, prefix=path or None, client_options=_CLIENT, retry_config=_RETRY)
            return
        scheme = parts.scheme.removeprefix('s3+')
        bucket, _, folder = path.partition('/')
        self._store = S3Store(
            bucket,
            prefix=folder or None,
            endpoint=f'{scheme}://{parts.netloc}',
            virtual_hosted_style_request=False,
            client_options={**_CLIENT, 'allow_http': scheme == 'http'},
            retry_config=_RETRY,
            region=os.environ.get('AWS_REGION') or _ANY_REGION,
        )

    async def has(self, name: str) -> bool:
        """Raises Away."""
        try:
            with _told():
                await obstore.head_async(self._store, name)
        except FileNotFoundError:
            return False
        return True

    async def get(self, name: str) -> bytes:
        """Raises FileNotFoundError, Away."""
        with _told():
            found = await obstore.get_async(self._store, name)
            return bytes(await found.bytes_async())

    async def put(self, name: str, content: bytes) -> None:
        """Raises Away. It is there wholly or not at all: pieces would be put together at the end only."""
        with _told():
            await obstore.put_async(self._store, name, content, use_multipart=False)

    async def take_away(self, name: str) -> None:
        """Raises Away."""
        try:
            with _told():
                await obstore.delete_async(self._store, name)
        except FileNotFoundError:
            return

    async def renew(self, name: str) -> None:
        """Write to what is there. Raises FileNotFoundError, Away."""
        await self.put(name, await self.get(name))


@contextmanager
def _told() -> Iterator[None]:
    """What the library raises has pages of text, with addresses; a bucket that is not there is no lost file."""
    try:
        yield
    except FileNotFoundError as failure:
        if 'NoSuchBucket' in str(failure):
            raise Away('there is no such bucket') from None
        raise FileNotFoundError('not in the bucket') from None
    except BaseError as failure:
        raise Away(_short(failure)) from None


def _short(failure: BaseError) -> str:
    kind = type(failure).__name__.removesuffix('Error')
    return 'it does not let us' if kind in ('PermissionDenied', 'Unauthenticated') else f'it does not answer ({kind})'
