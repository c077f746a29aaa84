#include "tests/server/fakes/far_site.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

constexpr std::chrono::seconds kPatience{20};

}  // namespace

// The server's end.
class FarSite::Line : public Executor {
 public:
  explicit Line(FarSite* site) : site_(site) {}
  ~Line() override { Line::Detach(); }

  ExecutorCapacity capacity() const override {
    return {.threads = 2, .memory_bytes = 1'000'000, .executions = 8};
  }
  absl::Status Attach(ExecutionHost* host, Schedule* /*schedule*/) override {
    MutexLock lock(site_->mutex_);
    site_->host_ = host;
    return absl::OkStatus();
  }
  void Start(std::int64_t execution_id, int attempt) override {
    MutexLock lock(site_->mutex_);
    Run& run = site_->runs_[{execution_id, attempt}];
    run.attempt = attempt;
    run.handle = absl::StrCat("run ", ++site_->started_);
    site_->changed_.notify_all();
  }
  absl::Status Adopt(std::int64_t execution_id, int attempt, const std::string& handle) override {
    MutexLock lock(site_->mutex_);
    const auto found = site_->runs_.find({execution_id, attempt});
    if (found == site_->runs_.end() || found->second.handle != handle) {
      return absl::NotFoundError(absl::StrCat("there is no ", handle));
    }
    found->second.heard = true;
    ++site_->adopted_;
    site_->changed_.notify_all();
    return absl::OkStatus();
  }
  void Cancel(std::int64_t execution_id) override {
    MutexLock lock(site_->mutex_);
    for (auto& [key, run] : site_->runs_) {
      if (key.first == execution_id && run.heard) run.cancelled = true;
    }
    site_->changed_.notify_all();
  }
  ExecutionProgress Progress(std::int64_t /*execution_id*/) const override {
    return {.remaining_seconds = std::numeric_limits<double>::quiet_NaN()};
  }
  double EstimateSeconds(const AlignmentPlan& /*plan*/) const override { return 1; }
  std::string SaveRates() const override { return ""; }
  std::vector<PhaseTotals> Totals() const override { return {}; }
  void Detach() override {
    MutexLock lock(site_->mutex_);
    site_->host_ = nullptr;
    for (auto& [key, run] : site_->runs_) run.heard = false;
    while (site_->calling_) site_->changed_.wait(site_->mutex_);
    std::erase_if(site_->runs_, [](const auto& run) { return !run.second.told_handle; });
  }

 private:
  FarSite* const site_;
};

FarSite::FarSite() : thread_([this](const std::stop_token& stop) { Serve(stop); }) {}

FarSite::~FarSite() {
  thread_.request_stop();
  {
    MutexLock lock(mutex_);
    changed_.notify_all();
  }
  thread_.join();
}

std::unique_ptr<Executor> FarSite::Connect() { return std::make_unique<Line>(this); }

void FarSite::Serve(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  while (!stop.stop_requested()) {
    if (!Step()) changed_.wait(mutex_);
  }
}

bool FarSite::Step() {
  for (auto& [key, run] : runs_) {
    if (host_ != nullptr && run.heard && Tell(key.first, run)) return true;
  }
  for (auto& [key, run] : runs_) {
    if (run.todo.empty() || let_go_ == 0) continue;
    --let_go_;
    ++computed_;
    run.ready.push_back(Compute(run.description, run.todo.front()));
    run.todo.pop_front();
    changed_.notify_all();
    return true;
  }
  return false;
}

bool FarSite::Tell(std::int64_t id, Run& run) {
  const bool is_done = run.described && run.todo.empty() && run.ready.empty();
  const bool ends = run.cancelled || !run.error.ok() || is_done;
  const bool tells_handle = tells_handles_ && !run.told_handle;
  if (run.described && !ends && !tells_handle && run.ready.empty()) return false;
  ExecutionHost* const host = host_;
  const int attempt = run.attempt;
  // The run stays: only this thread removes one.
  calling_ = true;
  mutex_.unlock();
  absl::Status status;
  absl::StatusOr<ExecutionDescription> description = absl::UnknownError("not asked for");
  if (ends) {
    absl::StatusOr<ComputedExecution> computed = ComputedExecution();
    if (run.cancelled) computed = absl::CancelledError("the execution was cancelled");
    if (!run.error.ok()) computed = run.error;
    host->OnEnd(id, attempt, std::move(computed));
  } else if (!run.described) {
    description = host->Describe(id);
    status = description.status();
  } else if (tells_handle) {
    status = host->OnHandle(id, attempt, run.handle);
  } else {
    status = host->OnTile(id, attempt, run.ready.front());
  }
  mutex_.lock();
  calling_ = false;
  changed_.notify_all();
  if (ends) {
    runs_.erase({id, attempt});
    changed_.notify_all();
    return true;
  }
  run.error = status;
  if (!run.described) {
    run.described = true;
    if (description.ok()) run.description = *std::move(description);
    for (int layer = 0; layer < std::ssize(run.description.specification.layers); ++layer) {
      const auto& finished = run.description.finished;
      const bool is_there = std::any_of(finished.begin(), finished.end(),
                                        [&](const auto& tile) { return tile.index == layer; });
      if (!is_there) run.todo.push_back(layer);
    }
  } else if (tells_handle) {
    run.told_handle = true;
  } else {
    run.ready.pop_front();
    ++(status.ok() ? answered_ : refused_);
  }
  return true;
}

TileScores FarSite::Compute(const ExecutionDescription& description, int layer) {
  std::vector<FieldProblem> problems;
  const AlignmentSpec spec = ResolveOptions(description.specification.options, false, 0, problems);
  const auto times = static_cast<int>(description.specification.brain.times_seconds.size());
  TileScores scores;
  scores.index = layer;
  scores.tile = {layer, 1, 0, times};
  for (int time = 0; time < times; ++time) scores.score.push_back(10 * layer + time);
  scores.score_per_fold.resize(static_cast<std::size_t>(spec.folds) * scores.score.size());
  scores.alpha_counts.resize(spec.alphas.size());
  return scores;
}

void FarSite::LetGo(int tiles) {
  MutexLock lock(mutex_);
  let_go_ += tiles;
  changed_.notify_all();
}

void FarSite::LetAllGo() { LetGo(std::numeric_limits<int>::max() / 2); }

bool FarSite::AwaitComputed(int tiles) {
  MutexLock lock(mutex_);
  return changed_.wait_for(mutex_, kPatience,
                           [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return computed_ >= tiles; });
}

bool FarSite::AwaitAnswered(int tiles) {
  MutexLock lock(mutex_);
  return changed_.wait_for(mutex_, kPatience, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return answered_ + refused_ >= tiles;
  });
}

bool FarSite::AwaitIdle() {
  MutexLock lock(mutex_);
  return changed_.wait_for(mutex_, kPatience,
                           [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return runs_.empty(); });
}

void FarSite::KeepHandles() {
  MutexLock lock(mutex_);
  tells_handles_ = false;
}

void FarSite::LoseHandles() {
  MutexLock lock(mutex_);
  for (auto& [key, run] : runs_) run.handle = "lost";
}

void FarSite::SpeakUp() {
  MutexLock lock(mutex_);
  for (auto& [key, run] : runs_) run.heard = true;
  changed_.notify_all();
}

void FarSite::EndEarly() {
  MutexLock lock(mutex_);
  for (auto& [key, run] : runs_) run.todo.clear();
  changed_.notify_all();
}

int FarSite::started() {
  MutexLock lock(mutex_);
  return started_;
}

int FarSite::adopted() {
  MutexLock lock(mutex_);
  return adopted_;
}

int FarSite::computed() {
  MutexLock lock(mutex_);
  return computed_;
}

int FarSite::refused() {
  MutexLock lock(mutex_);
  return refused_;
}

}  // namespace brainalign
