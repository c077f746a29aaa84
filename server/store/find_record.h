#ifndef BRAINALIGN_SERVER_STORE_FIND_RECORD_H_
#define BRAINALIGN_SERVER_STORE_FIND_RECORD_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/store/database.h"

namespace brainalign {

inline absl::Status DamagedRecordError(absl::string_view key) {
  return absl::DataLossError(
      absl::StrCat("the database's record ", absl::CHexEscape(key), " is damaged"));
}

// Reads one record among the facts and decodes it. Nothing if it is not there.
template <typename Record>
absl::StatusOr<std::optional<Record>> FindRecord(
    const Database& database, const std::string& key,
    std::optional<Record> (*decode)(const std::string&)) {
  auto bytes = database.Get(Family::kFacts, key);
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return std::optional<Record>();
  std::optional<Record> record = decode(**bytes);
  if (!record) return DamagedRecordError(key);
  return record;
}

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_STORE_FIND_RECORD_H_
