#include "client/cli/filter_flags.h"

#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/terminal/terminal.h"
#include "client/cli/terminal/text.h"
#include "core/process_limits.h"

namespace brainalign {

void AddFilterFlags(CLI::App& app, FilterFlags& flags) {
  constexpr char kGroup[] = "Recording";
  app.add_option(
         "--band-pass", flags.band_pass,
         "Band-pass filter of the continuous recording: lowest and highest frequency in Hz, such "
         "as 0.1 20; if the lowest is 0, only frequencies above the highest are removed")
      ->type_name("LOW HIGH")
      ->expected(2)
      ->group(kGroup);
  app.add_option("--resample", flags.resample,
                 "Resample the continuous recording to this many samples per second, such as 30, "
                 "after the filter")
      ->type_name("RATE")
      ->group(kGroup);
}

FilterOptions ToFilterOptions(const FilterFlags& flags) {
  FilterOptions options;
  if (flags.band_pass.size() == 2) {
    options.band_pass = BandPass{flags.band_pass[0], flags.band_pass[1]};
  }
  options.resample_hz = flags.resample;
  return options;
}

int ShowPreparation(const Console& console,
                    const std::function<absl::Status(const PreparationRun& run)>& prepare) {
  RedrawnBlock block(console.err);
  const bool is_shown = console.err.can_redraw && !console.quiet;
  PreparationRun run{
      .threads = UsableThreads(), .memory_bytes = UsableMemoryBytes() / 2, .stop = console.stop};
  if (is_shown) {
    std::int64_t percent_shown = -1;
    run.on_progress = [&, percent_shown](const char* what, std::int64_t done,
                                         std::int64_t all) mutable {
      const std::int64_t percent =
          static_cast<std::int64_t>(100 * static_cast<double>(done) / static_cast<double>(all));
      if (percent == percent_shown) return;
      percent_shown = percent;
      block.Draw({CutTo(absl::StrCat(what, "  ", percent, "%"), console.err.Width() - 1)});
    };
  }
  const absl::Status status = prepare(run);
  if (is_shown) block.Erase();
  if (status.ok()) return kExitDone;
  if (absl::IsCancelled(status)) return console.Stopped();
  return console.Fail(kExitWrongInput, status);
}

int PrepareAsAsked(const Console& console, const FilterFlags& flags, Experiment& experiment) {
  const FilterOptions options = ToFilterOptions(flags);
  if (options.is_empty()) return kExitDone;
  return ShowPreparation(console, [&](const PreparationRun& run) {
    return PrepareKept(options, KeptRecordingsFolder(ProcessEnvironment()), run, experiment);
  });
}

void AddPreparation(const Experiment& experiment, JobResult& result) {
  if (!experiment.preparation) return;
  result.preparation = experiment.preparation;
  result.edge_words = EdgeWords(*experiment.preparation, experiment.inputs.brain);
  result.alignment.notes.push_back(DescribePreparation(*experiment.preparation, result.edge_words));
}

}  // namespace brainalign
