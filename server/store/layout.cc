#include "server/store/layout.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/store/keys.h"

namespace brainalign {

absl::Status CheckLayout(Database& database, const std::string& path) {
  const auto stored = database.Get(Family::kFacts, VersionKey());
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) {
    Change change;
    change.Put(Family::kFacts, VersionKey(), absl::StrCat(kLayoutVersion));
    return database.Commit(change);
  }
  int version = 0;
  const bool is_number = absl::SimpleAtoi(absl::string_view(**stored), &version);
  if (is_number && version == kLayoutVersion) return absl::OkStatus();
  const std::string next =
      is_number && version < kLayoutVersion
          ? "a version from before the first release wrote it; start with an empty data folder and "
            "upload again, or use that version"
          : "use the version of brainalignd that wrote it, or a newer one";
  return absl::FailedPreconditionError(
      absl::StrCat("the data folder's database ", path, " has layout version ", **stored,
                   "; this program knows version ", kLayoutVersion, ": ", next));
}

}  // namespace brainalign
