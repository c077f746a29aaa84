#ifndef BRAINALIGN_TESTS_DURABILITY_STAGE_PROOF_H_
#define BRAINALIGN_TESTS_DURABILITY_STAGE_PROOF_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>

namespace brainalign {

// The seed of all choices of this proof; fixed before its tests run.
std::uint64_t ProofSeed();

// The main function of a proof: takes GoogleTest's options, --seed, and those that
// were added to `options`, says the seed, and runs the tests. `lengthen`, if --long
// is given, sets what the long form does; single options prevail over it.
int RunProof(int argc, char** argv, CLI::App& options, const std::function<void()>& lengthen);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_STAGE_PROOF_H_
