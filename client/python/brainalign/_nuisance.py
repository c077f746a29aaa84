"""Features of no interest, which are taken out of activations."""

from dataclasses import dataclass
from typing import Any, List, Optional

import numpy as np

from ._tensors import Tensor, numbers_of, tensor_of
from .errors import InputError
from .recording import Recording


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


def nuisance_of(source: Any, brain: Any) -> "Optional[Nuisance]":
    """Return `source`, names of columns of the recording's words or values, as `Nuisance`.

    Raises
    ------
    InputError
        If a column does not exist or holds something else than finite numbers, or lengths differ.
    """
    if source is None:
        return None
    if not isinstance(brain, Recording):
        raise InputError("nuisance goes with a recording that is sent, not with one that the "
                         "server keeps.", field="nuisance")
    names = [source] if isinstance(source, str) else source
    if isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names):
        twice = {name for name in names if list(names).count(name) > 1}
        if twice:
            raise InputError(f"nuisance names the column {sorted(twice)[0]!r} twice.",
                             field="nuisance")
        columns = [_column(name, brain) for name in names]
        names = list(names)
    else:
        values = np.asarray(source)
        if values.ndim not in (1, 2) or values.dtype.kind not in "fiub":
            raise InputError(f"nuisance is {values.dtype} of shape {values.shape}; names of "
                             "columns or real numbers (words, columns) are needed.",
                             field="nuisance")
        if len(values) != brain.word_count:
            raise InputError(f"nuisance has {len(values)} rows, but the recording has "
                             f"{brain.word_count} words; a row for each word is needed.",
                             field="nuisance")
        columns = list(values.reshape(len(values), -1).T)
        names = [f"features[{i}]" for i in range(len(columns))]
    if not columns:
        raise InputError("nuisance is empty; names of columns or an array (words, columns) is "
                         "needed.", field="nuisance")
    try:
        checked = [numbers_of(column, f"nuisance {name}", brain.word_count)
                   for name, column in zip(names, columns)]
    except InputError as error:
        error.field = "nuisance"
        raise
    return Nuisance(tensor_of(np.stack(checked, axis=1), "nuisance"), names)


def _column(name: str, brain: Recording) -> Any:
    there = list(brain.words) if brain.words is not None else []
    if name.startswith("@"):
        raise InputError(f"nuisance names {name!r}, which the command line alone computes; give "
                         "an array (words, columns).", field="nuisance")
    if brain.words is None or name not in there:
        raise InputError(f"nuisance names the column {name!r}; the words of the recording have "
                         f"{', '.join(there) or 'no columns'}.", field="nuisance")
    return brain.words[name]
