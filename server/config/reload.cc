#include "server/config/reload.h"

#include <utility>

#include "server/config/option_table.h"

namespace brainalign {

Reload::Reload(const ServerOptions& present, Read read, Apply apply)
    : read_(std::move(read)), apply_(std::move(apply)), at_start_(present), live_(present) {}

absl::StatusOr<Reload::Outcome> Reload::Run() {
  Outcome outcome;
  if (!read_) return outcome;
  auto options = read_();
  if (!options.ok()) return options.status();
  for (const OptionRow& row : OptionTable()) {
    const std::optional<std::string> now = row.value_of.get(*options);
    if (row.is_live && now != row.value_of.get(live_)) outcome.changed.push_back(row.name);
    if (!row.is_live && now != row.value_of.get(at_start_))
      outcome.need_restart.push_back(row.name);
  }
  apply_(*options);
  live_ = *std::move(options);
  return outcome;
}

}  // namespace brainalign
