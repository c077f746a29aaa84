#ifndef BRAINALIGN_SERVER_ROWS_FIELD_PROBLEMS_H_
#define BRAINALIGN_SERVER_ROWS_FIELD_PROBLEMS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/problem/spec.h"

namespace brainalign {

// What is wrong with the fields of a request. Of a value that exceeds a limit it also has both
// numbers, for programs. Checks of core append to it as to any list of problems.
class FieldProblems : public std::vector<FieldProblem> {
 public:
  struct Exceeded {
    std::int64_t usage = 0;
    std::int64_t limit = 0;
  };

  // `description` says both numbers to people.
  void AddOverLimit(const std::string& field, std::string description, std::int64_t usage,
                    std::int64_t limit) {
    exceeded_[field] = {usage, limit};
    push_back({field, std::move(description)});
  }

  // Nothing if the field does not exceed a limit.
  std::optional<Exceeded> ExceededBy(const std::string& field) const {
    const auto found = exceeded_.find(field);
    return found == exceeded_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, Exceeded> exceeded_;  // by field
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_FIELD_PROBLEMS_H_
