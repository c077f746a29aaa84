#ifndef BRAINALIGN_TESTS_CORE_ALIGN_ALIGN_H_
#define BRAINALIGN_TESTS_CORE_ALIGN_ALIGN_H_

#include "core/align/alignment.h"

namespace brainalign {

// Creates an alignment, runs it on `threads` threads and returns its result. Every error fails the
// test.
AlignmentResult Align(const AlignmentInputs& inputs, const AlignmentOptions& options = {},
                      int threads = 1, const AlignmentResources& resources = {});

// Runs all units of preparation of an alignment on this thread. Every error fails the test.
void PrepareAll(Alignment& alignment);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_ALIGN_ALIGN_H_
