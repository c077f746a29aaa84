#ifndef BRAINALIGN_CORE_TENSOR_FOR_EACH_PROCESSOR_H_
#define BRAINALIGN_CORE_TENSOR_FOR_EACH_PROCESSOR_H_

// Plain loops that the compiler vectorises, compiled once for each instruction
// set and chosen when called: the program runs on any processor of its
// architecture and is built without -march. Versions may differ by rounding where one of
// them multiplies and adds at once.
//
//   BRAINALIGN_INLINE void AddOneLoop(float* p, int n) { ... }
//   BRAINALIGN_FOR_EACH_PROCESSOR(void, AddOne, AddOneLoop, (float* p, int n), (p, n))
//
// defines AddOne(p, n). (GCC's target_clones would do the same, but its
// resolvers run before a sanitizer's runtime is ready.)

#define BRAINALIGN_INLINE inline __attribute__((always_inline))

#if defined(__x86_64__)

namespace brainalign {

inline bool HasAvx512() {
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  return has;
}

inline bool HasAvx2() {
  static const bool has = __builtin_cpu_supports("avx2");
  return has;
}

}  // namespace brainalign

#define BRAINALIGN_FOR_EACH_PROCESSOR(result, name, loop, parameters, arguments)                 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) result name##Avx512 parameters { \
    return loop arguments;                                                                       \
  }                                                                                              \
  __attribute__((target("avx2"))) result name##Avx2 parameters { return loop arguments; }        \
  result name parameters {                                                                       \
    if (HasAvx512()) return name##Avx512 arguments;                                              \
    if (HasAvx2()) return name##Avx2 arguments;                                                  \
    return loop arguments;                                                                       \
  }

#else

#define BRAINALIGN_FOR_EACH_PROCESSOR(result, name, loop, parameters, arguments) \
  result name parameters { return loop arguments; }

#endif

#endif  // BRAINALIGN_CORE_TENSOR_FOR_EACH_PROCESSOR_H_
