#include "tests/structure/rules.h"

#include <algorithm>
#include <cctype>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace brainalign {
namespace {

constexpr std::size_t kMaxLines = 400;

bool StartsWith(const std::string& text, const std::string& prefix) {
  return text.rfind(prefix, 0) == 0;
}

bool IsUnder(const std::string& path, const std::vector<std::string>& folders) {
  return std::any_of(folders.begin(), folders.end(),
                     [&](const std::string& folder) { return StartsWith(path, folder); });
}

bool HasExtension(const std::string& path, const std::string& extension) {
  return path.size() > extension.size() &&
         path.compare(path.size() - extension.size(), std::string::npos, extension) == 0;
}

bool IsCode(const std::string& path) {
  return HasExtension(path, ".h") || HasExtension(path, ".cc");
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string At(const std::string& path, std::size_t line_index) {
  return path + ":" + std::to_string(line_index + 1) + ": ";
}

// What a line includes; empty if it includes nothing.
std::string Included(const std::string& line) {
  static const std::regex include("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"].*");
  std::smatch match;
  return std::regex_match(line, match, include) ? match[1].str() : "";
}

// What a unit of work runs deep inside ends it as the standard library does, with bad_alloc, up to
// the fence around the unit, which makes a status of it; and the tests of that fence.
bool MayThrow(const std::string& path) {
  return path == "core/fence.cc" || path == "core/linalg/float_product.cc" ||
         path == "tests/core/fence_test.cc" || path == "tests/core/align/run_test.cc";
}

// Rooms whose includes are bound, and what each may not see.
struct Arrow {
  std::string room;
  std::regex forbidden;
  std::string why;
};

const std::vector<Arrow>& Arrows() {
  static const auto& arrows = *new std::vector<Arrow>{
      {"core/", std::regex("^(server|client|tests|bench)/"),
       "core knows neither server nor client"},
      {"core/", std::regex("^(proto/|brainalign/v1/|google/protobuf/|grpc)|\\.pb\\.h$"),
       "core knows neither gRPC nor protobuf"},
      {"core/", std::regex("^rocksdb/"), "core knows no database"},
      {"server/", std::regex("^(client|tests|bench)/"),
       "server and client never include each other"},
      {"server/calls/", std::regex("^grpc|\\.grpc\\.pb\\.h$"),
       "what a call does knows no transport"},
      {"server/rows/", std::regex("^grpc|\\.grpc\\.pb\\.h$"), "rows know no transport"},
      {"client/", std::regex("^(server|tests|bench)/"),
       "server and client never include each other"},
      {"client/", std::regex("^rocksdb/"), "the database belongs to the server"},
      {"client/experiment/",
       std::regex("^core/(inference|moments|similarity|columns|ridge|leave_one_out|regressions|"
                  "planning|align)/"),
       "readers of folders compute no alignment: tests/foreign_bytes builds them without"},
      {"examples/", std::regex("^(core|client|server|tests|bench)/"),
       "examples are built on what is installed"},
  };
  return arrows;
}

// Who speaks with gRPC, answers the protocol's messages, or turns records into bytes.
const std::vector<std::string>& GeneratedCodeUsers() {
  static const auto& folders = *new std::vector<std::string>{
      "server/calls/", "server/rpc/",       "server/rows/",    "client/connection/",
      "client/wire/",  "client/jobs/",      "client/tensors/", "tests/",
      "bench/upload/", "bench/bare_server/"};
  return folders;
}

// A part of the tree whose rooms stand one above the other.
struct House {
  std::string root;
  std::vector<std::string> rooms;  // low to high
  bool is_roof;                    // files in the root itself stand above every room; else below
};

const std::vector<House>& Houses() {
  static const auto& houses = *new std::vector<House>{
      {"core/",
       {"tensor", "words", "epochs", "filtering", "linalg", "result", "problem", "inference",
        "moments", "similarity", "columns", "ridge", "leave_one_out", "regressions", "planning",
        "align"},
       false},
      {"server/",
       {"runtime", "rows", "files", "logs", "schedule", "store", "access", "blobs", "jobs",
        "resources", "recordings", "config", "backup", "observe", "calls", "rpc"},
       true}};
  return houses;
}

// Above every floor there is.
constexpr std::ptrdiff_t kNoFloor = 1000;

std::ptrdiff_t FloorOf(const House& house, const std::string& file) {
  const std::string inside = file.substr(house.root.size());
  const std::size_t slash = inside.find('/');
  if (slash == std::string::npos) return house.is_roof ? std::ssize(house.rooms) : -1;
  const auto found = std::find(house.rooms.begin(), house.rooms.end(), inside.substr(0, slash));
  return found == house.rooms.end() ? kNoFloor : found - house.rooms.begin();
}

}  // namespace

std::vector<std::string> CheckArrows(const std::string& path, const std::string& text) {
  static const std::regex generated("(\\.pb\\.h$)|(^google/protobuf/)|(^grpc)");
  std::vector<std::string> problems;
  if (!IsCode(path)) return problems;
  const std::vector<std::string> lines = Lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string target = Included(lines[i]);
    for (const Arrow& arrow : Arrows()) {
      if (StartsWith(path, arrow.room) && std::regex_search(target, arrow.forbidden)) {
        problems.push_back(At(path, i) + "includes " + target + ": " + arrow.why);
      }
    }
    if (!StartsWith(path, "core/") && std::regex_search(target, generated) &&
        !IsUnder(path, GeneratedCodeUsers())) {
      problems.push_back(At(path, i) + "includes " + target +
                         ": only calls, RPC adapters and record codecs see generated classes");
    }
  }
  return problems;
}

std::vector<std::string> CheckFloors(const std::string& path, const std::string& text) {
  for (const House& house : Houses()) {
    if (!IsCode(path) || !StartsWith(path, house.root)) continue;
    const auto own = FloorOf(house, path);
    if (own == kNoFloor) {
      return {path + ": a room of " + house.root + " that has no place in the rules"};
    }
    std::vector<std::string> problems;
    const std::vector<std::string> lines = Lines(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::string target = Included(lines[i]);
      if (StartsWith(target, house.root) && FloorOf(house, target) > own) {
        problems.push_back(At(path, i) + "includes " + target + ", which stands above it");
      }
    }
    return problems;
  }
  return {};
}

std::vector<std::string> CheckLength(const std::string& path, const std::string& text) {
  const std::size_t count = Lines(text).size();
  const bool is_source = IsCode(path) || HasExtension(path, ".proto") || HasExtension(path, ".py");
  if (!is_source || count < kMaxLines) return {};
  return {path + ": " + std::to_string(count) + " lines; split it by what it does (limit " +
          std::to_string(kMaxLines) + ")"};
}

std::vector<std::string> CheckWords(const std::string& path, const std::string& text) {
  static const std::regex name("(^|[/_])(utils?|common|helpers?)([/_.]|$)");
  // Written in pieces so that this file passes its own check.
  static const std::regex left_over(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X)\\b");
  static const std::regex machine(
      "(/wo"
      "rk/|/tmp/w"
      "t/)");
  static const std::regex thrown(
      "^\\s*thr"
      "ow\\b|[;{}]\\s*thr"
      "ow\\b");
  static const std::regex lock(
      "absl::Mu"
      "tex|absl/synchronization/mu"
      "tex");
  std::vector<std::string> problems;
  if (std::regex_search(path, name)) {
    problems.push_back(path + ": a name that does not say what is inside");
  }
  const std::vector<std::string> lines = Lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (std::regex_search(lines[i], left_over)) {
      problems.push_back(At(path, i) + "work left over");
    }
    if (std::regex_search(lines[i], machine)) {
      problems.push_back(At(path, i) + "a path of one machine");
    }
    if (!IsCode(path)) continue;
    if (!MayThrow(path) && std::regex_search(lines[i], thrown)) {
      problems.push_back(At(path, i) + "throws; errors are absl::Status");
    }
    if (std::regex_search(lines[i], lock)) {
      problems.push_back(At(path, i) +
                         "an Abseil mutex, which makes ThreadSanitizer useless; use std::mutex");
    }
  }
  return problems;
}

std::vector<std::string> CheckGuard(const std::string& path, const std::string& text) {
  if (!HasExtension(path, ".h")) return {};
  std::string guard = "BRAINALIGN_";
  for (const char c : path) {
    guard += std::isalnum(static_cast<unsigned char>(c)) != 0
                 ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
                 : '_';
  }
  guard += "_";
  if (text.find("#ifndef " + guard + "\n#define " + guard + "\n") != std::string::npos) return {};
  return {path + ": the include guard should be " + guard};
}

std::vector<std::string> CheckFieldComments(const std::string& path, const std::string& text) {
  if (!StartsWith(path, "proto/") || !HasExtension(path, ".proto")) return {};
  static const std::regex comment("^\\s*//.*");
  static const std::regex opening("^\\s*(\\w+)\\b.*\\{\\s*$");
  static const std::regex closing("^\\s*\\}.*");
  static const std::regex field("^\\s*[^/]*\\b(\\w+)\\s*=\\s*[0-9]+\\s*[;\\[].*");
  std::vector<std::string> problems;
  std::vector<std::string> blocks;  // message, oneof, enum, ..: from the outside in
  const std::vector<std::string> lines = Lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    if (std::regex_match(lines[i], comment)) continue;
    if (std::regex_match(lines[i], match, opening)) {
      blocks.push_back(match[1].str());
    } else if (std::regex_match(lines[i], closing)) {
      if (!blocks.empty()) blocks.pop_back();
    } else if (!blocks.empty() && (blocks.back() == "message" || blocks.back() == "oneof") &&
               std::regex_match(lines[i], match, field) &&
               !std::regex_match(lines[i - 1], comment)) {
      problems.push_back(At(path, i) + "the field " + match[1].str() +
                         " has no comment above it; give its unit and shape, and for a request "
                         "what unset means");
    }
  }
  return problems;
}

std::vector<std::string> CheckFile(const std::string& path, const std::string& text) {
  std::vector<std::string> problems;
  for (const auto& check :
       {CheckArrows, CheckFloors, CheckLength, CheckWords, CheckGuard, CheckFieldComments}) {
    const std::vector<std::string> found = check(path, text);
    problems.insert(problems.end(), found.begin(), found.end());
  }
  return problems;
}

}  // namespace brainalign
