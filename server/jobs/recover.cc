#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/jobs/cache_key.h"
#include "server/jobs/check_specification.h"
#include "server/jobs/job_book.h"
#include "server/jobs/sealed.h"
#include "server/logs/log_fields.h"

namespace brainalign {
namespace {

// With fewer of one person's at a time threads may idle at the end of each.
constexpr int kLeastPlacesOfPerson = 4;

std::unique_ptr<Schedule> MakeSchedule(const JobSettings& settings,
                                       const ExecutorCapacity& capacity) {
  FairShare::Settings share;
  StartOrder::Settings order;
  order.places = capacity.executions;
  order.places_of_person = std::max(kLeastPlacesOfPerson, capacity.threads);
  order.memory_bytes = capacity.memory_bytes;
  if (settings.limits_of) {
    share.project_weight = [limits_of = settings.limits_of](const std::string& project) {
      return limits_of(project).share;
    };
    order.project_places = [limits_of = settings.limits_of](const std::string& project) {
      const int most = limits_of(project).running_jobs;
      return most > 0 ? most : std::numeric_limits<int>::max();
    };
  }
  return std::make_unique<Schedule>(std::move(share), std::move(order));
}

// For an execution that no executor continues. Returns false if it was handled.
absl::StatusOr<bool> NoneRuns(const absl::Status& status) {
  if (!status.ok()) return status;
  return false;
}

}  // namespace

JobBook::JobBook(const JobSettings& settings, Clock clock, SteadyClock steady_clock,
                 const Parts& parts)
    : settings_(settings),
      clock_(std::move(clock)),
      steady_seconds_(std::move(steady_clock)),
      store_(parts.store),
      blobs_(parts.blobs),
      tensors_(parts.tensors),
      alignments_(parts.alignments),
      executor_(parts.executor),
      planner_(settings, parts.alignments, parts.tensors, parts.executor),
      admission_(settings, executor_->capacity().threads, clock_),
      schedule_(MakeSchedule(settings, executor_->capacity())),
      outlook_(
          schedule_.get(), executor_->capacity().threads,
          [this](std::int64_t id) { return executor_->Progress(id).remaining_seconds; },
          steady_seconds_) {}

JobBook::~JobBook() { Stop(); }

absl::StatusOr<std::unique_ptr<JobBook>> JobBook::Open(const JobSettings& settings, Clock clock,
                                                       SteadyClock steady_clock,
                                                       const Parts& parts) {
  std::unique_ptr<JobBook> book(
      new JobBook(settings, std::move(clock), std::move(steady_clock), parts));
  absl::Status status = parts.executor->Attach(book.get(), book->schedule_.get());
  if (status.ok()) status = book->Recover();
  if (!status.ok()) return status;
  return book;
}

absl::Status JobBook::Recover() {
  auto last_order = store_->LastOrder();
  if (!last_order.ok()) return last_order.status();
  auto last_execution_id = store_->LastExecutionId();
  if (!last_execution_id.ok()) return last_execution_id.status();
  auto executions = store_->ListQueue();
  if (!executions.ok()) return executions.status();
  auto stored = store_->CountJobs();
  if (!stored.ok()) return stored.status();
  for (const auto& [project, jobs] : *stored) admission_.CountStored(project, jobs);
  {
    MutexLock lock(mutex_);
    last_order_ = *last_order;
    last_execution_id_ = *last_execution_id;
  }
  auto charges = store_->ListCharges(clock_() - CpuLedger::kWindow);
  if (!charges.ok()) return charges.status();
  for (const Charge& charge : *charges) admission_.AddCharge(charge);
  std::vector<std::int64_t> elsewhere;
  for (const Execution& execution : *executions) {
    auto may_run = Recover(execution);
    if (!may_run.ok()) return may_run.status();
    if (*may_run) elsewhere.push_back(execution.execution_id);
  }
  if (absl::Status status = RestoreShares(); !status.ok()) return status;
  // All of them hold their memory before the first of them can end and make room for others.
  for (const std::int64_t id : elsewhere) schedule_->Start(id);
  for (const std::int64_t id : elsewhere) {
    if (absl::Status status = Adopt(id); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> JobBook::Recover(const Execution& execution) {
  const std::int64_t id = execution.execution_id;
  auto jobs = store_->ListAttached(id);
  if (!jobs.ok()) return jobs.status();
  auto tiles = store_->ListTiles(id);
  if (!tiles.ok()) return tiles.status();
  mutex_.lock();
  LiveExecution& live = live_[id];
  live.execution = execution;
  live.tiles = *std::move(tiles);
  for (const Job& job : *jobs) AddLive(live, job);
  live.queued_seconds = steady_seconds_();
  if (!jobs->empty()) {
    const absl::Duration waited = clock_() - jobs->front().create_time;
    live.queued_seconds -= std::max(0.0, absl::ToDoubleSeconds(waited));
  }
  by_key_[KeyOf(execution)] = id;
  mutex_.unlock();
  admission_.Reserve(execution);

  std::string now = NumericsVersion();
  std::string key = execution.cache_key;
  std::string matrix_key = execution.matrix_key;
  if (execution.numerics_version != now) {
    // Changed since, or another precision than exact: what would it be computed by now?
    auto specification = store_->ReadSpecification(id);
    if (!specification.ok()) return specification.status();
    std::vector<FieldProblem> problems;
    const AlignmentSpec resolved = Resolve(*specification, problems);
    now = NumericsVersion(OnThisProcessor(resolved));
    key = CacheKeyOf(jobs->empty() ? Job() : jobs->front(), *specification, resolved);
    if (!matrix_key.empty()) matrix_key = ComputeMatrixKey(*specification, resolved);
  }
  if (execution.numerics_version != now && !live.tiles.empty()) {
    return NoneRuns(
        Fail(live, JobReason::kComputationFailed,
             absl::StrCat("the server's numerics changed from ", execution.numerics_version, " to ",
                          now, " while the job was under way; submit it again")));
  }
  const std::int64_t memory_bytes = executor_->capacity().memory_bytes;
  if (execution.memory_bytes > memory_bytes) {
    return NoneRuns(Fail(live, JobReason::kComputationFailed,
                         absl::StrCat("the alignment needs ", execution.memory_bytes,
                                      " bytes of memory; this server now gives its jobs ",
                                      memory_bytes, " bytes in all (brainalignd --memory)")));
  }
  if (execution.numerics_version != now) {
    mutex_.lock();
    by_key_.erase(KeyOf(execution));
    live.execution.numerics_version = now;
    live.execution.cache_key = key;
    live.execution.matrix_key = matrix_key;
    by_key_[KeyOf(live.execution)] = id;
    mutex_.unlock();
    const auto changes = ChangeJobs(live, [&](Job& job) { job.cache_key = key; });
    if (absl::Status status = Apply(SaveExecution(live.execution, changes), changes);
        !status.ok()) {
      return status;
    }
  }
  const bool was_running = execution.state == JobState::kRunning;
  // Tiles of another numerics version are not adopted.
  const bool may_go_on =
      was_running && execution.numerics_version == now && !execution.executor_handle.empty();
  {
    MutexLock lock(mutex_);
    if (was_running && !may_go_on) ++live.execution.crashes;
    schedule_->Add(WaitingOf(live));
  }
  if (!was_running || may_go_on) return may_go_on;
  return NoneRuns(GoOnAfterCrash(live));
}

absl::Status JobBook::Adopt(std::int64_t execution_id) {
  const LogFields fields({{"execution_id", execution_id}});
  const Turns::Turn turn(turns_, {TurnOf(execution_id)});
  LiveExecution& live = *Find(execution_id);
  {
    MutexLock lock(mutex_);
    live.in_executor = true;
    live.run_begin_seconds = steady_seconds_();
    live.thread_seconds = 0;
  }
  const absl::Status adopted =
      executor_->Adopt(execution_id, live.execution.attempt, live.execution.executor_handle);
  if (adopted.ok()) {
    spdlog::info("execution {}, attempt {}, continued while the server was down", execution_id,
                 live.execution.attempt);
    return absl::OkStatus();
  }
  spdlog::warn("execution {} did not continue: {}", execution_id, std::string(adopted.message()));
  {
    MutexLock lock(mutex_);
    TakeFromExecutor(live);
    ++live.execution.crashes;
    schedule_->Remove(execution_id);
    schedule_->Add(WaitingOf(live));
  }
  return GoOnAfterCrash(live);
}

absl::Status JobBook::GoOnAfterCrash(LiveExecution& live) {
  if (live.execution.crashes == 0) {
    spdlog::info("execution {} ran at another server when the backup of this one was made",
                 live.execution.execution_id);
    return Requeue(live, JobReason::kServerRestarted,
                   "the job ran when the backup was made that this server continues; it continues "
                   "from its finished tiles");
  }
  spdlog::warn("execution {} was running when the server ended ({} of at most {} times)",
               live.execution.execution_id, live.execution.crashes, settings_.max_crashes);
  if (live.execution.crashes >= settings_.max_crashes) {
    return Fail(live, JobReason::kTooManyAttempts,
                absl::StrCat("the server died ", live.execution.crashes,
                             " times while the job ran; it is not tried again"));
  }
  return Requeue(live, JobReason::kServerRestarted, kStopped);
}

}  // namespace brainalign
