#ifndef BRAINALIGN_CORE_TENSOR_FOR_EACH_PROCESSOR_H_
#define BRAINALIGN_CORE_TENSOR_FOR_EACH_PROCESSOR_H_

// Loops that the compiler vectorises. Each is compiled once for each instruction set, and the
// version is chosen at each call, so the program is built without -march and runs on any processor
// of its architecture. Versions can differ by rounding if one of them fuses multiplication and
// addition, unless the file is compiled with -ffp-contract=off.
//
//   BRAINALIGN_INLINE void AddOneLoop(float* p, int n) { ... }
//   BRAINALIGN_FOR_EACH_PROCESSOR(void, AddOne, AddOneLoop, (float* p, int n), (p, n))
//
// defines AddOne(p, n). (GCC's target_clones would do the same, but its
// resolvers run before a sanitizer's runtime is ready.)

#include <algorithm>
#include <atomic>

#define BRAINALIGN_INLINE inline __attribute__((always_inline))

namespace brainalign {

// The versions of a loop, the most basic first.
enum class LoopVersion { kPlain, kAvx2, kAvx512 };

// The best version that this processor can run.
inline LoopVersion BestLoopVersion() {
#if defined(__x86_64__)
  static const LoopVersion best = [] {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
      return LoopVersion::kAvx512;
    }
    return __builtin_cpu_supports("avx2") ? LoopVersion::kAvx2 : LoopVersion::kPlain;
  }();
  return best;
#else
  return LoopVersion::kPlain;
#endif
}

// For tests: the best version that may be called.
inline std::atomic<LoopVersion> loop_limit_for_test{LoopVersion::kAvx512};

// The version that is called.
inline LoopVersion LoopVersionInUse() {
  return std::min(BestLoopVersion(), loop_limit_for_test.load(std::memory_order_relaxed));
}

}  // namespace brainalign

#if defined(__x86_64__)

#define BRAINALIGN_FOR_EACH_PROCESSOR(result, name, loop, parameters, arguments)                 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) result name##Avx512 parameters { \
    return loop arguments;                                                                       \
  }                                                                                              \
  __attribute__((target("avx2"))) result name##Avx2 parameters { return loop arguments; }        \
  result name parameters {                                                                       \
    switch (LoopVersionInUse()) {                                                                \
      case LoopVersion::kAvx512:                                                                 \
        return name##Avx512 arguments;                                                           \
      case LoopVersion::kAvx2:                                                                   \
        return name##Avx2 arguments;                                                             \
      case LoopVersion::kPlain:                                                                  \
        break;                                                                                   \
    }                                                                                            \
    return loop arguments;                                                                       \
  }

#else

#define BRAINALIGN_FOR_EACH_PROCESSOR(result, name, loop, parameters, arguments) \
  result name parameters { return loop arguments; }

#endif

#endif  // BRAINALIGN_CORE_TENSOR_FOR_EACH_PROCESSOR_H_
