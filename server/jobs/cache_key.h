#ifndef BRAINALIGN_SERVER_JOBS_CACHE_KEY_H_
#define BRAINALIGN_SERVER_JOBS_CACHE_KEY_H_

#include <string>

#include "core/problem/spec.h"
#include "server/record/specification.h"

namespace brainalign {

// SHA-256, in hexadecimal, over everything that a result depends on: the inputs by
// digest and spec, names and depths of the layers in order, onsets, times and
// groups, the options with every default filled in, and the numerics' version with
// the kernel that this server's processor has for them.
std::string ComputeCacheKey(const JobSpecification& specification, const AlignmentSpec& resolved);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_CACHE_KEY_H_
