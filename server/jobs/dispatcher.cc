#include "server/jobs/dispatcher.h"

#include <spdlog/spdlog.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "server/logs/log_fields.h"

namespace brainalign {

Dispatcher::Dispatcher(SteadyClock steady_clock, const Parts& parts)
    : steady_seconds_(std::move(steady_clock)),
      schedule_(parts.schedule),
      executor_(parts.executor),
      live_jobs_(parts.live_jobs),
      transitions_(parts.transitions) {}

void Dispatcher::Dispatch() {
  {
    MutexLock lock(mutex_);
    dispatch_again_ = true;
    if (dispatching_) return;  // the caller checks again
    dispatching_ = true;
  }
  while (true) {
    StartOrder::Choice choice;
    {
      MutexLock lock(mutex_);
      if (dispatch_again_) choice = NextInQueue();
      dispatch_again_ = false;
      if (choice.id == 0 && choice.waiting_for_memory.empty()) {
        dispatching_ = false;
        dispatched_.notify_all();
        return;
      }
    }
    for (const std::int64_t id : choice.waiting_for_memory) {
      const Turns::Turn turn = live_jobs_->TurnAt(id);
      if (const LiveExecution* const live = live_jobs_->Find(id)) transitions_->MarkWaiting(*live);
    }
    if (choice.id == 0) continue;
    const LogFields fields({{"execution_id", choice.id}});
    const Turns::Turn turn = live_jobs_->TurnAt(choice.id);
    const LiveExecution* const live = live_jobs_->Find(choice.id);
    // Where the store refuses one it refuses all.
    const bool go_on = live == nullptr || transitions_->Start(*live);
    MutexLock lock(mutex_);
    dispatch_again_ = dispatch_again_ || go_on;
  }
}

StartOrder::Choice Dispatcher::NextInQueue() const {
  if (live_jobs_->is_stopping() || holds_back_) return {};
  StartOrder::Choice choice = schedule_->Next(steady_seconds_());
  std::erase_if(choice.waiting_for_memory, [&](std::int64_t id) {
    bool knows = false;
    const bool is_live =
        live_jobs_->Look(id, [&](const LiveExecution& live) { knows = KnowsOfWaiting(live); });
    return knows || !is_live;
  });
  return choice;
}

void Dispatcher::HoldBack(bool hold) {
  holds_back_ = hold;
  if (!hold) Dispatch();
}

void Dispatcher::PutBackRunning() {
  live_jobs_->AskBack([&](std::int64_t execution_id) { executor_->Cancel(execution_id); });
}

bool Dispatcher::Stop() {
  if (!live_jobs_->Stop()) return false;
  {
    MutexLock lock(mutex_);
    dispatched_.wait(mutex_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !dispatching_; });
  }
  std::vector<std::int64_t> ids;
  live_jobs_->Visit(0, [&](const LiveExecution& live) {
    ids.push_back(live.execution.execution_id);
    return true;
  });
  executor_->Detach();
  for (const std::int64_t id : ids) {
    const Turns::Turn turn = live_jobs_->TurnAt(id);
    const LiveExecution* const live = live_jobs_->Find(id);
    if (live == nullptr || live->execution.state != JobState::kRunning) continue;
    // It continues in another process, and a later server can adopt it.
    if (!live->execution.executor_handle.empty()) continue;
    if (absl::Status status =
            transitions_->Requeue(*live, JobReason::kServerRestarted, Transitions::kStopped);
        !status.ok()) {
      spdlog::error("execution {} could not be returned to the queue; it will count as crashed: {}",
                    id, std::string(status.message()));
    }
  }
  return true;
}

}  // namespace brainalign
