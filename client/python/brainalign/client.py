"""The client: from data to a result."""

import sys
from typing import Any, Dict, Iterator, List, Optional, Sequence, Union

from . import _jobs
from ._calls import Steps, run
from ._client_core import Core
from ._connection import Connection
from ._failures import explained
from ._job_info import JobInfo, ServerInfo, Tile
from ._progress import Progress, Show
from ._retry import Deadline
from ._server_choice import choose_server, reach
from .activations import Activations
from .errors import BrainalignError
from .recording import Recording
from .resources import Models, Recordings, WordTables
from .result import Result, result_of


class Client:
    """A connection to a server, which is made when it is first needed.

    Parameters
    ----------
    server : str, optional
        HOST:PORT, unix:PATH, or "private". If None, ``$BRAINALIGN_SERVER``, else the server of the
        last ``brainalign login``, else a private server on this machine: it is started when it is
        first needed, shared by all programs of the user, and ended with the last of them. Its data
        stay in the user's cache folder.
    token, token_file : str, optional
        A token, or a file that holds one.
    tls_ca, tls_certificate, tls_key, tls_server_name : str, optional
        As the options of ``brainalign login``.
    token_without_tls : bool
        Whether a token may travel readable by others.

    Raises
    ------
    InputError
        For a wrong address, token or file.
    AccessError
        If a file of credentials can be read by others.

    Examples
    --------
    >>> import brainalign as ba
    >>> with ba.Client() as client:                       # doctest: +SKIP
    ...     result = client.align("sub-001-epo.fif", "gpt2.safetensors", pca=50).result()
    """

    def __init__(self, server: "Optional[str]" = None, *, token: "Optional[str]" = None,
                 token_file: "Optional[str]" = None, tls_ca: "Optional[str]" = None,
                 tls_certificate: "Optional[str]" = None, tls_key: "Optional[str]" = None,
                 tls_server_name: "Optional[str]" = None,
                 token_without_tls: bool = False) -> None:
        self._choice = choose_server(server, token, token_file, tls_ca, tls_certificate, tls_key,
                                     tls_server_name, token_without_tls)
        self._core = Core()
        self._connection: "Optional[Connection]" = None

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self._choice.address!r})"

    def __getstate__(self) -> "Dict[str, Any]":
        # Another process, such as a worker of joblib, makes a connection of its own.
        return {"_choice": self._choice}

    def __setstate__(self, state: "Dict[str, Any]") -> None:
        self._choice, self._core, self._connection = state["_choice"], Core(), None

    @property
    def word_tables(self) -> WordTables:
        """The word tables that the server keeps: create, get, read, list, delete."""
        return WordTables(self)

    @property
    def models(self) -> Models:
        """The activations of models that the server keeps: create, get, list, delete."""
        return Models(self)

    @property
    def recordings(self) -> Recordings:
        """The recordings that the server keeps: create, get, list, delete."""
        return Recordings(self)

    def _run(self, steps: Steps) -> Any:
        choice = reach(self._choice)  # each time: a private server may have been killed
        self._connection = self._connection or Connection(choice)
        try:
            return run(steps, self._connection)
        except BrainalignError as error:
            raise explained(error, self._connection.choice.address, self._core.info) from None

    def align(self, recording: Any, activations: Any, *, words: Any = None, name: str = "",
              priority: str = "normal", skip_cache: bool = False, lint: bool = True,
              word_table: Any = None, nuisance: Any = None, progress: Show = None,
              timeout: "Optional[float]" = None, **options: Any) -> "Job":
        """Upload what the server lacks and create a job.

        Parameters
        ----------
        recording : Recording, mne.Epochs, mne.io.Raw, array, path or str
            The recording: see `Recording`. A text that is not a path names one of the server's.
        activations : Activations, array, list of arrays, mapping, path or str
            The activations: see `Activations`. A text that is not a path names a server's model.
        words : WordTable, path or sequence, optional
            Words of the recording; for epochs of MNE, of all events before some were dropped.
        name : str
            For people.
        priority : {"low", "normal", "high"}
            Among the jobs of one person.
        skip_cache : bool
            Whether to compute even if an identical job has finished.
        lint : bool
            Whether to look for faults in the activations; `Result.warnings` has them.
        word_table : WordTable or WordTableInfo, optional
            The words of the data that are sent. The server rejects the job if the named model or
            recording belongs to other words.
        nuisance : list of str or array (words, columns), optional
            Columns of `words`, by name, or values, that are controlled for in each fold. If the
            server keeps the recording, columns of the activations' word table, or else of its own.
        progress : bool or callable, optional
            Whether to draw a bar; a callable is called with each `ProgressEvent`.
        timeout : float, optional
            Seconds until the job is created.
        **options
            Fields of `Options`, or ``options=`` an `Options`; for an array also fields of
            `Recording`, such as ``times``.

        Returns
        -------
        Job

        Raises
        ------
        InputError
            If inputs or options are wrong, before anything is sent if possible.
        LimitError
            If a quota is used up.
        UnreachableError
            If no server answers.
        TransferStalledError
            If the server takes no byte for 30 seconds. Calling again resumes the upload.
        """
        try:
            info, warnings = self._run(self._core.align(
                recording, activations, words, name, priority, skip_cache, lint, word_table,
                nuisance, progress, timeout, options))
        except KeyboardInterrupt:
            print("Interrupted. Call align again: nothing is sent twice.", file=sys.stderr)
            raise
        return Job(self, info, warnings, progress)

    def upload(self, source: "Union[Recording, Activations]", *, progress: Show = None,
               timeout: "Optional[float]" = None) -> "Dict[str, str]":
        """Bring the tensors of a recording or of activations to the server.

        Parameters
        ----------
        source : Recording or Activations
            What to upload; bytes that the server has are not sent again.
        progress : bool or callable, optional
            As for `align`.
        timeout : float, optional
            Seconds until all is there.

        Returns
        -------
        dict of str to str
            The digest of each tensor by its name.
        """
        found: "Dict[str, str]" = self._run(self._core.upload(source, progress, timeout))
        return found

    def attach(self, job_id: str, *, timeout: "Optional[float]" = None) -> "Job":
        """Return a job that was created before, by any program.

        Parameters
        ----------
        job_id : str
            Its id.
        timeout : float, optional
            Seconds until the server has answered.

        Returns
        -------
        Job

        Raises
        ------
        NotFoundError
            If there is no such job.
        """
        return Job(self, self._run(_jobs.get(job_id, Deadline(timeout))), [])

    def jobs(self, *, states: "Sequence[str]" = (), person: str = "", recording: str = "",
             model: str = "", limit: int = 100,
             timeout: "Optional[float]" = None) -> "List[JobInfo]":
        """Return the newest jobs that pass all filters, the newest first. Empty filters are none.

        Parameters
        ----------
        states : sequence of str
            Jobs that are queued, running, succeeded, failed or cancelled.
        person, recording, model : str
            Jobs that this person submitted, or that named this recording or model.
        limit : int
            At most so many.
        timeout : float, optional
            Seconds until the server has answered.

        Returns
        -------
        list of JobInfo
        """
        return list(self._run(
            _jobs.newest(states, person, recording, model, limit, Deadline(timeout))))

    def delete(self, job_id: str, *, timeout: "Optional[float]" = None) -> None:
        """Forget a job that has ended.

        Parameters
        ----------
        job_id : str
            Its id.
        timeout : float, optional
            Seconds until the server has answered.

        Raises
        ------
        StateError
            If it is queued or running.
        """
        self._run(_jobs.delete(job_id, Deadline(timeout)))

    def info(self, *, timeout: "Optional[float]" = None) -> ServerInfo:
        """Return the server's version and limits.

        Parameters
        ----------
        timeout : float, optional
            Seconds until the server has answered.

        Returns
        -------
        ServerInfo
        """
        found: ServerInfo = self._run(_jobs.get_info(Deadline(timeout)))
        return found

    def close(self) -> None:
        """End the connection. Jobs go on."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class Job:
    """A job at the server. It continues when this program ends.

    Attributes
    ----------
    job_id : str
        All that is needed to come back: ``client.attach(job_id)``.
    info : JobInfo
        Its state as the server last reported it.
    warnings : list of str
        What the lint found in the activations.
    """

    def __init__(self, client: Client, info: JobInfo, warnings: "List[str]",
                 progress: Show = None) -> None:
        self._client, self._progress = client, progress  # `progress` is that of `align`
        self.info, self.job_id, self.warnings = info, info.job_id, warnings

    def __repr__(self) -> str:
        return f"Job({self.job_id!r}, {self.info.state})"

    def refresh(self, *, timeout: "Optional[float]" = None) -> JobInfo:
        """Ask the server how the job is.

        Parameters
        ----------
        timeout : float, optional
            Seconds until the server has answered.

        Returns
        -------
        JobInfo
        """
        self.info = self._client._run(_jobs.get(self.job_id, Deadline(timeout)))
        return self.info

    def tiles(self, *, progress: Show = False,
              timeout: "Optional[float]" = None) -> "Iterator[Tile]":
        """Yield finished rectangles of the matrix until the job has ended.

        Parameters
        ----------
        progress : bool or callable, optional
            As for `Client.align`.
        timeout : float, optional
            Seconds until the job has ended.

        Yields
        ------
        Tile

        Raises
        ------
        CancelledError
            If the job was cancelled.
        JobFailedError
            If it failed.
        TimedOutError
            If the timeout has passed; the job continues.
        """
        try:
            yield from self._tiles(progress, timeout)
        except KeyboardInterrupt:
            self._say_detached()
            raise

    def _tiles(self, progress: Show, timeout: "Optional[float]") -> "Iterator[Tile]":
        deadline = Deadline(timeout)
        shown = Progress(progress, "align")
        watch = _jobs.Watch(self.job_id, shown)
        try:
            while (tile := self._client._run(watch.next_tile(deadline))) is not None:
                yield tile
        finally:
            watch.close()
            shown.finish()
        if watch.ended is not None:
            self.info = watch.ended
        _jobs.check_succeeded(self.info)

    def _say_detached(self) -> None:
        again = f"client.attach({self.job_id!r})"
        print(f"Detached from the job, which continues at the server. Attach again with {again}; "
              f"{again}.cancel() stops it.", file=sys.stderr)

    def result(self, *, progress: Show = None, timeout: "Optional[float]" = None) -> Result:
        """Wait for the end of the job and return its result. Ctrl-C detaches from the job.

        Parameters
        ----------
        progress : bool or callable, optional
            As for `Client.align`. None: the value that `align` was given.
        timeout : float, optional
            Seconds until the job has ended.

        Returns
        -------
        Result

        Raises
        ------
        CancelledError
            If the job was cancelled.
        JobFailedError
            If it failed.
        TimedOutError
            If the timeout has passed; the job continues.
        """
        deadline = Deadline(timeout)
        try:
            if not self.info.has_ended:
                for _ in self._tiles(self._progress if progress is None else progress, timeout):
                    pass
            _jobs.check_succeeded(self.info)
            fields = self._client._run(_jobs.fetch(self.info, deadline))
        except KeyboardInterrupt:
            self._say_detached()
            raise
        return result_of(fields, self.warnings)

    def cancel(self, *, timeout: "Optional[float]" = None) -> JobInfo:
        """Stop the job within a second. No error if it has ended already.

        Parameters
        ----------
        timeout : float, optional
            Seconds until the server has answered.

        Returns
        -------
        JobInfo
        """
        self.info = self._client._run(_jobs.cancel(self.job_id, Deadline(timeout)))
        return self.info
