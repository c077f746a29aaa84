#include "client/report/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <regex>
#include <vector>

#include "tests/client/report/report_json.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string PageOf(const nlohmann::ordered_json& json) {
  const absl::StatusOr<ReportData> data = ReadReportData(json.dump());
  EXPECT_TRUE(data.ok()) << data.status();
  return data.ok() ? HtmlReport(*data) : "";
}

// The texts between `begin` and the next `end`.
std::vector<std::string> Between(const std::string& text, const std::string& begin,
                                 const std::string& end) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    found.push_back(text.substr(at, text.find(end, at) - at));
  }
  return found;
}

// 'sha256-...' as of the specification of Content Security Policy, by OpenSSL alone.
std::string HashSource(const std::string& text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 64> base64;
  const int size = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
  return "'sha256-" +
         std::string(reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(size)) +
         "'";
}

std::string PolicyOf(const std::string& page) {
  return Between(page, "<meta http-equiv=\"Content-Security-Policy\" content=\"", "\"").at(0);
}

TEST(HtmlReportTest, PolicyAllowsItsOwnScriptsAndStyleAlone) {
  const std::string page = PageOf(UncertainReportJson());
  const std::string policy = PolicyOf(page);
  EXPECT_THAT(page, StartsWith(kHtmlBeginning));
  EXPECT_THAT(policy, StartsWith("default-src 'none'; script-src "));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(policy, Not(HasSubstr("http")));
  const std::vector<std::string> styles = Between(page, "<style>", "</style>");
  ASSERT_EQ(styles.size(), 1U);
  EXPECT_THAT(policy, HasSubstr("style-src " + HashSource(styles[0])));
  const std::vector<std::string> scripts = Between(page, "<script>", "</script>");
  ASSERT_EQ(scripts.size(), HasCharts() ? 2U : 0U);
  for (const std::string& script : scripts) EXPECT_THAT(policy, HasSubstr(HashSource(script)));
}

TEST(HtmlReportTest, AsksForNothingFromOutside) {
  const std::string page = PageOf(UncertainReportJson());
  const std::regex loads(
      "<(link|img|iframe|object|embed|base|form)\\b|\\b(src|href|action)=\"|"
      "\\bstyle=\"|\\bon[a-z]+=\"|url\\(");
  std::string own = page;
  for (const std::string& script : Between(page, "<script>", "</script>")) {
    own.erase(own.find(script), script.size());
  }
  EXPECT_FALSE(std::regex_search(own, loads));
}

TEST(HtmlReportTest, ShowsFindingTablesNotesAndProvenance) {
  const std::string page = PageOf(UncertainReportJson());
  EXPECT_THAT(page, HasSubstr("<p class=\"finding\">The best score, Pearson r = 0.400 for second"));
  EXPECT_THAT(page, HasSubstr("<td>second</td><td>1.000</td><td>0.100 s</td><td>undefined</td>"
                              "<td>0.4000</td><td>0.100 s</td><td>0.005</td>"));
  EXPECT_THAT(page, HasSubstr("<li>2 words were dropped.</li>"));
  EXPECT_THAT(page, HasSubstr("<li>The two sides may share a drift.</li>"));
  EXPECT_THAT(page, HasSubstr("<td>options.preset</td><td>strict</td>"));
  EXPECT_THAT(page, HasSubstr("<td>numerics_version</td><td>7</td>"));
  EXPECT_THAT(page, Not(HasSubstr("{{")));
}

TEST(HtmlReportTest, DriftThatCannotBeMeasuredIsNotZero) {
  nlohmann::ordered_json json = UncertainReportJson();
  json["uncertainty"]["drift"] = {{"brain", nullptr}, {"model", 0.034}};
  EXPECT_THAT(PageOf(json),
              HasSubstr("beyond chance: recording not measurable, activations 3.4 %."));
  json["uncertainty"]["drift"]["model"] = nullptr;
  EXPECT_THAT(PageOf(json), Not(HasSubstr("slow drift")));  // never looked at
  json["uncertainty"]["autocorrelation"] = {{"lag_1", {0.1, nullptr}}, {"integral", {1, nullptr}}};
  EXPECT_THAT(PageOf(json), HasSubstr("recording not measurable, activations not measurable."));
}

TEST(HtmlReportTest, NullsOfANewerVersionAreNoShifts) {
  nlohmann::ordered_json json = UncertainReportJson();
  EXPECT_THAT(PageOf(json), HasSubstr("in which the words were shifted against each other"));
  json["uncertainty"]["no_relation"]["null_by"] = "rotate";
  const std::string page = PageOf(json);
  EXPECT_THAT(page, HasSubstr("the relation was broken in a way that this version does not know"));
  EXPECT_THAT(page, Not(HasSubstr("shifted against")));
}

TEST(HtmlReportTest, ShowsFoldsAndMethods) {
  nlohmann::ordered_json json = UncertainReportJson();
  EXPECT_THAT(PageOf(json), HasSubstr("The result does not contain the scores of folds."));
  json["score_per_fold"] = {json["score"], json["score"]};
  json["fold_sizes"] = {50, 49};
  json["training_sizes"] = {40, 41};
  json["purged_words"] = {9, 9};
  const std::string page = PageOf(json);
  EXPECT_THAT(page, HasSubstr("<td>fold 2</td><td>49</td><td>41</td><td>9</td><td>0.4000</td>"));
  EXPECT_THAT(page, HasSubstr("<p id=\"methods-text\">"));
  EXPECT_THAT(page, HasSubstr("Chance was estimated by 199 refits"));
  EXPECT_THAT(page, HasSubstr("@inproceedings{raugel2025scaling,\n"));
  EXPECT_THAT(page, HasSubstr("id=\"description\">Pearson r of 2 layers at 3 times"));
}

TEST(HtmlReportTest, TextsThatAreMarkupStayText) {
  const std::string hostile = "</script><img src=x onerror=alert(1)>{{data}}";
  nlohmann::ordered_json json = UncertainReportJson();
  json["layer_names"] = nlohmann::ordered_json::array({hostile, "second"});
  json["notes"] = nlohmann::ordered_json::array({hostile});
  json["options"][hostile] = hostile;
  json["options"]["metric"] = hostile;
  json["options"]["where"] = hostile;
  json["words_used"] = 10;
  json["uncertainty"]["cautions"][0]["text"] = hostile;
  const std::string page = PageOf(json);
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, HasSubstr("&lt;/script&gt;&lt;img src=x"));
  // The data still are what they were.
  const std::vector<std::string> data =
      Between(page, "<script type=\"application/json\" id=\"data\">", "</script>");
  ASSERT_EQ(data.size(), 1U);
  EXPECT_EQ(nlohmann::json::parse(data[0]).at("layers").at(0), hostile);
}

TEST(HtmlReportTest, ChartsGetTheNumbersOfTheResult) {
  const std::vector<std::string> data = Between(
      PageOf(UncertainReportJson()), "<script type=\"application/json\" id=\"data\">", "</script>");
  ASSERT_EQ(data.size(), 1U);
  const nlohmann::json json = nlohmann::json::parse(data[0]);
  EXPECT_EQ(json.at("score"), nlohmann::json({0.01, 0.25, 0.02, 0.0, 0.03, 0.4}));
  EXPECT_EQ(json.at("best"), nlohmann::json({{"layer", 1}, {"time", 2}}));
  EXPECT_EQ(json.at("tMaxLow"), nlohmann::json({-0.05, nullptr}));
  EXPECT_EQ(json.at("pCell").at(5), 0.005);
  EXPECT_EQ(json.at("familywiseThreshold"), 0.125);
}

TEST(HtmlReportTest, ShowsTheVerdictOfRigour) {
  nlohmann::ordered_json json = ReportJson();
  EXPECT_THAT(PageOf(json), Not(HasSubstr("Verdict")));
  json["rigour"] = {{"parts", nlohmann::ordered_json::array()},
                    {"verdict",
                     {{"established", {"Brain & activations are related."}},
                      {"not_established", nlohmann::ordered_json::array()},
                      {"not_testable", {"Others."}},
                      {"described", {"A difference."}}}}};
  const std::string page = PageOf(json);
  EXPECT_THAT(page, HasSubstr("<h2>Verdict</h2>\n<h3>Established</h3>\n<ul>\n<li>Brain &amp; "
                              "activations are related.</li>"));
  EXPECT_THAT(page, HasSubstr("<h3>Not established</h3>\n<p>Nothing.</p>"));
  EXPECT_THAT(page, Not(HasSubstr("rigour.")));
}

// (L, T, T) of two layers and three times.
nlohmann::ordered_json GeneralisedReportJson() {
  nlohmann::ordered_json json = ReportJson();
  json["time_generalisation"] = nlohmann::ordered_json::parse(R"([
    [[0.01, 0.002, -0.1], [0.1, 0.25, null], [0.0, 0.01, 0.02]],
    [[0.0, 0.01, 0.02], [0.01, 0.03, 0.3], [0.02, 0.2, 0.4]]])");
  return json;
}

nlohmann::json DataOf(const std::string& page) {
  return nlohmann::json::parse(
      Between(page, "<script type=\"application/json\" id=\"data\">", "</script>").at(0));
}

TEST(HtmlReportTest, HoldsTimeGeneralisation) {
  if (!HasCharts()) GTEST_SKIP() << "this build has no charts";
  EXPECT_THAT(PageOf(ReportJson()), Not(HasSubstr("id=\"generalisation")));
  const nlohmann::ordered_json json = GeneralisedReportJson();
  const std::string page = PageOf(json);
  EXPECT_THAT(page, HasSubstr("id=\"generalisation\""));
  const nlohmann::json data = DataOf(page);
  const nlohmann::json& maps = data["timeGeneralisation"];
  EXPECT_EQ(maps["layers"], nlohmann::json::parse("[0, 1]"));
  EXPECT_EQ(maps["times"], nlohmann::json::parse("[-0.1, 0.0, 0.1]"));
  EXPECT_EQ(maps["mergedTimes"], 1);
  // The scale is that of all maps.
  EXPECT_EQ(data["scale"]["low"], -0.1);
  EXPECT_EQ(data["scale"]["high"], 0.4);
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t layer = 0; layer < 2; ++layer) {
    const std::string cells = maps["cells"][layer];
    ASSERT_EQ(cells.size(), 2u * 9);
    for (std::size_t i = 0; i < 9; ++i) {
      const std::size_t code = 64 * digits.find(cells[2 * i]) + digits.find(cells[2 * i + 1]);
      const nlohmann::ordered_json& score = json["time_generalisation"][layer][i / 3][i % 3];
      if (score.is_null()) {
        EXPECT_EQ(code, 4095u);
        continue;
      }
      EXPECT_NEAR(-0.1 + 0.5 * static_cast<double>(code) / 4094, score.get<double>(), 0.5 / 4094);
    }
  }
}

TEST(HtmlReportTest, PageOfManyMapsStaysSmall) {
  ReportData data;
  constexpr std::size_t kLayers = 96;
  constexpr std::size_t kTimes = 166;
  for (std::size_t l = 0; l < kLayers; ++l) {
    data.layer_names.push_back("model.layers." + std::to_string(l));
    data.depth.push_back(static_cast<double>(l + 1) / kLayers);
    data.t_max.push_back(0.3);
    data.t_max_low.push_back(0.2);
    data.t_max_high.push_back(0.4);
  }
  for (std::size_t t = 0; t < kTimes; ++t) {
    data.times_seconds.push_back(static_cast<double>(t) / 30 - 2);
  }
  // Digits without a pattern.
  const auto noise = [](std::size_t i) {
    return static_cast<double>(i * 2654435761u % 1000003u) / 1000003.0;
  };
  for (std::size_t i = 0; i < kLayers * kTimes; ++i) {
    data.score.push_back(0.3 * noise(i));
    data.half_interval.push_back(0.01 + 0.01 * noise(i + 7));
    data.p_cell.push_back(0.005 + 0.9 * noise(i + 13));
  }
  data.score[70 * kTimes + 90] = 0.5;
  const std::size_t without = HtmlReport(data).size();
  for (std::size_t i = 0; i < kLayers * kTimes * kTimes; ++i) {
    data.time_generalisation.push_back(0.3 * noise(i));
  }
  const std::string page = HtmlReport(data);
  EXPECT_LE(page.size(), std::max<std::size_t>(1'200'000, without + 20'000));
  if (!HasCharts()) return;
  const nlohmann::json maps = DataOf(page)["timeGeneralisation"];
  EXPECT_EQ(maps["mergedTimes"], 2);
  EXPECT_EQ(maps["times"].size(), 83u);
  const std::vector<std::size_t> layers = maps["layers"];
  EXPECT_THAT(layers, testing::Contains(70u));  // of the best score
  EXPECT_TRUE(std::is_sorted(layers.begin(), layers.end()));
  EXPECT_TRUE(std::adjacent_find(layers.begin(), layers.end()) == layers.end());
  EXPECT_EQ(maps["cells"].size(), layers.size());
  EXPECT_EQ(maps["cells"][0].get<std::string>().size(), 2u * 83 * 83);
}

}  // namespace
}  // namespace brainalign
