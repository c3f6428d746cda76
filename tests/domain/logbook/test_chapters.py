"""A book as plain tables says what the printed leaves say."""

from domain.logbook import chapters

from ...samples import logbooks


def test_every_line_and_total_of_the_book_stands_in_its_chapter() -> None:
    book = logbooks.a_book(services=9)
    found = {chapter.title: chapter for chapter in chapters.of(book)}

    assert list(found) == [
        *('基本資料', '教育訓練紀錄', '服務紀錄'),
        *(ledger.title for ledger in book.ledgers),
        *('注意事項', '備註'),
    ]
    assert ('紀錄冊號', book.number) in found['基本資料'].rows
    trainings = found['教育訓練紀錄'].rows
    assert len(trainings) == len(book.trainings.lines) + len(book.trainings.subtotals) + 1
    assert trainings[-1][0] == book.trainings.total.label
    months = [month for leaf in book.service for month in leaf.months]
    lines = sum(len(month.lines) for month in months)
    assert len(found['服務紀錄'].rows) == lines + sum(month.subtotal is not None for month in months) + 1
    assert found['服務紀錄'].rows[-1][4].endswith(' 人次')
    for ledger in book.ledgers:
        assert [row[:-1] for row in found[ledger.title].rows] == [row.cells for row in ledger.rows]


def test_a_book_without_entries_has_chapters_without_rows() -> None:
    book = logbooks.a_book(services=0)

    assert {chapter.title: chapter.rows for chapter in chapters.of(book)}['服務紀錄'] == ()
