#ifndef BRAINALIGN_TESTS_FUZZ_FUZZ_TARGET_H_
#define BRAINALIGN_TESTS_FUZZ_FUZZ_TARGET_H_

#include <string>
#include <vector>

namespace brainalign {

// One reader of foreign bytes. `run` gives it `bytes`, which may be anything, checks
// what must hold of what it makes of them, and aborts if it does not.
struct FuzzTarget {
  const char* name;  // of its corpus too: tests/fuzz/corpus/NAME
  void (*run)(const std::string& bytes);
};

// The targets of the program that this is linked into.
const std::vector<FuzzTarget>& FuzzTargets();

// Says `what` and aborts unless `holds`.
void Require(bool holds, const char* what);

// `bytes` without the first one, which is `choice`, from [0, choices).
std::string Choose(const std::string& bytes, int choices, int& choice);

// A file of this process's own, which is overwritten by the next call.
std::string WriteScratchFile(const std::string& bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_FUZZ_FUZZ_TARGET_H_
