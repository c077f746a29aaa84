"""The client for programs that await: the names and arguments of `brainalign.Client`."""

import asyncio
import sys
from typing import Any, AsyncIterator, Callable, Dict, List, Optional, Sequence, TypeVar, Union

from . import _jobs, client
from ._calls import Steps, run_async
from ._client_core import Core
from ._connection import Connection
from ._failures import explained
from ._job_info import JobInfo, ServerInfo, Tile
from ._progress import Progress, Show
from ._retry import Deadline
from ._server_choice import PRIVATE, choose_server, reach
from .activations import Activations
from .errors import BrainalignError
from .recording import Recording
from .resources import Models, Recordings, WordTables
from .result import Result, result_of

__all__ = ["Client", "Job"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _documented(twin: Any) -> "Callable[[_Function], _Function]":
    """Give a method the docstring of its twin in `brainalign.client`."""
    def give(function: _Function) -> _Function:
        function.__doc__ = twin.__doc__
        return function
    return give


class Client:
    """A connection to a server, which is made when it is first needed.

    It belongs to the event loop that first uses it. Everything is as in `brainalign.Client`, with
    ``async with``, ``await`` and ``async for``.

    Parameters
    ----------
    server : str, optional
        As for `brainalign.Client`, like the others.
    token, token_file : str, optional
        A token, or a file that holds one.
    tls_ca, tls_certificate, tls_key, tls_server_name : str, optional
        As the options of ``brainalign login``.
    token_without_tls : bool
        Whether a token may travel readable by others.

    Examples
    --------
    >>> import brainalign as ba
    >>> async def main():
    ...     async with ba.aio.Client() as client:
    ...         job = await client.align("sub-001-epo.fif", "gpt2.safetensors", pca=50)
    ...         async for tile in job.tiles():
    ...             print(tile.layer_names, tile.score.max())
    ...         return await job.result()
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

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"aio.Client({self._choice.address!r})"

    @property
    def word_tables(self) -> Any:
        """As `brainalign.Client.word_tables`, with ``await``."""
        return WordTables(self)

    @property
    def models(self) -> Any:
        """As `brainalign.Client.models`, with ``await``."""
        return Models(self)

    @property
    def recordings(self) -> Any:
        """As `brainalign.Client.recordings`, with ``await``."""
        return Recordings(self)

    async def _run(self, steps: Steps) -> Any:
        # Starting the private server takes a moment, during which the loop goes on. It is looked
        # for each time, because one that was killed is to be there again.
        choice = self._choice
        if choice.address == PRIVATE:
            choice = await asyncio.to_thread(reach, choice)
        if self._connection is None:
            self._connection = Connection(choice, asynchronous=True)
        try:
            return await run_async(steps, self._connection)
        except BrainalignError as error:
            raise explained(error, self._connection.choice.address, self._core.info) from None

    @_documented(client.Client.align)
    async def align(self, recording: Any, activations: Any, *, words: Any = None, name: str = "",
                    priority: str = "normal", skip_cache: bool = False, lint: bool = True,
                    word_table: Any = None, nuisance: Any = None, progress: Show = None,
                    timeout: "Optional[float]" = None, **options: Any) -> "Job":
        info, warnings = await self._run(self._core.align(
            recording, activations, words, name, priority, skip_cache, lint, word_table,
            nuisance, progress, timeout, options))
        return Job(self, info, warnings, progress)

    @_documented(client.Client.upload)
    async def upload(self, source: "Union[Recording, Activations]", *, progress: Show = None,
                     timeout: "Optional[float]" = None) -> "Dict[str, str]":
        found: "Dict[str, str]" = await self._run(self._core.upload(source, progress, timeout))
        return found

    @_documented(client.Client.attach)
    async def attach(self, job_id: str, *, timeout: "Optional[float]" = None) -> "Job":
        return Job(self, await self._run(_jobs.get(job_id, Deadline(timeout))), [])

    @_documented(client.Client.jobs)
    async def jobs(self, *, states: "Sequence[str]" = (), person: str = "", recording: str = "",
                   model: str = "", limit: int = 100,
                   timeout: "Optional[float]" = None) -> "List[JobInfo]":
        found: "List[JobInfo]" = await self._run(
            _jobs.newest(states, person, recording, model, limit, Deadline(timeout)))
        return found

    @_documented(client.Client.delete)
    async def delete(self, job_id: str, *, timeout: "Optional[float]" = None) -> None:
        await self._run(_jobs.delete(job_id, Deadline(timeout)))

    @_documented(client.Client.info)
    async def info(self, *, timeout: "Optional[float]" = None) -> ServerInfo:
        found: ServerInfo = await self._run(_jobs.get_info(Deadline(timeout)))
        return found

    @_documented(client.Client.close)
    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            closing = connection.close()
            if closing is not None:
                await closing


class Job:
    """A job at the server. It continues when this program ends.

    Attributes
    ----------
    job_id : str
        All that is needed to come back: ``await client.attach(job_id)``.
    info : JobInfo
        Its state as the server last reported it.
    warnings : list of str
        What the lint found in the activations.
    """

    def __init__(self, client: Client, info: JobInfo, warnings: "List[str]",
                 progress: Show = None) -> None:
        self._client = client
        self._progress = progress  # of `align`: that of `result` where it says nothing else
        self.info = info
        self.warnings = warnings
        self.job_id = info.job_id

    def __repr__(self) -> str:
        return f"aio.Job({self.job_id!r}, {self.info.state})"

    @_documented(client.Job.refresh)
    async def refresh(self, *, timeout: "Optional[float]" = None) -> JobInfo:
        self.info = await self._client._run(_jobs.get(self.job_id, Deadline(timeout)))
        return self.info

    @_documented(client.Job.tiles)
    async def tiles(self, *, progress: Show = False,
                    timeout: "Optional[float]" = None) -> "AsyncIterator[Tile]":
        deadline = Deadline(timeout)
        shown = Progress(progress, "align")
        watch = _jobs.Watch(self.job_id, shown)
        try:
            while True:
                tile = await self._client._run(watch.next_tile(deadline))
                if tile is None:
                    break
                yield tile
        except asyncio.CancelledError:
            print(f"Detached from the job, which continues at the server. Attach again with "
                  f"client.attach({self.job_id!r}).", file=sys.stderr)
            raise
        finally:
            watch.close()
            shown.finish()
        if watch.ended is not None:
            self.info = watch.ended
        _jobs.check_succeeded(self.info)

    @_documented(client.Job.result)
    async def result(self, *, progress: Show = None,
                     timeout: "Optional[float]" = None) -> Result:
        deadline = Deadline(timeout)
        if not self.info.has_ended:
            shown = self._progress if progress is None else progress
            async for _ in self.tiles(progress=shown, timeout=timeout):
                pass
        _jobs.check_succeeded(self.info)
        return result_of(
            await self._client._run(_jobs.fetch(self.info, deadline)), self.warnings)

    @_documented(client.Job.cancel)
    async def cancel(self, *, timeout: "Optional[float]" = None) -> JobInfo:
        self.info = await self._client._run(_jobs.cancel(self.job_id, Deadline(timeout)))
        return self.info
