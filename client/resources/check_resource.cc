#include "client/resources/check_resource.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/resources/word_table_calls.h"

namespace brainalign {
namespace {

// The protocol's rule (CreateRecordingRequest.name).
constexpr std::size_t kMostNameBytes = 64;

bool IsName(absl::string_view name) {
  const auto is_first = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kMostNameBytes && is_first(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_first(c) || c == '.' || c == '_' || c == '-'; });
}

absl::Status CheckResourceName(absl::string_view name) {
  const std::size_t slash = name.find('/');
  const bool is_good = slash == absl::string_view::npos
                           ? IsName(name)
                           : IsName(name.substr(0, slash)) && IsName(name.substr(slash + 1));
  if (is_good) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("name is '", name, "'; give 1 to ", kMostNameBytes,
                   " of a-z, 0-9, '.', '_' and '-', the first of them a letter or a digit."));
}

}  // namespace

absl::Status CheckNewResource(Connection& connection, const NewResource& resource) {
  if (absl::Status status = CheckResourceName(resource.name); !status.ok()) return status;
  const int most = connection.server_info().max_name_bytes;
  for (const auto& [field, text] : resource.texts) {
    if (most == 0 || std::ssize(text) <= most) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(field, " has ", text.size(), " bytes; the server takes at most ", most, "."));
  }
  if (resource.word_table.empty()) return absl::OkStatus();
  return GetWordTable(connection, resource.word_table).status();
}

}  // namespace brainalign
