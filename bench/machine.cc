#include "bench/machine.h"

#include <cblas.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace brainalign {
namespace {

// The value of the first line of /proc/cpuinfo with this key.
std::string CpuInfo(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.rfind(key, 0) == 0 && colon != std::string::npos) {
      return line.substr(std::min(line.size(), colon + 2));
    }
  }
  return "";
}

std::vector<std::string> InstructionSets() {
  std::istringstream flags(CpuInfo("flags"));
  std::vector<std::string> present;
  for (std::string flag; flags >> flag;) {
    for (const char* known : {"avx2", "avx512f", "avx512_bf16", "amx_bf16"}) {
      if (flag == known) present.push_back(flag);
    }
  }
  return present;
}

}  // namespace

nlohmann::json DescribeMachine() {
  double load = 0;
  if (getloadavg(&load, 1) != 1) load = -1;
  return {{"processor", CpuInfo("model name")},
          {"cores", std::thread::hardware_concurrency()},
          {"instruction_sets", InstructionSets()},
          {"memory_bytes", static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
                               static_cast<double>(sysconf(_SC_PAGESIZE))},
          {"openblas", openblas_get_config()},
          {"openblas_kernels", openblas_get_corename()},
          {"compiler", "g++ " __VERSION__},
          {"load_average", load}};
}

}  // namespace brainalign
