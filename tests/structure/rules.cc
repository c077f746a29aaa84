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
      {"client/", std::regex("^(server|tests|bench)/"),
       "server and client never include each other"},
      {"client/", std::regex("^rocksdb/"), "the database belongs to the server"},
  };
  return arrows;
}

// Who speaks with gRPC or turns records into bytes; server.cc starts gRPC's server.
const std::vector<std::string>& GeneratedCodeUsers() {
  static const auto& folders = *new std::vector<std::string>{
      "server/rpc/",   "server/server.cc",  "server/record/",  "client/connection/",
      "client/wire/",  "client/jobs/",      "client/tensors/", "tests/",
      "bench/upload/", "bench/bare_server/"};
  return folders;
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
                         ": only RPC adapters and record codecs see gRPC and generated classes");
    }
  }
  return problems;
}

std::vector<std::string> CheckFloors(const std::string& path, const std::string& text) {
  static const auto& rooms = *new std::vector<std::string>{
      "tensor", "epochs",        "linalg",      "problem",  "moments", "columns",
      "ridge",  "leave_one_out", "regressions", "planning", "align"};
  // Where files lie in core itself, anyone's: below every room.
  const auto floor = [](const std::string& file) {
    static const std::regex in_room("^core/([^/]+)/.*");
    std::smatch match;
    if (!std::regex_match(file, match, in_room)) return std::ptrdiff_t{-1};
    return std::find(rooms.begin(), rooms.end(), match[1]) - rooms.begin();
  };
  std::vector<std::string> problems;
  if (!IsCode(path) || !StartsWith(path, "core/")) return problems;
  const auto own = floor(path);
  if (own == std::ssize(rooms)) return {path + ": a room of core that has no place in the rules"};
  const std::vector<std::string> lines = Lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string target = Included(lines[i]);
    if (StartsWith(target, "core/") && floor(target) > own) {
      problems.push_back(At(path, i) + "includes " + target + ", which stands above it");
    }
  }
  return problems;
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
    if (std::regex_search(lines[i], thrown)) {
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

std::vector<std::string> CheckFile(const std::string& path, const std::string& text) {
  std::vector<std::string> problems;
  for (const auto& check : {CheckArrows, CheckFloors, CheckLength, CheckWords, CheckGuard}) {
    const std::vector<std::string> found = check(path, text);
    problems.insert(problems.end(), found.begin(), found.end());
  }
  return problems;
}

}  // namespace brainalign
