// brainalign filter: an experiment whose recording is filtered and resampled.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/filter_flags.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"

namespace brainalign {
namespace {

struct FilterVerbFlags {
  std::string directory;
  std::string out;
  FilterFlags filter;
};

int Filter(const Console& console, const FilterVerbFlags& flags) {
  const FilterOptions options = ToFilterOptions(flags.filter);
  if (options.is_empty()) {
    return console.Fail(
        kExitWrongInput,
        absl::InvalidArgumentError("there is nothing to do; give --band-pass, --resample or both"));
  }
  if (flags.out.empty()) {
    return console.Fail(kExitWrongInput,
                        absl::InvalidArgumentError("--out is empty; give the folder to write"));
  }
  std::vector<std::string> notes;
  const int code = ShowPreparation(console, [&](const PreparationRun& run) {
    absl::StatusOr<std::vector<std::string>> written =
        WritePreparedFolder(flags.directory, flags.out, options, run);
    if (written.ok()) notes = *std::move(written);
    return written.status();
  });
  if (code != kExitDone) return code;
  console.TellNotes(notes);
  console.Tell(absl::StrCat("written to ", Printable(flags.out)));
  return kExitDone;
}

}  // namespace

Verb AddFilter(CLI::App& root) {
  auto flags = std::make_shared<FilterVerbFlags>();
  CLI::App* app = root.add_subcommand(
      "filter", "Write a copy of an experiment with its recording filtered and resampled");
  app->footer(
      "Example:\n  brainalign simulate experiment --kind eeg\n  brainalign filter experiment "
      "--band-pass 0.1 20 --out ready\n\nFor a recording of a higher rate, such as 1000 samples "
      "per "
      "second:\n  brainalign filter experiment --band-pass 0.1 20 --resample 30 --out ready");
  app->add_option("DIR", flags->directory, "Folder of the experiment")->required();
  AddFilterFlags(*app, flags->filter);
  app->add_option("--out", flags->out, "Folder to write: empty, or made if it does not exist")
      ->type_name("DIR")
      ->required();
  return Verb{.app = app, .run = [flags](Console& console) { return Filter(console, *flags); }};
}

}  // namespace brainalign
