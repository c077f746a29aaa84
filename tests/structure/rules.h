#ifndef BRAINALIGN_TESTS_STRUCTURE_RULES_H_
#define BRAINALIGN_TESTS_STRUCTURE_RULES_H_

#include <string>
#include <vector>

namespace brainalign {

// What the house rules (CONTRIBUTING.md) find wrong with one file: a sentence each,
// beginning with the path and, where there is one, the line. `path` is relative to
// the root of the source tree, with forward slashes; `text` is the file's content.

// An include that goes against the arrows of ARCHITECTURE.md.
std::vector<std::string> CheckArrows(const std::string& path, const std::string& text);

// An include of a room of core or of server that stands above the one that includes it.
std::vector<std::string> CheckFloors(const std::string& path, const std::string& text);

// A source file of 400 lines or more.
std::vector<std::string> CheckLength(const std::string& path, const std::string& text);

// Names and words that say nothing or do not belong here; exceptions thrown.
std::vector<std::string> CheckWords(const std::string& path, const std::string& text);

// A header whose include guard is not its path.
std::vector<std::string> CheckGuard(const std::string& path, const std::string& text);

// A field of a message of the protocol without a comment of its own directly above it.
std::vector<std::string> CheckFieldComments(const std::string& path, const std::string& text);

// All of the above.
std::vector<std::string> CheckFile(const std::string& path, const std::string& text);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_STRUCTURE_RULES_H_
