#include "server/store/keys.h"
#include "server/store/store.h"

namespace brainalign {

absl::StatusOr<bool> Store::WereTokensUsed() const {
  auto bytes = database_->Get(Family::kFacts, TokensUsedKey());
  if (!bytes.ok()) return bytes.status();
  return bytes->has_value();
}

}  // namespace brainalign
