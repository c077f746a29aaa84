#include "server/jobs/job_book.h"

// Before a server is stopped: nothing starts any more, and what runs ends or goes back.

namespace brainalign {

void JobBook::HoldBack(bool hold) {
  draining_ = hold;
  if (!hold) Dispatch();
}

void JobBook::PutBackRunning() {
  live_jobs_.AskBack([&](std::int64_t execution_id) { executor_->Cancel(execution_id); });
}

}  // namespace brainalign
