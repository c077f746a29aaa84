#include <google/protobuf/stubs/logging.h>

#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/server_bytes.h"
#include "tests/fuzz/tensor_files.h"

namespace brainalign {

const std::vector<FuzzTarget>& FuzzTargets() {
  // It tells of each string that is not UTF-8.
  static const bool silent = google::protobuf::SetLogHandler(nullptr) != nullptr;
  static_cast<void>(silent);
  static const auto& targets =
      *new std::vector<FuzzTarget>{{"npy", &FuzzNpy},           {"safetensors", &FuzzSafetensors},
                                   {"requests", &FuzzRequests}, {"records", &FuzzRecords},
                                   {"keys", &FuzzKeys},         {"page_tokens", &FuzzPageTokens},
                                   {"config", &FuzzConfig}};
  return targets;
}

}  // namespace brainalign
