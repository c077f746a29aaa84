#ifndef BRAINALIGN_BENCH_WORKLOAD_H_
#define BRAINALIGN_BENCH_WORKLOAD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/problem/spec.h"
#include "core/tensor/dtype.h"

namespace brainalign {

// A whole job of a fixed shape. The engine is tuned for these and nothing else.
struct Workload {
  std::string name;
  std::string data;  // the folder of its data; workloads of one shape share it
  std::int64_t words = 0;
  std::int64_t sensors = 275;
  std::int64_t layers = 0;
  std::int64_t dims = 0;
  std::int64_t sessions = 1;
  double words_per_second = 0;
  double tmin_seconds = 0;
  double tmax_seconds = 0;
  // Delay at which the shallowest and the deepest layer show in the recording.
  double first_delay_seconds = 0;
  double last_delay_seconds = 0;
  DType activation_dtype = DType::kF32;
  std::vector<Preset> presets;  // that it is measured under; the first is the default
  AlignmentOptions options;     // but for the preset

  std::int64_t times() const;
};

constexpr double kSamplingRateHz = 30;

const std::vector<Workload>& AllWorkloads();

// Null for an unknown name.
const Workload* FindWorkload(const std::string& name);

// Every choice of `workload` under `preset`, filled in.
AlignmentSpec SpecOf(const Workload& workload, Preset preset);

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_WORKLOAD_H_
