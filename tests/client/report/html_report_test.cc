#include "client/report/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

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

}  // namespace
}  // namespace brainalign
