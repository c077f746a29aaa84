// The table of docs/errors.md lists every reason that the server gives for a rejected call, with
// the metadata keys that the code attaches to it, and no other reason or key.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;

// Keys of the metadata, by reason.
using Reasons = std::map<std::string, std::set<std::string>>;

std::string ReadText(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Adds what `pattern` finds: the reason is its first group. `key` finds keys in its second.
void FindAll(const std::string& text, const std::regex& pattern, const std::regex& key,
             Reasons& found) {
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
    std::set<std::string>& keys = found[(*at)[1].str()];
    const std::string metadata = (*at)[2].str();
    for (std::sregex_iterator one(metadata.begin(), metadata.end(), key); one != end; ++one) {
      keys.insert((*one)[1].str());
    }
  }
}

// Reasons are the only texts of the server in capitals with an underscore, but for one. The
// metadata follow at once, as {{"key", value}, ...}, up to the end of the statement.
Reasons ReasonsOfTheServer(const fs::path& root) {
  const std::regex literal(R"re("([A-Z]+(?:_[A-Z]+)+|DRAINING)"(,\s*\{\{[^;]*)?)re");
  const std::regex key(R"re(\{"([a-z_]+)",)re");
  Reasons reasons;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / "server")) {
    if (entry.path().extension() == ".cc" || entry.path().extension() == ".h") {
      FindAll(ReadText(entry.path()), literal, key, reasons);
    }
  }
  return reasons;
}

// A row is | `REASON` | code | when | what to do | metadata |.
Reasons ReasonsOfTheTable(const fs::path& root) {
  const std::regex row(R"(\n\| `([A-Z_]+)` \|[^|\n]*\|[^|\n]*\|[^|\n]*\|([^|\n]*)\|)");
  Reasons reasons;
  FindAll(ReadText(root / "docs/errors.md"), row, std::regex("`([a-z_]+)`"), reasons);
  return reasons;
}

TEST(ReasonsTest, StandInTheTableOfErrorsWithTheirMetadata) {
  const fs::path root = BRAINALIGN_SOURCE_DIR;
  const Reasons given = ReasonsOfTheServer(root);
  EXPECT_GT(given.size(), 30U) << "looked in the wrong place: " << root;
  EXPECT_THAT(ReasonsOfTheTable(root), testing::ContainerEq(given));
}

}  // namespace
}  // namespace brainalign
