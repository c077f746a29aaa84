"""Plain objects that calls return."""

from dataclasses import dataclass
from typing import Any, Dict, Optional, Tuple


@dataclass(frozen=True)
class JobInfo:
    """A job as the server knew it when it answered.

    Attributes
    ----------
    job_id : str
        Its id.
    name : str
        For people.
    state : str
        queued, running, succeeded, failed or cancelled.
    reason : str
        Why it is in its state, such as ``SERVED_FROM_CACHE``; empty if there is nothing to say.
    message : str
        One sentence, where there is something to say.
    attempt : int
        1 for the first run, one more after each restart.
    tiles_done, tiles_total : int
        Finished rectangles of the matrix, and how many there will be.
    sequence : int
        Number of its last event.
    layers, times, folds : int
        Shape of the matrix.
    project, person : str
        The project that owns it, and the person who submitted it.
    queue_place : int or None
        From 1; None if it does not wait.
    expected_start_seconds, expected_end_seconds : float or None
        From the answer on; None if unknown.
    cache_key : str
        Jobs with the same key have the same result.
    layer_order : str
        Where the order of the layers comes from, for people.
    recording, model : str
        PROJECT/NAME of the recording and the model that it named; empty if it had its own.
    preparation : dict or None
        The filtering of its recording before it was sent, as the command line writes it.
    """

    job_id: str
    name: str
    state: str
    reason: str
    message: str
    attempt: int
    tiles_done: int
    tiles_total: int
    sequence: int
    layers: int
    times: int
    folds: int
    project: str
    person: str
    queue_place: "Optional[int]"
    expected_start_seconds: "Optional[float]"
    expected_end_seconds: "Optional[float]"
    cache_key: str
    layer_order: str
    recording: str
    model: str
    preparation: "Optional[Dict[str, Any]]" = None

    @property
    def has_ended(self) -> bool:
        """Whether its state is final."""
        return self.state in ("succeeded", "failed", "cancelled")


@dataclass(frozen=True)
class Tile:
    """A finished rectangle of the layer x time matrix.

    Attributes
    ----------
    layers, times : slice
        Its rows and columns in the matrix.
    score : numpy.ndarray
        (layers, times), mean over folds.
    score_per_fold : numpy.ndarray or None
        (folds, layers, times); None where the server does not tell it.
    layer_names : tuple of str
        Of its rows.
    times_seconds : numpy.ndarray
        Of its columns, relative to word onset.
    """

    layers: slice
    times: slice
    score: Any
    score_per_fold: "Optional[Any]"
    layer_names: "Tuple[str, ...]"
    times_seconds: Any


@dataclass(frozen=True)
class ServerInfo:
    """What a server reports about itself.

    Attributes
    ----------
    version : str
        Of the program.
    numerics_version : str
        Changes whenever results may.
    max_chunk_bytes, max_digests_per_call, max_layers, max_words, max_times, max_page_size : int
        Its limits; 0 for none.
    max_name_bytes, max_result_values, max_folds, max_alphas : int
        Likewise, of a name, a result, and a job's options.
    max_window_bounds, max_nuisance_columns : int
        Likewise.
    threads : int
        That compute.
    memory_budget_bytes : int
        For jobs.
    person, project : str
        Who calls, as the server knows it; empty on a server that asks nobody.
    """

    version: str
    numerics_version: str
    max_chunk_bytes: int
    max_digests_per_call: int
    max_layers: int
    max_words: int
    max_times: int
    max_page_size: int
    threads: int
    memory_budget_bytes: int
    person: str
    project: str
    max_name_bytes: int = 0
    max_result_values: int = 0
    max_folds: int = 0
    max_alphas: int = 0
    max_window_bounds: int = 0
    max_nuisance_columns: int = 0
