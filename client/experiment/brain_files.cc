#include "client/experiment/brain_files.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/experiment/session_folders.h"
#include "client/experiment/session_recordings.h"
#include "client/experiment/unfetched_file.h"
#include "client/experiment/vector_files.h"

namespace brainalign {
namespace {

constexpr char kSessionStartsFile[] = "session_starts.npy";
constexpr char kRate[] = "the recording's samples per second";
constexpr char kOnsets[] = "the onset of each word in seconds";

absl::StatusOr<Tensor> OpenAxes(const std::string& dir, const std::string& name, int axes,
                                const std::string& meaning) {
  absl::StatusOr<Tensor> tensor = OpenArray(dir, name, meaning);
  if (!tensor.ok() || tensor->rank() == axes) return tensor;
  return absl::InvalidArgumentError(absl::StrCat(
      FilePath(dir, name), " is ", Describe(tensor->spec()), "; it must be ", meaning));
}

absl::Status MissingBesideContinuous(const std::string& dir, const std::string& name) {
  return absl::NotFoundError(absl::StrCat(
      FilePath(dir, name),
      " is missing; with continuous.npy, sfreq.npy (its samples per second) and onsets.npy (",
      kOnsets, "), or a word table with a column onset, are needed"));
}

absl::Status ReadContinuous(const std::string& dir, BrainInput& brain) {
  absl::StatusOr<Tensor> recording =
      OpenAxes(dir, "continuous.npy", 2, "(sensors, samples), with two axes");
  if (!recording.ok()) return recording.status();
  brain.continuous = *std::move(recording);
  if (!HasFile(dir, "sfreq.npy")) return MissingBesideContinuous(dir, "sfreq.npy");
  const absl::StatusOr<double> sfreq = ReadNumber(dir, "sfreq.npy", kRate);
  if (!sfreq.ok()) return sfreq.status();
  brain.sfreq_hz = *sfreq;
  return absl::OkStatus();
}

// Epochs or the continuous recording of the folder itself.
absl::Status ReadSignal(const std::string& dir, BrainInput& brain,
                        std::vector<std::string>& notes) {
  const bool has_continuous = HasFile(dir, "continuous.npy");
  if (HasFile(dir, "meg.npy")) {
    absl::StatusOr<Tensor> epochs =
        OpenAxes(dir, "meg.npy", 3, "(words, sensors, times), with three axes");
    if (!epochs.ok()) return epochs.status();
    brain.epochs = *std::move(epochs);
    // Without its file, it is not clear which of the two recordings is meant.
    for (const char* unread : {"continuous.npy", "sfreq.npy", kSessionStartsFile}) {
      if (absl::Status status = CheckUnread(FilePath(dir, unread)); !status.ok()) return status;
    }
    if (has_continuous) {
      const auto ignored = OpenArray(dir, "continuous.npy", "the recording, or be absent");
      if (!ignored.ok()) return ignored.status();
    }
    if (HasFile(dir, "sfreq.npy")) {
      const auto ignored = ReadNumber(dir, "sfreq.npy", kRate);
      if (!ignored.ok()) return ignored.status();
    }
    if (!has_continuous && HasFile(dir, kSessionStartsFile)) {
      return absl::InvalidArgumentError(
          absl::StrCat(dir,
                       " holds session_starts.npy beside epochs (meg.npy), but sessions begin at "
                       "samples only in a continuous recording; give the session of each word in "
                       "sessions.npy"));
    }
    if (has_continuous) notes.push_back("meg.npy was read and continuous.npy was ignored.");
  } else if (has_continuous) {
    const absl::Status status = ReadContinuous(dir, brain);
    if (!status.ok()) return status;
  } else {
    return absl::NotFoundError(absl::StrCat(
        dir,
        " holds no recording; needed is meg.npy (words, sensors, times), or "
        "continuous.npy (sensors, samples) with sfreq.npy and onsets.npy, or a folder sessions "
        "that holds one for each session"));
  }
  if (!has_continuous || brain.epochs.rank() != 0 || !HasFile(dir, kSessionStartsFile)) {
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<std::int64_t>> starts =
      ReadWholeNumbers(dir, kSessionStartsFile, "the sample at which each session begins");
  if (!starts.ok()) return starts.status();
  brain.session_starts = *std::move(starts);
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOnsetsAreThere(const std::string& dir, const BrainInput& brain) {
  if (!brain.is_continuous() || !brain.onsets_seconds.empty()) return absl::OkStatus();
  return MissingBesideContinuous(dir, "onsets.npy");
}

absl::StatusOr<std::vector<Tensor>> ReadBrain(const std::string& dir, Experiment& experiment) {
  BrainInput& brain = experiment.inputs.brain;
  std::vector<Tensor> session_signals;
  if (HasSessionFolders(dir)) {
    absl::StatusOr<std::vector<Tensor>> signals = ReadSessionRecordings(dir, experiment);
    if (!signals.ok()) return signals.status();
    session_signals = *std::move(signals);
  } else if (absl::Status status = ReadSignal(dir, brain, experiment.notes); !status.ok()) {
    return status;
  }

  if (!HasFile(dir, "times.npy")) {
    return absl::NotFoundError(absl::StrCat(FilePath(dir, "times.npy"),
                                            " is missing; it must hold the time of each sample of "
                                            "an epoch, in seconds after word onset"));
  }
  absl::StatusOr<std::vector<double>> times =
      ReadVector(dir, "times.npy", "the time of each sample of an epoch in seconds");
  if (!times.ok()) return times.status();
  brain.times_seconds = *std::move(times);
  if (absl::Status status = CheckTimesOfSessions(experiment); !status.ok()) return status;

  if (HasFile(dir, "onsets.npy")) {
    absl::StatusOr<std::vector<double>> onsets = ReadVector(dir, "onsets.npy", kOnsets);
    if (!onsets.ok()) return onsets.status();
    brain.onsets_seconds = *std::move(onsets);
  }
  if (HasFile(dir, "groups.npy")) {
    absl::StatusOr<std::vector<std::int64_t>> groups =
        ReadWholeNumbers(dir, "groups.npy", "the session or story of each word");
    if (!groups.ok()) return groups.status();
    brain.groups = *std::move(groups);
  }
  if (HasFile(dir, "sessions.npy")) {
    absl::StatusOr<std::vector<std::int64_t>> sessions =
        ReadWholeNumbers(dir, "sessions.npy", "the session of each word");
    if (!sessions.ok()) return sessions.status();
    brain.sessions = *std::move(sessions);
  }
  return session_signals;
}

}  // namespace brainalign
