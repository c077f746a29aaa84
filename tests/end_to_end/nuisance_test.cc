// Nuisance that is taken out of activations, by the real programs: here, and at a server.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/kept_experiment.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

TEST(Nuisance, GivesTheSameBitsHereAndAtAServer) {
  const ScratchFolder scratch;
  const std::string experiment = scratch / "experiment";
  const Outcome made = RunBrainalign({"simulate", experiment, "--kind", "meg", "--words", "400",
                                      "--sensors", "6", "--layers", "2", "--dims", "5"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const std::string columns = "@position,@interval";
  const Outcome local = RunBrainalign(
      {"run", experiment, "--local", "--nuisance", columns, "--out", scratch / "local.json"});
  ASSERT_EQ(local.exit_code, 0) << local.err;
  EXPECT_THAT(local.out + local.err, HasSubstr("nuisance taken out: @position, @interval"));
  const Json here = ReadResult(scratch / "local.json");
  EXPECT_EQ(here["options"]["nuisance"], Json({"@position", "@interval"}));
  EXPECT_EQ(here["nuisance_to_model"].size(), 2U);
  EXPECT_EQ(here["brain_to_nuisance"].size(), here["times"].size());
  EXPECT_EQ(here["brain_to_nuisance"][0].size(), 2U);

  const auto server = RunningServer::Start(scratch / "server");
  ASSERT_NE(server, nullptr);
  const auto run = [&](const std::string& nuisance, const std::string& out) {
    const Outcome outcome = RunBrainalign(
        {"run", experiment, "--nuisance", nuisance, "--out", out, "--server", server->address()});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return ReadResult(out);
  };
  const Json there = run(columns, scratch / "remote.json");
  EXPECT_EQ(Numbers(there), Numbers(here));
  for (const char* field : {"nuisance_to_model", "brain_to_nuisance"}) {
    EXPECT_EQ(there[field], here[field]) << field;
  }
  EXPECT_EQ(there["options"]["nuisance"], here["options"]["nuisance"]);

  // The same is the same job, and other columns are another one.
  EXPECT_EQ(run(columns, scratch / "again.json")["from_cache"], true);
  EXPECT_EQ(run("@position", scratch / "other.json")["from_cache"], false);

  const Outcome missing = RunBrainalign({"run", experiment, "--local", "--nuisance", "loudness"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr("--nuisance names the column 'loudness'"));
}

TEST(Nuisance, StandsBesideTheActivationsWithTheSameBitsHereAndAtAServer) {
  const ScratchFolder scratch;
  const std::string experiment = scratch / "experiment";
  const Outcome made = RunBrainalign({"simulate", experiment, "--kind", "meg", "--words", "300",
                                      "--sensors", "5", "--layers", "2", "--dims", "4"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const std::vector<std::string> command = {
      "run", experiment, "--direction", "model_to_brain",       "--nulls", "3", "--alphas", "1",
      "100", "10000",    "--nuisance",  "@position,@previous:2"};
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunBrainalign(arguments);
  };
  const Outcome local = with({"--local", "--out", scratch / "local.json"});
  ASSERT_EQ(local.exit_code, 0) << local.err;
  EXPECT_THAT(local.out, HasSubstr("nuisance beside the activations: @position, @previous:1[0]"));
  EXPECT_THAT(local.out, HasSubstr("Pearson r gained over nuisance"));
  const Json here = ReadResult(scratch / "local.json");
  EXPECT_EQ(here["options"]["nuisance"].size(), 1U + 2 * 4);
  EXPECT_EQ(here["score_of_band"].size(), 2U);
  EXPECT_EQ(here["product_measure"][0][0].size(), 2U);
  EXPECT_EQ(here.contains("brain_to_nuisance"), false);

  const auto server = RunningServer::Start(scratch / "server");
  ASSERT_NE(server, nullptr);
  const Outcome remote = with({"--out", scratch / "remote.json", "--server", server->address()});
  ASSERT_EQ(remote.exit_code, 0) << remote.err;
  const Json there = ReadResult(scratch / "remote.json");
  EXPECT_EQ(Numbers(there), Numbers(here));
  for (const char* field : {"score_of_band", "product_measure", "uncertainty"}) {
    EXPECT_EQ(there[field], here[field]) << field;
  }
  EXPECT_EQ(there["options"]["nuisance"], here["options"]["nuisance"]);

  const Outcome wrong = RunBrainalign({"run", experiment, "--local", "--nuisance", "@previous:0"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("N in @previous:N is 1 to 20"));
}

TEST(Nuisance, OfWhatTheServerKeepsGivesTheBitsOfALocalRun) {
  const auto lab = KeptExperiment::Make({"--kind", "meg", "--words", "400", "--sensors", "5",
                                         "--layers", "2", "--dims", "4", "--sessions", "6"});
  ASSERT_NE(lab, nullptr);
  const KeptExperiment& scratch = *lab;
  const std::string experiment = scratch.folder();
  const auto run = [&](const std::vector<std::string>& arguments) { return lab->Run(arguments); };
  // Folders of one side, without a word table.
  const std::string model = scratch / "model";
  const std::string recording = scratch / "recording";
  std::filesystem::copy(experiment, model);
  std::filesystem::copy(experiment, recording);
  std::filesystem::remove(model + "/words.tsv");
  std::filesystem::remove(model + "/continuous.npy");
  std::filesystem::remove(recording + "/activations.npy");
  const std::vector<std::string> options = {
      "--nuisance", "duration,surprisal,@position,@interval,@previous:2",
      "--where",    "surprisal is not missing",
      "--pca",      "3"};
  const auto with = [&](std::vector<std::string> arguments, const std::string& out) {
    arguments.insert(arguments.begin(), "run");
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.insert(arguments.end(), {"--out", out});
    return arguments;
  };
  // Notes name the word table, and a model that is kept has no file that orders its layers.
  const auto numbers_of = [](const Json& result) {
    Json numbers = Numbers(result);
    numbers.erase("reading_notes");
    numbers.erase("layer_order");
    return numbers;
  };
  const Outcome local = RunBrainalign(with({experiment, "--local"}, scratch / "local.json"));
  ASSERT_EQ(local.exit_code, 0) << local.err;
  const Json here = ReadResult(scratch / "local.json");
  EXPECT_EQ(here["options"]["nuisance"].size(), 4U + 2 * 3);
  for (const std::vector<std::string>& sides :
       std::vector<std::vector<std::string>>{{"--recording", "subject-1", "--model", "gpt2"},
                                             {experiment, "--recording", "subject-1"},
                                             {model, "--recording", "subject-1"},
                                             {experiment, "--model", "gpt2"},
                                             {recording, "--model", "gpt2"}}) {
    std::vector<std::string> arguments = with(sides, scratch / "kept.json");
    arguments.emplace_back("--skip-cache");
    const Outcome kept = run(arguments);
    ASSERT_EQ(kept.exit_code, 0) << sides[0] << sides[1] << kept.err;
    const Json there = ReadResult(scratch / "kept.json");
    EXPECT_EQ(numbers_of(there), numbers_of(here)) << sides[0] << sides[1];
    for (const char* field : {"nuisance_to_model", "brain_to_nuisance"}) {
      EXPECT_EQ(there[field], here[field]) << field;
    }
    EXPECT_EQ(there["options"]["nuisance"], here["options"]["nuisance"]);
  }
  const Outcome named = run({"run", model, "--recording", "subject-1", "--nuisance", "surprisal",
                             "--where", "surprisal is not missing"});
  EXPECT_EQ(named.exit_code, 0) << named.err;
  EXPECT_THAT(named.err, HasSubstr("surprisal: of the word table default/story of the recording "
                                   "default/subject-1"));
  const Outcome submitted =
      run({"submit", "--recording", "subject-1", "--model", "gpt2", "--nuisance", "duration"});
  EXPECT_EQ(submitted.exit_code, 0) << submitted.err;
  const Outcome missing =
      run({"run", "--recording", "subject-1", "--model", "gpt2", "--nuisance", "loudness"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr("--nuisance names the column 'loudness'"));
  EXPECT_THAT(missing.err, HasSubstr("surprisal"));
  const Outcome texts =
      run({"run", "--recording", "subject-1", "--model", "gpt2", "--nuisance", "word"});
  EXPECT_EQ(texts.exit_code, 2);
  EXPECT_THAT(texts.err, HasSubstr("holds texts"));
}

TEST(Nuisance, OfRigourIsReadFromWhatTheServerKeeps) {
  const auto lab = KeptExperiment::Make({"--kind", "meg", "--words", "300", "--sensors", "4",
                                         "--layers", "2", "--dims", "3", "--sessions", "6"});
  ASSERT_NE(lab, nullptr);
  const KeptExperiment& scratch = *lab;
  const std::string experiment = scratch.folder();
  const auto run = [&](const std::vector<std::string>& arguments) { return lab->Run(arguments); };
  const auto nuisance_of = [](const Json& result) {
    for (const Json& part : result["rigour"]["parts"]) {
      if (part["name"] == "nuisance") return part["numbers"];
    }
    return Json();
  };
  const std::vector<std::string> rigour = {
      "--rigour",    "--nulls", "19",    "--draws",           "0", "--alphas", "100",
      "--selection", "fixed",   "--out", scratch / "out.json"};
  std::vector<std::string> arguments = {"run", experiment, "--local"};
  arguments.insert(arguments.end(), rigour.begin(), rigour.end());
  const Outcome local = RunBrainalign(arguments);
  ASSERT_EQ(local.exit_code, 0) << local.err;
  const Json here = nuisance_of(ReadResult(scratch / "out.json"));
  EXPECT_EQ(here["nuisance"], Json({"@position", "@interval", "duration"}));
  arguments = {"run", "--recording", "subject-1", "--model", "gpt2"};
  arguments.insert(arguments.end(), rigour.begin(), rigour.end());
  const Outcome kept = run(arguments);
  ASSERT_EQ(kept.exit_code, 0) << kept.err;
  const Json there = nuisance_of(ReadResult(scratch / "out.json"));
  for (const char* field : {"nuisance", "score", "p_max"}) {
    EXPECT_EQ(there[field], here[field]) << field;
  }
}

TEST(Nuisance, OfASealedRecordingIsRefusedWhereItCannotBeHad) {
  const auto lab = KeptExperiment::Make(
      {"--kind", "meg", "--words", "400", "--sensors", "4", "--layers", "2", "--dims", "3"});
  ASSERT_NE(lab, nullptr);
  const std::string experiment = lab->folder();
  const auto run = [&](const std::vector<std::string>& arguments) { return lab->Run(arguments); };
  const std::vector<std::vector<std::string>> calls = {
      {"recording", "create", "again", experiment, "--word-table", "story"},
      {"recording", "seal", "subject-1"}};
  for (const std::vector<std::string>& call : calls) {
    const Outcome done = run(call);
    ASSERT_EQ(done.exit_code, 0) << done.err;
  }
  const std::vector<std::string> job = {"run",     "--recording", "subject-1",
                                        "--model", "gpt2",        "--nuisance"};
  const auto with = [&](const std::string& columns) {
    std::vector<std::string> arguments = job;
    arguments.push_back(columns);
    return run(arguments);
  };
  const Outcome columns = with("duration");
  EXPECT_EQ(columns.exit_code, 0) << columns.err;
  const Outcome refused = with("duration,@position");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("is sealed, so that its onsets and sessions do not leave"));
  // As is another recording that has the same onsets.
  const Outcome same =
      run({"run", "--recording", "again", "--model", "gpt2", "--nuisance", "@interval"});
  EXPECT_EQ(same.exit_code, 2);
  EXPECT_THAT(same.err, HasSubstr("has onsets or sessions of a sealed one"));
}

}  // namespace
}  // namespace brainalign
