#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/experiment/destination.h"
#include "client/experiment/vector_files.h"
#include "client/preparation/prepare.h"
#include "client/preparation/prepared_file.h"
#include "client/report/whole_file.h"
#include "core/tensor/format/npy.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;

// Files of an experiment that go into the new folder as they are.
bool BelongsToExperiment(const std::string& name) {
  for (const char* const known :
       {"activations.npy", "activations.safetensors", "times.npy", "onsets.npy", "groups.npy",
        "sessions.npy", "layers.txt", "depth.npy", "truth.npy", "words.tsv", "words.csv",
        "words.json", "channels.tsv"}) {
    if (name == known) return true;
  }
  return absl::EndsWith(name, "_events.tsv") || absl::EndsWith(name, "_events.json");
}

absl::Status CannotWrite(const std::string& path, const std::error_code& error) {
  return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot write ", path));
}

absl::Status RefuseWhatIsThere(const std::string& out) {
  std::error_code error;
  const fs::file_status found = fs::status(out, error);
  if (found.type() == fs::file_type::not_found) return absl::OkStatus();
  const bool is_empty = fs::is_directory(found) && fs::is_empty(out, error) && !error;
  if (is_empty) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat(out, " is there already; choose a folder that is empty or not there"));
}

template <typename T>
absl::Status WriteNumbers(const fs::path& path, DType dtype, const std::vector<T>& values,
                          bool is_scalar) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  TensorSpec spec{dtype, {}, Order::kC};
  if (!is_scalar) spec.shape.push_back(std::ssize(values));
  absl::StatusOr<Tensor> tensor = Tensor::FromBytes(std::move(spec), std::move(bytes));
  return tensor.ok() ? WriteNpy(path.string(), *tensor) : tensor.status();
}

absl::Status CopyTheRest(const std::string& dir, const fs::path& to) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir, error)) {
    const std::string name = entry.path().filename().string();
    if (!BelongsToExperiment(name)) continue;
    fs::copy_file(entry.path(), to / name, error);
    // A copy has the permissions of its source.
    if (!error) fs::permissions(to / name, fs::perms::owner_read | fs::perms::owner_write, error);
    if (error) return CannotWrite((to / name).string(), error);
  }
  return error ? absl::ErrnoToStatus(error.value(), absl::StrCat("cannot read ", dir))
               : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> WritePreparedFolder(const std::string& dir,
                                                             const std::string& out,
                                                             const FilterOptions& options,
                                                             const PreparationRun& run) {
  if (absl::Status status = RefuseWhatIsThere(out); !status.ok()) return status;
  const absl::StatusOr<Experiment> experiment = LoadRecording(dir, run.stop);
  if (!experiment.ok()) return experiment.status();
  absl::StatusOr<PlannedPreparation> planned = PlanPreparation(options, *experiment);
  if (!planned.ok()) return planned.status();

  absl::StatusOr<std::unique_ptr<Destination>> destination = Destination::Create(out);
  if (!destination.ok()) return destination.status();
  const fs::path part = (*destination)->folder();
  constexpr unsigned int kForOwner = 0600;
  absl::Status status =
      WritePreparedFile(planned->filter, (part / "continuous.npy").string(), kForOwner, run);
  if (status.ok()) {
    status = WriteNumbers<double>(part / "sfreq.npy", DType::kF64, {planned->filter.sfreq_hz()},
                                  /*is_scalar=*/true);
  }
  const BrainInput& brain = experiment->inputs.brain;
  if (status.ok() && !brain.session_starts.empty()) {
    status = WriteNumbers(part / "session_starts.npy", DType::kI64,
                          planned->filter.session_starts(), /*is_scalar=*/false);
  }
  // Onsets of sessions that were read from folders are on one clock now.
  if (status.ok() && !experiment->session_folders.empty()) {
    status = WriteNumbers(part / "onsets.npy", DType::kF64, brain.onsets_seconds,
                          /*is_scalar=*/false);
  }
  // At the new rate a word may seem to be on the other side of a start that it is near to.
  const std::vector<std::int64_t>& sessions = brain.sessions;
  if (status.ok() && !sessions.empty() && !HasFile(dir, "sessions.npy")) {
    status = WriteNumbers(part / "sessions.npy", DType::kI64, sessions, /*is_scalar=*/false);
  }
  if (status.ok()) status = CopyTheRest(dir, part);
  if (status.ok()) {
    status =
        WriteWholeFile((part / kPreparationFile).string(), PreparationToJson(planned->preparation));
  }
  if (status.ok()) status = (*destination)->Commit();
  if (!status.ok()) return status;
  return std::move(planned->preparation.notes);
}

}  // namespace brainalign
