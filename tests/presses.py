"""How much a task costs a user: every click and every key is counted where it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page


@dataclass
class Presses:
    """Hands that count: `clicks` of the mouse, `keys` typed (a Han character as one), `files` chosen."""

    page: Page
    clicks: int = 0
    keys: int = 0
    files: int = 0

    def click(self, target: Locator) -> None:
        """One click."""
        target.click()
        self.clicks += 1

    def type(self, target: Locator, text: str) -> None:
        """A click into a field, then its text, key by key."""
        self.click(target)
        target.press_sequentially(text)
        self.keys += len(text)

    def choose(self, target: Locator, files: Sequence[Path]) -> None:
        """A click that opens the chooser; what happens in that window is the operating system's."""
        with self.page.expect_file_chooser() as opened:
            self.click(target)
        opened.value.set_files([*files])
        self.files += len(files)

    def __str__(self) -> str:
        return f'{self.clicks} clicks, {self.keys} keys, {self.files} files'
