#include "core/problem/nuisance.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <typename Number>
Tensor TensorOf(DType type, std::vector<std::int64_t> shape, const std::vector<Number>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(Number));
  std::copy_n(reinterpret_cast<const std::byte*>(values.data()), bytes.size(), bytes.begin());
  return Tensor::FromBytes({type, std::move(shape), Order::kC}, std::move(bytes)).value();
}

// Five words in two sessions on one clock.
class GatherNuisanceTest : public testing::Test {
 protected:
  GatherNuisanceTest() {
    brain_.continuous = TensorOf<float>(DType::kF32, {1, 2}, {0, 0});
    brain_.onsets_seconds = {0.5, 1.0, 2.25, 10.0, 10.5};
    brain_.sessions = {1, 1, 1, 2, 2};
    table_.push_back({"length", WordColumnType::kInteger,
                      TensorOf<std::int64_t>(DType::kI64, {5}, {3, 1, 4, 1, 5})});
    table_.push_back({"pos", WordColumnType::kText,
                      TensorOf<std::int32_t>(DType::kI32, {5, 1}, {65, 66, 67, 68, 69})});
  }

  std::string Refused(const std::vector<std::string>& columns, const Tensor& features = {}) const {
    const auto gathered = GatherNuisance(columns, table_, features, brain_);
    return std::string(gathered.status().message());
  }

  BrainInput brain_;
  WordTableValues table_;
};

TEST_F(GatherNuisanceTest, ComputesPositionsAndIntervalsOfEachSession) {
  const auto gathered = GatherNuisance({"@position", "@interval", "length"}, table_, {}, brain_);
  ASSERT_TRUE(gathered.ok()) << gathered.status();
  EXPECT_THAT(gathered->spec().shape, ElementsAre(5, 3));
  EXPECT_THAT(gathered->ToDoubles(),
              ElementsAre(0, 0.5, 3, 1, 0.5, 1, 2, 1.25, 4, 0, 0.5, 1, 1, 0.5, 5));
}

// In float64 or float32, late in a long recording.
TEST_F(GatherNuisanceTest, RegularOnsetsHaveOneInterval) {
  brain_.sessions.clear();
  for (const bool is_float : {false, true}) {
    for (std::size_t word = 0; word < 5; ++word) {
      const double onset = 0.4 * static_cast<double>(7000 + word);
      brain_.onsets_seconds[word] = is_float ? static_cast<float>(onset) : onset;
    }
    const auto gathered = GatherNuisance({"@interval"}, table_, {}, brain_);
    ASSERT_TRUE(gathered.ok()) << gathered.status();
    EXPECT_THAT(gathered->ToDoubles(), testing::Each(gathered->At(0)));
    EXPECT_NEAR(gathered->At(0), 0.4, 1e-3);
  }
}

TEST_F(GatherNuisanceTest, AppendsFeatures) {
  const Tensor features = TensorOf<float>(DType::kF32, {5, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  const auto gathered = GatherNuisance({"length"}, table_, features, brain_);
  ASSERT_TRUE(gathered.ok()) << gathered.status();
  EXPECT_THAT(gathered->ToDoubles(), ElementsAre(3, 1, 2, 1, 3, 4, 4, 5, 6, 1, 7, 8, 5, 9, 10));
  EXPECT_THAT(NuisanceNames({"length"}, 2), ElementsAre("length", "features[0]", "features[1]"));
}

TEST_F(GatherNuisanceTest, RefusesWhatIsNoColumnOfNumbers) {
  EXPECT_THAT(Refused({"width"}),
              HasSubstr("names the column 'width', which there is not; there are @position, "
                        "@interval, @previous:N, length, pos"));
  EXPECT_THAT(Refused({"pos"}), HasSubstr("column pos, which holds texts"));
  EXPECT_THAT(Refused({"length", "length"}), HasSubstr("names the column length twice"));
  EXPECT_THAT(Refused({}, TensorOf<float>(DType::kF32, {2, 2}, {1, 2, 3, 4})),
              HasSubstr("has features f32 (2, 2), but the recording has 5 words"));
  // As --nuisance takes them.
  table_[0].name = "length, s";
  table_[1].name = "\"pos\"";
  EXPECT_THAT(Refused({"length"}), HasSubstr("@previous:N, \"length, s\", '\"pos\"'"));
}

TEST_F(GatherNuisanceTest, RefusesIntervalsWithoutOnsets) {
  brain_.continuous = Tensor();
  brain_.epochs = TensorOf<float>(DType::kF32, {5, 1, 1}, {1, 2, 3, 4, 5});
  brain_.onsets_seconds.clear();
  EXPECT_THAT(Refused({"@interval"}), HasSubstr("the recording has no onsets"));
}

}  // namespace
}  // namespace brainalign
