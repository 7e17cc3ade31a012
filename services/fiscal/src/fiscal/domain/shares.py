"""How a sum falls apart: over lines, over payments, in discounts. To the kopeck, always."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal


def overlap(rows: Sequence[int], columns: Sequence[int]) -> list[tuple[int, int, int]]:
    """Cells (row, column, amount) whose sums by row and by column are those given; no cell is empty.

    Both are laid end to end on one line, and a cell is what two of them have in common: there is nothing to round.
    """
    if sum(rows) != sum(columns) or min([0, *rows, *columns]) < 0:
        raise ValueError("rows and columns do not come to the same sum")
    cells: list[tuple[int, int, int]] = []
    column, left = 0, columns[0] if columns else 0
    for row, wanted in enumerate(rows):
        while wanted:
            while not left:
                column += 1
                left = columns[column]
            taken = min(wanted, left)
            cells.append((row, column, taken))
            wanted -= taken
            left -= taken
    return cells


def percent_of(amount: int, percent: Decimal, step: int = 1) -> int:
    """The discount of so many per cent, half kopecks up; what is left to pay is rounded down to a multiple of `step`.

    Rounding is thus always in the payer's favour and by less than a step; what is left below one step stays.
    """
    if amount < 0 or not 0 <= percent <= 100 or step < 1:
        raise ValueError("not a discount")
    discount = int((amount * percent / 100).to_integral_value(ROUND_HALF_UP))
    left = amount - discount
    return amount - (left - left % step if left >= step else left)
