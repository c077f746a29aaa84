#ifndef BRAINALIGN_CORE_PROBLEM_UNCERTAINTY_OPTIONS_H_
#define BRAINALIGN_CORE_PROBLEM_UNCERTAINTY_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace brainalign {

struct FieldProblem;

// How the nulls break the relation of brain and activations.
enum class NullBy {
  kShift,  // words are shifted circularly inside each session
  kSwap,   // whole sessions of the activations are exchanged; each is cut to the shortest
};

// The options of uncertainty (docs/uncertainty.md, "Options").
struct UncertaintyOptions {
  int nulls = 0;  // matrices of activations that are shifted or swapped; 0: none
  NullBy null_by = NullBy::kShift;
  int draws = 0;  // draws of block noise; 0: none
  std::uint64_t seed = 0;
  // Degree of the polynomials taken out of both sides; nothing: off. It changes the matrix itself.
  std::optional<int> detrend = {};
  std::optional<int> block_words = {};      // nothing: BlockWords
  std::optional<int> min_shift_words = {};  // nothing: MinShiftWords

  // Whether nulls or draws are requested, so that the result has an object `uncertainty`.
  bool asked() const { return nulls > 0 || draws > 0; }
  // Whether sessions are cut to the same length, in the matrix, too.
  bool swaps_sessions() const { return null_by == NullBy::kSwap; }

  bool operator==(const UncertaintyOptions&) const = default;
};

constexpr int kMostNulls = 100'000;
constexpr int kMostDraws = 1'000'000;
constexpr int kHighestDetrend = 20;

// "shift", "swap", and back. Nothing for an unknown name.
const char* Name(NullBy value);
std::optional<NullBy> ParseNullBy(const std::string& name);

// Appends a problem for each option outside its range, as far as the range does not depend on the
// words.
void CheckUncertaintyOptions(const UncertaintyOptions& options,
                             std::vector<FieldProblem>& problems);

// Appends a problem for each option that `words`, the number of words used, are too few for.
void CheckUncertaintyWords(const UncertaintyOptions& options, std::int64_t words,
                           std::vector<FieldProblem>& problems);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_UNCERTAINTY_OPTIONS_H_
