#ifndef BRAINALIGN_TESTS_FUZZ_TENSOR_FILES_H_
#define BRAINALIGN_TESTS_FUZZ_TENSOR_FILES_H_

#include <string>

namespace brainalign {

// Files of tensors, as people have them.
void FuzzNpy(const std::string& bytes);
void FuzzSafetensors(const std::string& bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_FUZZ_TENSOR_FILES_H_
