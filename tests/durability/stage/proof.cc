#include "tests/durability/stage/proof.h"

#include <iostream>
#include <random>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

std::uint64_t seed = 0;

}  // namespace

std::uint64_t ProofSeed() { return seed; }

int RunProof(int argc, char** argv, CLI::App& options, const std::function<void()>& lengthen) {
  testing::InitGoogleTest(&argc, argv);
  seed = std::random_device()();
  options.add_option("--seed", seed, "Of all choices (default: another each time)");
  // Called while the line is read: what is named singly comes after it.
  options.add_flag_callback("--long", lengthen, "The long form")->trigger_on_parse();
  CLI11_PARSE(options, argc, argv);
  if (!GTEST_FLAG_GET(list_tests)) std::cout << "seed " << seed << std::endl;
  return RUN_ALL_TESTS();
}

}  // namespace brainalign
