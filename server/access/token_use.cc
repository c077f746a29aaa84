#include "server/access/token_use.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "server/files/file.h"

namespace brainalign {
namespace {

std::string TokenUsePath(const std::string& data_folder) {
  return absl::StrCat(data_folder, "/access_used.json");
}

}  // namespace

TokenUse ReadTokenUse(const std::string& data_folder) {
  std::ifstream stream(TokenUsePath(data_folder));
  const auto json = nlohmann::json::parse(stream, /*cb=*/nullptr, /*allow_exceptions=*/false);
  TokenUse use;
  if (!json.is_object()) return use;
  for (const auto& [id, text] : json.items()) {
    absl::Time time;
    std::string why;
    if (text.is_string() &&
        absl::ParseTime(absl::RFC3339_sec, text.get<std::string>(), &time, &why)) {
      use[id] = time;
    }
  }
  return use;
}

absl::Status WriteTokenUse(const std::string& data_folder, const TokenUse& use) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [id, time] : use) {
    json[id] = absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
  }
  const std::string text = json.dump(2) + "\n";
  const std::string path = TokenUsePath(data_folder);
  const std::string next = path + ".new";
  if (absl::Status status = Remove(next); !status.ok()) return status;
  auto file = File::OpenToWrite(next);
  if (!file.ok()) return file.status();
  if (absl::Status status = file->WriteAt(0, text.data(), text.size()); !status.ok()) {
    return status;
  }
  if (absl::Status status = file->Sync(); !status.ok()) return status;
  return Rename(next, path);
}

}  // namespace brainalign
