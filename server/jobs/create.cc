#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/problem/unreadable_input.h"
#include "server/jobs/cache_key.h"
#include "server/jobs/check_specification.h"
#include "server/jobs/job_book.h"
#include "server/record/codec.h"
#include "server/record/digest.h"
#include "server/record/status_details.h"

// A request becomes a job: checked first without the tensors, then answered from
// what is there, and only then checked against the data, which reads all of it.

namespace brainalign {
namespace {

// Of everything in the request but its id.
std::string BodyDigest(const JobRequest& request) {
  // Of a normal priority nothing: requests are older than priorities.
  const std::string priority = request.priority == JobPriority::kNormal
                                   ? ""
                                   : absl::StrCat("p", static_cast<int>(request.priority));
  return Sha256Of(absl::StrCat(request.skip_cache ? "1" : "0", priority, request.name.size(), ":",
                               request.name, Encode(request.specification)));
}

bool IsPrintable(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

// Digests of the layers' tensors, each once.
std::vector<std::string> ActivationDigests(const JobSpecification& specification) {
  std::vector<std::string> digests;
  for (const LayerRef& layer : specification.layers) {
    const std::string& digest = layer.activations.digest;
    if (std::find(digests.begin(), digests.end(), digest) == digests.end()) {
      digests.push_back(digest);
    }
  }
  return digests;
}

// The job that the request made, with the events of `tiles` after its first one.
JobChange WithTiles(const JobRequest& request, Job job, const std::vector<int>& tiles) {
  JobChange change;
  if (request.recording) {
    change.submission = Submission{job.order,
                                   job.create_time,
                                   job.project,
                                   job.person,
                                   job.job_id,
                                   job.name,
                                   ActivationDigests(request.specification)};
  }
  job.sequence = 1;
  change.events.push_back({1, job});
  for (const int tile : tiles) {
    change.events.push_back({++job.sequence, tile});
    ++job.tiles_done;
  }
  change.job = std::move(job);
  return change;
}

// The disk does not give a tensor, which is not the client's fault.
absl::Status UnreadableError(absl::string_view message) {
  return WithReason(absl::InternalError(message), "TENSOR_UNREADABLE");
}

void CopyShape(const Execution& execution, Job& job) {
  job.execution_id = execution.execution_id;
  job.attempt = execution.attempt;
  job.tiles_total = execution.tiles_total;
  job.memory_bytes = execution.memory_bytes;
  job.estimated_seconds = execution.estimated_seconds;
  job.layers = execution.layers;
  job.times = execution.times;
  job.folds = execution.folds;
}

}  // namespace

absl::Status JobBook::CheckRequest(const JobRequest& request) const {
  const JobLimits& limits = settings_.limits;
  std::vector<FieldProblem> problems;
  if (request.request_id.empty() || !IsPrintable(request.request_id) ||
      request.request_id.size() > static_cast<std::size_t>(limits.max_request_id_bytes)) {
    problems.push_back(
        {"request_id",
         absl::StrCat("is '", absl::CHexEscape(request.request_id.substr(0, 80)), "'; give 1 to ",
                      limits.max_request_id_bytes, " printable characters, such as a UUID")});
  }
  if (std::string bad = DescribeBadName(request.name, limits.max_name_bytes); !bad.empty()) {
    problems.push_back({"name", std::move(bad)});
  }
  CheckSpecification(request.specification, limits, problems);
  return problems.empty() ? absl::OkStatus() : InvalidFieldsError(problems);
}

absl::Status JobBook::CheckCaller(const JobRequest& request) {
  if (!request.is_gone || !request.is_gone()) return absl::OkStatus();
  return absl::CancelledError("who asked for the job waits no more: nothing was queued");
}

absl::Status JobBook::CommitFor(const JobRequest& request, const Change& change) {
  // The last moment: what is durable stays, and is found again by its request id.
  if (absl::Status status = CheckCaller(request); !status.ok()) return status;
  return store_->Commit(change);
}

absl::Status JobBook::CheckTensors(const JobRequest& request) const {
  std::vector<PreconditionViolation> missing;
  for (const NamedRef& named : ListTensors(request.specification)) {
    // A sealed recording's are its own project's, and nobody else's to send.
    const bool is_sealed = request.recording && absl::StartsWith(named.field, "spec.brain.");
    auto there =
        tensors_->Use(is_sealed ? request.recording->project : request.project, named.ref.digest);
    if (there.ok() && !*there && is_sealed) {
      return WithReason(absl::UnavailableError(absl::StrCat(
                            "the data of the recording ", request.recording->FullName(),
                            " is damaged or lost; tell the lab that sealed it")),
                        "RECORDING_LOST");
    }
    if (!there.ok()) return there.status();
    if (!*there) {
      missing.push_back({"TENSOR_MISSING", named.ref.digest,
                         absl::StrCat(named.field, " is not on the server; upload it first")});
    }
  }
  if (missing.empty()) return absl::OkStatus();
  return PreconditionError(
      absl::StrCat(missing.size(), missing.size() == 1 ? " tensor is" : " tensors are",
                   " not on the server, such as ", missing.front().subject, "; upload ",
                   missing.size() == 1 ? "it" : "them", " first"),
      "TENSOR_MISSING", missing);
}

AlignmentResources JobBook::Resources(std::int64_t memory_bytes) const {
  return {.memory_bytes = memory_bytes,
          .threads = settings_.threads,
          .scratch_folder = settings_.scratch_folder};
}

absl::StatusOr<Execution> JobBook::Plan(const JobRequest& request) const {
  auto inputs = OpenInputs(request.specification, *blobs_);
  if (!inputs.ok()) {
    const absl::Status& why = inputs.status();
    if (absl::IsDataLoss(why) || absl::IsInvalidArgument(why)) {
      return WithReason(absl::InvalidArgumentError(why.message()), "TENSOR_SIZE");
    }
    return UnreadableError(why.message());
  }
  const auto nobody_waits = [&] { return stopping_ || !CheckCaller(request).ok(); };
  std::vector<FieldProblem> problems;
  // Where it can do with less than all of the memory, short jobs are not stuck behind it.
  auto alignment = factory_(*inputs, request.specification.options, &problems,
                            Resources(LongShare(settings_.memory_budget_bytes)), nobody_waits);
  if (absl::IsResourceExhausted(alignment.status())) {
    alignment = factory_(*std::move(inputs), request.specification.options, &problems,
                         Resources(settings_.memory_budget_bytes), nobody_waits);
  }
  if (absl::IsCancelled(alignment.status())) {
    if (stopping_) return ShuttingDownError();
    absl::Status gone = CheckCaller(request);
    return gone.ok() ? alignment.status() : gone;
  }
  for (FieldProblem& problem : problems) problem.field = "spec." + problem.field;
  if (!problems.empty()) return InvalidFieldsError(problems);
  if (absl::IsResourceExhausted(alignment.status())) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("the server's jobs have less memory than this one "
                                                "needs (brainalignd --memory): ",
                                                alignment.status().message())),
        "JOB_TOO_LARGE");
  }
  if (const std::string field = UnreadableField(alignment.status()); !field.empty()) {
    return UnreadableError(DescribeUnreadable("spec." + field, alignment.status()).message());
  }
  if (!alignment.ok()) return alignment.status();

  Execution execution;
  execution.tiles_total = static_cast<int>((*alignment)->tiles().size());
  execution.layers = (*alignment)->layer_count();
  execution.times = (*alignment)->time_count();
  execution.folds = (*alignment)->spec().folds;
  execution.inputs = InputDigests(request.specification);
  execution.memory_bytes = (*alignment)->plan().peak_bytes();
  execution.estimated_seconds = executor_->EstimateSeconds((*alignment)->plan());
  return execution;
}

absl::StatusOr<Job> JobBook::Create(const JobRequest& request) {
  if (absl::Status status = CheckRequest(request); !status.ok()) return status;
  std::vector<FieldProblem> problems;
  const AlignmentSpec resolved = Resolve(request.specification, problems);
  if (!problems.empty()) return InvalidFieldsError(problems);

  Job job;
  job.job_id = RandomId();
  job.request_id = request.request_id;
  job.body_digest = BodyDigest(request);
  job.project = request.project;
  job.person = request.person;
  job.priority = request.priority;
  if (request.recording) job.recording = request.recording->FullName();
  job.name = request.name;
  job.create_time = clock_();
  job.cache_key = ComputeCacheKey(request.specification, resolved);
  {
    const Turns::Turn turn(turns_, TurnsOf(job));
    auto answer = Answer(request, job);
    if (!answer.ok()) return answer.status();
    if (answer->has_value()) return **answer;
  }
  auto execution = Plan(request);
  if (!execution.ok()) return execution.status();
  execution->project = job.project;
  execution->person = job.person;
  execution->priority = job.priority;
  execution->cache_key = job.cache_key;
  execution->numerics_version = NumericsVersion(resolved);

  absl::StatusOr<Job> queued;
  {
    const Turns::Turn turn(turns_, TurnsOf(job));
    // Another call may have been quicker meanwhile.
    auto answer = Answer(request, job);
    if (!answer.ok()) return answer.status();
    if (answer->has_value()) return **answer;
    queued = Queue(request, std::move(job), *std::move(execution));
    if (!queued.ok()) return queued;
  }
  Dispatch();
  // Dispatching may have started it already.
  auto now = Get(queued->job_id);
  return now.ok() ? now : queued;
}

absl::StatusOr<std::optional<Job>> JobBook::Answer(const JobRequest& request, const Job& job) {
  if (stopping_) return ShuttingDownError();
  if (absl::Status status = CheckCaller(request); !status.ok()) return status;
  auto before = store_->FindJobByRequest(request.project, request.request_id);
  if (!before.ok()) return before.status();
  if (before->has_value()) {
    if ((*before)->body_digest == job.body_digest) return *before;
    return InvalidFieldError("request_id",
                             absl::StrCat("'", request.request_id,
                                          "' was used before, for another request; make a new one "
                                          "for each submission"));
  }
  if (absl::Status status = blobs_->CheckHardMark(); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckTensors(request); !status.ok()) return status;
  if (absl::Status status = CheckSubmissions(request); !status.ok()) return status;
  if (request.skip_cache) return std::optional<Job>();

  while (true) {
    auto cached = store_->FindCached(job.project, job.cache_key);
    if (!cached.ok()) return cached.status();
    if (cached->has_value()) {
      auto added = AddFromCache(request, job, **cached);
      if (!added.ok() || added->has_value()) return added;
    }
    std::int64_t running = 0;
    {
      MutexLock lock(mutex_);
      const auto found = by_key_.find({job.project, job.cache_key});
      if (found == by_key_.end()) return std::optional<Job>();
      running = found->second;
    }
    // It may end before the job has joined; then its result is in the cache.
    auto joined = Join(request, job, running);
    if (!joined.ok() || joined->has_value()) return joined;
  }
}

bool JobBook::IsWhole(std::int64_t execution_id) const {
  if (!store_->ReadResult(execution_id).ok()) return false;
  const auto tiles = store_->ListTiles(execution_id);
  return tiles.ok() && std::all_of(tiles->begin(), tiles->end(), [&](int tile) {
           return store_->ReadTile(execution_id, tile).ok();
         });
}

absl::StatusOr<std::optional<Job>> JobBook::AddFromCache(const JobRequest& request, Job job,
                                                         std::int64_t execution_id) {
  // Nobody deletes the execution meanwhile.
  const Turns::Turn turn(turns_, {TurnOf(execution_id)});
  if (!IsWhole(execution_id)) return std::optional<Job>();
  auto execution = store_->FindExecution(execution_id);
  if (!execution.ok()) return execution.status();
  if (!execution->has_value()) return std::optional<Job>();
  auto tiles = store_->ListTiles(execution_id);
  if (!tiles.ok()) return tiles.status();
  job.order = NextOrder();
  CopyShape(**execution, job);
  job.state = JobState::kRunning;
  job.reason = JobReason::kServedFromCache;
  job.start_time = job.create_time;
  JobChange change = WithTiles(request, std::move(job), *tiles);
  change.job.state = JobState::kSucceeded;
  change.job.end_time = clock_();
  ++change.job.sequence;
  change.events.push_back({change.job.sequence, change.job});
  if (absl::Status status = CommitFor(request, AddJob(change)); !status.ok()) return status;
  MutexLock lock(mutex_);
  ++totals_.cached;
  CountEnd(change.job.state);
  return std::optional<Job>(std::move(change.job));
}

absl::StatusOr<std::optional<Job>> JobBook::Join(const JobRequest& request, Job job,
                                                 std::int64_t execution_id) {
  const Turns::Turn turn(turns_, {TurnOf(execution_id)});
  LiveExecution* const live = Find(execution_id);
  if (live == nullptr) return std::optional<Job>();
  if (absl::Status status = CheckQuota(job.project, 0); !status.ok()) return status;
  job.order = NextOrder();
  CopyShape(live->execution, job);
  job.state = live->execution.state;
  job.reason = JobReason::kJoined;
  if (job.state == JobState::kRunning) job.start_time = job.create_time;
  JobChange change = WithTiles(request, std::move(job), live->tiles);
  if (absl::Status status = CommitFor(request, AddJob(change)); !status.ok()) return status;
  MutexLock lock(mutex_);
  AddLive(*live, change.job);
  ++totals_.joined;
  return std::optional<Job>(std::move(change.job));
}

std::int64_t JobBook::NextOrder() {
  MutexLock lock(mutex_);
  return ++last_order_;
}

absl::StatusOr<Job> JobBook::Queue(const JobRequest& request, Job job, Execution execution) {
  if (absl::Status status = CheckQuota(job.project, CpuSeconds(execution)); !status.ok()) {
    return status;
  }
  {
    MutexLock lock(mutex_);
    if (live_.size() >= static_cast<std::size_t>(settings_.limits.max_queued_executions)) {
      return WithRetryDelay(QuotaError("queue",
                                       absl::StrCat("the queue is full with ", live_.size(),
                                                    " jobs; try again when some have ended"),
                                       "QUEUE_FULL"),
                            absl::Seconds(10));
    }
    execution.execution_id = ++last_execution_id_;
    job.order = ++last_order_;
  }
  CopyShape(execution, job);
  JobChange change = WithTiles(request, std::move(job), {});
  if (absl::Status status =
          CommitFor(request, QueueExecution(execution, request.specification, change));
      !status.ok()) {
    return status;
  }
  ledger_.Reserve(execution.project, execution.execution_id, CpuSeconds(execution));
  MutexLock lock(mutex_);
  LiveExecution& live = live_[execution.execution_id];
  live.execution = std::move(execution);
  by_key_[KeyOf(live.execution)] = live.execution.execution_id;
  AddLive(live, change.job);
  schedule_->Add(WaitingOf(live));
  ++totals_.computed;
  return std::move(change.job);
}

}  // namespace brainalign
