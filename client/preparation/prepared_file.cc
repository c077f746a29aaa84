#include "client/preparation/prepared_file.h"

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/experiment/session_starts.h"
#include "core/tensor/file_replacement.h"
#include "core/tensor/format/npy_header.h"

namespace brainalign {
namespace {

absl::Status CheckCanBePrepared(const Experiment& experiment) {
  const BrainInput& brain = experiment.inputs.brain;
  if (!brain.is_continuous()) {
    return absl::InvalidArgumentError(
        "the recording is given as epochs (meg.npy), which are too short to be filtered; give the "
        "continuous recording (continuous.npy, sfreq.npy and onsets.npy) without meg.npy");
  }
  if (!experiment.preparation) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(kPreparationFile, " says that the recording has been prepared before, from ",
                   experiment.preparation->original_sfreq_hz, " to ", brain.sfreq_hz,
                   " Hz; give the original recording, or leave the options out"));
}

// Times that are nearer to each other than samples read the same samples again.
void NoteNearTimes(const std::vector<double>& times_seconds, double sfreq_hz,
                   std::vector<std::string>& notes) {
  if (times_seconds.size() < 2) return;
  const double step = (times_seconds.back() - times_seconds.front()) /
                      static_cast<double>(times_seconds.size() - 1);
  constexpr double kMostOfASample = 0.9;
  if (!(step * sfreq_hz < kMostOfASample)) return;
  notes.push_back(absl::StrFormat(
      "times.npy has a step of %.3g ms, but samples are %.3g ms apart: several times read one "
      "sample. Give times at the new rate.",
      1000 * step, 1000 / sfreq_hz));
}

}  // namespace

absl::StatusOr<PlannedPreparation> PlanPreparation(const FilterOptions& options,
                                                   const Experiment& experiment) {
  if (absl::Status status = CheckCanBePrepared(experiment); !status.ok()) return status;
  const BrainInput& brain = experiment.inputs.brain;
  std::vector<std::string> notes;
  absl::StatusOr<std::vector<std::int64_t>> starts = brain.session_starts;
  if (starts->empty()) starts = GuessSessionStarts(brain, notes);
  if (!starts.ok()) return starts.status();
  absl::StatusOr<RecordingFilter> filter =
      RecordingFilter::Create({brain.continuous, brain.sfreq_hz, *starts}, options);
  if (!filter.ok()) return filter.status();
  for (std::string& note : filter->Notes()) notes.push_back(std::move(note));
  NoteNearTimes(brain.times_seconds, filter->sfreq_hz(), notes);
  Preparation preparation{.band_pass_hz = {},
                          .resample_hz = options.resample_hz,
                          .original_sfreq_hz = brain.sfreq_hz,
                          .filter_samples = filter->filter_samples(),
                          .largest_shift_seconds = filter->largest_shift_seconds(),
                          .session_starts = filter->session_starts(),
                          .notes = std::move(notes)};
  if (options.band_pass) {
    preparation.band_pass_hz = {options.band_pass->low_hz, options.band_pass->high_hz};
  }
  return PlannedPreparation{*std::move(filter), *std::move(starts), std::move(preparation)};
}

absl::Status WritePreparedFile(const RecordingFilter& filter, const std::string& path,
                               unsigned int permissions, const PreparationRun& run) {
  const absl::StatusOr<std::string> header = EncodeNpyHeader(filter.spec());
  if (!header.ok()) return header.status();
  absl::StatusOr<std::unique_ptr<FileReplacement>> file =
      FileReplacement::Create(path, permissions);
  if (!file.ok()) return file.status();
  absl::Status status = (*file)->Append(header->data(), std::ssize(*header));
  if (!status.ok()) return status;
  status = filter.Run(
      run.threads, run.memory_bytes, [&run] { return run.stop.stop_requested(); },
      [&file](const std::vector<std::byte>& row) {
        return (*file)->Append(row.data(), std::ssize(row));
      },
      [&](std::int64_t sensors) {
        if (run.on_progress) run.on_progress("filtering", sensors, filter.spec().shape[0]);
      });
  return status.ok() ? (*file)->Commit() : status;
}

}  // namespace brainalign
