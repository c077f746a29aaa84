// brainalign compare: the paired test of two results on the same words.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/job_reference.h"
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
  std::string second;
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
  return ComparedResult{*job_id, ComparedOf(result->alignment), options.draws, options.seed,
                        OptionsToJson(result->alignment.spec)};
}

int RunComparison(const Console& console, const CompareFlags& flags) {
  if (!CanWriteOut(console, flags.out, kComparisonBeginning)) return kExitWrongInput;
  std::optional<Client> client;
  std::vector<ComparedResult> sides;
  for (const std::string& name : {flags.first, flags.second}) {
    absl::StatusOr<ComparedResult> side;
    if (IsFile(name)) {
      side = ReadFile(name);
      if (!side.ok()) return console.Fail(kExitWrongInput, side.status());
    } else {
      if (!client.has_value()) {
        absl::StatusOr<Client> connected = Connect(flags.server, console);
        if (!connected.ok()) return console.FailCall(connected.status());
        client.emplace(*std::move(connected));
      }
      side = FetchJob(console, *client, name);
      if (!side.ok()) return console.FailCall(side.status());
    }
    sides.push_back(*std::move(side));
  }
  const ComparedResult& first = sides.front();
  const ComparedResult& second = sides.back();
  const int draws = flags.draws.value_or(first.draws);
  const std::uint64_t seed = flags.seed.value_or(first.seed);
  const absl::StatusOr<Comparison> comparison =
      Compare(first.alignment, second.alignment, seed, draws);
  if (!comparison.ok()) {
    return console.Fail(kExitWrongInput,
                        absl::InvalidArgumentError(absl::StrCat(
                            "cannot compare ", first.name, " (the first) with ", second.name,
                            " (the second): ", comparison.status().message())));
  }
  return OutputJson(console, flags.out, ComparisonToJson(first, second, *comparison, seed, draws),
                    ComparisonText(first, second, *comparison, seed, draws));
}

}  // namespace

Verb AddCompare(CLI::App& root) {
  auto flags = std::make_shared<CompareFlags>();
  CLI::App* app = root.add_subcommand("compare", "Test the difference of two results");
  app->footer(
      "Both results must have the same words and folds, and must be computed with "
      "--draws.\n\nExample:\n  brainalign run first --draws 2000 --out first.json\n  brainalign "
      "run second --draws 2000 --out second.json\n  brainalign compare first.json second.json "
      "--out difference.json");
  app->add_option("FIRST", flags->first,
                  "Result as JSON; or the id of a job at the server, or its first characters")
      ->required();
  app->add_option("SECOND", flags->second, "Like FIRST; it is subtracted from FIRST")->required();
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
