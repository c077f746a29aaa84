#ifndef BRAINALIGN_BENCH_MACHINE_H_
#define BRAINALIGN_BENCH_MACHINE_H_

#include "nlohmann/json.hpp"

namespace brainalign {

// What figures depend on: processor, cores, instruction sets, memory, the kernels
// that OpenBLAS chose, the load when asked.
nlohmann::json DescribeMachine();

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_MACHINE_H_
