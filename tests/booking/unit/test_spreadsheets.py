"""Tables as files: nothing in them is ever calculated, and what was written is read again."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.spreadsheets import as_csv, read_table


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_text_that_a_spreadsheet_would_calculate_is_written_as_a_text(sign):
    [heading, row] = cells(as_csv([f"{sign}name"], [[f"{sign}1+1"]]))
    assert (heading, row) == ([f"'{sign}name"], [f"'{sign}1+1"])


def test_sums_and_days_stay_what_they_are():
    assert cells(as_csv(["a"], [[-500, 0.5, date(2026, 3, 1), None, True]]))[1] == [
        "-500",
        "0.5",
        "2026-03-01",
        "",
        "1",
    ]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_no_text_becomes_a_formula_and_none_is_lost(texts):
    content = as_csv(["x"] * len(texts), [texts])
    row = cells(content)[1]
    assert all(cell[:1] not in "=+-@\t\r\n＝＋－＠" for cell in row if cell)
    assert [cell.removeprefix("'") if cell != text else cell for cell, text in zip(row, texts, strict=True)] == texts


def test_a_file_of_ours_is_read_as_it_was_written():
    rows = [["Олена", "+380671112233", "=1+1"], ["Тарас; Іван", "", "рядок\nі ще"]]
    assert read_table(as_csv(["Імʼя", "Телефон", "Нотатка"], rows), most_rows=10)[1:] == rows
