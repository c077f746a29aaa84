#include "absl/strings/str_cat.h"
#include "server/jobs/job_book.h"
#include "server/rows/status_details.h"
#include "server/store/changes.h"

namespace brainalign {

absl::Status JobBook::Delete(const std::string& job_id) {
  auto job = store_->FindJob(job_id);
  if (!job.ok()) return job.status();
  if (!job->has_value()) return absl::OkStatus();
  const std::int64_t execution_id = (*job)->execution_id;
  const Turns::Turn turn = live_jobs_.TurnAt(execution_id);
  job = store_->FindJob(job_id);  // as it is now that it is our turn
  if (!job.ok()) return job.status();
  if (!job->has_value()) return absl::OkStatus();
  if (!IsTerminal((*job)->state)) {
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat(
            "job ", job_id, " has not ended; cancel it, or wait for its end, and delete it then")),
        "JOB_NOT_ENDED", {{"job_id", job_id}});
  }
  auto followers = store_->CountFollowers(execution_id);
  if (!followers.ok()) return followers.status();
  auto execution = store_->FindExecution(execution_id);
  if (!execution.ok()) return execution.status();
  if (*followers > 1 || !execution->has_value()) return CommitDelete(**job, DeleteJob(**job));

  auto tiles = store_->ListTiles(execution_id);
  if (!tiles.ok()) return tiles.status();
  auto pieces = store_->ListPieces(execution_id);
  if (!pieces.ok()) return pieces.status();
  auto cached = store_->FindCached((*execution)->project, (*execution)->cache_key);
  if (!cached.ok()) return cached.status();
  auto of_matrix = store_->FindOfMatrix((*execution)->project, (*execution)->matrix_key);
  if (!of_matrix.ok()) return of_matrix.status();
  return CommitDelete(**job, DeleteLastJob(**job, **execution, *tiles, *pieces,
                                           {.cache_key = *cached == execution_id,
                                            .matrix_key = *of_matrix == execution_id}));
}

absl::Status JobBook::CommitDelete(const Job& job, const Change& change) {
  if (absl::Status status = store_->Commit(change); !status.ok()) return status;
  admission_.CountStored(job.project, -1);
  return absl::OkStatus();
}

}  // namespace brainalign
