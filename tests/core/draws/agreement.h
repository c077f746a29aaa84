#ifndef BRAINALIGN_TESTS_CORE_DRAWS_AGREEMENT_H_
#define BRAINALIGN_TESTS_CORE_DRAWS_AGREEMENT_H_

#include <string>
#include <vector>

#include "core/problem/inputs.h"
#include "core/problem/spec.h"

namespace brainalign {

// What holding one job against double precision has shown.
struct Verdict {
  std::string refusal;                // why the engine refused the job; empty: it did not
  std::vector<std::string> problems;  // empty: everything agrees
  std::string options;                // in words, with the preset's choices filled in
  bool has_reference = false;         // whether there was something to hold it against
  double largest_difference = 0;      // of score_per_fold with precision exact, where it has
  bool is_ill_posed = false;          // whether it is more than 1e-5
  bool is_tie = false;                // whether it is, by penalties whose criteria tie
  bool fell_back = false;             // whether `exact` went on in double by itself
  bool ran_fast = false;
  double largest_difference_of_fast = 0;  // of score_per_fold, where it ran
};

// Runs the job with precision exact, double and fast. Beyond 2,048 words `exact` and `fast` are
// held against double; double precision, where that is quick, against the formulas worked out one
// by one (textbook.h). Scores are asked to agree within 1e-5, and within 5e-3 with precision fast;
// or, where the reference moves by more when sensors and dimensions are put in another order and
// their units changed by some 1e-14, within 20 times that. With PCA, `exact` may also have another
// penalty where two criteria tie: where changing the activations by 3e-5 moves the reference about
// as far.
Verdict HoldAgainstDouble(const AlignmentInputs& inputs, const AlignmentOptions& options);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_DRAWS_AGREEMENT_H_
