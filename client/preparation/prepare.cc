#include "client/preparation/prepare.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/experiment/session_starts.h"
#include "client/preparation/prepared_file.h"
#include "client/tensors/digest.h"
#include "core/tensor/format/npy.h"

namespace brainalign {
namespace {

// Of what a kept recording's bits depend on beside what its key names: to be raised with them.
constexpr int kFilterVersion = 1;

// A name for the prepared recording that no other preparation has.
absl::StatusOr<std::string> KeyOf(const BrainInput& brain, const RecordingFilter& filter,
                                  const std::vector<std::int64_t>& starts,
                                  const FilterOptions& options, const PreparationRun& run) {
  const std::int64_t all = brain.continuous.size_bytes();
  std::int64_t done = 0;
  const absl::StatusOr<std::string> digest = Sha256OfData(
      brain.continuous,
      [&](std::int64_t bytes) {
        done += bytes;
        if (run.on_progress) run.on_progress("reading the recording", done, all);
      },
      run.stop);
  if (!digest.ok()) return digest.status();
  std::string text = absl::StrFormat("filter %d of %s %s at %.17g", kFilterVersion, *digest,
                                     Describe(brain.continuous.spec()), brain.sfreq_hz);
  if (options.band_pass) {
    absl::StrAppendFormat(&text, " band %.17g %.17g", options.band_pass->low_hz,
                          options.band_pass->high_hz);
  }
  absl::StrAppendFormat(&text, " to %.17g starts", filter.sfreq_hz());
  for (const std::int64_t start : starts) absl::StrAppend(&text, " ", start);
  return Sha256OfBytes(text);
}

// The kept recording; nothing if there is none, or another thing under its name.
std::optional<Tensor> FindKept(const std::string& path, const TensorSpec& spec) {
  absl::StatusOr<Tensor> kept = OpenNpy(path);
  if (!kept.ok() || kept->spec() != spec) return std::nullopt;
  return *std::move(kept);
}

// Recordings of people: for the user alone.
absl::Status MakePrivateFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (!error && mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    error = std::error_code(errno, std::generic_category());
  }
  if (!error) return absl::OkStatus();
  return absl::ErrnoToStatus(
      error.value(), absl::StrCat("cannot make the folder ", path,
                                  ", which keeps prepared recordings; set XDG_CACHE_HOME to a "
                                  "folder that can be written, or use brainalign filter"));
}

}  // namespace

std::string KeptRecordingsFolder(const Environment& environment) {
  std::string folder = environment("XDG_CACHE_HOME");
  if (folder.empty() || folder.front() != '/') {
    const std::string home = environment("HOME");
    if (home.empty()) return "";
    folder = absl::StrCat(home, "/.cache");
  }
  return absl::StrCat(folder, "/brainalign/prepared");
}

absl::Status PrepareKept(const FilterOptions& options, const std::string& folder,
                         const PreparationRun& run, Experiment& experiment) {
  absl::StatusOr<PlannedPreparation> planned = PlanPreparation(options, experiment);
  if (!planned.ok()) return planned.status();
  if (folder.empty()) {
    return absl::FailedPreconditionError(
        "there is no folder to keep the prepared recording in; set HOME or XDG_CACHE_HOME, or use "
        "brainalign filter");
  }
  BrainInput& brain = experiment.inputs.brain;
  const absl::StatusOr<std::string> key =
      KeyOf(brain, planned->filter, planned->session_starts, options, run);
  if (!key.ok()) return key.status();
  const std::string path = absl::StrCat(folder, "/", *key, ".npy");
  std::optional<Tensor> kept = FindKept(path, planned->filter.spec());
  if (!kept) {
    constexpr unsigned int kForTheUserAlone = 0600;
    absl::Status status = MakePrivateFolder(folder);
    if (status.ok()) {
      status = WritePreparedFile(planned->filter, path, kForTheUserAlone, run);
    }
    if (!status.ok()) return status;
    absl::StatusOr<Tensor> written = OpenNpy(path);
    if (!written.ok()) return written.status();
    kept = *std::move(written);
  }
  const std::vector<std::string>& notes = planned->preparation.notes;
  experiment.notes.insert(experiment.notes.end(), notes.begin(), notes.end());
  experiment.notes.push_back(absl::StrCat("The prepared recording is kept as ", path, "."));
  brain.continuous = *std::move(kept);
  brain.sfreq_hz = planned->filter.sfreq_hz();
  if (!brain.session_starts.empty()) brain.session_starts = planned->filter.session_starts();
  experiment.preparation = std::move(planned->preparation);
  return absl::OkStatus();
}

}  // namespace brainalign
