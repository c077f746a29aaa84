// Sums of products of activations, against sums of the same numbers in double precision.
#include "core/columns/activation_products.h"

#include <cstring>
#include <random>
#include <utility>
#include <vector>

#include "core/linalg/bf16_product.h"
#include "core/tensor/convert.h"
#include "core/tensor/tensor.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

constexpr std::int64_t kProductWords = 5000;
constexpr std::int64_t kDims = 300;

// One layer in bf16: dimensions of different scale, some of them far from 0 (`far`, of which
// the first is nearly constant).
LayerInput MakeLayer(int far) {
  std::mt19937_64 random(3);
  std::normal_distribution<float> normal;
  std::vector<float> values(kProductWords * kDims);
  for (std::int64_t i = 0; i < kProductWords; ++i) {
    for (std::int64_t j = 0; j < kDims; ++j) {
      const float mean = j < far ? 30.0f : 0.3f;
      const float scale = j == 0 && far > 0 ? 0.3f : 1.0f + static_cast<float>(j % 7);
      values[static_cast<std::size_t>(i * kDims + j)] = mean * scale + scale * normal(random);
    }
  }
  std::vector<std::uint16_t> rounded(values.size());
  RoundToBFloat16(values.data(), static_cast<std::int64_t>(values.size()), rounded.data());
  LayerInput layer;
  std::vector<std::byte> bytes(rounded.size() * sizeof(std::uint16_t));
  std::memcpy(bytes.data(), rounded.data(), bytes.size());
  layer.activations =
      Tensor::FromBytes({DType::kBF16, {kProductWords, kDims}, Order::kC}, std::move(bytes))
          .value();
  return layer;
}

struct Products {
  ActivationSums<float> found;
  FeatureSums expected;
};

// `stride`: the words are taken in steps of it.
Products ProductsOf(int far, int stride = 7) {
  const std::vector<LayerInput> layers = {MakeLayer(far)};
  std::vector<std::int64_t> words;
  for (std::int64_t i = 0; i < kProductWords; ++i) words.push_back((i * stride) % kProductWords);
  const CancelFlag cancel{false};
  ActivationRows<float> rows(layers, words, UnitsOf::kLayers);
  EXPECT_TRUE(rows.FindMeans(0, cancel).ok());
  auto sums =
      ProductsOver(rows, 0, {{100, 1300}, {1400, 4999}}, ColMatrix<float>(kDims, kDims), cancel);
  EXPECT_TRUE(sums.ok()) << sums.status();
  Products products = {*std::move(sums), FeatureSums::Zero(kDims)};
  for (std::int64_t position = 100; position < 4999; ++position) {
    if (position >= 1300 && position < 1400) continue;
    Vector row(kDims);
    const Tensor& tensor = layers.front().activations;
    ConvertToDouble(DType::kBF16, tensor.data() + rows.word(position) * kDims * 2, 1, kDims,
                    row.data());
    products.expected.AddRows((row - rows.shift(0)).transpose());
  }
  return products;
}

void ExpectNear(const Products& products) {
  EXPECT_EQ(products.found.count, products.expected.count);
  const Vector deviation = products.expected.gram.diagonal().cwiseSqrt();
  for (Eigen::Index j = 0; j < kDims; ++j) {
    EXPECT_NEAR(products.found.sum(j), products.expected.sum(j), 1e-5 * deviation(j));
    for (Eigen::Index i = j; i < kDims; ++i) {
      ASSERT_NEAR(products.found.gram(i, j), products.expected.gram(i, j),
                  5e-6 * deviation(i) * deviation(j))
          << i << ", " << j;
    }
  }
}

class ActivationProductsTest : public testing::TestWithParam<Bf16Choice> {
 protected:
  void SetUp() override { SetBf16ChoiceForTest(GetParam()); }
  void TearDown() override { SetBf16ChoiceForTest(Bf16Choice::kQuick); }
};

TEST_P(ActivationProductsTest, AreExactToSinglePrecision) { ExpectNear(ProductsOf(0)); }

TEST_P(ActivationProductsTest, AreExactWhereWordsAreInOrder) { ExpectNear(ProductsOf(0, 1)); }

TEST_P(ActivationProductsTest, AreExactWhereFewDimensionsAreFarFromZero) {
  ExpectNear(ProductsOf(5));
}

TEST_P(ActivationProductsTest, AreExactWhereManyDimensionsAreFarFromZero) {
  ExpectNear(ProductsOf(100));
}

INSTANTIATE_TEST_SUITE_P(Kernels, ActivationProductsTest,
                         testing::Values(Bf16Choice::kAnywhere, Bf16Choice::kNowhere),
                         [](const auto& one) {
                           return one.param == Bf16Choice::kAnywhere ? "InBf16" : "InFloat32";
                         });

}  // namespace
}  // namespace brainalign
