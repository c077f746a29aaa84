#include "server/calls/reloader.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"

namespace brainalign {

Reloader::Reloader(AccessList* access, Reload reload)
    : access_(access), reload_(std::move(reload)) {}

absl::StatusOr<Reload::Outcome> Reloader::Run() {
  MutexLock lock(mutex_);
  if (absl::Status status = access_->Reread(); !status.ok()) {
    return absl::InvalidArgumentError(status.message());
  }
  return reload_.Run();
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
  spdlog::info("read options and access again: changed {}; {} need a restart",
               list(outcome->changed), list(outcome->need_restart));
}

}  // namespace brainalign
