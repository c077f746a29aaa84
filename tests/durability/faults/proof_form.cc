#include "tests/durability/faults/proof_form.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "tests/durability/stage/proof.h"

namespace brainalign {
namespace {

bool is_long = false;

}  // namespace

bool IsLong() { return is_long; }

void ForEach(std::size_t count, int threads_per_core,
             const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < cores * static_cast<unsigned>(threads_per_core); ++i) {
    threads.emplace_back([&] {
      for (std::size_t mine = next++; mine < count; mine = next++) work(mine);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace brainalign

int main(int argc, char** argv) {
  CLI::App options(
      "The disk under a server fails, or loses power, at one operation after the other.");
  return brainalign::RunProof(argc, argv, options, [] { brainalign::is_long = true; });
}
