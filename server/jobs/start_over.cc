#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/jobs/transitions.h"
#include "server/store/changes.h"

// An execution that single precision is too coarse for: computed anew, in double.

namespace brainalign {
namespace {

// Replaces each event about a tile by one with the job's state at that time. A reader of the whole
// log finds no deleted tile and no gap.
absl::StatusOr<std::vector<Event>> InPlaceOfTiles(const Store& store, const Job& job) {
  auto events = store.ListEvents(job.order, 0, std::numeric_limits<std::size_t>::max());
  if (!events.ok()) return events.status();
  std::vector<Event> instead;
  Job before;
  for (const Event& event : *events) {
    if (const Job* previous = std::get_if<Job>(&event.content)) {
      before = *previous;
      continue;
    }
    before.sequence = event.sequence;
    before.tiles_done = 0;
    instead.push_back({event.sequence, before});
  }
  return instead;
}

// Every job of the execution that ever followed it, with events in the place of those that previous
// of tiles; those among `changes` are changed as these say.
absl::StatusOr<std::vector<JobChange>> WithoutTiles(const Store& store, std::int64_t execution_id,
                                                    const std::vector<JobChange>& changes) {
  auto followers = store.ListFollowers(execution_id);
  if (!followers.ok()) return followers.status();
  std::vector<JobChange> all;
  for (Job& follower : *followers) {
    auto events = InPlaceOfTiles(store, follower);
    if (!events.ok()) return events.status();
    const auto change = std::find_if(changes.begin(), changes.end(), [&](const JobChange& one) {
      return one.job.job_id == follower.job_id;
    });
    if (change == changes.end()) {
      JobChange unchanged;
      unchanged.before = follower.state;
      unchanged.job = std::move(follower);
      all.push_back(std::move(unchanged));
    } else {
      all.push_back(*change);
    }
    all.back().events.insert(all.back().events.end(), events->begin(), events->end());
  }
  return all;
}

}  // namespace

absl::Status Transitions::StartOver(const LiveExecution& live, Execution planned) {
  const std::int64_t id = planned.execution_id;
  planned.state = JobState::kQueued;
  auto tiles = store_->ListTiles(id);
  if (!tiles.ok()) return tiles.status();
  const auto jobs = ChangeJobs(live, [&](Job& job) {
    job.state = JobState::kQueued;
    job.reason = JobReason::kNone;
    job.message = absl::StrCat("it starts over in double precision: ", planned.why_double);
    job.tiles_done = 0;
    CopyShape(planned, job);
  });
  const auto all = WithoutTiles(*store_, id, jobs);
  if (!all.ok()) return all.status();
  if (absl::Status status = live_jobs_->Apply(DropTiles(planned, *tiles, *all), jobs);
      !status.ok()) {
    return status;
  }
  admission_->Reserve(planned);
  spdlog::warn("execution {} starts over in double precision: {}", id, planned.why_double);
  live_jobs_->Update(live, [&](LiveExecution& changed) {
    changed.execution = std::move(planned);
    changed.tiles.clear();
    changed.LeaveExecutor();
  });
  live_jobs_->Enqueue(live);
  return absl::OkStatus();
}

}  // namespace brainalign
