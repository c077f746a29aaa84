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
    put_back_.insert(id);
    executor_->Cancel(id);
  }
}

}  // namespace brainalign
