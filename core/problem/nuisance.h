#ifndef BRAINALIGN_CORE_PROBLEM_NUISANCE_H_
#define BRAINALIGN_CORE_PROBLEM_NUISANCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/problem/inputs.h"
#include "core/problem/spec.h"
#include "core/tensor/tensor.h"
#include "core/words/word_values.h"

namespace brainalign {

// Features of no interest, which are taken out of the activations (docs/method.md, "Nuisance").

// Names of columns that are computed instead of read: the index of a word among those of its
// session, and the seconds between its onset and that of the word before it in its session.
inline constexpr char kPositionColumn[] = "@position";
inline constexpr char kIntervalColumn[] = "@interval";
bool IsComputedColumn(const std::string& name);

// The names of all columns: `columns`, then features[0], .. of so many features.
std::vector<std::string> NuisanceNames(const std::vector<std::string>& columns,
                                       std::int64_t features);

// (w, c) The columns as AlignmentInputs::nuisance: `columns` by name, computed or of `table`, then
// those of `features` (w, f), which may have rank 0. INVALID_ARGUMENT, with a clause that follows
// the name of the option, if a column is missing, given twice or a text, or lengths differ.
absl::StatusOr<Tensor> GatherNuisance(const std::vector<std::string>& columns,
                                      const WordTableValues& table, const Tensor& features,
                                      const BrainInput& brain);

// The same columns as a layer of their own, each with mean 0 and deviation 1 over the words `used`.
// Other words are 0. Appends a problem for a number of columns or words that does not fit, for a
// value that is missing or not finite, and for a column that is constant over these words.
LayerInput StandardNuisance(const AlignmentInputs& inputs, const std::vector<std::string>& names,
                            const std::vector<std::int64_t>& used,
                            std::vector<FieldProblem>& problems);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_NUISANCE_H_
