// libFuzzer's view of the targets; BRAINALIGN_FUZZ_TARGET names the one to run.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/fuzz/fuzz_target.h"

namespace {

const brainalign::FuzzTarget& Target() {
  const char* name = std::getenv("BRAINALIGN_FUZZ_TARGET");
  for (const brainalign::FuzzTarget& target : brainalign::FuzzTargets()) {
    if (name != nullptr && std::string(name) == target.name) return target;
  }
  std::fprintf(stderr, "set BRAINALIGN_FUZZ_TARGET to one of:");
  for (const brainalign::FuzzTarget& target : brainalign::FuzzTargets()) {
    std::fprintf(stderr, " %s", target.name);
  }
  std::fprintf(stderr, "\n");
  std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const brainalign::FuzzTarget& target = Target();
  target.run(std::string(data, data + size));
  return 0;
}
