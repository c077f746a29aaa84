#ifndef BRAINALIGN_CORE_PROBLEM_REQUESTED_ARRAYS_H_
#define BRAINALIGN_CORE_PROBLEM_REQUESTED_ARRAYS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/problem/spec.h"

// Arrays that a result has only if AlignmentOptions::arrays names them (docs/method.md, "Scores of
// single targets").

namespace brainalign {

// Sets `spec.column_scores`, whose other members must be set. Appends a problem if a name is
// unknown, or if this alignment has no such array.
void ResolveArrays(const std::vector<std::string>& arrays, AlignmentSpec& spec,
                   std::vector<FieldProblem>& problems);

// The names that ask for what `spec` has.
std::vector<std::string> RequestedArrays(const AlignmentSpec& spec);

// Lengths of the axes of requested arrays; 0 for an axis that no array has.
struct ColumnAxes {
  std::int64_t targets = 0;  // of the widest layer: components, or dimensions
  std::int64_t sensors = 0;
  std::vector<std::string> nuisance = {};  // names of its columns
  // Names of the bands whose parts are reported; empty unless AlignmentSpec::is_banded.
  std::vector<std::string> bands = {};

  std::int64_t length() const { return targets + sensors; }  // of the one that there is
};

// `sensors`: of the brain. `dims` (L): dimensions of each layer.
ColumnAxes ColumnAxesOf(const AlignmentSpec& spec, std::int64_t sensors,
                        const std::vector<std::int64_t>& dims);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_REQUESTED_ARRAYS_H_
