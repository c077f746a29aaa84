#ifndef BRAINALIGN_SERVER_JOBS_CACHE_KEY_H_
#define BRAINALIGN_SERVER_JOBS_CACHE_KEY_H_

#include <string>

#include "core/problem/spec.h"
#include "server/rows/specification.h"

namespace brainalign {

// SHA-256, in hexadecimal, over everything that the arrays of a result depend on: the inputs by
// digest and spec, onsets, groups, sessions and their starts among them, the layers in order,
// times, the options with every default filled in, and the numerics' version with the kernel that
// this server's processor has for them. Names and depths of layers are not part of it: numbers that
// depend on them are computed when a result is read. block_words and min_shift_words that the plan
// chooses are to be filled in before (FillAutomaticWords).
std::string ComputeCacheKey(const JobSpecification& specification, const AlignmentSpec& resolved);

// The cache key of the same alignment with neither nulls nor draws: two that share it have the same
// matrix.
std::string ComputeMatrixKey(const JobSpecification& specification, const AlignmentSpec& resolved);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_CACHE_KEY_H_
