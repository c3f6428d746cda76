"""An authority that the office trusts, whose revocation list it has."""

from collections.abc import Iterator

import pytest

from domain.citizen_certificates import authorities

from ...citizen_ca import Authority


@pytest.fixture
def authority() -> Iterator[Authority]:
    """The only one that is trusted."""
    made = Authority()
    authorities.use([made.certificate])
    yield made
    authorities.use([])
