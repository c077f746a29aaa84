"""What a server keeps under names: word tables, models and recordings.

With a client that is awaited, calls return what is to be awaited.
"""

from typing import Any, List, Optional

from . import _resources
from ._calls import Steps
from ._progress import Show
from ._resource_info import ModelInfo, RecordingInfo, WordTableInfo
from ._retry import Deadline
from .activations import Activations
from .errors import InputError
from .recording import Recording
from .words import WordTable

__all__ = ["Models", "Recordings", "WordTables"]


class WordTables:
    """The word tables of a server: ``client.word_tables``.

    Examples
    --------
    >>> import brainalign as ba
    >>> with ba.Client() as client:                       # doctest: +SKIP
    ...     client.word_tables.create("story", ba.WordTable("words.tsv"))
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def create(self, name: str, table: Any, *, display_name: str = "", description: str = "",
               progress: Show = None, timeout: "Optional[float]" = None) -> WordTableInfo:
        """Keep a word table under a name.

        Parameters
        ----------
        name : str
            1 to 64 of a-z, 0-9, ".", "_" and "-", beginning with a letter or digit.
        table : WordTable, path, mapping or sequence
            As for `WordTable`.
        display_name, description : str
            For people.
        progress : bool or callable, optional
            As for `Client.align`.
        timeout : float, optional
            Seconds until it is made.

        Returns
        -------
        WordTableInfo

        Raises
        ------
        ExistsError
            If the project has another table of this name.
        InputError
            If the name is none, or a value is not of its column's type.
        """
        table = WordTable(table)
        request = _resources.word_table_request(name, table, display_name, description)
        info: WordTableInfo = self._client._run(_told(self._client._core.keep(
            table, "CreateWordTable", request, progress, timeout,
            {"display_name": display_name, "description": description}), "word_table"))
        return info

    def get(self, name: str, *, timeout: "Optional[float]" = None) -> WordTableInfo:
        """Return what the server reports about a word table.

        Parameters
        ----------
        name : str
            NAME, or PROJECT/NAME.
        timeout : float, optional
            Seconds until the server has answered.

        Returns
        -------
        WordTableInfo

        Raises
        ------
        NotFoundError
            If there is none of this name.
        """
        info: WordTableInfo = self._client._run(_told(
            _resources.get("GetWordTable", name, Deadline(timeout)), "word_table"))
        return info

    def read(self, name: str, *, timeout: "Optional[float]" = None) -> WordTable:
        """Return a word table with its words.

        Parameters
        ----------
        name : str
            NAME, or PROJECT/NAME.
        timeout : float, optional
            Seconds until all is read.

        Returns
        -------
        WordTable

        Raises
        ------
        NotFoundError
            If there is none of this name.
        """
        table: WordTable = self._client._run(_resources.read_word_table(name, Deadline(timeout)))
        return table

    def list(self, *, person: str = "",
             timeout: "Optional[float]" = None) -> "List[WordTableInfo]":
        """Return the word tables of the project, by name, without their columns.

        Parameters
        ----------
        person : str
            Only those that this person made; empty for all.
        timeout : float, optional
            Seconds until the server has answered.

        Returns
        -------
        list of WordTableInfo
        """
        found: "List[WordTableInfo]" = self._client._run(_all_told(
            "word_tables", person, timeout))
        return found

    def delete(self, name: str, *, timeout: "Optional[float]" = None) -> None:
        """Delete a word table. No error if there is none. Recordings and models keep its digest.

        Parameters
        ----------
        name : str
            NAME, or PROJECT/NAME.
        timeout : float, optional
            Seconds until the server has answered.
        """
        self._client._run(_resources.get("DeleteWordTable", name, Deadline(timeout)))


class Models:
    """The models of a server: ``client.models``. A job names one in the place of activations."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def create(self, name: str, activations: Any, *, display_name: str = "", description: str = "",
               family: str = "", architecture: str = "", parameters: "Optional[int]" = None,
               context_words: "Optional[int]" = None, trained: "Optional[bool]" = None,
               word_table: str = "", progress: Show = None,
               timeout: "Optional[float]" = None) -> ModelInfo:
        """Keep activations under a name.

        Parameters
        ----------
        name : str
            1 to 64 of a-z, 0-9, ".", "_" and "-", beginning with a letter or digit.
        activations : Activations, array, list of arrays, mapping or path
            As for `Client.align`.
        display_name, description, family : str
            For people.
        architecture : {"", "transformer", "ssm", "rnn", "bidirectional"}
            Kind of network.
        parameters, context_words : int, optional
            Number of parameters, and of the words of context of each activation.
        trained : bool, optional
            False for random weights.
        word_table : str
            Name of the word table that the rows belong to.
        progress : bool or callable, optional
            As for `Client.align`.
        timeout : float, optional
            Seconds until it is made.

        Returns
        -------
        ModelInfo

        Raises
        ------
        ExistsError
            If the project has another model of this name.
        InputError
            If an argument is wrong.
        """
        source = Activations(activations)
        request = _resources.model_request(name, source, display_name, description, family,
                                           architecture, parameters, context_words, trained,
                                           word_table)
        info: ModelInfo = self._client._run(_told(self._client._core.keep(
            source, "CreateModel", request, progress, timeout,
            {"display_name": display_name, "description": description, "family": family},
            word_table), "model"))
        return info

    def get(self, name: str, *, timeout: "Optional[float]" = None) -> ModelInfo:
        """Return what the server reports about a model.

        Parameters
        ----------
        name : str
            NAME, or PROJECT/NAME.
        timeout : float, optional
            Seconds until the server has answered.

        Returns
        -------
        ModelInfo

        Raises
        ------
        NotFoundError
            If there is none of this name.
        """
        info: ModelInfo = self._client._run(_told(
            _resources.get("GetModel", name, Deadline(timeout)), "model"))
        return info

    def list(self, *, person: str = "", timeout: "Optional[float]" = None) -> "List[ModelInfo]":
        """Return the models of the project, by name, without their layers.

        Parameters
        ----------
        person : str
            Only those that this person made; empty for all.
        timeout : float, optional
            Seconds until the server has answered.

        Returns
        -------
        list of ModelInfo
        """
        found: "List[ModelInfo]" = self._client._run(_all_told(
            "models", person, timeout))
        return found

    def delete(self, name: str, *, timeout: "Optional[float]" = None) -> None:
        """Forget a model. No error if there is none. Jobs that named it stay as they are.

        Parameters
        ----------
        name : str
            NAME, or PROJECT/NAME.
        timeout : float, optional
            Seconds until the server has answered.
        """
        self._client._run(_resources.get("DeleteModel", name, Deadline(timeout)))


class Recordings:
    """The recordings of a server: ``client.recordings``. A job names one in place of its own."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def create(self, name: str, recording: Recording, *, display_name: str = "",
               description: str = "", kind: str = "", word_table: str = "", progress: Show = None,
               timeout: "Optional[float]" = None) -> RecordingInfo:
        """Keep a recording under a name. ``brainalign recording seal`` lets others score it.

        Parameters
        ----------
        name : str
            1 to 64 of a-z, 0-9, ".", "_" and "-", beginning with a letter or digit.
        recording : Recording
            Of MNE: ``Recording.from_mne(epochs)``. Names, kinds and units of channels go with it.
        display_name, description : str
            For people.
        kind : {"", "meg", "eeg", "ecog", "fmri"}
            What was recorded with.
        word_table : str
            Name of the word table that it is locked to.
        progress : bool or callable, optional
            As for `Client.align`.
        timeout : float, optional
            Seconds until it is made.

        Returns
        -------
        RecordingInfo

        Raises
        ------
        ExistsError
            If the project has another recording of this name.
        InputError
            If an argument is wrong.
        """
        if not isinstance(recording, Recording):
            raise InputError(f"recording is a {type(recording).__name__}; a Recording is needed.",
                             field="recording")
        request = _resources.recording_request(name, recording, display_name, description, kind,
                                               word_table)
        info: RecordingInfo = self._client._run(_told(self._client._core.keep(
            recording, "CreateRecording", request, progress, timeout,
            {"display_name": display_name, "description": description}, word_table), "recording"))
        return info

    def get(self, name: str, *, timeout: "Optional[float]" = None) -> RecordingInfo:
        """Return what the server reports about a recording.

        Parameters
        ----------
        name : str
            NAME, or PROJECT/NAME.
        timeout : float, optional
            Seconds until the server has answered.

        Returns
        -------
        RecordingInfo

        Raises
        ------
        NotFoundError
            If there is none of this name, or others may not score it.
        """
        info: RecordingInfo = self._client._run(_told(
            _resources.get("GetRecording", name, Deadline(timeout)), "recording"))
        return info

    def list(self, *, person: str = "",
             timeout: "Optional[float]" = None) -> "List[RecordingInfo]":
        """Return the recordings that the project has or may score, by name.

        Parameters
        ----------
        person : str
            Only those that this person made; empty for all.
        timeout : float, optional
            Seconds until the server has answered.

        Returns
        -------
        list of RecordingInfo
        """
        found: "List[RecordingInfo]" = self._client._run(_all_told(
            "recordings", person, timeout))
        return found

    def delete(self, name: str, *, timeout: "Optional[float]" = None) -> None:
        """Delete a recording that is not sealed. No error if there is none.

        Parameters
        ----------
        name : str
            NAME, or PROJECT/NAME.
        timeout : float, optional
            Seconds until the server has answered.

        Raises
        ------
        StateError
            If it is sealed.
        """
        self._client._run(_resources.get("DeleteRecording", name, Deadline(timeout)))


_INFO = {"word_table": _resources.word_table_info, "model": _resources.model_info,
         "recording": _resources.recording_info}


def _told(steps: Steps, member: str) -> Steps:
    """What the server reports about one resource, as a plain object."""
    answer = yield from steps
    return _INFO[member](getattr(answer, member))


def _all_told(members: str, person: str, timeout: "Optional[float]") -> Steps:
    """What the server reports about all resources of a kind."""
    call = "List" + "".join(part.capitalize() for part in members.split("_"))
    found = yield from _resources.collect(call, members, person, Deadline(timeout))
    return [_INFO[members[:-1]](proto) for proto in found]
