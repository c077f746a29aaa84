"""Align brain recordings with the activations of language models.

>>> import brainalign as ba
>>> with ba.Client() as client:                           # doctest: +SKIP
...     result = client.align(epochs, "llama-3.2-3b.safetensors", pca=50).result()

`Client` reaches a server, or starts a private one on this machine. `Recording`, `Activations` and
`WordTable` hold what goes in, `Result` what comes out. `brainalign.extract` makes activations of a
model, `brainalign.aio` has a client to be awaited, `brainalign.sklearn` an estimator.
"""

import importlib
from typing import Any

from . import errors
from ._job_info import JobInfo, ServerInfo, Tile
from ._options import Options
from ._progress import ProgressEvent, disable_progress_bars, enable_progress_bars
from ._resource_info import ModelInfo, RecordingInfo, WordTableInfo
from .activations import Activations, load_activations
from .client import Client, Job
from .errors import BrainalignError
from .recording import Recording
from .result import Result, load
from .words import WordTable
from ._proto.version import VERSION as __version__

__all__ = [
    "Activations", "BrainalignError", "Client", "Job", "JobInfo", "ModelInfo", "Options",
    "ProgressEvent", "Recording", "RecordingInfo", "Result", "ServerInfo", "Tile", "WordTable",
    "WordTableInfo", "__version__", "aio", "disable_progress_bars", "enable_progress_bars",
    "errors", "extract", "lint", "load", "load_activations", "sklearn",
]

_MODULES = ("aio", "extract", "lint", "sklearn")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
