#include "server/record/codec.h"
#include "server/store/changes.h"
#include "server/store/keys.h"

namespace brainalign {

Change SealRecording(const SealedRecording& recording, const std::vector<std::string>& digests) {
  Change change;
  change.Put(Family::kFacts, RecordingKey(recording.project, recording.name), Encode(recording));
  for (const std::string& digest : digests) {
    change.Put(Family::kFacts, SealKey(digest, recording.project, recording.name), "");
  }
  return change;
}

Change UnsealRecording(const SealedRecording& recording, const std::vector<std::string>& digests) {
  Change change;
  change.Delete(Family::kFacts, RecordingKey(recording.project, recording.name));
  for (const std::string& digest : digests) {
    change.Delete(Family::kFacts, SealKey(digest, recording.project, recording.name));
  }
  return change;
}

}  // namespace brainalign
