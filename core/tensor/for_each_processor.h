#ifndef BRAINALIGN_CORE_TENSOR_FOR_EACH_PROCESSOR_H_
#define BRAINALIGN_CORE_TENSOR_FOR_EACH_PROCESSOR_H_

// Plain loops that the compiler vectorises, compiled once for each instruction
// set and chosen when called: the program runs on any processor of its
// architecture and is built without -march. Versions may differ by rounding where one of
// them multiplies and adds at once, unless the file is compiled with -ffp-contract=off.
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

// In which a loop is compiled, the least first.
enum class LoopVersion { kPlain, kAvx2, kAvx512 };

// The best that this processor runs.
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

// For tests: no better version is called.
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
