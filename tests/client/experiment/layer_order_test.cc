#include "client/experiment/layer_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
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

// Cases that tests/python/test_inputs.py has as well: lists of names from the first layer to the
// last, and names that leave the order in doubt, with the reason.
nlohmann::json Cases() {
  std::ifstream file(BRAINALIGN_SOURCE_DIR "/tests/client/experiment/layer_order_cases.json");
  return nlohmann::json::parse(file);
}

TEST(LayerOrderTest, NamesOfManyModels) {
  const auto ordered = Cases()["ordered"].get<std::vector<Names>>();
  ASSERT_FALSE(ordered.empty());
  for (const Names& names : ordered) {
    Names shuffled = names;
    std::reverse(shuffled.begin(), shuffled.end());
    EXPECT_EQ(Ordered(shuffled), names);
    std::sort(shuffled.begin(), shuffled.end());  // as save_file writes them
    EXPECT_EQ(Ordered(shuffled), names);
    EXPECT_EQ(Ordered(names), names);
  }
}

TEST(LayerOrderTest, NamesThatLeaveADoubt) {
  const nlohmann::json all = Cases()["refused"];
  ASSERT_FALSE(all.empty());
  for (const nlohmann::json& refused : all) {
    const Names names = refused["names"];
    bool uncertain = false;
    const Names reason = Ordered(names, &uncertain);
    EXPECT_TRUE(uncertain) << testing::PrintToString(reason);
    EXPECT_THAT(reason[0], HasSubstr(refused["reason"].get<std::string>()))
        << testing::PrintToString(names);
  }
}

TEST(LayerOrderTest, WordsOfADirectionMayStandInNamesOfSessions) {
  const std::vector<Names> sessions = {
      {"task-end_ses-1", "task-end_ses-2"}, {"m1", "m2"}, {"ses-01", "ses-02"}};
  for (const Names& names : sessions) {
    EXPECT_THAT(OrderByNumbers(names)->layers, ElementsAre(0, 1)) << names[0];
  }
  EXPECT_FALSE(OrderByNumbers({"last_1", "last_2"}).ok());
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
