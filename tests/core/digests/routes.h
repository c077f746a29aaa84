#ifndef BRAINALIGN_TESTS_CORE_DIGESTS_ROUTES_H_
#define BRAINALIGN_TESTS_CORE_DIGESTS_ROUTES_H_

#include <string>
#include <vector>

#include "core/problem/inputs.h"
#include "core/problem/spec.h"

namespace brainalign {

// A well-behaved experiment: sensors and activations are sums of a few shared variables and of
// noise.
struct Experiment {
  int words = 0;
  int sensors = 12;
  int dims = 24;
  int times = 3;
  DType activations = DType::kF32;
  bool continuous = false;  // a recording of five sessions; else epochs without onsets
};

// A small job, and the route through the engine that it stands for.
struct Route {
  std::string name;
  Experiment experiment;
  AlignmentOptions options;
};

std::vector<Route> AllRoutes();

// The same bits everywhere.
AlignmentInputs InputsOf(const Experiment& experiment);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_DIGESTS_ROUTES_H_
