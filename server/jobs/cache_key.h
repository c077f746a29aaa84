#ifndef BRAINALIGN_SERVER_JOBS_CACHE_KEY_H_
#define BRAINALIGN_SERVER_JOBS_CACHE_KEY_H_

#include <string>

#include "core/align/spec.h"
#include "server/record/specification.h"

namespace brainalign {

// SHA-256, in hexadecimal, over everything that a result depends on: the inputs by
// digest and spec, names and depths of the layers in order, onsets, times and
// groups, the options with every default filled in, and the numerics' version.
std::string ComputeCacheKey(const JobSpecification& specification, const AlignmentSpec& resolved,
                            const std::string& numerics_version);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_CACHE_KEY_H_
