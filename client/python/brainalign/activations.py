"""Activations of a model: one array a layer, a row a word."""

import os
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from ._files import open_arrays
from ._layer_order import order_by_names
from ._tensors import FLOATING, RowSource, Tensor, numbers_of, tensor_of
from .errors import InputError
from .words import WordTable, word_table_of


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes
    ----------
    name : str
        For people; shown in results.
    tensor : Tensor
        (w, d), or (L, w, d) with `slice`.
    slice : int
        Index on the first axis of a tensor of three axes; else 0.
    depth : float
        Relative depth in (0, 1]: 1 is the last layer.
    """

    name: str
    tensor: Tensor
    slice: int
    depth: float

    @property
    def words(self) -> int:
        """Rows."""
        return self.tensor.shape[-2]

    @property
    def width(self) -> int:
        """Dimensions."""
        return self.tensor.shape[-1]

    def rows(self, begin: int, end: int) -> Any:
        """Return rows `begin` to `end` as an array (n, d); bf16 becomes float32."""
        if len(self.tensor.shape) == 2 and not self.tensor.fortran:
            return self.tensor.rows(begin, end)
        if self.tensor.fortran:
            values = self.tensor.to_numpy()
            return (values if values.ndim == 2 else values[self.slice])[begin:end]
        _, words, width = self.tensor.shape
        flat = Tensor(self.tensor.source, self.tensor.dtype,
                      (self.tensor.shape[0] * words, width), name=self.name)
        return flat.rows(self.slice * words + begin, self.slice * words + end)


class Activations:
    """Activations of the layers of one model for one list of words.

    Parameters
    ----------
    source : array, list of arrays, mapping, path, or Activations
        An array (L, w, d); a list of arrays (w, d), whose widths may differ; such arrays by name,
        in the order of the layers, which numbers in the names must not contradict; or a file: .npy
        with (L, w, d), .npz, .safetensors, .h5 or .mat.
        Arrays are of numpy, h5py or torch, and f16, bf16, f32 or f64. The layers of a .npz,
        .safetensors, .h5 or .mat file are in the order of the numbers in their names.
    names : sequence of str, optional
        Of the layers, from the first to the last. For named layers it selects and orders them.
    depth : sequence of float, optional
        (L), relative depth of each layer in (0, 1]; (l + 1) / L if it is None.
    words : WordTable, path or sequence, optional
        The words of the rows.
    metadata : mapping, optional
        Facts to store with the layers, such as the model's name.

    Raises
    ------
    InputError
        If arrays are not of these shapes or types, differ in rows, or leave their order in doubt.

    Examples
    --------
    >>> import numpy as np
    >>> Activations(np.zeros((2, 5, 3), np.float32))
    Activations(2 layers of 3 dimensions, 5 words)
    """

    def __init__(self, source: Any, *, names: "Optional[Sequence[str]]" = None,
                 depth: "Optional[Sequence[float]]" = None, words: Any = None,
                 metadata: "Optional[Mapping[str, Any]]" = None) -> None:
        self.metadata: "Dict[str, Any]" = dict(metadata or {})
        if isinstance(source, Activations):
            self.layers: "List[Layer]" = list(source.layers)
            self.order: str = source.order
            self.metadata = {**source.metadata, **self.metadata}
            self.words: "Optional[WordTable]" = word_table_of(words) or source.words
        else:
            pieces, self.order = _pieces_of(source, names)
            self.layers = _layers_of(pieces)
            self.words = word_table_of(words)
        if depth is not None:
            values = numbers_of(depth, "depth", len(self.layers))
            self.layers = [Layer(x.name, x.tensor, x.slice, float(d))
                           for x, d in zip(self.layers, values)]
        self._check()

    def _check(self) -> None:
        first = self.layers[0]
        for layer in self.layers:
            if layer.words != first.words:
                raise InputError(f"Layer {layer.name!r} has {layer.words} rows and layer "
                                 f"{first.name!r} has {first.words}; every layer has a row a "
                                 "word.", field="activations")
            if not 0 < layer.depth <= 1:
                raise InputError(f"The depth of layer {layer.name!r} is {layer.depth}; it is above "
                                 "0 and at most 1.", field="depth")
        if self.words is not None and len(self.words) != first.words:
            raise InputError(f"{self.words.name} has {len(self.words)} words, but the activations "
                             f"have {first.words} rows.", field="words")

    def __len__(self) -> int:
        return len(self.layers)

    def __repr__(self) -> str:
        widths = sorted({layer.width for layer in self.layers})
        width = f"{widths[0]}" if len(widths) == 1 else f"{widths[0]} to {widths[-1]}"
        return (f"Activations({len(self.layers)} layers of {width} dimensions, "
                f"{self.word_count} words)")

    @property
    def word_count(self) -> int:
        """Rows of each layer."""
        return int(self.layers[0].words)

    @property
    def names(self) -> "List[str]":
        """Names of the layers."""
        return [layer.name for layer in self.layers]

    @property
    def depth(self) -> Any:
        """(L), relative depth of each layer."""
        return np.array([layer.depth for layer in self.layers])

    def tensors(self) -> "List[Tensor]":
        """Return what is uploaded.

        Returns
        -------
        list of Tensor
            Each once.
        """
        seen = {id(layer.tensor): layer.tensor for layer in self.layers}
        return list(seen.values())

    def take(self, rows: "Sequence[int]") -> "Activations":
        """Return the rows with these numbers, in this order; they are read when they are needed.

        Parameters
        ----------
        rows : sequence of int
            From 0, such as ``epochs.selection``.

        Returns
        -------
        Activations
        """
        index = np.asarray(rows, dtype=np.int64)
        if index.size and not (index.min() >= 0 and index.max() < self.word_count):
            raise InputError(f"Row {int(index.max())} was asked for; there are {self.word_count}.",
                             field="words")
        taken = Activations(self)
        taken.layers = [_take(layer, index) for layer in self.layers]
        taken.words = None if self.words is None else self.words.take(index.tolist())
        return taken


def _rows_at(layer: Layer, wanted: Any) -> Any:
    """Return the rows of a layer with these numbers, in this order."""
    low, high = int(wanted.min()), int(wanted.max()) + 1
    # Rows that lie near are read at once, others one by one.
    if high - low <= 4 * len(wanted) + 16:
        return layer.rows(low, high)[wanted - low]
    return np.concatenate([layer.rows(int(i), int(i) + 1) for i in wanted])


def _take(layer: Layer, index: Any) -> Layer:
    bf16 = layer.tensor.dtype == "BF16"

    def rows(begin: int, end: int) -> Any:
        found = _rows_at(layer, index[begin:end])
        return (found.view(np.uint32) >> 16).astype(np.uint16) if bf16 else found

    kind = "<u2" if bf16 else {"F16": "<f2", "F32": "<f4", "F64": "<f8"}[layer.tensor.dtype]
    source = RowSource(rows, len(index), (layer.width,), kind)
    tensor = Tensor(source, layer.tensor.dtype, (len(index), layer.width), name=layer.tensor.name)
    return Layer(layer.name, tensor, 0, layer.depth)


Pieces = List[Tuple[str, Tensor]]


def _pieces_of(source: Any, names: "Optional[Sequence[str]]") -> "Tuple[Pieces, str]":
    if isinstance(source, (str, os.PathLike)):
        return _pieces_of_file(os.fspath(source), names)
    if isinstance(source, Mapping):
        if not source:
            raise InputError("activations is an empty mapping; at least one layer is needed.",
                             field="activations")
        pieces = [(str(name), _layer_of(value, f"layer {name!r}")) for name, value in
                  source.items()]
        if names is not None:
            return _chosen(pieces, names), "as listed in names"
        _check_order([name for name, _ in pieces])
        return pieces, "as the program gave them"
    if isinstance(source, (list, tuple)) and source and hasattr(source[0], "shape"):
        pieces = [(f"layer.{i}", _layer_of(value, f"layer {i}")) for i, value in enumerate(source)]
    else:
        pieces = _slices([("activations", tensor_of(source, "activations"))])
    return _renamed(pieces, names), "as the program gave them"


def _layer_of(value: Any, name: str) -> Tensor:
    try:
        return tensor_of(value, name)
    except InputError as error:
        error.field = "activations"
        raise


def _pieces_of_file(path: str, names: "Optional[Sequence[str]]") -> "Tuple[Pieces, str]":
    found = open_arrays(path)
    short = os.path.basename(path)
    if len(found) == 1 and len(found[0][1].shape) == 3:
        order = f"as on the first axis of {short}"
        return _renamed(_slices(found), names), order
    if path.lower().endswith(".npy"):
        raise InputError(f"{path} is {found[0][1].describe()}; it must be (layers, words, "
                         "dimensions), with three axes.", field="activations")
    if names is not None:
        return _chosen(found, names), "as listed in names"
    for _, tensor in found:
        if len(tensor.shape) != 2:
            raise InputError(f"{tensor.name} is {tensor.describe()}; the file must hold one "
                             "(words, dimensions) a layer, or a single (layers, words, "
                             "dimensions).", field="activations")
    try:
        order_of, how = order_by_names([name for name, _ in found])
    except InputError as error:
        raise InputError(f"The order of the layers of {path} does not follow from their names: "
                         f"{error.args[0]}; list them from the first to the last with names=.",
                         field="names") from None
    return [found[i] for i in order_of], how


def _check_order(names: "Sequence[str]") -> None:
    """Raise an InputError if the numbers in names of a mapping contradict its order.

    A mapping whose names are sorted as texts, as files of tensors are written, has layer 10 before
    layer 2.
    """
    try:
        order, _ = order_by_names(names)
    except InputError:
        return  # the names tell no order
    by_number = [names[i] for i in order]
    if by_number == list(names):
        return
    place = next(i for i, name in enumerate(names) if name != by_number[i])
    raise InputError(f"The mapping has layer {names[place]!r} where the numbers in the names put "
                     f"{by_number[place]!r}; list the names from the first layer to the last with "
                     "names=.", field="names")


def _chosen(pieces: Pieces, names: "Sequence[str]") -> Pieces:
    known = dict(pieces)
    for name in names:
        if name not in known:
            raise InputError(f"names lists {name!r}, and there is no layer of that name; there "
                             f"are {', '.join(known)}.", field="names")
    if len(set(names)) < len(names):
        raise InputError("names lists a layer twice.", field="names")
    return [(name, known[name]) for name in names]


def _renamed(pieces: Pieces, names: "Optional[Sequence[str]]") -> Pieces:
    if names is None:
        return pieces
    if len(names) != len(pieces):
        raise InputError(f"names lists {len(names)} layers; there are {len(pieces)}.",
                         field="names")
    return [(str(name), tensor) for name, (_, tensor) in zip(names, pieces)]


def _slices(pieces: Pieces) -> Pieces:
    _, tensor = pieces[0]
    if len(tensor.shape) != 3 or tensor.shape[0] == 0:
        raise InputError(f"{tensor.name} is {tensor.describe()}; (layers, words, dimensions) is "
                         "needed, or a list of (words, dimensions).", field="activations")
    return [(f"layer.{i}", tensor) for i in range(tensor.shape[0])]


def _layers_of(pieces: Pieces) -> "List[Layer]":
    if not pieces:
        raise InputError("There is no layer; at least one is needed.", field="activations")
    layers = []
    for i, (name, tensor) in enumerate(pieces):
        if tensor.dtype not in FLOATING:
            raise InputError(f"{tensor.name} is {tensor.describe()}; activations are f16, bf16, "
                             "f32 or f64.", field="activations")
        if len(tensor.shape) not in (2, 3):
            raise InputError(f"{tensor.name} is {tensor.describe()}; (words, dimensions) is "
                             "needed.", field="activations")
        layers.append(Layer(name, tensor, i if len(tensor.shape) == 3 else 0,
                            (i + 1) / len(pieces)))
    return layers


def load_activations(path: Any, *, words: Any = None, names: "Optional[Sequence[str]]" = None,
                     depth: "Optional[Sequence[float]]" = None) -> Activations:
    """Return the activations of a file, such as the Podcast data's features.hdf5.

    Parameters
    ----------
    path : str or path
        .npy, .npz, .safetensors, .h5, .hdf5 or .mat.
    words : path, WordTable or sequence, optional
        Words of the rows. A transcript with a column ``word_idx`` and a row a token becomes a row a
        word where the file has as many rows as words.
    names : sequence of str, optional
        As for `Activations`.
    depth : sequence of float, optional
        As for `Activations`.

    Returns
    -------
    Activations
    """
    found = Activations(path, names=names, depth=depth)
    table = word_table_of(words)
    if table is not None and len(table) != found.word_count and "word_idx" in table.columns:
        firsts = {index: row for row, index in reversed(list(enumerate(table["word_idx"])))}
        table = table.take(sorted(firsts.values()))
    return Activations(found, words=table)
