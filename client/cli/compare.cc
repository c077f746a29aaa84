// brainalign compare: the paired test of two results on the same words.
#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/job_reference.h"
#include "client/cli/number_checks.h"
#include "client/cli/result_output.h"
#include "client/cli/uncertainty_text.h"
#include "client/cli/verb.h"
#include "client/report/comparison_json.h"
#include "client/report/result_json.h"
#include "client/report/whole_file.h"

namespace brainalign {
namespace {

struct CompareFlags {
  std::string first;
  std::vector<std::string> others;
  ServerFlags server;
  std::optional<int> draws;
  std::optional<std::uint64_t> seed;
  std::string out;
};

bool IsFile(const std::string& name) {
  std::error_code error;
  return std::filesystem::exists(name, error);
}

absl::StatusOr<ComparedResult> ReadFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadWholeFile(path);
  if (!text.ok()) return text.status();
  return ComparedFromJson(path, *text);
}

absl::StatusOr<ComparedResult> FetchJob(const Console& console, Client& client,
                                        const std::string& name) {
  const absl::StatusOr<std::string> job_id = JobFinder(console, client).Find(name);
  if (!job_id.ok()) return job_id.status();
  const absl::StatusOr<JobResult> result = client.Fetch(*job_id);
  if (!result.ok()) return result.status();
  const UncertaintyOptions& options = result->alignment.spec.uncertainty;
  ComparedResult compared = {*job_id, ComparedOf(result->alignment), options.draws, options.seed,
                             OptionsToJson(result->alignment.spec)};
  for (const JobInput& input : result->inputs) {
    if (IsRecordingName(input.name)) compared.recording_digest = input.digest;
  }
  return compared;
}

// Reads files, and fetches jobs.
class ResultReader {
 public:
  ResultReader(const Console& console, const ServerFlags& server)
      : console_(console), server_(server) {}

  // Returns the exit code, after it has reported why a result could not be read.
  int Read(const std::string& name, std::vector<ComparedResult>& results) {
    absl::StatusOr<ComparedResult> result;
    if (IsFile(name)) {
      result = ReadFile(name);
      if (!result.ok()) return console_.Fail(kExitWrongInput, result.status());
    } else if (absl::EndsWith(name, ".json") || absl::StrContains(name, '/')) {
      return console_.Fail(kExitWrongInput,
                           absl::NotFoundError(absl::StrCat(
                               "there is no file ", name,
                               "; give a result that --out has written, or the id of a job")));
    } else {
      if (!client_.has_value()) {
        absl::StatusOr<Client> connected = Connect(server_, console_);
        if (!connected.ok()) return console_.FailCall(connected.status());
        client_.emplace(*std::move(connected));
      }
      result = FetchJob(console_, *client_, name);
      if (!result.ok()) return console_.FailCall(result.status());
    }
    results.push_back(*std::move(result));
    return kExitDone;
  }

 private:
  const Console& console_;
  const ServerFlags& server_;
  std::optional<Client> client_;
};

int RunComparison(const Console& console, const CompareFlags& flags) {
  if (!CanWriteOut(console, flags.out, kComparisonBeginning)) return kExitWrongInput;
  ResultReader reader(console, flags.server);
  std::vector<ComparedResult> results;
  if (const int failed = reader.Read(flags.first, results); failed != kExitDone) return failed;
  for (const std::string& name : flags.others) {
    if (const int failed = reader.Read(name, results); failed != kExitDone) return failed;
  }
  const int draws = flags.draws.value_or(results.front().draws);
  const std::uint64_t seed = flags.seed.value_or(results.front().seed);
  std::vector<ComparedPair> pairs;
  for (std::size_t i = 0; i < results.size(); ++i) {
    for (std::size_t j = i + 1; j < results.size(); ++j) {
      absl::StatusOr<Comparison> comparison =
          Compare(results[i].alignment, results[j].alignment, seed, draws);
      if (!comparison.ok()) {
        return console.Fail(
            kExitWrongInput,
            absl::InvalidArgumentError(
                absl::StrCat("cannot compare ", results[i].name, " (the first) with ",
                             results[j].name, " (the second): ", comparison.status().message())));
      }
      pairs.push_back({i, j, *std::move(comparison), {}, {}});
    }
  }
  if (pairs.size() == 1) {
    const Comparison& comparison = pairs.front().comparison;
    return OutputJson(console, flags.out,
                      ComparisonToJson(results[0], results[1], comparison, seed, draws),
                      ComparisonText(results[0], results[1], comparison, seed, draws));
  }
  AdjustOverPairs(pairs);
  return OutputJson(console, flags.out, PairsToJson(results, pairs, seed, draws),
                    PairsText(results, pairs, seed, draws));
}

}  // namespace

Verb AddCompare(CLI::App& root) {
  auto flags = std::make_shared<CompareFlags>();
  CLI::App* app = root.add_subcommand(
      "compare", "Test the difference of two results, or of all pairs of several");
  app->footer(
      "The results must have the same words and folds, and must be computed with --draws. With "
      "more than two, all pairs are tested, and their p values are adjusted.\n\nExample:\n  "
      "brainalign run first --draws 2000 --out first.json\n  brainalign "
      "run second --draws 2000 --out second.json\n  brainalign compare first.json second.json "
      "--out difference.json");
  app->add_option("FIRST", flags->first,
                  "Result as JSON; or the id of a job at the server, or its first characters")
      ->required();
  app->add_option("SECOND", flags->others,
                  "One or more results like FIRST; of each pair the later one is subtracted")
      ->required()
      ->expected(1, std::numeric_limits<int>::max());
  AddServerFlags(*app, flags->server);
  app->add_option("--draws", flags->draws, "Number of draws of block noise (default: as in FIRST)")
      ->check(CLI::Range(0, kMostDraws));
  app->add_option("--seed", flags->seed, "Seed of the draws (default: as in FIRST)")
      ->check(CheckSeed);
  AddOutFlag(*app, flags->out);
  return Verb{.app = app,
              .run = [flags](Console& console) { return RunComparison(console, *flags); }};
}

}  // namespace brainalign
