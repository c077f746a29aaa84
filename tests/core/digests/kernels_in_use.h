#ifndef BRAINALIGN_TESTS_CORE_DIGESTS_KERNELS_IN_USE_H_
#define BRAINALIGN_TESTS_CORE_DIGESTS_KERNELS_IN_USE_H_

#include <string>

namespace brainalign {

// Everything that bits of a result depend on beside the source: the kernels that OpenBLAS and
// oneDNN have chosen, the version of our own loops, compiler, build type and C library. Such as
// "x86_64, OpenBLAS 0.3.21 SkylakeX, oneDNN 2.6.3 isa 0x1ff, loops avx512, g++ 12.2.0 Release,
// glibc 2.36".
std::string KernelsInUse();

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_DIGESTS_KERNELS_IN_USE_H_
