#include "client/experiment/layer_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace brainalign {
namespace {

using testing::ElementsAre;

std::vector<std::string> Ordered(const std::vector<std::string>& names) {
  std::vector<NamedTensor> layers;
  for (const std::string& name : names) layers.push_back({name, Tensor()});
  OrderLayers(layers);
  std::vector<std::string> ordered;
  for (const NamedTensor& layer : layers) ordered.push_back(layer.name);
  return ordered;
}

TEST(LayerOrderTest, NumbersCountAsNumbers) {
  EXPECT_THAT(Ordered({"layer.10", "layer.9", "layer.1"}),
              ElementsAre("layer.1", "layer.9", "layer.10"));
  EXPECT_THAT(Ordered({"h.010", "h.9"}), ElementsAre("h.9", "h.010"));
  EXPECT_THAT(Ordered({"2", "0", "00"}), ElementsAre("0", "00", "2"));
}

TEST(LayerOrderTest, EarlierNumbersWeighMore) {
  EXPECT_THAT(Ordered({"block2.mlp1", "block1.mlp10", "block1.mlp9"}),
              ElementsAre("block1.mlp9", "block1.mlp10", "block2.mlp1"));
}

TEST(LayerOrderTest, OneNameWithoutANumberKeepsTheFilesOrder) {
  EXPECT_THAT(Ordered({"layer.10", "embedding", "layer.9"}),
              ElementsAre("layer.10", "embedding", "layer.9"));
}

TEST(LayerOrderTest, SameNumbersKeepTheFilesOrder) {
  EXPECT_THAT(Ordered({"b.1", "a.1", "c.0"}), ElementsAre("c.0", "b.1", "a.1"));
}

TEST(LayerOrderTest, NumbersLongerThanAnyInteger) {
  EXPECT_THAT(Ordered({"x99999999999999999999999", "x100000000000000000000000", "x5"}),
              ElementsAre("x5", "x99999999999999999999999", "x100000000000000000000000"));
}

}  // namespace
}  // namespace brainalign
