"""Features of no interest, which are taken out of activations."""

from dataclasses import dataclass
from typing import Any, List, Mapping, Optional

import numpy as np

from ._tensors import Tensor, numbers_of, tensor_of
from .errors import InputError


@dataclass
class Nuisance:
    """Columns with a value for each word.

    Parameters
    ----------
    tensor : Tensor
        (words, columns).
    names : list of str
        Of the columns.
    """

    tensor: Tensor
    names: "List[str]"


def are_names(source: Any) -> bool:
    """Return whether `source` names columns, and is not their values."""
    return isinstance(source, str) or (isinstance(source, (list, tuple)) and
                                       all(isinstance(name, str) for name in source))


def nuisance_of(source: Any, words: "Optional[Mapping[str, Any]]",
                word_count: int) -> "Optional[Nuisance]":
    """Return `source`, names of columns of `words` or values, as `Nuisance`.

    Parameters
    ----------
    source : str, list of str or array (words, columns), optional
        What the caller gave.
    words : mapping of str to sequence, optional
        The columns of the word table.
    word_count : int
        Of the recording.

    Raises
    ------
    InputError
        If a column does not exist or holds something else than finite numbers, or lengths differ.
    """
    if source is None:
        return None
    names = [source] if isinstance(source, str) else source
    if are_names(names):
        twice = {name for name in names if list(names).count(name) > 1}
        if twice:
            raise InputError(f"nuisance names the column {sorted(twice)[0]!r} twice.",
                             field="nuisance")
        columns = [_column(name, words) for name in names]
        names = list(names)
    else:
        values = np.asarray(source)
        if values.ndim not in (1, 2) or values.dtype.kind not in "fiub":
            raise InputError(f"nuisance is {values.dtype} of shape {values.shape}; names of "
                             "columns or real numbers (words, columns) are needed.",
                             field="nuisance")
        if len(values) != word_count:
            raise InputError(f"nuisance has {len(values)} rows, but the recording has "
                             f"{word_count} words; a row for each word is needed.",
                             field="nuisance")
        columns = list(values.reshape(len(values), -1).T)
        names = [f"features[{i}]" for i in range(len(columns))]
    if not columns:
        raise InputError("nuisance is empty; names of columns or an array (words, columns) is "
                         "needed.", field="nuisance")
    try:
        checked = [numbers_of(column, f"nuisance {name}", word_count)
                   for name, column in zip(names, columns)]
    except InputError as error:
        error.field = "nuisance"
        raise
    return Nuisance(tensor_of(np.stack(checked, axis=1), "nuisance"), names)


def _column(name: str, words: "Optional[Mapping[str, Any]]") -> Any:
    there = list(words) if words is not None else []
    if name.startswith("@"):
        raise InputError(f"nuisance names {name!r}, which the command line alone computes; give "
                         "an array (words, columns).", field="nuisance")
    if words is None or name not in there:
        raise InputError(f"nuisance names the column {name!r}; the words of the recording have "
                         f"{', '.join(there) or 'no columns'}.", field="nuisance")
    return words[name]
