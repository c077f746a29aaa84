#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/jobs/cache_key.h"
#include "server/jobs/check_specification.h"
#include "server/jobs/job_book.h"
#include "server/jobs/local_executor.h"

namespace brainalign {
namespace {

// With fewer of one person's at a time threads may idle at the end of each.
constexpr int kLeastPlacesOfPerson = 4;

std::unique_ptr<Schedule> MakeSchedule(const JobSettings& settings) {
  FairShare::Settings share;
  StartOrder::Settings order;
  order.places = settings.max_running_executions;
  order.places_of_person = std::max(kLeastPlacesOfPerson, settings.threads);
  order.memory_bytes = settings.memory_budget_bytes;
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

}  // namespace

JobBook::JobBook(JobSettings settings, Clock clock, AlignmentFactory factory, Store* store,
                 BlobFolder* blobs, Tensors* tensors)
    : settings_(settings),
      clock_(std::move(clock)),
      factory_(std::move(factory)),
      store_(store),
      blobs_(blobs),
      tensors_(tensors),
      brain_cache_(settings.brain_cache_bytes > 0
                       ? std::make_shared<BrainCache>(settings.brain_cache_bytes)
                       : nullptr),
      schedule_(MakeSchedule(settings_)),
      steady_seconds_(SteadySeconds()) {}

JobBook::~JobBook() { Stop(); }

absl::StatusOr<std::unique_ptr<JobBook>> JobBook::Open(JobSettings settings, Clock clock,
                                                       AlignmentFactory factory, Store* store,
                                                       BlobFolder* blobs, Tensors* tensors) {
  // First what may fail: a book is never without its executor.
  auto learned = store->ReadWorkRates();
  if (!learned.ok()) return learned.status();
  WorkRates rates = WorkRates::Calibrate();
  rates.Restore(*learned);
  std::unique_ptr<JobBook> book(
      new JobBook(settings, std::move(clock), std::move(factory), store, blobs, tensors));
  book->executor_ = std::make_unique<LocalExecutor>(settings.threads, book.get(),
                                                    book->schedule_.get(), rates, SteadySeconds());
  if (absl::Status status = book->Recover(); !status.ok()) return status;
  return book;
}

absl::Status JobBook::Recover() {
  auto last_order = store_->LastOrder();
  if (!last_order.ok()) return last_order.status();
  auto last_execution_id = store_->LastExecutionId();
  if (!last_execution_id.ok()) return last_execution_id.status();
  auto executions = store_->ListQueue();
  if (!executions.ok()) return executions.status();
  {
    MutexLock lock(mutex_);
    last_order_ = *last_order;
    last_execution_id_ = *last_execution_id;
  }
  auto charges = store_->ListCharges(clock_() - CpuLedger::kWindow);
  if (!charges.ok()) return charges.status();
  for (const Charge& charge : *charges) {
    ledger_.Charge(charge.project, charge.end_time, charge.cpu_seconds);
  }
  for (const Execution& execution : *executions) {
    if (absl::Status status = Recover(execution); !status.ok()) return status;
  }
  return RestoreShares();
}

absl::Status JobBook::Recover(const Execution& execution) {
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
  by_key_[KeyOf(execution)] = id;
  mutex_.unlock();
  ledger_.Reserve(execution.project, id, CpuSeconds(execution));

  std::string now = NumericsVersion();
  std::string key = execution.cache_key;
  if (execution.numerics_version != now) {
    // Changed since, or another precision than exact: what would it be computed by now?
    auto specification = store_->ReadSpecification(id);
    if (!specification.ok()) return specification.status();
    std::vector<FieldProblem> problems;
    const AlignmentSpec resolved = Resolve(*specification, problems);
    now = NumericsVersion(resolved);
    key = ComputeCacheKey(*specification, resolved);
  }
  if (execution.numerics_version != now && !live.tiles.empty()) {
    return Fail(live, JobReason::kComputationFailed,
                absl::StrCat("the server's numerics changed from ", execution.numerics_version,
                             " to ", now, " while the job was under way; submit it again"));
  }
  if (execution.memory_bytes > settings_.memory_budget_bytes) {
    return Fail(
        live, JobReason::kComputationFailed,
        absl::StrCat("the alignment needs ", execution.memory_bytes,
                     " bytes of memory; this server now gives its jobs ",
                     settings_.memory_budget_bytes, " bytes in all (brainalignd --memory)"));
  }
  if (execution.numerics_version != now) {
    mutex_.lock();
    by_key_.erase(KeyOf(execution));
    live.execution.numerics_version = now;
    live.execution.cache_key = key;
    by_key_[KeyOf(live.execution)] = id;
    mutex_.unlock();
    const auto changes = ChangeJobs(live, [&](Job& job) { job.cache_key = key; });
    if (absl::Status status = Apply(SaveExecution(live.execution, changes), changes);
        !status.ok()) {
      return status;
    }
  }
  const bool was_running = execution.state == JobState::kRunning;
  {
    MutexLock lock(mutex_);
    if (was_running) ++live.execution.crashes;
    schedule_->Add(WaitingOf(live));
  }
  if (!was_running) return absl::OkStatus();
  spdlog::warn("execution {} ran when the server died, for the {}. time", id,
               live.execution.crashes);
  if (live.execution.crashes >= settings_.max_crashes) {
    return Fail(live, JobReason::kTooManyAttempts,
                absl::StrCat("the server died ", live.execution.crashes,
                             " times while the job ran; it is not tried again"));
  }
  return Requeue(live, JobReason::kServerRestarted, kStopped);
}

}  // namespace brainalign
