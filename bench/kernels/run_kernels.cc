#include "bench/kernels/run_kernels.h"

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "core/linalg/lapack.h"

namespace brainalign {

absl::Status RunKernels(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"brainalign-bench"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (count > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(pointers[1], " is not an argument of Google Benchmark"));
  }
  UseCallersThreads();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return absl::OkStatus();
}

}  // namespace brainalign
