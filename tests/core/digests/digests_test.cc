// Whether any bit of any result has changed. kept_digests.json holds, for each combination of
// kernels that was at hand, a digest of what each route gives.
//
//   brainalign_digest_tests [--loops plain|avx2] [--keep [--drop-older]] [GOOGLETEST OPTION...]
//
// --loops holds our own loops to a version; --keep writes what they give now, --drop-older removes
// what was kept of other numerics versions. CONTRIBUTING.md says when.
#include <openssl/evp.h>

#include <CLI/CLI.hpp>
#include <array>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "core/align/alignment.h"
#include "core/tensor/for_each_processor.h"
#include "gtest/gtest.h"
#include "tests/core/digests/kernels_in_use.h"
#include "tests/core/digests/routes.h"

namespace brainalign {
namespace {

using nlohmann::json;

// What is kept of one combination of kernels.
constexpr char kNumerics[] = "numerics_version";
constexpr char kDigests[] = "digests";

std::string KeptFile() { return BRAINALIGN_SOURCE_DIR "/tests/core/digests/kept_digests.json"; }

json& Kept() {
  static auto& kept = *new json([] {
    std::ifstream file(KeptFile());
    return file ? json::parse(file) : json::object();
  }());
  return kept;
}

bool keep_digests = false;

template <typename Number>
std::string HexSha256(const std::vector<Number>& numbers) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(numbers.data(), numbers.size() * sizeof(Number), digest.data(), &size, EVP_sha256(),
             nullptr);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

class DigestTest : public ::testing::TestWithParam<Route> {};

TEST_P(DigestTest, NoBitHasChanged) {
  const Route& route = GetParam();
  const std::string kernels = KernelsInUse();
  if (!keep_digests && !Kept().contains(kernels)) {
    GTEST_SKIP() << "no digests are kept for " << kernels << "; scripts/keep-digests keeps them";
  }
  const auto alignment = Alignment::Create(InputsOf(route.experiment), route.options, nullptr);
  ASSERT_TRUE(alignment.ok()) << alignment.status();
  const CancelFlag cancel{false};
  const auto result = RunAlignment(**alignment, 2, cancel, nullptr);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GT(result->readout.alignment_score_best_layer, 0.05) << "there is nothing to compare";
  const json found = {{"score_per_fold", HexSha256(result->score_per_fold)},
                      {"alpha_counts", HexSha256(result->alpha_counts)}};
  json& kept = Kept()[kernels];
  if (keep_digests) {
    if (kept[kDigests][route.name] != found) std::cout << "changed: " << route.name << "\n";
    kept[kDigests][route.name] = found;
    kept[kNumerics] = NumericsVersion();
    return;
  }
  EXPECT_EQ(kept[kDigests][route.name], found)
      << "kept of numerics version " << kept[kNumerics] << ", and this is version "
      << NumericsVersion() << " with " << kernels
      << "; CONTRIBUTING.md says what to do (Changing what a result means)";
}

INSTANTIATE_TEST_SUITE_P(Routes, DigestTest, ::testing::ValuesIn(AllRoutes()),
                         [](const auto& route) { return route.param.name; });

int Run(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  CLI::App options;
  LoopVersion loops = LoopVersion::kAvx512;
  const std::map<std::string, LoopVersion> names = {{"plain", LoopVersion::kPlain},
                                                    {"avx2", LoopVersion::kAvx2}};
  options.add_option("--loops", loops, "The best version of our own loops to be called")
      ->transform(CLI::CheckedTransformer(names));
  options.add_flag("--keep", keep_digests, "Writes the digests instead of comparing them");
  bool drops_older = false;
  options.add_flag("--drop-older", drops_older,
                   "With --keep: drops sets of other numerics versions");
  CLI11_PARSE(options, argc, argv);
  loop_limit_for_test = loops;
  std::cout << KernelsInUse() << std::endl;
  const int code = RUN_ALL_TESTS();
  if (keep_digests && code == 0) {
    for (auto set = Kept().begin(); drops_older && set != Kept().end();) {
      set = (*set)[kNumerics] == NumericsVersion() ? std::next(set) : Kept().erase(set);
    }
    std::ofstream file(KeptFile());
    file << Kept().dump(2) << "\n";
    if (!file.flush()) {
      std::cerr << "cannot write " << KeptFile() << "\n";
      return 1;
    }
  }
  return code;
}

}  // namespace
}  // namespace brainalign

int main(int argc, char** argv) { return brainalign::Run(argc, argv); }
