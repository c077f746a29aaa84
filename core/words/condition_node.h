#ifndef BRAINALIGN_CORE_WORDS_CONDITION_NODE_H_
#define BRAINALIGN_CORE_WORDS_CONDITION_NODE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace brainalign {

// The operators of a test (docs/words.md, "Conditions").
enum class Comparison {
  kEqual,
  kNotEqual,
  kLess,
  kAtMost,
  kMore,
  kAtLeast,
  kIn,
  kNotIn,
  kIsMissing,
  kIsNotMissing
};

// A condition as a tree: a test of one column, or parts that are joined.
struct ConditionNode {
  enum class Kind { kTest, kNot, kAnd, kOr };

  Kind kind = Kind::kTest;
  std::vector<ConditionNode> parts = {};  // one of kNot, two or more of kAnd and kOr

  // Of a test.
  std::string column = {};
  bool of_quartile = false;  // quartile(column) is compared
  Comparison comparison = Comparison::kEqual;
  std::vector<std::string> values = {};  // one, or those of kIn and kNotIn
};

// By the grammar of docs/words.md. INVALID_ARGUMENT with a clause that follows the name of the
// field, and says where the text is wrong and what would be right.
absl::StatusOr<ConditionNode> ParseCondition(const std::string& text);

// The condition in its canonical spelling: equal for texts that differ only in spaces or quotes.
std::string TextOf(const ConditionNode& node);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_WORDS_CONDITION_NODE_H_
