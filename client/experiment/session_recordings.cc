#include "client/experiment/session_recordings.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/experiment/joined_arrays.h"
#include "client/experiment/session_folders.h"
#include "client/experiment/vector_files.h"
#include "core/problem/unit_checks.h"

namespace brainalign {
namespace {

constexpr char kContinuousFile[] = "continuous.npy";
constexpr char kEpochsFile[] = "meg.npy";
constexpr char kOnsetsFile[] = "onsets.npy";
constexpr char kSfreqFile[] = "sfreq.npy";
constexpr char kOwnOnsets[] = "the onset of each word of the session in seconds from its own start";

struct SessionRecording {
  std::string path;  // of the file of `signal`
  Tensor signal;     // (s, samples), or (w, s, T)
  bool is_continuous = false;
  double sfreq_hz = 0;  // of a continuous recording
  std::string sfreq_path = {};
  std::vector<double> onsets_seconds = {};  // from the session's own start
};

// What stands for the whole recording, or for all of its words.
absl::Status CheckNamesOfExperiment(const std::string& dir) {
  for (const char* name :
       {kEpochsFile, kContinuousFile, kOnsetsFile, "session_starts.npy", "preparation.json"}) {
    if (!HasFile(dir, name)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(FilePath(dir, name),
                     " is there beside the folder sessions, whose folders "
                     "hold the recording and its onsets session by session; leave one of the two"));
  }
  return absl::OkStatus();
}

absl::Status CheckNamesOfSession(const std::string& dir, const std::string& folder) {
  for (const char* name : {"activations.npy", "activations.safetensors", "groups.npy",
                           "sessions.npy", "words.tsv", "words.csv"}) {
    if (!HasFile(folder, name)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(FilePath(folder, name), " belongs into ", dir,
                     ", with the words of all sessions, one session after another"));
  }
  if (!HasFile(folder, "session_starts.npy")) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(FilePath(folder, "session_starts.npy"),
                   " divides a session into sessions; give each of them a folder of its own"));
}

// The session's own rate, or that in the experiment's folder.
absl::Status ReadRate(const std::string& dir, const std::string& folder,
                      SessionRecording& session) {
  constexpr char kRateMeaning[] = "the recording's samples per second";
  const bool is_own = HasFile(folder, kSfreqFile);
  if (!is_own && !HasFile(dir, kSfreqFile)) {
    return absl::NotFoundError(absl::StrCat(FilePath(folder, kSfreqFile), " is missing, and so is ",
                                            FilePath(dir, kSfreqFile), "; one of them must hold ",
                                            kRateMeaning));
  }
  session.sfreq_path = FilePath(is_own ? folder : dir, kSfreqFile);
  const absl::StatusOr<double> sfreq = ReadNumber(is_own ? folder : dir, kSfreqFile, kRateMeaning);
  if (!sfreq.ok()) return sfreq.status();
  if (!(*sfreq > 0 && std::isfinite(*sfreq))) {
    return absl::InvalidArgumentError(absl::StrCat(session.sfreq_path, " holds ", *sfreq,
                                                   "; it must hold ", kRateMeaning, ", above 0"));
  }
  session.sfreq_hz = *sfreq;
  if (!is_own || !HasFile(dir, kSfreqFile)) return absl::OkStatus();
  const absl::StatusOr<double> of_all = ReadNumber(dir, kSfreqFile, kRateMeaning);
  if (!of_all.ok()) return of_all.status();
  if (*of_all == *sfreq) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(session.sfreq_path, " holds ", *sfreq, ", but ", FilePath(dir, kSfreqFile),
                   " holds ", *of_all, ", for all sessions; all sessions need one rate (resample ",
                   "those with a higher one, each as a folder with its own times.npy, with ",
                   "brainalign filter --resample)"));
}

// An onset outside its session would be a word of another one.
absl::Status CheckInside(const std::string& folder, const SessionRecording& session) {
  const std::int64_t samples = session.signal.dim(1);
  for (std::size_t word = 0; word < session.onsets_seconds.size(); ++word) {
    const double onset = session.onsets_seconds[word];
    const double sample = std::nearbyint(onset * session.sfreq_hz);
    if (sample >= 0 && sample < static_cast<double>(samples)) continue;
    BrainInput alone;
    alone.continuous = session.signal;
    alone.sfreq_hz = session.sfreq_hz;
    alone.onsets_seconds = session.onsets_seconds;
    alone.times_seconds = {0};
    const std::string units = DescribeProbableUnits(alone);
    return absl::InvalidArgumentError(absl::StrCat(
        FilePath(folder, kOnsetsFile), " holds ", onset, " at index ", word, ", but ", session.path,
        " lasts from 0 to ", static_cast<double>(samples) / session.sfreq_hz, " s; ",
        units.empty() ? absl::StrCat("it must hold ", kOwnOnsets,
                                     ", and words that were not recorded must be left out")
                      : units));
  }
  return absl::OkStatus();
}

absl::StatusOr<SessionRecording> ReadSession(const std::string& dir, const std::string& folder) {
  if (absl::Status status = CheckNamesOfSession(dir, folder); !status.ok()) return status;
  const bool has_epochs = HasFile(folder, kEpochsFile);
  const bool has_continuous = HasFile(folder, kContinuousFile);
  if (has_epochs == has_continuous) {
    return absl::InvalidArgumentError(
        absl::StrCat(folder,
                     has_epochs ? " holds both meg.npy and continuous.npy; needed is "
                                : " holds no recording; needed is ",
                     "continuous.npy (sensors, samples) with onsets.npy, or meg.npy (words, "
                     "sensors, times)"));
  }
  const char* const name = has_continuous ? kContinuousFile : kEpochsFile;
  const char* const axes = has_continuous ? "(sensors, samples), with two axes"
                                          : "(words, sensors, times), with three axes";
  absl::StatusOr<Tensor> signal = OpenArray(folder, name, axes);
  if (!signal.ok()) return signal.status();
  SessionRecording session{.path = FilePath(folder, name),
                           .signal = *std::move(signal),
                           .is_continuous = has_continuous};
  if (session.signal.rank() != (has_continuous ? 2 : 3)) {
    return absl::InvalidArgumentError(
        absl::StrCat(session.path, " is ", Describe(session.signal.spec()), "; it must be ", axes));
  }
  if (has_continuous) {
    if (absl::Status status = ReadRate(dir, folder, session); !status.ok()) return status;
    if (!HasFile(folder, kOnsetsFile)) {
      return absl::NotFoundError(
          absl::StrCat(FilePath(folder, kOnsetsFile), " is missing; it must hold ", kOwnOnsets));
    }
  }
  if (!HasFile(folder, kOnsetsFile)) return session;
  absl::StatusOr<std::vector<double>> onsets = ReadVector(folder, kOnsetsFile, kOwnOnsets);
  if (!onsets.ok()) return onsets.status();
  session.onsets_seconds = *std::move(onsets);
  if (!has_continuous && std::ssize(session.onsets_seconds) != session.signal.dim(0)) {
    return absl::InvalidArgumentError(absl::StrCat(
        FilePath(folder, kOnsetsFile), " holds ", session.onsets_seconds.size(), " numbers, but ",
        session.path, " has ", session.signal.dim(0), " words; it must hold ", kOwnOnsets));
  }
  return session;
}

absl::Status Differ(const SessionRecording& session, const SessionRecording& first,
                    const std::string& own, const std::string& its, const char* remedy) {
  return absl::InvalidArgumentError(
      absl::StrCat(session.path, " ", own, ", but ", first.path, " ", its, "; ", remedy));
}

// INVALID_ARGUMENT, with both files, unless the two can follow each other in one recording.
absl::Status CheckAlike(const SessionRecording& session, const SessionRecording& first) {
  if (session.is_continuous != first.is_continuous) {
    return Differ(session, first, session.is_continuous ? "is continuous" : "holds epochs",
                  first.is_continuous ? "is continuous" : "holds epochs",
                  "give all sessions in one form");
  }
  const auto count = [](std::int64_t n, const char* thing) {
    return absl::StrCat("has ", n, " ", thing, n == 1 ? "" : "s");
  };
  const int sensors = first.is_continuous ? 0 : 1;
  const TensorSpec& own = session.signal.spec();
  const TensorSpec& its = first.signal.spec();
  if (session.signal.dim(sensors) != first.signal.dim(sensors)) {
    return Differ(session, first, count(session.signal.dim(sensors), "sensor"),
                  count(first.signal.dim(sensors), "sensor"),
                  "all sessions must have the same sensors in the same order");
  }
  if (!first.is_continuous && session.signal.dim(2) != first.signal.dim(2)) {
    return Differ(session, first, count(session.signal.dim(2), "time"),
                  count(first.signal.dim(2), "time"), "all sessions must have the same times");
  }
  if (own.dtype != its.dtype) {
    return Differ(session, first, absl::StrCat("is ", DTypeName(own.dtype)),
                  absl::StrCat("is ", DTypeName(its.dtype)),
                  "convert all sessions to one type, as with .astype('float32') of NumPy");
  }
  if (own.order != its.order) {
    const auto order = [](Order of) {
      return absl::StrCat("is in ", of == Order::kFortran ? "Fortran" : "C", " order");
    };
    return Differ(session, first, order(own.order), order(its.order),
                  "save all sessions in one order, as with numpy.ascontiguousarray");
  }
  if (session.sfreq_hz != first.sfreq_hz) {
    return Differ(
        session, first,
        absl::StrCat("has ", session.sfreq_hz, " samples a second (", session.sfreq_path, ")"),
        absl::StrCat("has ", first.sfreq_hz, " (", first.sfreq_path, ")"),
        "all sessions need one rate: resample those with a higher one, each as a folder "
        "with its own times.npy, with brainalign filter --resample");
  }
  if (session.onsets_seconds.empty() != first.onsets_seconds.empty()) {
    const auto onsets = [](const SessionRecording& of) {
      return of.onsets_seconds.empty() ? "has no onsets.npy beside it" : "has an onsets.npy";
    };
    return Differ(session, first, onsets(session), onsets(first),
                  "give the onsets of all sessions, or of none");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Tensor>> ReadSessionRecordings(const std::string& dir,
                                                          Experiment& experiment) {
  if (absl::Status status = CheckNamesOfExperiment(dir); !status.ok()) return status;
  absl::StatusOr<std::vector<SessionFolder>> folders = FindSessionFolders(dir, experiment.notes);
  if (!folders.ok()) return folders.status();
  std::vector<SessionRecording> sessions;
  for (SessionFolder& folder : *folders) {
    absl::StatusOr<SessionRecording> session = ReadSession(dir, folder.path);
    if (!session.ok()) return session.status();
    folder.words =
        session->is_continuous ? std::ssize(session->onsets_seconds) : session->signal.dim(0);
    sessions.push_back(*std::move(session));
    absl::Status status = CheckAlike(sessions.back(), sessions.front());
    if (status.ok() && sessions.back().is_continuous) {
      status = CheckInside(folder.path, sessions.back());
    }
    if (!status.ok()) return status;
  }
  const bool is_continuous = sessions.front().is_continuous;
  const std::size_t axis = is_continuous ? 1 : 0;
  BrainInput& brain = experiment.inputs.brain;
  brain.sfreq_hz = sessions.front().sfreq_hz;
  TensorSpec spec = sessions.front().signal.spec();
  spec.shape[axis] = 0;
  std::vector<Tensor> signals;
  for (SessionRecording& session : sessions) {
    const std::int64_t start = spec.shape[axis];
    if (is_continuous) brain.session_starts.push_back(start);
    for (const double onset : session.onsets_seconds) {
      brain.onsets_seconds.push_back(
          is_continuous ? onset + static_cast<double>(start) / brain.sfreq_hz : onset);
    }
    spec.shape[axis] += session.signal.dim(static_cast<int>(axis));
    signals.push_back(std::move(session.signal));
  }
  if (absl::Status size = SizeInBytes(spec).status(); !size.ok()) return size;
  (is_continuous ? brain.continuous : brain.epochs) = Tensor(std::move(spec), nullptr, nullptr);
  experiment.session_folders = *std::move(folders);
  return signals;
}

absl::Status JoinSessions(const std::vector<Tensor>& signals, const std::stop_token& stop,
                          BrainInput& brain) {
  Tensor& signal = brain.is_continuous() ? brain.continuous : brain.epochs;
  if (signals.size() == 1) {
    signal = signals.front();
    return absl::OkStatus();
  }
  absl::StatusOr<Tensor> joined = JoinArrays(signals, brain.is_continuous() ? 1 : 0, stop);
  if (!joined.ok()) return joined.status();
  signal = *std::move(joined);
  return absl::OkStatus();
}

absl::Status CheckTimesOfSessions(const Experiment& experiment) {
  constexpr char kTimesFile[] = "times.npy";
  for (const SessionFolder& folder : experiment.session_folders) {
    if (!HasFile(folder.path, kTimesFile)) continue;
    const absl::StatusOr<std::vector<double>> times =
        ReadVector(folder.path, kTimesFile, "the time of each sample of an epoch in seconds");
    if (!times.ok()) return times.status();
    if (*times == experiment.inputs.brain.times_seconds) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(FilePath(folder.path, kTimesFile), " differs from ", kTimesFile,
                     " of the experiment, which holds for all sessions; remove one of them"));
  }
  return absl::OkStatus();
}

}  // namespace brainalign
