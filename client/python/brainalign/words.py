"""Tables of words: one row a word, which brain and model share."""

import csv
import os
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np

from ._columns import check_types, digest_of, tensor_of_column, type_of
from ._tensors import Tensor, numbers_of
from .errors import InputError

# Names that a column of texts has in the tables of labs, the likeliest first.
_TEXT = ("word", "text", "words", "token", "value")
_ONSET = ("onset", "start", "onset_seconds", "onsets")


class WordTable:
    """Words with their properties: text, onset, and free columns.

    Parameters
    ----------
    source : WordTable, str, path, sequence of str, mapping, or pandas.DataFrame
        A .tsv or .csv file with a line of column names, the words themselves, or columns by name.
    text : str, optional
        The column of texts; found by its name if it is None.
    onset : str, optional
        The column of onsets in seconds; found by its name if it is None.
    types : mapping of str to str, optional
        Types of columns by name: text, number, integer or boolean. Others are found from their
        values; the words themselves are texts.

    Raises
    ------
    InputError
        If columns differ in length, or a named column is not there.

    Examples
    --------
    >>> table = WordTable({"word": ["the", "cat"], "onset": [0.1, 0.4]})
    >>> len(table), table.texts
    (2, ['the', 'cat'])
    >>> table.onsets
    array([0.1, 0.4])
    >>> table.types
    {'word': 'text', 'onset': 'number'}
    """

    def __init__(self, source: Any, *, text: "Optional[str]" = None,
                 onset: "Optional[str]" = None,
                 types: "Optional[Mapping[str, str]]" = None) -> None:
        self.name = "words"
        self._text, self._onset = text, onset
        self._types = dict(types or {})
        self._tensors: "Optional[List[Tuple[str, str, Tensor]]]" = None
        if isinstance(source, WordTable):
            self.columns: "Dict[str, List[Any]]" = dict(source.columns)
            self._text, self._onset = text or source._text, onset or source._onset
            self._types = {**source._types, **self._types}
        elif isinstance(source, (str, os.PathLike)):
            self.name = os.fspath(source)
            self.columns = _read_table(self.name)
        elif hasattr(source, "columns") and hasattr(source, "to_dict"):
            self.columns = {str(c): list(source[c]) for c in source.columns}
        elif isinstance(source, dict):
            self.columns = {str(name): list(values) for name, values in source.items()}
        elif hasattr(source, "__iter__"):
            self.columns = {"word": [str(word) for word in source]}
        else:
            raise InputError(f"words is {source!r}; a table, a file or a list of words is needed.",
                             field="words")
        lengths = {name: len(values) for name, values in self.columns.items()}
        if not lengths:
            raise InputError(f"{self.name} has no column; one column of words is needed.",
                             field="words")
        if len(set(lengths.values())) > 1:
            raise InputError(f"The columns of {self.name} differ in length: {lengths}.",
                             field="words")
        for name in (text, onset):
            if name is not None and name not in self.columns:
                raise InputError(f"{self.name} has no column {name!r}; it has "
                                 f"{', '.join(self.columns)}.", field="words")
        check_types(self._types, list(self.columns))

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> "List[Any]":
        return self.columns[name]

    def __iter__(self) -> "Iterator[str]":
        return iter(self.columns)

    def __repr__(self) -> str:
        return f"WordTable({len(self)} words; {', '.join(self.columns)})"

    def _find(self, chosen: "Optional[str]", names: "Sequence[str]") -> "Optional[str]":
        if chosen is not None:
            return chosen
        lower = {name.lower(): name for name in self.columns}
        return next((lower[name] for name in names if name in lower), None)

    @property
    def texts(self) -> "Optional[List[str]]":
        """The words, or None if no column holds them."""
        name = self._find(self._text, _TEXT)
        return None if name is None else [str(value) for value in self.columns[name]]

    @property
    def onsets(self) -> Any:
        """(w), seconds, or None if no column holds them."""
        name = self._find(self._onset, _ONSET)
        return None if name is None else numbers_of(self.columns[name], f"{self.name}[{name!r}]")

    @property
    def types(self) -> "Dict[str, str]":
        """Type of each column by name: text, number, integer or boolean."""
        text = self._find(self._text, _TEXT)
        return {name: self._types.get(name) or type_of(values, name == text)
                for name, values in self.columns.items()}

    def column_tensors(self) -> "List[Tuple[str, str, Tensor]]":
        """Return the columns as a server keeps them.

        Returns
        -------
        list of (str, str, Tensor)
            Name, type and values of each.

        Raises
        ------
        InputError
            If a value is not of its column's type; the message names the word.
        """
        if self._tensors is None:
            self._tensors = [(name, kind, tensor_of_column(name, kind, self.columns[name]))
                             for name, kind in self.types.items()]
        return self._tensors

    @property
    def digest(self) -> str:
        """64 hexadecimal digits, the same for two tables only if they have the same columns."""
        return digest_of(len(self), self.column_tensors())

    def take(self, rows: "Sequence[int]") -> "WordTable":
        """Return the rows with these numbers, in this order.

        Parameters
        ----------
        rows : sequence of int
            From 0.

        Returns
        -------
        WordTable
        """
        index = [int(row) for row in rows]
        taken = WordTable({name: [values[i] for i in index]
                           for name, values in self.columns.items()},
                          text=self._text, onset=self._onset, types=self._types)
        taken.name = self.name
        return taken

    def check_same(self, other: "WordTable", mine: str, others: str) -> None:
        """Raise an InputError with the first word that differs.

        Parameters
        ----------
        other : WordTable
            To compare with.
        mine, others : str
            What the message calls the two.

        Raises
        ------
        InputError
            If the texts differ, or their number.
        """
        ours, theirs = self.texts, other.texts
        if ours is not None and theirs is not None:
            for i, (a, b) in enumerate(zip(ours, theirs)):
                if _plain(a) != _plain(b):
                    raise InputError(f"Word {i} is {a!r} in {mine} and {b!r} in {others}; both "
                                     "need the same words in the same order.", field="words")
        if len(self) != len(other):
            shorter = min(len(self), len(other))
            longer = ours if len(self) > len(other) else theirs
            extra = f"; the first one too many is {longer[shorter]!r}" if longer else ""
            raise InputError(f"{mine} has {len(self)} words and {others} has {len(other)}{extra}.",
                             field="words")

    @classmethod
    def read(cls, path: "Union[str, os.PathLike[str]]", **columns: Any) -> "WordTable":
        """Return the table in a .tsv or .csv file.

        Parameters
        ----------
        path : str or path
            With a line of column names.
        **columns
            ``text``, ``onset`` and ``types``, as for the class.

        Returns
        -------
        WordTable
        """
        return cls(path, **columns)


def _plain(word: str) -> str:
    return word.strip().lower()


def _unquoted(field: str) -> str:
    """Return the value of a field of a tab-separated table.

    A quotation mark is a word like others there, as in transcripts, unless it encloses a whole
    field that has none but doubled ones inside.
    """
    inside = field[1:-1]
    if len(field) < 2 or field[0] != '"' or field[-1] != '"' or '"' in inside.replace('""', ""):
        return field
    return inside.replace('""', '"')


def _read_table(path: str) -> "Dict[str, List[Any]]":
    separator = "," if path.lower().endswith(".csv") else "\t"
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            quoting = csv.QUOTE_MINIMAL if separator == "," else csv.QUOTE_NONE
            rows = [row for row in csv.reader(file, delimiter=separator, quoting=quoting) if row]
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", field="words") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is no text in UTF-8.", field="words") from None
    if quoting == csv.QUOTE_NONE:
        rows = [[_unquoted(field) for field in row] for row in rows]
    if not rows:
        raise InputError(f"{path} is empty; a line of column names is needed.", field="words")
    head, body = rows[0], rows[1:]
    for number, row in enumerate(body):
        if len(row) != len(head):
            raise InputError(f"{path} has {len(row)} fields in row {number + 1} and {len(head)} "
                             "column names.", field="words")
    return {name: [row[i] for row in body] for i, name in enumerate(head)}


def word_table_of(source: Any) -> "Optional[WordTable]":
    """Return `source` as a table; None stays None."""
    return source if source is None or isinstance(source, WordTable) else WordTable(source)


def rows_of(selection: Any, count: int) -> "Tuple[int, ...]":
    """Return the numbers of selected rows, checked against `count`."""
    rows = tuple(int(i) for i in np.asarray(selection).reshape(-1))
    if rows and not (min(rows) >= 0 and max(rows) < count):
        raise InputError(f"A selected row is {max(rows)}, but there are {count} words.",
                         field="words")
    return rows
