#include "client/report/comparison_json.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/command_line.h"
#include "client/report/result_json.h"
#include "core/align/read_off_uncertainty.h"
#include "core/align/result_notes.h"
#include "tests/core/align/golden_uncertainty.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::string JsonOf(AlignmentResult alignment) {
  ReadOff(alignment);
  ReadOffUncertainty(alignment);
  JobResult result;
  result.alignment = std::move(alignment);
  return ResultToJson(result);
}

class ComparisonJsonTest : public testing::Test {
 protected:
  // Of `brainalign compare`, with what it printed.
  struct Ended {
    int code = 0;
    std::string out;
    std::string err;
  };
  Ended Compare(const std::vector<std::string>& arguments) const {
    const std::string out = folder_.Write("out.txt", "");
    const std::string err = folder_.Write("err.txt", "");
    std::FILE* const out_file = std::fopen(out.c_str(), "w");
    std::FILE* const err_file = std::fopen(err.c_str(), "w");
    std::vector<std::string> all = {"compare"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const int code = RunCommandLine(all, out_file, err_file, std::stop_token());
    std::fclose(out_file);
    std::fclose(err_file);
    return {code, folder_.Read("out.txt"), folder_.Read("err.txt")};
  }

  ScratchFolder folder_;
  Json golden_ = ReadGoldenUncertainty("automatic");
};

TEST_F(ComparisonJsonTest, TwoFilesGiveThePairedTestOfTheSlowProgram) {
  const std::string first = folder_.Write("first.json", JsonOf(GoldenResult(golden_)));
  const std::string second = folder_.Write("second.json", JsonOf(OtherGoldenResult(golden_)));
  const std::string path = folder_.Path("difference.json");
  const Ended ended = Compare({first, second, "--out", path});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("alignment difference"));
  const Json paired = Json::parse(folder_.Read("difference.json")).at("paired");
  const Json& expected = golden_.at("expected").at("paired");
  for (const auto& [name, value] : expected.items()) {
    ASSERT_TRUE(paired.contains(name)) << name;
    const std::vector<double> actual = NumbersIn(paired.at(name));
    const std::vector<double> wanted = NumbersIn(value);
    ASSERT_EQ(actual.size(), wanted.size()) << name;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      EXPECT_NEAR(actual[i], wanted[i], 1e-8) << name << " " << i;
    }
  }
}

TEST_F(ComparisonJsonTest, SeveralFilesAreComparedInPairsWithAdjustedP) {
  AlignmentResult third = GoldenResult(golden_);
  for (double& score : third.score) score *= 0.8;
  const std::vector<std::string> files = {
      folder_.Write("first.json", JsonOf(GoldenResult(golden_))),
      folder_.Write("second.json", JsonOf(OtherGoldenResult(golden_))),
      folder_.Write("third.json", JsonOf(third))};
  const std::string path = folder_.Path("pairs.json");
  const Ended ended = Compare({files[0], files[1], files[2], "--out", path});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("3 pairs, "));
  const Json pairs = Json::parse(folder_.Read("pairs.json")).at("pairs");
  ASSERT_EQ(pairs.size(), 3U);
  EXPECT_EQ(pairs[1].at("first"), files[0]);
  EXPECT_EQ(pairs[1].at("second"), files[2]);
  EXPECT_NEAR(pairs[0].at("alignment_p").get<double>(),
              golden_.at("expected").at("paired").at("alignment_p").get<double>(), 1e-8);
  std::vector<double> p;
  for (const Json& pair : pairs) {
    if (!pair.at("alignment_p").is_null()) p.push_back(pair.at("alignment_p").get<double>());
  }
  std::sort(p.begin(), p.end());
  ASSERT_GE(p.size(), 2U);
  for (const Json& pair : pairs) {
    if (pair.at("alignment_p").is_null()) continue;
    const double own = pair.at("alignment_p").get<double>();
    const auto tests = static_cast<double>(p.size());
    double holm = 0;
    double bh = 1;
    for (std::size_t i = 0; i < p.size(); ++i) {
      const auto rank = static_cast<double>(i + 1);
      if (p[i] <= own) holm = std::max(holm, std::min(1.0, p[i] * (tests - rank + 1)));
      if (p[i] >= own) bh = std::min(bh, p[i] * tests / rank);
    }
    EXPECT_NEAR(pair.at("alignment_p_holm").get<double>(), holm, 1e-12);
    EXPECT_NEAR(pair.at("alignment_p_bh").get<double>(), bh, 1e-12);
  }
  // The file of a comparison may be replaced by that of another one.
  EXPECT_EQ(Compare({files[0], files[1], "--out", path}).code, 0);
}

TEST_F(ComparisonJsonTest, ResultsMayDifferInOptionsWhichAreNamed) {
  AlignmentResult other = OtherGoldenResult(golden_);
  other.spec.nuisance = {"length", "@position"};
  other.spec.pca = 50;
  other.spec.uncertainty.detrend = 3;
  other.spec.uncertainty.seed += 1;
  const std::string first = folder_.Write("first.json", JsonOf(GoldenResult(golden_)));
  const std::string second = folder_.Write("second.json", JsonOf(other));
  const std::string path = folder_.Path("difference.json");
  const Ended ended = Compare({first, second, "--out", path});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("different options: detrend (none; 3), nuisance (none; length, "
                                   "@position), pca (0; 50).\n"));
  const Json difference = Json::parse(folder_.Read("difference.json"));
  EXPECT_EQ(difference.at("nuisance"), Json::parse(R"([[], ["length", "@position"]])"));
  EXPECT_EQ(difference.at("different_options"),
            Json::parse(R"({"detrend": ["none", "3"], "nuisance": ["none", "length, @position"],
                            "pca": ["0", "50"]})"));
}

TEST_F(ComparisonJsonTest, NothingIsSaidOfOptionsThatAgree) {
  const std::string first = folder_.Write("first.json", JsonOf(GoldenResult(golden_)));
  const std::string second = folder_.Write("second.json", JsonOf(OtherGoldenResult(golden_)));
  const Ended ended = Compare({first, second});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, Not(HasSubstr("different options")));
}

TEST_F(ComparisonJsonTest, OneResultUnderTwoNamesIsRefused) {
  const std::string first = folder_.Write("first.json", JsonOf(GoldenResult(golden_)));
  const std::string copy = folder_.Write("copy.json", JsonOf(GoldenResult(golden_)));
  const Ended ended = Compare({first, copy});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("the two are the same result"));
}

TEST_F(ComparisonJsonTest, AFileOfAnotherKindIsNamedAndKept) {
  const std::string first = folder_.Write("first.json", JsonOf(GoldenResult(golden_)));
  const std::string second = folder_.Write("second.json", JsonOf(OtherGoldenResult(golden_)));
  const Ended ended = Compare({first, second, "--out", second});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("second.json is there already and is the result of an "
                                   "alignment, and a comparison of results is to be written"));
  EXPECT_EQ(folder_.Read("second.json"), JsonOf(OtherGoldenResult(golden_)));
  const std::string notes = folder_.Write("notes.txt", "of somebody");
  EXPECT_THAT(Compare({first, second, "--out", notes}).err,
              HasSubstr("notes.txt is there already and is no file that this command writes"));
}

TEST_F(ComparisonJsonTest, InfluenceComesBackAsTheSameBits) {
  const ComparedAlignment exact = ComparedOf(GoldenResult(golden_));
  const auto back = ComparedFromJson("file", JsonOf(GoldenResult(golden_)));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->alignment.influence, exact.influence);
  EXPECT_EQ(back->alignment.fold_of_block, exact.fold_of_block);
  EXPECT_EQ(back->alignment.words_of_block, exact.words_of_block);
  EXPECT_EQ(back->alignment.words_fingerprint, exact.words_fingerprint);
  EXPECT_EQ(back->draws, golden_.at("draws").get<int>());
}

TEST_F(ComparisonJsonTest, ResultWithoutDrawsIsRefusedWithWhatToDo) {
  AlignmentResult without = GoldenResult(golden_);
  without.held_out_influence.clear();
  without.refit_influence.clear();
  const std::string first = folder_.Write("first.json", JsonOf(GoldenResult(golden_)));
  const std::string second = folder_.Write("second.json", JsonOf(without));
  const Ended ended = Compare({first, second});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("second.json (the second): the second has no influence"));
  EXPECT_THAT(ended.err, HasSubstr("--draws"));
}

TEST_F(ComparisonJsonTest, WhatIsNoResultIsRefused) {
  const std::string good = folder_.Write("good.json", JsonOf(GoldenResult(golden_)));
  for (const char* text : {"", "[1]", "{}", "{\"score\": [[\"a\"]]}"}) {
    const Ended ended = Compare({good, folder_.Write("bad.json", text)});
    EXPECT_EQ(ended.code, 2) << text;
    EXPECT_THAT(ended.err, HasSubstr("bad.json is no ")) << text;
  }
  Json damaged = Json::parse(JsonOf(GoldenResult(golden_)));
  damaged["uncertainty"]["influence"]["float64_base64"] = "AAA";
  EXPECT_THAT(Compare({good, folder_.Write("bad.json", damaged.dump())}).err, HasSubstr("damaged"));
  damaged["uncertainty"]["influence"]["float64_base64"] = "AAAAAAAAAAA=";
  EXPECT_THAT(Compare({good, folder_.Write("bad.json", damaged.dump())}).err, HasSubstr("damaged"));
}

}  // namespace
}  // namespace brainalign
