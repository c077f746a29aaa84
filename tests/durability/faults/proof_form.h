#ifndef BRAINALIGN_TESTS_DURABILITY_FAULTS_PROOF_FORM_H_
#define BRAINALIGN_TESTS_DURABILITY_FAULTS_PROOF_FORM_H_

#include <cstddef>
#include <functional>

namespace brainalign {

// Whether this is the long form: every fault at every operation. Fixed before the
// tests run, as ProofSeed is.
bool IsLong();

// Calls `work` for each i in [0, count), on so many threads for each core.
void ForEach(std::size_t count, int threads_per_core, const std::function<void(std::size_t)>& work);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_FAULTS_PROOF_FORM_H_
