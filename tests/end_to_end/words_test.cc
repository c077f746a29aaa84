// Conditions on words, by the real programs: here, at a server, and on what the server keeps.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/kept_experiment.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Json = nlohmann::json;

constexpr char kWhere[] = "pos in NOUN  VERB DET and not (quartile(surprisal)=4)";
constexpr char kPlainWhere[] = "pos in NOUN VERB DET and not quartile(surprisal) = 4";

TEST(Words, AConditionGivesTheSameBitsHereAtAServerAndByNames) {
  const ScratchFolder scratch;
  const std::string experiment = scratch / "experiment";
  const Outcome made = RunBrainalign({"simulate", experiment, "--kind", "meg", "--words", "800",
                                      "--sensors", "6", "--layers", "2", "--dims", "5"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const Outcome local = RunBrainalign(
      {"run", experiment, "--local", "--where", kWhere, "--out", scratch / "local.json"});
  ASSERT_EQ(local.exit_code, 0) << local.err;
  EXPECT_THAT(local.out + local.err, HasSubstr(std::string("words where ") + kPlainWhere));
  const Json here = ReadResult(scratch / "local.json");
  EXPECT_EQ(here["options"]["where"], kPlainWhere);
  EXPECT_EQ(here["words_given"], 800);
  EXPECT_GT(here["words_without_value"], 0);
  EXPECT_EQ(here["words_used"].get<int>() + here["unselected_words"].get<int>() +
                here["dropped_words"].get<int>(),
            800);
  int tested = 0;
  for (const Json& words : here["fold_sizes"]) tested += words.get<int>();
  EXPECT_EQ(tested, here["words_used"]);

  const auto server = RunningServer::Start(scratch / "server");
  ASSERT_NE(server, nullptr);
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", server->address()});
    return RunBrainalign(arguments);
  };
  const Outcome remote =
      run({"run", experiment, "--where", kWhere, "--out", scratch / "remote.json"});
  ASSERT_EQ(remote.exit_code, 0) << remote.err;
  const Json there = ReadResult(scratch / "remote.json");
  EXPECT_EQ(Numbers(there), Numbers(here));
  for (const char* field : {"words_used", "unselected_words", "words_without_value", "fold_sizes",
                            "purged_words", "training_sizes"}) {
    EXPECT_EQ(there[field], here[field]) << field;
  }
  EXPECT_EQ(there["options"]["where"], kPlainWhere);

  // Another spelling is the same job, and all words are another one.
  const Outcome again =
      run({"run", experiment, "--where", kPlainWhere, "--out", scratch / "again.json"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(ReadResult(scratch / "again.json")["from_cache"], true);
  const Outcome all = run({"run", experiment, "--out", scratch / "all.json"});
  ASSERT_EQ(all.exit_code, 0) << all.err;
  EXPECT_EQ(ReadResult(scratch / "all.json")["from_cache"], false);
  EXPECT_EQ(ReadResult(scratch / "all.json")["unselected_words"], 0);

  for (const std::vector<std::string>& keep : std::vector<std::vector<std::string>>{
           {"word-table", "create", "story", "--table", experiment + "/words.tsv"},
           {"recording", "create", "subject-1", experiment, "--word-table", "story"},
           {"model", "create", "gpt2", experiment, "--family", "gpt2", "--architecture",
            "transformer", "--untrained", "--word-table", "story"}}) {
    const Outcome kept = run(keep);
    ASSERT_EQ(kept.exit_code, 0) << kept.err;
  }
  const Outcome named = run({"run", "--recording", "subject-1", "--model", "gpt2", "--where",
                             kWhere, "--skip-cache", "--out", scratch / "named.json"});
  ASSERT_EQ(named.exit_code, 0) << named.err;
  EXPECT_EQ(Numbers(ReadResult(scratch / "named.json")), Numbers(here));
  const Outcome wrong =
      run({"run", "--recording", "subject-1", "--model", "gpt2", "--where", "poss = NOUN"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, AllOf(HasSubstr("--where"), HasSubstr("column poss"), HasSubstr("pos,")));
}

TEST(Words, AFolderOfOtherWordsThanTheNamedSideIsRefused) {
  const auto kept = KeptExperiment::Make(
      {"--kind", "eeg", "--words", "200", "--sensors", "4", "--layers", "2", "--dims", "3"});
  ASSERT_NE(kept, nullptr);
  const std::string experiment = kept->folder();
  const auto run = [&](const std::vector<std::string>& arguments) { return kept->Run(arguments); };
  const std::string table = experiment + "/words.tsv";
  const std::vector<std::vector<std::string>> named = {{"--recording", "subject-1"},
                                                       {"--model", "gpt2"}};
  for (const std::vector<std::string>& side : named) {
    EXPECT_EQ(run({"run", experiment, side[0], side[1], "-q"}).exit_code, 0) << side[0];
  }
  std::ifstream in(table);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const std::size_t line = text.find('\n', text.find('\n') + 1) + 1;  // of the second word
  std::vector<std::string> fields =
      absl::StrSplit(text.substr(line, text.find('\n', line) - line), '\t');
  const std::vector<std::string> names = absl::StrSplit(text.substr(0, text.find('\n')), '\t');
  const auto word = std::find(names.begin(), names.end(), "word") - names.begin();
  fields[static_cast<std::size_t>(word)] = "otherword";
  text.replace(line, text.find('\n', line) - line, absl::StrJoin(fields, "\t"));
  std::ofstream(table) << text;
  for (const std::vector<std::string>& side : named) {
    const Outcome refused = run({"run", experiment, side[0], side[1], "-q"});
    EXPECT_EQ(refused.exit_code, 2) << side[0];
    EXPECT_THAT(refused.err, AllOf(HasSubstr("word 2 is "), HasSubstr("'otherword'")));
  }
  // The table of a refused job is kept once, as that of any other job.
  EXPECT_EQ(Json::parse(run({"word-table", "list", "--json"}).out).size(), 3U);
  std::filesystem::remove(table);
  for (const std::vector<std::string>& side : named) {
    EXPECT_THAT(run({"run", experiment, side[0], side[1]}).err,
                HasSubstr("was not checked: the folder has no words"))
        << side[0];
  }
}

TEST(Words, MistakesAreToldBeforeAnythingIsSent) {
  const ScratchFolder scratch;
  const std::string experiment = scratch / "experiment";
  ASSERT_EQ(RunBrainalign({"simulate", experiment, "--kind", "eeg", "--words", "100", "--sensors",
                           "4", "--layers", "2", "--dims", "3"})
                .exit_code,
            0);
  const auto refusal = [&](const std::string& where) {
    // Nobody listens there.
    const Outcome outcome =
        RunBrainalign({"run", experiment, "--where", where, "--server", "127.0.0.1:1"});
    EXPECT_EQ(outcome.exit_code, 2) << where << ": " << outcome.err;
    return outcome.err;
  };
  EXPECT_THAT(refusal("pos in NOUNN VERBB"), AllOf(HasSubstr("--where"), HasSubstr("VERBB")));
  EXPECT_THAT(refusal("pos in"), AllOf(HasSubstr("--where"), HasSubstr("at least one value")));
  EXPECT_THAT(refusal("session = 1"), HasSubstr("fold"));  // one session is no five folds
  std::filesystem::remove(experiment + "/words.tsv");
  EXPECT_THAT(refusal("pos = NOUN"), HasSubstr("holds no word table"));
}

}  // namespace
}  // namespace brainalign
