#include "server/jobs/job_maker.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/jobs/cache_key.h"
#include "server/jobs/check_specification.h"
#include "server/jobs/request_digest.h"
#include "server/jobs/sealed.h"
#include "server/jobs/shared_tiles.h"
#include "server/rows/codec.h"
#include "server/rows/digest.h"
#include "server/rows/status_details.h"
#include "server/store/changes.h"

namespace brainalign {
namespace {

bool IsOfSealed(const JobRequest& request) { return request.recording && request.recording->seal; }

// The job that the request made, with the events of `tiles` after its first one.
JobChange WithTiles(const JobRequest& request, Job job, const std::vector<int>& tiles) {
  JobChange change;
  if (IsOfSealed(request)) change.submission = MakeSubmission(request, job);
  job.sequence = 1;
  change.events.push_back({1, job});
  for (const int tile : tiles) {
    change.events.push_back({++job.sequence, tile});
    ++job.tiles_done;
  }
  change.job = std::move(job);
  return change;
}

}  // namespace

JobMaker::JobMaker(const JobSettings& settings, Clock clock, SteadyClock steady_clock,
                   const Parts& parts)
    : check_submission_(settings.check_submission),
      clock_(std::move(clock)),
      steady_seconds_(std::move(steady_clock)),
      store_(parts.store),
      blobs_(parts.blobs),
      planner_(parts.planner),
      reader_(parts.reader),
      admission_(parts.admission),
      numbers_(parts.numbers),
      live_jobs_(parts.live_jobs),
      dispatcher_(parts.dispatcher) {}

absl::Status JobMaker::CommitFor(const JobRequest& request, const Change& change) {
  // The last check: a durable job stays, and a repetition finds it by its request id.
  if (absl::Status status = JobPlanner::CheckCaller(request); !status.ok()) return status;
  if (absl::Status status = store_->Commit(change); !status.ok()) return status;
  admission_->CountStored(request.project, 1);
  return absl::OkStatus();
}

absl::StatusOr<Job> JobMaker::Create(const JobRequest& request) {
  if (absl::Status status = planner_->CheckRequest(request); !status.ok()) return status;
  std::vector<FieldProblem> problems;
  AlignmentSpec resolved = Resolve(request.specification, problems);
  if (!problems.empty()) return InvalidFieldsError(problems);

  Job job;
  auto id = RandomId();
  if (!id.ok()) return id.status();
  job.job_id = *std::move(id);
  job.request_id = request.request_id;
  job.body_digest = BodyDigest(request);
  job.project = request.project;
  job.person = request.person;
  job.priority = request.priority;
  if (absl::Status status = ApplyPolicy(request, resolved, job); !status.ok()) return status;
  job.name = request.name;
  job.layer_order = request.layer_order;
  job.preparation = request.preparation;
  job.model = request.model;
  job.draws = resolved.uncertainty.draws;
  job.seed = resolved.uncertainty.seed;
  job.create_time = clock_();
  job.cache_key = CacheKeyOf(job, request.specification, resolved);
  {
    const Turns::Turn turn = live_jobs_->TurnsToMake(job);
    auto answer = Answer(request, job);
    if (!answer.ok()) return answer.status();
    if (answer->has_value()) return **answer;
  }
  auto planned = planner_->Plan(request, [this] { return live_jobs_->is_stopping(); });
  if (!planned.ok()) return planned.status();
  Execution& execution = planned->execution;
  execution.project = job.project;
  execution.person = job.person;
  execution.priority = job.priority;
  // A job that names the automatic numbers of words has the same results. A job made from a
  // specification that was read back names them. Other projects that score a sealed recording do
  // not get these numbers.
  if (!job.release) FillAutomaticWords(execution, resolved.uncertainty);
  job.cache_key = CacheKeyOf(job, request.specification, resolved);
  execution.cache_key = job.cache_key;
  // Jobs on another project's sealed recording share no tiles, because released numbers are counted
  // by job.
  if ((resolved.uncertainty.asked() || resolved.time_generalisation) && !job.release) {
    execution.matrix_key = ComputeMatrixKey(request.specification, resolved);
  }
  execution.numerics_version = NumericsVersion(OnThisProcessor(resolved));

  absl::StatusOr<Job> queued;
  {
    const Turns::Turn turn = live_jobs_->TurnsToMake(job);
    // Another call may have been quicker meanwhile.
    auto answer = Answer(request, job);
    if (!answer.ok()) return answer.status();
    if (answer->has_value()) return **answer;
    queued = Queue(request, std::move(job), *std::move(planned));
    if (!queued.ok()) return queued;
  }
  dispatcher_->Dispatch();
  // Dispatching may have started it already.
  auto now = reader_->Get(queued->job_id);
  return now.ok() ? now : queued;
}

absl::StatusOr<std::optional<Job>> JobMaker::Answer(const JobRequest& request, const Job& job) {
  if (live_jobs_->is_stopping()) return ShuttingDownError();
  if (absl::Status status = JobPlanner::CheckCaller(request); !status.ok()) return status;
  auto before = reader_->FindMade(request);
  if (!before.ok() || before->has_value()) return before;
  if (absl::Status status = blobs_->CheckHardMark(); !status.ok()) {
    return status;
  }
  if (absl::Status status = admission_->CheckRecords(request.project); !status.ok()) return status;
  if (absl::Status status = planner_->CheckTensors(request); !status.ok()) return status;
  if (IsOfSealed(request)) {
    absl::Status status = check_submission_(*request.recording, MakeSubmission(request, job));
    if (!status.ok()) return status;
  }
  if (request.skip_cache) return std::optional<Job>();

  while (true) {
    auto cached = store_->FindCached(job.project, job.cache_key);
    if (!cached.ok()) return cached.status();
    if (cached->has_value()) {
      auto added = AddFromCache(request, job, **cached);
      if (!added.ok() || added->has_value()) return added;
    }
    const auto running = live_jobs_->FindByKey(job.project, job.cache_key);
    if (!running) return std::optional<Job>();
    // It may end before the job has joined; then its result is in the cache.
    auto joined = Join(request, job, *running);
    if (!joined.ok() || joined->has_value()) return joined;
  }
}

std::optional<JobLayers> JobMaker::OwnLayers(const JobRequest& request,
                                             std::int64_t execution_id) const {
  JobLayers layers = LayersOf(request.specification);
  const auto specification = store_->ReadSpecification(execution_id);
  if (specification.ok() && LayersOf(*specification) == layers) return std::nullopt;
  return layers;
}

bool JobMaker::IsWhole(std::int64_t execution_id) const {
  if (!store_->CheckResult(execution_id).ok()) return false;
  const auto tiles = store_->ListTiles(execution_id);
  return tiles.ok() && std::all_of(tiles->begin(), tiles->end(), [&](int tile) {
           return store_->ReadTile(execution_id, tile).ok();
         });
}

absl::StatusOr<std::optional<Job>> JobMaker::AddFromCache(const JobRequest& request, Job job,
                                                          std::int64_t execution_id) {
  // No other thread deletes the execution meanwhile.
  const Turns::Turn turn = live_jobs_->TurnAt(execution_id);
  if (!IsWhole(execution_id)) return std::optional<Job>();
  auto execution = store_->FindExecution(execution_id);
  if (!execution.ok()) return execution.status();
  if (!execution->has_value()) return std::optional<Job>();
  auto tiles = store_->ListTiles(execution_id);
  if (!tiles.ok()) return tiles.status();
  job.order = numbers_->NextOrder();
  CopyShape(**execution, job);
  job.state = JobState::kRunning;
  job.reason = JobReason::kServedFromCache;
  job.start_time = job.create_time;
  JobChange change = WithTiles(request, std::move(job), *tiles);
  change.layers = OwnLayers(request, execution_id);
  change.job.state = JobState::kSucceeded;
  change.job.end_time = clock_();
  ++change.job.sequence;
  change.events.push_back({change.job.sequence, change.job});
  if (absl::Status status = CommitFor(request, AddJob(change)); !status.ok()) return status;
  live_jobs_->CountCached();
  return std::optional<Job>(std::move(change.job));
}

absl::StatusOr<std::optional<Job>> JobMaker::Join(const JobRequest& request, Job job,
                                                  std::int64_t execution_id) {
  const Turns::Turn turn = live_jobs_->TurnAt(execution_id);
  const LiveExecution* const live = live_jobs_->Find(execution_id);
  if (live == nullptr) return std::optional<Job>();
  if (absl::Status status = admission_->CheckQuota(job.project, 0); !status.ok()) return status;
  job.order = numbers_->NextOrder();
  CopyShape(live->execution, job);
  job.state = live->execution.state;
  job.reason = JobReason::kJoined;
  if (job.state == JobState::kRunning) job.start_time = job.create_time;
  JobChange change = WithTiles(request, std::move(job), live->tiles);
  change.layers = OwnLayers(request, execution_id);
  if (absl::Status status = CommitFor(request, AddJob(change)); !status.ok()) return status;
  live_jobs_->Follow(*live, change.job);
  return std::optional<Job>(std::move(change.job));
}

std::vector<TileScores> JobMaker::TakeOverTiles(const JobRequest& request,
                                                const PlannedExecution& planned) {
  const Execution& execution = planned.execution;
  if (request.skip_cache || execution.matrix_key.empty()) return {};
  std::vector<TileScores> tiles;
  const auto look_at = [&](const absl::StatusOr<std::optional<std::int64_t>>& earlier) {
    if (!earlier.ok() || !earlier->has_value()) return;
    // No other thread deletes it meanwhile.
    const Turns::Turn turn = live_jobs_->TurnAt(**earlier);
    tiles = SharedTiles(*store_, **earlier, request.specification, planned);
  };
  look_at(store_->FindOfMatrix(execution.project, execution.matrix_key));
  // That one has the tiles of the matrix, too.
  if (tiles.empty()) look_at(store_->FindCached(execution.project, execution.matrix_key));
  if (!tiles.empty()) {
    spdlog::info("execution {} has {} of its {} tiles from an earlier one", execution.execution_id,
                 tiles.size(), planned.tiles.size());
  }
  return tiles;
}

absl::StatusOr<Job> JobMaker::Queue(const JobRequest& request, Job job, PlannedExecution planned) {
  Execution& execution = planned.execution;
  const double cpu_seconds = admission_->CpuSeconds(execution);
  if (absl::Status status = admission_->CheckQuota(job.project, cpu_seconds); !status.ok()) {
    return status;
  }
  if (absl::Status status = admission_->CheckQueue(live_jobs_->size()); !status.ok()) return status;
  const JobNumbers::Numbers numbers = numbers_->Next();
  execution.execution_id = numbers.execution_id;
  job.order = numbers.order;
  const std::vector<TileScores> tiles = TakeOverTiles(request, planned);
  std::vector<int> finished;
  for (const TileScores& tile : tiles) finished.push_back(tile.index);
  CopyShape(execution, job);
  JobChange change = WithTiles(request, std::move(job), finished);
  if (absl::Status status =
          CommitFor(request, QueueExecution(execution, request.specification, change, tiles));
      !status.ok()) {
    return status;
  }
  LiveExecution live;
  live.execution = std::move(execution);
  live.tiles = std::move(finished);
  live.queued_seconds = steady_seconds_();
  live_jobs_->Add(std::move(live), change.job);
  return std::move(change.job);
}

}  // namespace brainalign
