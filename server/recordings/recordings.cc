#include "server/recordings/recordings.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/recordings/check_recording.h"
#include "server/rows/codec.h"
#include "server/rows/digest.h"
#include "server/rows/project.h"
#include "server/rows/status_details.h"
#include "server/store/changes.h"

namespace brainalign {
namespace {

bool MaySee(const Recording& recording, const std::string& project) {
  if (project == recording.project) return true;
  if (!recording.seal) return false;
  const std::vector<std::string>& projects = recording.seal->projects;
  return projects.empty() || std::find(projects.begin(), projects.end(), project) != projects.end();
}

std::vector<ResourceTensor> TensorFieldsOf(const Recording& recording) {
  std::vector<ResourceTensor> tensors = TensorsOf(recording.brain);
  for (ResourceTensor& tensor : tensors) tensor.field = "brain." + tensor.field;
  return tensors;
}

}  // namespace

absl::Status RecordingNotFoundError(const std::string& name) {
  return ResourceNotFoundError(
      ResourceKind::kRecording, name,
      "brainalign recording list shows those of your project and those you may score");
}

Recordings::Recordings(JobLimits limits, Clock clock, Store* store, Tensors* tensors)
    : limits_(limits),
      clock_(std::move(clock)),
      store_(store),
      admission_(ResourceKind::kRecording, limits, store, tensors) {}

absl::StatusOr<Recording> Recordings::Create(Recording recording) {
  recording.name = OwnNameOf(recording.project, recording.name);
  if (!recording.word_table.empty()) {
    recording.word_table = FullNameOf(recording.project, recording.word_table);
  }
  const std::string record = Encode(recording);
  if (absl::Status status = CheckRecording(recording, record, limits_); !status.ok()) {
    return status;
  }
  recording.body_digest = BodyDigestOf(recording);
  recording.create_time = clock_();
  MutexLock lock(mutex_);
  const auto there = store_->FindRecording(recording.project, recording.name);
  if (!there.ok()) return there.status();
  const auto made = admission_.Admit(recording, there->has_value(), TensorFieldsOf(recording));
  if (!made.ok()) return made.status();
  if (made->has_value()) return Find(recording.project, **made);
  auto digest = admission_.DigestOfWordTable(recording.project, recording.word_table,
                                             WordsOf(recording.brain));
  if (!digest.ok()) return digest.status();
  if (!digest->empty()) recording.brain.word_table_digest = *std::move(digest);
  if (absl::Status status = store_->Commit(SaveRecording(recording)); !status.ok()) return status;
  return recording;
}

absl::StatusOr<std::optional<Recording>> Recordings::FindOwn(const std::string& project,
                                                             const std::string& name) const {
  const auto named = NameOfResource(project, name);
  if (!named || named->project != project) return std::optional<Recording>();
  return store_->FindRecording(project, named->name);
}

absl::StatusOr<Recording> Recordings::Find(const std::string& project,
                                           const std::string& name) const {
  const auto named = NameOfResource(project, name);
  if (!named) return RecordingNotFoundError(name);
  auto found = store_->FindRecording(named->project, named->name);
  if (!found.ok()) return found.status();
  if (!found->has_value() || !MaySee(**found, project)) return RecordingNotFoundError(name);
  return **std::move(found);
}

absl::StatusOr<std::vector<Recording>> Recordings::List(const std::string& project,
                                                        const std::string& person,
                                                        const ResourceName& after,
                                                        int limit) const {
  std::vector<Recording> seen;
  absl::Status scanned =
      store_->ScanRecordings(after.project, after.name, [&](const Recording& recording) {
        // The person who made another project's recording is not shown.
        const bool is_asked_for =
            person.empty() || (recording.project == project && recording.person == person);
        if (is_asked_for && MaySee(recording, project)) {
          seen.push_back(recording);
          seen.back().sensors.clear();  // lists are without sensors
        }
        return seen.size() < static_cast<std::size_t>(limit);
      });
  if (!scanned.ok()) return scanned;
  return seen;
}

absl::Status Recordings::Delete(const std::string& project, const std::string& name) {
  MutexLock lock(mutex_);
  const auto found = FindOwn(project, name);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return absl::OkStatus();
  if ((*found)->seal) {
    return WithReason(absl::FailedPreconditionError(absl::StrCat(
                          "the recording ", (*found)->FullName(),
                          " is sealed; an admin of the project can unseal it, and then delete it")),
                      "RECORDING_SEALED", {{"recording", (*found)->FullName()}});
  }
  return store_->Commit(DeleteRecording(**found));
}

absl::StatusOr<Recording> Recordings::Seal(const std::string& project, const std::string& name,
                                           RecordingSeal seal) {
  MutexLock lock(mutex_);
  auto found = FindOwn(project, name);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return RecordingNotFoundError(name);
  Recording recording = **std::move(found);
  seal.policy = Settle(std::move(seal.policy), recording.brain);
  if (absl::Status status = CheckSeal(recording, seal, limits_); !status.ok()) return status;
  // Missing data cannot be scored.
  if (absl::Status status = admission_.UseTensors(project, TensorFieldsOf(recording));
      !status.ok()) {
    return status;
  }
  seal.create_time = recording.seal ? recording.seal->create_time : clock_();
  recording.seal = std::move(seal);
  if (absl::Status status = store_->Commit(SaveRecording(recording)); !status.ok()) return status;
  return recording;
}

absl::Status Recordings::Unseal(const std::string& project, const std::string& name) {
  MutexLock lock(mutex_);
  auto found = FindOwn(project, name);
  if (!found.ok()) return found.status();
  if (!found->has_value() || !(*found)->seal) return absl::OkStatus();
  (*found)->seal.reset();
  return store_->Commit(SaveRecording(**found));
}

absl::StatusOr<Recording> Recordings::Resolve(const std::string& project,
                                              JobSpecification& specification) const {
  auto recording = Find(project, specification.recording);
  if (!recording.ok()) return recording.status();
  const auto layers = static_cast<int>(specification.layers.size());
  if (project != recording->project && layers > recording->seal->max_layers) {
    return OverLimitError(
        "spec.layers",
        absl::StrCat("has ", layers, " entries; a submission against ", recording->FullName(),
                     " has at most ", recording->seal->max_layers),
        layers, recording->seal->max_layers);
  }
  specification.brain = recording->brain;
  specification.recording.clear();
  return recording;
}

absl::StatusOr<bool> Recordings::IsSealed(const std::string& project,
                                          const std::string& digest) const {
  const auto names = store_->ListRecordingsWith(project, digest);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const auto recording = store_->FindRecording(project, name);
    if (!recording.ok()) return recording.status();
    if (recording->has_value() && (*recording)->seal) return true;
  }
  return false;
}

}  // namespace brainalign
