#ifndef BRAINALIGN_CORE_PROBLEM_EQUAL_SESSIONS_H_
#define BRAINALIGN_CORE_PROBLEM_EQUAL_SESSIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/epochs/epochs.h"
#include "core/problem/sessions.h"
#include "core/problem/spec.h"

namespace brainalign {

// Fewer sessions have so few pairings that their p values say nothing.
inline constexpr int kLeastSwappedSessions = 4;

// Whether `sessions`, of the words of `epochs`, are enough to swap; else why not, as a clause.
std::string WhyNoSwaps(const Sessions& sessions, const Epochs& epochs);

// The words of sessions of the same length (docs/uncertainty.md, "Swaps of whole sessions").
struct EqualSessions {
  Epochs epochs;
  std::int64_t words_left_out = 0;
  std::string note;  // a sentence on them; empty if none were left out
};

// Keeps the first words of each session, as many as the session with the fewest words in `epochs`
// has. Appends a problem with options.null_by if there are too few sessions, or if fewer words are
// left than two for each of `folds` folds.
EqualSessions CutToShortest(const Sessions& sessions, const Epochs& epochs, int folds,
                            std::vector<FieldProblem>& problems);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_EQUAL_SESSIONS_H_
