#include "server/jobs/job_book.h"

// Before a server is stopped: nothing starts any more, and what runs ends or goes back.

namespace brainalign {

void JobBook::HoldBack(bool hold) {
  draining_ = hold;
  if (!hold) Dispatch();
}

void JobBook::PutBackRunning() {
  MutexLock lock(mutex_);
  for (auto& [id, live] : live_) {
    if (!live.in_executor) continue;
    live.put_back = true;
    executor_->Cancel(id);
  }
}

absl::Status JobBook::PutBack(LiveExecution& live) {
  if (absl::Status status = Requeue(live); !status.ok()) return status;
  MutexLock lock(mutex_);
  live.in_executor = false;
  live.put_back = false;
  schedule_->PutBack(live.execution.execution_id, NowSeconds());
  return absl::OkStatus();
}

}  // namespace brainalign
