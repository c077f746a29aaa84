#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "server/rows/codec.h"
#include "server/store/find_record.h"
#include "server/store/keys.h"
#include "server/store/store.h"

// Jobs, their executions and their events.

namespace brainalign {
namespace {

// The records under one prefix, whose keys end with a job's order: newest first, in pages, so that
// no scan of the database is open while the caller visits jobs.
class NewestFirst {
 public:
  NewestFirst(const Database& database, std::string prefix, std::int64_t before_order)
      : database_(database), prefix_(std::move(prefix)), before_order_(before_order) {}

  // Reads on, if need be. Afterwards there is a next one, unless all were taken.
  absl::Status Look() {
    if (!page_.empty() || ended_) return absl::OkStatus();
    constexpr std::size_t kPage = 128;
    absl::Status scanned =
        database_.ScanBackwards(Family::kFacts, prefix_, prefix_ + EncodeNumber(before_order_),
                                [&](absl::string_view key, absl::string_view job_id) {
                                  before_order_ = TrailingNumber(key);
                                  page_.push_back({before_order_, std::string(job_id)});
                                  return page_.size() < kPage;
                                });
    ended_ = page_.size() < kPage;
    return scanned;
  }
  bool has_next() const { return !page_.empty(); }
  std::int64_t next_order() const { return page_.front().order; }
  std::string TakeNext() {
    std::string job_id = std::move(page_.front().job_id);
    page_.pop_front();
    return job_id;
  }

 private:
  struct Entry {
    std::int64_t order;
    std::string job_id;
  };
  const Database& database_;
  const std::string prefix_;
  std::int64_t before_order_;
  std::deque<Entry> page_;
  bool ended_ = false;
};

}  // namespace

absl::StatusOr<std::optional<Job>> Store::FindJob(const std::string& job_id) const {
  return FindRecord(*database_, JobKey(job_id), &DecodeJob);
}

absl::StatusOr<std::optional<Job>> Store::FindJobByRequest(const std::string& project,
                                                           const std::string& request_id) const {
  auto job_id = database_->Get(Family::kFacts, RequestKey(project, request_id));
  if (!job_id.ok()) return job_id.status();
  if (!job_id->has_value()) return std::optional<Job>();
  return FindJob(**job_id);
}

absl::Status Store::ScanJobs(const std::string& project, const std::vector<JobState>& states,
                             std::int64_t before_order,
                             const std::function<bool(const Job&)>& visit) const {
  std::vector<NewestFirst> lists;
  for (const JobState state : std::set<JobState>(states.begin(), states.end())) {
    lists.emplace_back(*database_, StatePrefix(state, project), before_order);
  }
  if (lists.empty()) {
    lists.emplace_back(*database_, project.empty() ? OrderPrefix() : ProjectOrderPrefix(project),
                       before_order);
  }
  std::int64_t last = before_order;
  while (true) {
    NewestFirst* newest = nullptr;
    for (NewestFirst& list : lists) {
      if (absl::Status looked = list.Look(); !looked.ok()) return looked;
      if (!list.has_next()) continue;
      if (newest == nullptr || list.next_order() > newest->next_order()) newest = &list;
    }
    if (newest == nullptr) return absl::OkStatus();
    const std::int64_t order = newest->next_order();
    const auto job = FindJob(newest->TakeNext());
    if (!job.ok()) return job.status();
    // It went from one list to the other between two looks, or is not in it any more.
    if (std::exchange(last, order) == order || !job->has_value()) continue;
    const bool is_wanted =
        states.empty() || std::find(states.begin(), states.end(), (*job)->state) != states.end();
    if (is_wanted && !visit(**job)) return absl::OkStatus();
  }
}

absl::StatusOr<std::int64_t> Store::LastOrder() const {
  std::int64_t last = 0;
  const absl::Status scanned =
      database_->ScanBackwards(Family::kFacts, OrderPrefix(), OrderKey(INT64_MAX),
                               [&](absl::string_view key, absl::string_view /*value*/) {
                                 last = TrailingNumber(key);
                                 return false;
                               });
  if (!scanned.ok()) return scanned;
  return last;
}

absl::StatusOr<std::int64_t> Store::LastExecutionId() const {
  std::int64_t last = 0;
  const absl::Status scanned =
      database_->ScanBackwards(Family::kFacts, ExecutionPrefix(), ExecutionKey(INT64_MAX),
                               [&](absl::string_view key, absl::string_view /*value*/) {
                                 last = TrailingNumber(key);
                                 return false;
                               });
  if (!scanned.ok()) return scanned;
  return last;
}

absl::StatusOr<std::optional<Execution>> Store::FindExecution(std::int64_t execution_id) const {
  return FindRecord(*database_, ExecutionKey(execution_id), &DecodeExecution);
}

absl::StatusOr<std::vector<Execution>> Store::ListQueue() const {
  std::vector<std::int64_t> ids;
  absl::Status scanned = database_->Scan(Family::kFacts, QueuePrefix(), QueuePrefix(),
                                         [&](absl::string_view key, absl::string_view /*value*/) {
                                           ids.push_back(TrailingNumber(key));
                                           return true;
                                         });
  if (!scanned.ok()) return scanned;
  std::vector<Execution> executions;
  for (const std::int64_t id : ids) {
    auto execution = FindExecution(id);
    if (!execution.ok()) return execution.status();
    if (!execution->has_value()) return DamagedRecordError(ExecutionKey(id));
    executions.push_back(**std::move(execution));
  }
  return executions;
}

absl::StatusOr<std::vector<Job>> Store::ListJobsNamed(const std::string& prefix) const {
  std::vector<std::string> ids;
  absl::Status scanned = database_->Scan(Family::kFacts, prefix, prefix,
                                         [&](absl::string_view /*key*/, absl::string_view job_id) {
                                           ids.emplace_back(job_id);
                                           return true;
                                         });
  if (!scanned.ok()) return scanned;
  std::vector<Job> jobs;
  for (const std::string& id : ids) {
    auto job = FindJob(id);
    if (!job.ok()) return job.status();
    if (!job->has_value()) return DamagedRecordError(JobKey(id));
    jobs.push_back(**std::move(job));
  }
  return jobs;
}

absl::StatusOr<std::vector<Job>> Store::ListAttached(std::int64_t execution_id) const {
  return ListJobsNamed(AttachmentPrefix(execution_id));
}

absl::StatusOr<std::vector<Job>> Store::ListFollowers(std::int64_t execution_id) const {
  return ListJobsNamed(FollowerPrefix(execution_id));
}

absl::StatusOr<int> Store::CountFollowers(std::int64_t execution_id) const {
  int count = 0;
  const std::string prefix = FollowerPrefix(execution_id);
  absl::Status scanned = database_->Scan(
      Family::kFacts, prefix, prefix,
      [&](absl::string_view /*key*/, absl::string_view /*value*/) { return ++count < 2; });
  if (!scanned.ok()) return scanned;
  return count;
}

absl::StatusOr<std::optional<std::int64_t>> Store::FindCached(const std::string& project,
                                                              const std::string& cache_key) const {
  auto bytes = database_->Get(Family::kFacts, CacheKey(project, cache_key));
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(TrailingNumber(**bytes));
}

absl::StatusOr<std::optional<std::int64_t>> Store::FindOfMatrix(
    const std::string& project, const std::string& matrix_key) const {
  return FindCached(project, InPlaceOfCacheKey(matrix_key));
}

absl::StatusOr<std::vector<Event>> Store::ListEvents(std::int64_t order,
                                                     std::int64_t after_sequence,
                                                     std::size_t limit) const {
  std::vector<Event> events;
  absl::Status damage;
  absl::Status scanned =
      database_->Scan(Family::kEvents, EventPrefix(order), EventKey(order, after_sequence + 1),
                      [&](absl::string_view key, absl::string_view value) {
                        std::optional<Event> event = DecodeEvent(std::string(value));
                        if (!event) {
                          damage = DamagedRecordError(key);
                          return false;
                        }
                        event->sequence = TrailingNumber(key);
                        events.push_back(*std::move(event));
                        return events.size() < limit;
                      });
  if (!scanned.ok()) return scanned;
  if (!damage.ok()) return damage;
  return events;
}

}  // namespace brainalign
