// brainalign run --rigour on simulated experiments whose truth is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/client/cli/command_run.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using RigourJson = nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// Three layers with delays from 0.2 to 0.6 s, and enough blocks of words for every test.
std::string SimulateOrdered(const ScratchFolder& folder, const std::string& name,
                            const std::string& seed) {
  const std::string dir = folder.Path(name);
  const Outcome outcome = RunProgram({"simulate",
                                      dir,
                                      "--words",
                                      "900",
                                      "--sensors",
                                      "6",
                                      "--layers",
                                      "3",
                                      "--dims",
                                      "4",
                                      "--sessions",
                                      "5",
                                      "--sfreq",
                                      "10",
                                      "--tmin",
                                      "-0.3",
                                      "--tmax",
                                      "1",
                                      "--first-delay",
                                      "0.2",
                                      "--last-delay",
                                      "0.6",
                                      "--signal-to-noise",
                                      "3",
                                      "--seed",
                                      seed});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  return dir;
}

// The activations of the experiment `other` in the folder `to`, which is made.
void CopyActivations(const std::string& other, const std::string& to) {
  std::filesystem::create_directories(to);
  for (const char* file : {"activations.npy", "depth.npy"}) {
    std::filesystem::copy_file(other + "/" + file, to + "/" + file,
                               std::filesystem::copy_options::overwrite_existing);
  }
}

RigourJson RunToJson(const ScratchFolder& folder, const std::string& dir,
                     const std::vector<std::string>& flags, std::string* shown = nullptr) {
  std::vector<std::string> arguments = {"run",
                                        dir,
                                        "--local",
                                        "--threads",
                                        "2",
                                        "--selection",
                                        "fixed",
                                        "--alphas",
                                        "100",
                                        "--out",
                                        folder.Path("out.json")};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const Outcome outcome = RunProgram(arguments);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  if (shown != nullptr) *shown = outcome.out;
  return outcome.code == 0 ? RigourJson::parse(folder.Read("out.json")) : RigourJson();
}

const RigourJson& PartOf(const RigourJson& result, const std::string& name) {
  for (const RigourJson& part : result["rigour"]["parts"]) {
    if (part["name"] == name) return part;
  }
  ADD_FAILURE() << name;
  return result;
}

std::vector<std::string> ListOf(const RigourJson& result, const char* name) {
  return result["rigour"]["verdict"][name].get<std::vector<std::string>>();
}

TEST(RigourTest, EstablishesWhatWasSimulated) {
  const ScratchFolder folder;
  const std::string dir = SimulateOrdered(folder, "experiment", "1");
  CopyActivations(SimulateOrdered(folder, "other", "2"), dir + "/untrained");
  std::string shown;
  const RigourJson result = RunToJson(folder, dir, {"--rigour"}, &shown);
  EXPECT_THAT(ListOf(result, "established"),
              ElementsAre(StartsWith("Brain and activations are related"),
                          HasSubstr("in order of depth, deeper ones later"),
                          StartsWith("The relation is more than linear effects of @position, "
                                     "@interval"),
                          StartsWith("The relation is more than linear effects of the vectors of "
                                     "the word before"),
                          StartsWith("The relation is more than drift that both sides share"),
                          StartsWith("The trained model aligns better")));
  EXPECT_THAT(ListOf(result, "not_established"),
              Contains(StartsWith("That this order is a delay")));
  EXPECT_THAT(ListOf(result, "not_testable"),
              AllOf(Contains(HasSubstr("nothing but @position, @interval, or in another part the "
                                       "vectors of the word before was taken out")),
                    Contains(StartsWith("How high a score the recording allows: no words are"))));
  EXPECT_FALSE(PartOf(result, "ceiling")["done"]);
  EXPECT_EQ(ListOf(result, "described").size(), 3u);
  const RigourJson& neighbours = PartOf(result, "neighbours")["numbers"];
  EXPECT_LT(neighbours["before"].get<double>(), 0.2);  // words were drawn one by one
  EXPECT_LT(neighbours["after"].get<double>(), 0.2);
  EXPECT_THAT(shown, HasSubstr("\nestablished\n  - Brain and activations are related"));
  EXPECT_THAT(shown, HasSubstr("\nnot testable\n  - "));
}

// The parts are the jobs that a user would run one by one.
TEST(RigourTest, PartsAreWhatSingleCommandsCompute) {
  const ScratchFolder folder;
  const std::string dir = SimulateOrdered(folder, "experiment", "1");
  const std::string other = SimulateOrdered(folder, "other", "2");
  CopyActivations(other, folder.Path("plain"));
  const RigourJson result =
      RunToJson(folder, dir, {"--rigour", "--untrained", folder.Path("plain"), "--nulls", "19"});
  EXPECT_EQ(result["options"]["nulls"], 19);
  EXPECT_EQ(result["options"]["draws"], 2000);
  const RigourJson detrended =
      RunToJson(folder, dir, {"--nulls", "19", "--draws", "2000", "--detrend", "3"});
  EXPECT_EQ(PartOf(result, "detrended")["numbers"]["score"], detrended["score"]);
  EXPECT_EQ(PartOf(result, "detrended")["numbers"]["p_max"],
            detrended["uncertainty"]["no_relation"]["p_max"]);
  EXPECT_EQ(PartOf(result, "detrended")["numbers"]["p_order_t_max"],
            detrended["uncertainty"]["order"]["p_temporal_score"]);
  const RigourJson without =
      RunToJson(folder, dir, {"--nulls", "19", "--nuisance", "@position,@interval"});
  EXPECT_EQ(PartOf(result, "nuisance")["numbers"]["score"], without["score"]);
  EXPECT_EQ(PartOf(result, "nuisance")["numbers"]["p_max"],
            without["uncertainty"]["no_relation"]["p_max"]);
  const RigourJson after = RunToJson(folder, dir, {"--nulls", "19", "--nuisance", "@previous:1"});
  EXPECT_EQ(PartOf(result, "previous_words")["numbers"]["score"], after["score"]);
  EXPECT_EQ(PartOf(result, "previous_words")["numbers"]["nuisance"], after["options"]["nuisance"]);
  EXPECT_EQ(PartOf(result, "previous_words")["numbers"]["p_max"],
            after["uncertainty"]["no_relation"]["p_max"]);
  EXPECT_EQ(PartOf(result, "strict")["numbers"]["nuisance"], RigourJson::array());
  const RigourJson shuffled = RunToJson(folder, dir, {"--fold-by", "shuffled"});
  EXPECT_EQ(PartOf(result, "shuffled")["numbers"]["score"], shuffled["score"]);
  // Selection is the preset's in the part paper: with one alpha the choice is the same.
  const RigourJson paper = RunToJson(folder, dir, {"--preset", "paper"});
  EXPECT_EQ(PartOf(result, "paper")["numbers"]["t_max"], paper["t_max"]);

  // The untrained model on its own, and the paired test of the two files.
  CopyActivations(other, dir + "/");
  RunToJson(folder, dir, {"--draws", "2000"});
  std::filesystem::rename(folder.Path("out.json"), folder.Path("second.json"));
  std::filesystem::remove_all(dir);
  SimulateOrdered(folder, "experiment", "1");
  RunToJson(folder, dir, {"--draws", "2000"});
  const Outcome compared =
      RunProgram({"compare", folder.Path("out.json"), folder.Path("second.json"), "--json"});
  ASSERT_EQ(compared.code, 0) << compared.err;
  EXPECT_EQ(PartOf(result, "untrained")["numbers"]["paired"],
            RigourJson::parse(compared.out)["paired"]);
}

TEST(RigourTest, EstablishesNothingOfOtherWords) {
  const ScratchFolder folder;
  const std::string dir = SimulateOrdered(folder, "experiment", "1");
  CopyActivations(SimulateOrdered(folder, "other", "2"), dir);
  const RigourJson result = RunToJson(folder, dir, {"--rigour"});
  EXPECT_THAT(ListOf(result, "established"), IsEmpty());
  EXPECT_THAT(ListOf(result, "not_established"),
              Contains(StartsWith("A relation of brain and activations: ")));
  EXPECT_THAT(ListOf(result, "not_testable"),
              Contains(HasSubstr("no relation was established, so an order")));
  EXPECT_THAT(ListOf(result, "not_testable"), Contains(HasSubstr("no untrained model was given")));
  EXPECT_EQ(PartOf(result, "untrained")["done"], false);
}

TEST(RigourTest, NamesWhatWasAskedForThatLetsTestWordsIn) {
  const ScratchFolder folder;
  const std::string dir = SimulateOrdered(folder, "experiment", "1");
  const RigourJson result = RunToJson(
      folder, dir, {"--rigour", "--nulls", "0", "--draws", "0", "--purge-seconds", "0.5"});
  EXPECT_THAT(ListOf(result, "not_established"),
              ElementsAre(HasSubstr("as asked, purge_seconds is 0.5, less than the 1.3 s of an "
                                    "epoch.")));
  EXPECT_THAT(ListOf(result, "not_testable"), Contains(HasSubstr("no nulls were asked for")));
  EXPECT_THAT(ListOf(result, "not_testable"), Contains(HasSubstr("no draws were asked for")));
}

TEST(RigourTest, MetricsOfTwoMatricesSayWhatCannotBeTested) {
  const ScratchFolder folder;
  const std::string dir = SimulateOrdered(folder, "experiment", "1");
  const Outcome outcome = RunProgram(
      {"run", dir, "--local", "--rigour", "--metric", "cka", "--out", folder.Path("out.json")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const RigourJson result = RigourJson::parse(folder.Read("out.json"));
  EXPECT_THAT(ListOf(result, "established"),
              Contains(AllOf(HasSubstr("under 199 circular shifts"),
                             HasSubstr("p values of metric cka from shifts are not calibrated "
                                       "with detrending"))));
  EXPECT_THAT(ListOf(result, "not_testable"), Contains(HasSubstr("metric cka fits no map")));
}

TEST(RigourTest, RefusesWhatDoesNotFitBeforeTheWork) {
  const ScratchFolder folder;
  const std::string dir = SimulateOrdered(folder, "experiment", "1");
  const auto expect_refused = [&](const std::vector<std::string>& flags, const std::string& why) {
    std::vector<std::string> arguments = {"run", dir, "--local"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const Outcome outcome = RunProgram(arguments);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr(why));
  };
  expect_refused({"--rigour", "--preset", "paper"}, "--preset is paper");
  expect_refused({"--rigour", "--fold-by", "shuffled"}, "--fold-by is shuffled");
  expect_refused({"--untrained", dir}, "--rigour");
  expect_refused({"--rigour", "--untrained", folder.Path("none")}, "is not a folder");
  folder.Write("experiment/untrained", "");
  expect_refused({"--rigour"}, "untrained is a file");
  std::filesystem::remove(folder.Path("experiment/untrained"));
  const std::string few = folder.Path("few");
  EXPECT_EQ(RunProgram({"simulate", few, "--words", "120", "--layers", "3", "--dims", "4"}).code,
            0);
  expect_refused({"--rigour", "--untrained", few}, "has 120 words, and the trained one has 900");
  for (const char* const name : {"items.npy", "untrained"}) {
    const std::string link = dir + "/" + name;
    std::filesystem::create_symlink("../gone", link);
    expect_refused({"--rigour"}, link + " is a link to ../gone, where there is nothing");
    std::filesystem::remove(link);
  }
}

}  // namespace
}  // namespace brainalign
