"""What a server tells of word tables, models and recordings that it keeps under a name."""

from dataclasses import dataclass
from typing import Any, Optional, Tuple


@dataclass(frozen=True)
class WordTableInfo:
    """A word table that a server keeps.

    Attributes
    ----------
    name : str
        PROJECT/NAME.
    display_name, description : str
        For people.
    digest : str
        The same for two tables only if they have the same columns in the same order.
    words : int
        Rows.
    columns : tuple of (str, str, str)
        Name, type and digest of the values of each column; empty in lists.
    create_time : datetime.datetime or None
        When it was made, in UTC.
    person : str
        Who made it; empty on a server that does not identify its callers.
    """

    name: str
    display_name: str
    description: str
    digest: str
    words: int
    columns: "Tuple[Tuple[str, str, str], ...]"
    create_time: Any
    person: str


@dataclass(frozen=True)
class ModelInfo:
    """Activations of a model that a server keeps.

    Attributes
    ----------
    name : str
        PROJECT/NAME, which `Client.align` takes in the place of activations.
    display_name, description, family : str
        For people.
    architecture : str
        transformer, ssm, rnn or bidirectional; empty if it is not known.
    parameters, context_words : int or None
        None if they are not known.
    trained : bool or None
        None if it is not known.
    words : int
        Rows that each layer has.
    word_table, word_table_digest : str
        The table that it named, and the digest of that; empty if it named none.
    layer_count : int
        Layers.
    layer_names : tuple of str
        Empty in lists.
    depth : tuple of float
        Relative depth of each layer; empty in lists.
    create_time : datetime.datetime or None
        When it was made, in UTC.
    person : str
        Who made it.
    """

    name: str
    display_name: str
    description: str
    family: str
    architecture: str
    parameters: "Optional[int]"
    context_words: "Optional[int]"
    trained: "Optional[bool]"
    words: int
    word_table: str
    word_table_digest: str
    layer_count: int
    layer_names: "Tuple[str, ...]"
    depth: "Tuple[float, ...]"
    create_time: Any
    person: str


@dataclass(frozen=True)
class RecordingInfo:
    """A recording that a server keeps.

    Attributes
    ----------
    name : str
        PROJECT/NAME, which `Client.align` takes in the place of a recording.
    display_name, description : str
        For people.
    kind : str
        meg, eeg, ecog or fmri; empty if it is not known.
    words : int
        Words that it has.
    times : tuple of float
        Seconds relative to word onset.
    word_table : str
        The table that it named; empty if it named none.
    sealed : bool
        Whether others can score it, and nobody can read it.
    create_time : datetime.datetime or None
        When it was made, in UTC.
    person : str
        Who made it.
    """

    name: str
    display_name: str
    description: str
    kind: str
    words: int
    times: "Tuple[float, ...]"
    word_table: str
    sealed: bool
    create_time: Any
    person: str
