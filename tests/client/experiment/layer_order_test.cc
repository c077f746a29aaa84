#include "client/experiment/layer_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Names = std::vector<std::string>;

// The names in order, whatever order they come in; or the reason why there is none.
Names Ordered(const Names& names, bool* uncertain = nullptr) {
  const absl::StatusOr<LayerOrder> order = OrderByNames(names);
  if (uncertain != nullptr) *uncertain = !order.ok();
  if (!order.ok()) return {std::string(order.status().message())};
  Names ordered;
  for (const std::size_t i : order->layers) ordered.push_back(names[i]);
  return ordered;
}

TEST(LayerOrderTest, NamesOfManyModels) {
  // Each from the first layer to the last.
  const std::vector<Names> models = {
      {"layer.1", "layer.9", "layer.10"},
      {"h.9", "h.010"},
      {"model.layers.2.output", "model.layers.9.output", "model.layers.10.output"},
      {"transformer.h.0", "transformer.h.3", "transformer.h.11"},
      {"encoder.layer.7", "encoder.layer.8", "encoder.layer.11"},
      {"blocks.2.hook_resid_post", "blocks.10.hook_resid_post"},
      {"L1", "L2", "L12"},
      {"1", "2", "30"},
      {"hidden_states.0", "hidden_states.1", "hidden_states.12"},
      {"hidden_states[0]", "hidden_states[1]", "hidden_states[12]"},
      {"gpt2.h.0", "gpt2.h.1", "gpt2.h.10"},
      {"pythia-1.4b.layer.9", "pythia-1.4b.layer.10"},
      {"layer_3_of_12", "layer_10_of_12"},
      {"00_embed", "01_block", "02_block", "10_norm"},
      {"x5", "x99999999999999999999999", "x100000000000000000000000"},
      // Counted from the last layer.
      {"layer_-12", "layer_-10", "layer_-2", "layer_-1"},
      {"hidden_states[-3]", "hidden_states[-2]", "hidden_states[-1]"},
      {"-3", "-2", "-1"},
      {"layer_\u22122", "layer_\u22121"},
      // Hyphens as separators: no negative number is 0, or has zeros before it.
      {"layer-0", "layer-1", "layer-11"},
      {"block-01", "block-02", "block-12"},
      {"gpt2-layer-0", "gpt2-layer-10"},
      // Decimals.
      {"layer_0.1", "layer_0.25", "layer_0.5", "layer_1.0"},
      {"layer_0.25", "layer_0.5", "layer_0.75", "layer_1"},
      {"depth=0.05", "depth=0.10", "depth=0.15"},
      {"0.1", "0.2", "0.9", "1.0"},
      {"layer_1.0", "layer_2.0", "layer_10.0"},
      {"layer_2", "layer_2.5", "layer_10"},
      // Points as separators.
      {"layers.0.1", "layers.0.2", "layers.0.10", "layers.0.11"},
      {"layer1.0", "layer1.1", "layer2.0", "layer2.1"},
      // Embeddings and a final norm.
      {"wte", "h.0", "h.1", "h.11", "ln_f"},
      {"embed_tokens", "layers.0", "layers.10", "norm"},
      {"model.embed_tokens", "model.layers.0", "model.layers.1", "model.norm"},
      {"bert.embeddings", "encoder.layer.0", "encoder.layer.11"},
      {"word_embeddings", "h.0", "h.29", "ln_f"},
      {"hook_embed", "blocks.0.hook_resid_post", "blocks.1.hook_resid_post",
       "ln_final.hook_normalized"},
      {"gpt2.wte", "gpt2.h.0", "gpt2.h.1", "gpt2.ln_f"},
      {"embedding_output", "layer_1", "layer_2"},
      {"layers.0", "layers.31", "backbone.norm_f"},
      {"block.0", "block.5", "encoder.final_layer_norm"},
      {"layer_-2", "layer_-1", "final_norm"},
      {"layer.0", "layer.1", "last_hidden_state"},
      // Japanese.
      {"第1層", "第2層", "第10層"},
      {"層１", "層２", "層１０"},
      {"埋め込み", "層1", "層2"},
  };
  for (const Names& names : models) {
    Names shuffled = names;
    std::reverse(shuffled.begin(), shuffled.end());
    EXPECT_EQ(Ordered(shuffled), names);
    std::sort(shuffled.begin(), shuffled.end());  // as save_file writes them
    EXPECT_EQ(Ordered(shuffled), names);
    EXPECT_EQ(Ordered(names), names);
  }
}

TEST(LayerOrderTest, NamesThatLeaveADoubt) {
  struct Case {
    Names names;
    std::string reason;
  };
  const std::vector<Case> cases = {
      {{"layer.10", "pooler", "layer.9"}, "differ in more than a number"},
      {{"dense", "dense.1", "dense.2"}, "'dense' has no number"},
      {{"early", "middle", "late"}, "'early' has no number"},
      {{"a", "b"}, "'a' has no number"},
      {{"b.1", "a.1", "c.0"}, "differ in more than a number"},
      {{"attn.1", "mlp.2"}, "differ in more than a number"},
      {{"layer.1.attn", "layer.1.mlp", "layer.2.attn"}, "have the same number"},
      {{"layer.1", "layer.01"}, "have the same number"},
      {{"block2.mlp1", "block1.mlp10", "block1.mlp9"},
       "have the same number, 1, where the names differ first"},
      {{"layer1_idx3", "layer2_idx2", "layer3_idx1"}, "more than one number varies"},
      {{"encoder.layer.1", "decoder.layer.2"}, "differ in more than a number"},
      {{"layer-1", "layer-2", "layer-12"}, "may be a minus sign"},
      {{"層-1", "層-2"}, "may be a minus sign"},
      {{"h--1", "h--2"}, "may be a minus sign"},
      {{"layer_-1", "layer_0", "layer_1"}, "differ in the sign"},
      {{"layer_0", "layer_6", "layer_-1"}, "differ in the sign"},
      {{"layer-1", "layer0", "layer1"}, "differ in the sign"},
      {{"last_3", "last_2", "last_1"}, "may count from the last layer"},
      {{"layer_minus_3", "layer_minus_1"}, "may count from the last layer"},
      {{"layer.0.25", "layer.0.5"}, "one decimal number or two"},
      {{"layer_0_25", "layer_0_5"}, "one decimal number or two"},
      {{"layer_0p25", "layer_0p5"}, "one decimal number or two"},
      {{"stage_3.3", "stage_3.22"}, "one decimal number or two"},
      {{"wte", "wpe", "h.0", "h.1"}, "may both be the first"},
      {{"h.0", "h.1", "ln_f", "norm"}, "may both be the last"},
      {{"h.0", "h.1", "embed_out"}, "differ in more than a number"},
      {{"第一層", "第二層"}, "'第一層' has no number"},
      {{"layer.0", "layer.1", "bad\x1b[2Jname"}, "\\x1b[2J"},
  };
  for (const Case& c : cases) {
    bool uncertain = false;
    const Names reason = Ordered(c.names, &uncertain);
    EXPECT_TRUE(uncertain) << testing::PrintToString(reason);
    EXPECT_THAT(reason[0], HasSubstr(c.reason)) << testing::PrintToString(c.names);
  }
}

TEST(LayerOrderTest, SaysWhereTheOrderComesFrom) {
  EXPECT_EQ(OrderByNames({"only"})->how, "there is one layer");
  EXPECT_EQ(OrderByNames({"h.1", "h.0"})->how, "by the numbers in their names");
  EXPECT_EQ(OrderByNames({"h.1", "h.0", "wte", "ln_f"})->how,
            "by the numbers in their names, 'wte' as embeddings first, 'ln_f' last");
}

TEST(LayerOrderTest, AListOrdersAndChooses) {
  const auto order = OrderByList({"a", "b", "c"}, {"c", "a"}, "/somewhere/layers.txt");
  ASSERT_TRUE(order.ok());
  EXPECT_THAT(order->layers, ElementsAre(2, 0));
  EXPECT_EQ(order->how, "as listed in layers.txt");
  EXPECT_THAT(std::string(OrderByList({"a"}, {"x"}, "--layer-order").status().message()),
              HasSubstr("--layer-order lists 'x', and there is no layer of that name"));
  EXPECT_THAT(std::string(OrderByList({"a"}, {"a", "a"}, "layers.txt").status().message()),
              HasSubstr("twice"));
}

}  // namespace
}  // namespace brainalign
