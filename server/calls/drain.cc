#include "server/calls/drain.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "server/rows/status_details.h"

namespace brainalign {

Drain::Drain(JobBook* book, std::function<void(bool serving)> tell_health)
    : book_(book), tell_health_(std::move(tell_health)) {}

void Drain::Begin(bool put_back_running) {
  if (!on_.exchange(true)) {
    spdlog::info("is draining: it accepts and starts nothing new");
    tell_health_(false);
    book_->HoldBack(true);
  }
  if (put_back_running) book_->PutBackRunning();
}

void Drain::End() {
  if (!on_.exchange(false)) return;
  spdlog::info("accepts and starts jobs again");
  book_->HoldBack(false);
  tell_health_(true);
}

absl::Status Drain::Check(Method method) const {
  if (!on_ || (method != Method::kCreateJob && method != Method::kStartUpload)) {
    return absl::OkStatus();
  }
  return WithRetryDelay(
      WithReason(absl::UnavailableError("the server is draining before it is stopped, and accepts "
                                        "no new jobs and uploads; try again when it is back"),
                 "DRAINING"),
      absl::Seconds(10));
}

}  // namespace brainalign
