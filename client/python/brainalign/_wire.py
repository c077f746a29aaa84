"""What the protocol says: requests made from inputs, and answers as plain objects.

With `_results`, `_resources` and `_failures`, what knows messages of the protocol by their members.
"""

from typing import Any, Dict, List, Optional, Sequence, Tuple

from ._job_info import JobInfo, ServerInfo
from ._options import Options
from ._proto import Method, enum, enum_name, is_repeated, message, method
from ._tensors import Tensor
from .errors import InputError, ServerTooOldError

_ORDER_FORTRAN = 2
_ORDER_C = 1
# As client/experiment/preparation.h has it.
_PREPARATION_METHOD = ("zero-phase FIR filter (firwin, Hamming) and Fourier resampling, as MNE 1.3 "
                       "by default")


def call(name: str) -> Method:
    """Return a call of a service by its short name, such as ``CreateJob``."""
    for service in ("JobService", "TensorService", "ServerService", "RecordingService",
                    "WordTableService", "ModelService"):
        try:
            return method(f"{service}/{name}")
        except KeyError:
            continue
    raise ServerTooOldError(f"The protocol has no call {name}.")


def tensor_ref(tensor: Tensor) -> Any:
    """Return how a request names a tensor."""
    ref = message("TensorRef")(digest=tensor.digest)
    ref.spec.data_type = enum("DataType")[f"DATA_TYPE_{tensor.dtype}"]
    ref.spec.shape.extend(tensor.shape)
    ref.spec.order = _ORDER_FORTRAN if tensor.fortran else _ORDER_C
    return ref


def _fill_options(options: Options, proto: Any) -> None:
    for name, value in options.given().items():
        field = proto.DESCRIPTOR.fields_by_name[name]
        if is_repeated(field):
            getattr(proto, name).extend(value)
        elif field.enum_type is not None:
            prefix = _enum_prefix(field.enum_type)
            setattr(proto, name, field.enum_type.values_by_name[prefix + value.upper()].number)
        else:
            setattr(proto, name, value)


def _enum_prefix(described: Any) -> str:
    unspecified: str = described.values[0].name
    return unspecified[:-len("UNSPECIFIED")]


def option_choices() -> "Dict[str, Tuple[str, ...]]":
    """Return every option of an alignment; those of an enumeration with the texts they take."""
    choices: "Dict[str, Tuple[str, ...]]" = {}
    for field in message("AlignmentOptions").DESCRIPTOR.fields:
        kind = field.enum_type
        choices[field.name] = () if kind is None else tuple(
            v.name[len(_enum_prefix(kind)):].lower() for v in kind.values[1:])
    return choices


def brain_input(recording: Any) -> Any:
    """Return a `Recording` whose tensors the server holds as a request names it."""
    proto = message("BrainInput")()
    if recording.continuous is not None:
        proto.continuous.CopyFrom(tensor_ref(recording.continuous))
        proto.sfreq_hz = recording.sfreq
    else:
        proto.epochs.CopyFrom(tensor_ref(recording.epochs))
    proto.times_seconds.extend(recording.times.tolist())
    for name, tensor in recording.word_tensors().items():
        getattr(proto, name).CopyFrom(tensor_ref(tensor))
    return proto


def layer_input(layer: Any) -> Any:
    """Return a `Layer` whose tensor the server holds as a request names it."""
    return message("LayerInput")(activations=tensor_ref(layer.tensor), slice=layer.slice,
                                 relative_depth=layer.depth, name=layer.name)


def create_job(brain: Any, activations: Any, options: Options, *, request_id: str, name: str,
               priority: str, skip_cache: bool, word_table_digest: str,
               nuisance: Any = None) -> Any:
    """Return the request for a job.

    Parameters
    ----------
    brain : Recording or str
        With tensors that the server holds, or the name of a recording that the server keeps.
    activations : Activations or str
        With tensors that the server holds, or the name of a model that the server keeps.
    options : Options
        What to compute.
    request_id, name, priority, skip_cache
        As ``CreateJobRequest`` has them.
    word_table_digest : str
        Of the words that what is no name belongs to; empty if it is not stated.
    nuisance : Nuisance, optional
        With a tensor that the server holds.
    """
    request = call("CreateJob").request(request_id=request_id, display_name=name, skip_cache=skip_cache)
    request.priority = enum("JobPriority")[f"JOB_PRIORITY_{priority.upper()}"]
    if isinstance(brain, str):
        request.spec.brain.recording = brain
    else:
        request.spec.brain.CopyFrom(brain_input(brain))
        request.spec.brain.word_table_digest = word_table_digest
    if isinstance(activations, str):
        request.spec.model = activations
    else:
        request.layer_order = activations.order
        request.spec.word_table_digest = word_table_digest
        for layer in activations.layers:
            request.spec.layers.append(layer_input(layer))
    if nuisance is not None:
        request.spec.nuisance.features.CopyFrom(tensor_ref(nuisance.tensor))
        request.spec.nuisance.feature_names.extend(nuisance.names)
    _fill_options(options, request.spec.options)
    return request


def _missing(sent: Any, echoed: Any, path: str, without_effect: "Sequence[str]") -> "List[str]":
    missing = []
    for field, _ in sent.ListFields():
        told = (len(getattr(echoed, field.name)) > 0 if is_repeated(field)
                else any(f.name == field.name for f, _ in echoed.ListFields()))
        if not told and field.name not in without_effect:
            missing.append(path + field.name)
    return missing


def unknown_options(sent: Any, echoed: Any) -> "List[str]":
    """Return the fields of an AlignmentSpec that a server did not take in.

    A server ignores fields that are newer than itself. One that knows an option tells it with its
    default resolved, so values may differ.

    Parameters
    ----------
    sent : AlignmentSpec
        What was asked for.
    echoed : AlignmentSpec
        What the server reports about the job that it made.
    """
    # Without nulls and draws nothing depends on these two, and an identical job may lack them.
    plain = not (sent.options.nulls or sent.options.draws)
    without_effect = ["block_words", "min_shift_words"] if plain else []
    if all(name == "per_fold" for name in sent.options.arrays):
        without_effect.append("arrays")  # every result has this one
    unknown = _missing(sent.options, echoed.options, "", without_effect)
    if not sent.brain.recording:
        # The digest only serves checks.
        unknown += _missing(sent.brain, echoed.brain, "brain.", ("word_table_digest",))
    # Names and digests are looked up when the job is made, and told as what they stand for.
    return unknown + _missing(sent, echoed, "", ("model", "word_table_digest"))


def start_upload(tensor: Tensor) -> Any:
    """Return the request that opens an upload."""
    return call("StartUpload").request(tensor=tensor_ref(tensor), size_bytes=tensor.size_bytes)


def server_info(response: Any) -> ServerInfo:
    """Return what a server tells of itself."""
    limits = response.limits
    return ServerInfo(
        version=response.version, numerics_version=response.numerics_version,
        max_chunk_bytes=limits.max_chunk_bytes, max_digests_per_call=limits.max_digests_per_call,
        max_layers=limits.max_layers, max_words=limits.max_words, max_times=limits.max_times,
        max_page_size=limits.max_page_size, threads=response.threads,
        memory_budget_bytes=response.memory_budget_bytes, person=response.caller.person,
        project=response.caller.project, max_name_bytes=limits.max_name_bytes,
        max_result_values=limits.max_result_values, max_folds=limits.max_folds,
        max_alphas=limits.max_alphas, max_window_bounds=limits.max_window_bounds,
        max_nuisance_columns=limits.max_nuisance_columns)


def _short(name: str, prefix: str) -> str:
    return name[len(prefix):].lower() if name.startswith(prefix) else name.lower()


def job_info(job: Any) -> JobInfo:
    """Return what a server tells of a job."""
    reason = enum_name("JobReason", job.reason)
    return JobInfo(
        job_id=job.job_id, name=job.display_name,
        state=_short(enum_name("JobState", job.state), "JOB_STATE_") or "unknown",
        reason="" if job.reason == 0 else reason[len("JOB_REASON_"):], message=job.message,
        attempt=job.attempt, tiles_done=job.tiles_done, tiles_total=job.tiles_total,
        sequence=job.sequence, layers=job.layers, times=job.times, folds=job.folds,
        project=job.project, person=job.person, queue_place=_given(job, "queue_place"),
        expected_start_seconds=_given(job, "expected_start_seconds"),
        expected_end_seconds=_given(job, "expected_end_seconds"), cache_key=job.cache_key,
        layer_order=job.layer_order, recording=job.recording, model=job.model,
        preparation=_preparation(job))


def _given(proto: Any, name: str) -> Any:
    """Return the value of an optional field; None where it is unset."""
    return getattr(proto, name) if proto.HasField(name) else None


def _preparation(job: Any) -> "Optional[Dict[str, Any]]":
    """Return what was done to a job's recording, as the command line writes it."""
    if not job.HasField("preparation") or job.preparation.original_sfreq_hz <= 0:
        return None
    done = job.preparation
    return {
        "method": _PREPARATION_METHOD, "band_pass_hz": list(done.band_pass_hz) or None,
        "resample_hz": _given(done, "resample_hz"), "original_sfreq_hz": done.original_sfreq_hz,
        "filter_samples": done.filter_samples,
        "edge_seconds": done.filter_samples // 2 / done.original_sfreq_hz,
        "edge_words": done.edge_words, "largest_shift_seconds": done.largest_shift_seconds,
        "notes": list(done.notes)}


def state_numbers(names: "Sequence[str]") -> "List[int]":
    """Return the numbers of the states of jobs by their short names."""
    known = enum("JobState")
    if isinstance(names, str):
        raise InputError(f"states is the text {names!r}; a list of states is needed.",
                         field="states")
    for name in names:
        if f"JOB_STATE_{name.upper()}" not in known:
            raise InputError(f"states holds {name!r}; queued, running, succeeded, failed and "
                             "cancelled are the states of jobs.", field="states")
    return [known[f"JOB_STATE_{name.upper()}"] for name in names]
