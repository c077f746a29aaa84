#ifndef BRAINALIGN_SERVER_BLOBS_UPLOAD_SESSION_H_
#define BRAINALIGN_SERVER_BLOBS_UPLOAD_SESSION_H_

#include <cstdint>
#include <optional>

#include "server/blobs/uploads.h"
#include "server/rows/digest.h"

namespace brainalign {

// An upload in memory. `upload`, `has_writer` and `recorded` are guarded by
// Uploads::mutex_; the rest belongs to the writer, and to nobody while there is none. `upload`
// changes by Sessions::Update.
struct Uploads::Session {
  Upload upload;
  bool recorded = true;  // durably; until then it only keeps room
  bool has_writer = false;
  bool gone = false;  // discarded: a writer finds nothing to write to

  std::optional<Sha256> sha;        // of the bytes below received_bytes
  std::int64_t received_bytes = 0;  // in the file; committed up to upload.committed_bytes
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_BLOBS_UPLOAD_SESSION_H_
