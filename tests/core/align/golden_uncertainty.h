#ifndef BRAINALIGN_TESTS_CORE_ALIGN_GOLDEN_UNCERTAINTY_H_
#define BRAINALIGN_TESTS_CORE_ALIGN_GOLDEN_UNCERTAINTY_H_

#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/align/result.h"
#include "gtest/gtest.h"

namespace brainalign {

inline nlohmann::json ReadGoldenUncertainty(const std::string& name) {
  std::ifstream file(std::string(BRAINALIGN_SOURCE_DIR "/tests/golden/uncertainty/") + name +
                     ".json");
  EXPECT_TRUE(file.is_open()) << name;
  return nlohmann::json::parse(file);
}

// The numbers of arrays in arrays; null is NaN.
inline std::vector<double> NumbersIn(const nlohmann::json& json) {
  if (!json.is_array()) {
    return {json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>()};
  }
  std::vector<double> numbers;
  for (const nlohmann::json& one : json) {
    const std::vector<double> more = NumbersIn(one);
    numbers.insert(numbers.end(), more.begin(), more.end());
  }
  return numbers;
}

// A result with the arrays and facts of tests/golden/uncertainty, of which nothing is read off.
inline AlignmentResult GoldenResult(const nlohmann::json& golden) {
  const nlohmann::json& expected = golden.at("expected");
  AlignmentResult result;
  result.score = NumbersIn(expected.at("score"));
  result.times_seconds = NumbersIn(golden.at("times"));
  result.depth = NumbersIn(golden.at("depth"));
  result.layers = static_cast<int>(result.depth.size());
  result.times = static_cast<int>(result.times_seconds.size());
  for (int layer = 0; layer < result.layers; ++layer) {
    result.layer_names.push_back("layer " + std::to_string(layer));
  }
  result.null_scores = NumbersIn(golden.at("null"));
  result.held_out_influence = NumbersIn(golden.at("held_out"));
  result.refit_influence = NumbersIn(golden.at("refit"));
  result.spec.alphas = {1};
  result.spec.window_bounds_seconds = {0};
  result.alpha_counts.assign(result.depth.size(), 1);
  UncertaintyOptions& options = result.spec.uncertainty;
  options.nulls = golden.at("nulls");
  options.draws = golden.at("draws");
  options.seed = golden.at("seed");
  UncertaintyFacts& facts = result.uncertainty_facts;
  facts.nulls = options.nulls;
  facts.nulls_asked = options.nulls;
  facts.min_shift_words = expected.at("no_relation").at("min_shift_words");
  facts.block_words = expected.at("blocks").at("words");
  facts.seed = options.seed;
  facts.draws = options.draws;
  facts.fold_of_block = golden.at("fold_of_block").get<std::vector<int>>();
  facts.words_of_block.assign(facts.fold_of_block.size(), 0);
  for (const nlohmann::json& block : golden.at("block_of_word")) {
    ++facts.words_of_block[block.get<std::size_t>()];
  }
  facts.words_fingerprint = 0xfedcba9876543210U;
  return result;
}

// Another model on the same words. Its influence is in one piece.
inline AlignmentResult OtherGoldenResult(const nlohmann::json& golden) {
  AlignmentResult result = GoldenResult(golden);
  result.score = NumbersIn(golden.at("other_score"));
  result.held_out_influence = NumbersIn(golden.at("other_influence"));
  result.refit_influence.assign(result.held_out_influence.size(), 0);
  return result;
}

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_ALIGN_GOLDEN_UNCERTAINTY_H_
