#include "server/calls/reloader.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "server/rows/status_details.h"

namespace brainalign {

Reloader::Reloader(AccessList* access, Reload reload)
    : access_(access), reload_(std::move(reload)) {}

absl::StatusOr<Reload::Outcome> Reloader::Run() {
  MutexLock lock(mutex_);
  if (absl::Status status = access_->Reread(); !status.ok()) {
    return WithReason(absl::InvalidArgumentError(status.message()), "ACCESS_FILE_INVALID");
  }
  auto outcome = reload_.Run();
  if (!outcome.ok()) return WithReason(outcome.status(), "OPTIONS_INVALID");
  return outcome;
}

void Reloader::RunAndLog() {
  const auto outcome = Run();
  if (!outcome.ok()) {
    spdlog::error("not read again: {}; nothing was changed",
                  std::string(outcome.status().message()));
    return;
  }
  const auto list = [](const std::vector<std::string>& names) {
    return names.empty() ? "nothing" : absl::StrJoin(names, ", ");
  };
  const std::vector<std::string>& later = outcome->need_restart;
  spdlog::info("read options and access again: changed {}; {} {} a restart", list(outcome->changed),
               list(later), later.empty() ? "needs" : "need");
}

}  // namespace brainalign
