"""What a client does, as steps that `Client` carries out and `aio.Client` awaits."""

import uuid
from typing import Any, Dict, List, Mapping, Optional

import numpy as np

from . import _jobs, _resources, _wire
from ._calls import Steps
from ._files import is_array_file
from ._nuisance import are_names, nuisance_of
from ._options import Options, options_of
from ._plain_values import plain_text
from ._progress import Progress, Show
from ._resource_info import WordTableInfo
from ._retry import Deadline
from ._upload import missing_of, upload
from .activations import Activations
from .errors import BrainalignError, InputError, ServerTooOldError
from .recording import Recording, recording_of
from .words import WordTable

_RECORDING_ARGUMENTS = ("times", "continuous", "sfreq", "onsets", "groups", "sessions",
                        "session_starts", "picks", "dtype", "clock")
_PRIORITIES = ("low", "normal", "high")


class Core:
    """State of a client: what the server told of itself, and the results that are known."""

    def __init__(self) -> None:
        self.info: Any = None

    def learn(self, deadline: Deadline) -> Steps:
        """Return the server's `ServerInfo`, which is asked for once."""
        if self.info is None:
            self.info = yield from _jobs.get_info(deadline)
        return self.info

    def align(self, recording: Any, activations: Any, words: Any, name: str, priority: str,
              skip_cache: bool, lint: bool, word_table: Any, nuisance: Any, progress: Show,
              timeout: "Optional[float]", given: "Dict[str, Any]") -> Steps:
        """Upload what the server lacks and create a job; return its info and the lint's words."""
        if priority not in _PRIORITIES:
            raise InputError(f"priority is {priority!r}; low, normal or high is needed.",
                             field="priority")
        plain_text("name", name)
        about = {key: given.pop(key) for key in list(given) if key in _RECORDING_ARGUMENTS}
        options = given.pop("options", None)
        if options is not None and given:
            raise InputError("Give options as an Options or one by one, not both.",
                             field="options")
        if options is not None and not isinstance(options, (Options, Mapping)):
            raise InputError(f"options is a {type(options).__name__}; an Options, or a mapping of "
                             "options by name, is needed.", field="options")
        if not isinstance(options, Options):
            options = options_of(given if options is None else dict(options))
        model = model_of(activations)
        brain = recording_of(recording, words, about)
        if isinstance(brain, Recording) and isinstance(model, Activations):
            model = match_words(brain, model)
        _check_delays(brain, options)
        digest = _digest_of(word_table, brain, model)
        own_words = None if digest else _words_beside_a_name(brain, model)
        is_sent = isinstance(brain, Recording)
        controls = nuisance_of(nuisance, brain.words, brain.word_count) if is_sent else None
        deadline = Deadline(timeout)
        info = yield from self.learn(deadline)
        if nuisance is not None and not is_sent:
            controls = yield from _nuisance_of_kept(nuisance, brain, model, deadline)
        check_limits(info, brain, model, options, name,
                     0 if controls is None else len(controls.names))
        yield from _check_named(brain, model, deadline)
        found = _lint(brain, model) if lint and isinstance(model, Activations) else []
        if own_words is not None:
            yield from self._keep_words(own_words, deadline)
            digest = own_words.digest
        shown = Progress(progress, "upload")
        try:
            request_id = str(uuid.uuid4())
            job = yield from _with_tensors(
                _all_tensors(brain, model) + ([] if controls is None else [controls.tensor]),
                info, shown, deadline,
                lambda: _jobs.create(_wire.create_job(
                    brain, model, options, request_id=request_id, name=name, priority=priority,
                    skip_cache=skip_cache, word_table_digest=digest, nuisance=controls),
                    deadline))
        finally:
            shown.finish()
        return job, found

    def _keep_words(self, table: Any, deadline: Deadline) -> Steps:
        """Have the server keep a table by its digest, to compare it with the other side's."""
        name = f"words-{table.digest[:32]}"
        request = _resources.word_table_request(name, table, "", "", request_id=name)
        yield from _with_tensors(_resources.tensors_of(table), self.info, Progress(False, "upload"),
                                 deadline, lambda: _resources.create(
                                     "CreateWordTable", request(), deadline))

    def upload(self, source: Any, progress: Show, timeout: "Optional[float]") -> Steps:
        """Upload a recording or activations; return the digests by names."""
        if not isinstance(source, (Recording, Activations)):
            raise InputError(f"{type(source).__name__} is neither a Recording nor Activations.",
                             field="source")
        deadline = Deadline(timeout)
        info = yield from self.learn(deadline)
        shown = Progress(progress, "upload")
        try:
            yield from upload(source.tensors(), info, shown, deadline)
        finally:
            shown.finish()
        return {tensor.name: tensor.digest for tensor in source.tensors()}

    def keep(self, source: Any, call_name: str, make_request: Any, progress: Show,
             timeout: "Optional[float]", texts: "Mapping[str, str]", word_table: str = "") -> Steps:
        """Upload the tensors of a resource and create it; return the server's answer."""
        tensors = _resources.tensors_of(source)
        deadline = Deadline(timeout)
        info = yield from self.learn(deadline)
        for field, text in texts.items():
            _check_text(field, text, info)
        if word_table:
            yield from _resources.get("GetWordTable", word_table, deadline)
        shown = Progress(progress, "upload")
        try:
            return (yield from _with_tensors(tensors, info, shown, deadline, lambda: (
                _resources.create(call_name, make_request(), deadline))))
        finally:
            shown.finish()


def _with_tensors(tensors: "List[Any]", info: Any, shown: Progress, deadline: Deadline,
                  steps: Any) -> Steps:
    """Upload tensors and return what `steps()` return, which name them."""
    yield from upload(tensors, info, shown, deadline)
    try:
        return (yield from steps())
    except BrainalignError as error:
        # Removed meanwhile, or damaged on the server's disk.
        again = missing_of(error, tensors)
        if not again:
            raise
    yield from upload(again, info, shown, deadline)
    return (yield from steps())


def _all_tensors(brain: Any, model: Any) -> "List[Any]":
    return [tensor for part in (brain, model) if not isinstance(part, str)
            for tensor in part.tensors()]


def model_of(source: Any) -> Any:
    """Return `source` as `Activations`, or as the name of a model that the server keeps."""
    if isinstance(source, str) and not is_array_file(source):
        return source
    if isinstance(source, Recording) or type(source).__module__.split(".")[0] == "mne":
        raise InputError(f"activations is a recording ({type(source).__name__}); the recording is "
                         "the first argument, and the activations are the second.",
                         field="activations")
    return Activations(source)


def _digest_of(word_table: Any, brain: Any, model: Any) -> str:
    """The digest of the words that a job's own inputs belong to; "" if none are stated."""
    if word_table is None:
        return ""
    if isinstance(word_table, WordTableInfo):
        digest, words = word_table.digest, word_table.words
    else:
        table = WordTable(word_table)
        digest, words = table.digest, len(table)
    for what, part in (("recording", brain), ("activations", model)):
        if not isinstance(part, str) and part.word_count != words:
            raise InputError(f"word_table has {words} words, but there are {part.word_count} in "
                             f"the {what}.", field="word_table")
    return digest


def _check_delays(brain: Any, options: Options) -> None:
    """Refuse delays that reach beyond every session of a recording that is at hand."""
    if not options.delays or isinstance(brain, str):
        return
    longest = brain.word_count
    if brain.sessions is not None:
        longest = int(np.unique(brain.sessions, return_counts=True)[1].max())
    if options.delays[-1] >= longest:
        raise InputError(f"delays has {options.delays[-1]}, but no session has more than {longest} "
                         f"rows; leave out delays above {longest - 1}.", field="delays")


def _words_beside_a_name(brain: Any, model: Any) -> Any:
    """The words of the one side that is given, where the server keeps the other one."""
    if isinstance(brain, str) == isinstance(model, str):
        return None
    table = model.words if isinstance(brain, str) else brain.words
    if table is None or (table.texts is None and "text" not in table.types.values()):
        return None
    return table


def match_words(brain: Recording, model: Activations) -> Activations:
    """Return the activations of the words that the recording has.

    Parameters
    ----------
    brain : Recording
        Perhaps of epochs, some of which were dropped.
    model : Activations
        A row for each word of the recording, or for each before epochs were dropped.

    Raises
    ------
    InputError
        If numbers or texts differ; the message has the first word that does.
    """
    if model.word_count != brain.word_count:
        if brain.selection is not None and model.word_count == brain.original_words:
            model = model.take(brain.selection)
        else:
            dropped = "".join(f" {count} were dropped as {reason};"
                              for reason, count in brain.drops.items())
            if brain.words is not None and model.words is not None:
                model.words.check_same(brain.words, "the activations", "the recording")
            raise InputError(
                f"The activations have {model.word_count} rows, but the recording has "
                f"{brain.word_count} words;{dropped} a row for each word is needed.",
                field="activations")
    if brain.words is not None and model.words is not None:
        model.words.check_same(brain.words, "the activations", "the recording")
    return model


def _check_named(brain: Any, model: Any, deadline: Deadline) -> Steps:
    """Raise a NotFoundError if the server does not keep what is named."""
    if isinstance(brain, str):
        yield from _resources.get("GetRecording", brain, deadline)
    if isinstance(model, str):
        yield from _resources.get("GetModel", model, deadline)


def _nuisance_of_kept(source: Any, brain: str, model: Any, deadline: Deadline) -> Steps:
    """Return the nuisance of a recording that the server keeps.

    A column is taken from the words of the activations, or else from those of the recording.
    """
    kept = (yield from _resources.get("GetRecording", brain, deadline)).recording
    if not kept.HasField("brain"):
        raise InputError(f"nuisance cannot be used: the recording {brain} belongs to another "
                         "project, which releases scores only without it.", field="nuisance")
    columns: "Dict[str, Any]" = {}
    if are_names(source):
        if isinstance(model, str):
            named = (yield from _resources.get("GetModel", model, deadline)).model
            own = yield from _resources.find_word_table(
                named.word_table, named.word_table_digest, deadline)
        else:
            own = model.words
        theirs = yield from _resources.find_word_table(
            kept.word_table, kept.brain.word_table_digest, deadline)
        for table in (theirs, own):
            if table is not None:
                columns.update((name, table[name]) for name in table)
    return nuisance_of(source, columns, kept.words)


def _check_text(field: str, text: str, info: Any) -> None:
    size = len(plain_text(field, text).encode("utf-8"))
    if info.max_name_bytes and size > info.max_name_bytes:
        raise InputError(f"{field} has {size} bytes; the server takes at most "
                         f"{info.max_name_bytes}.", field=field, limit=float(info.max_name_bytes))


def _check_result_size(info: Any, brain: Any, model: Any, options: Options) -> None:
    if not isinstance(model, Activations) or not isinstance(brain, Recording):
        return
    times = int(brain.times.size)
    # Scores of single columns, which a job can ask for, are left to the server.
    of_cell = options.folds + options.nulls + (times if options.time_generalisation else 0)
    if info.max_result_values and len(model) * times * of_cell > info.max_result_values:
        raise InputError(
            f"{len(model)} layers x {times} times x {of_cell} folds, nulls and times of "
            f"generalisation are more than the {info.max_result_values} scores that the server "
            "takes in one result; use fewer of them.", field="layers",
            limit=float(info.max_result_values))


def check_limits(info: Any, brain: Any, model: Any, options: Options, name: str = "",
                 nuisance_columns: int = 0) -> None:
    """Raise an InputError if a limit of the server is exceeded, before anything is sent."""
    counts = []
    if isinstance(model, Activations):
        counts += [("layers", len(model), info.max_layers),
                   ("words", model.word_count, info.max_words)]
    if isinstance(brain, Recording):
        counts.append(("times", brain.times.size, info.max_times))
    counts += [("alphas", len(options.alphas), info.max_alphas),
               ("window_bounds_seconds", len(options.window_bounds_seconds),
                info.max_window_bounds), ("nuisance columns", nuisance_columns,
                                          info.max_nuisance_columns)]
    for what, count, most in counts:
        if most and count > most:
            raise InputError(f"There are {count} {what}; the server takes at most {most}.",
                             field=what.split()[0], limit=float(most))
    for field in ("folds", "inner_folds"):
        folds = getattr(options, field)
        if info.max_folds and folds > info.max_folds:
            raise InputError(f"{field} is {folds}; the server takes at most {info.max_folds}.",
                             field=field, limit=float(info.max_folds))
    _check_text("name", name, info)
    _check_result_size(info, brain, model, options)
    known = _wire.option_choices()
    for name, value in options.given().items():
        if name not in known:
            raise ServerTooOldError(f"This package's protocol has no option {name}.", field=name)
        if known[name] and value not in known[name]:
            raise ServerTooOldError(f"This package's protocol has no {name} {value!r}.",
                                    field=name)


def _lint(brain: Any, model: Activations) -> "List[str]":
    from .lint import lint
    return [str(finding) for finding in
            lint(model, brain if isinstance(brain, Recording) else None)]
