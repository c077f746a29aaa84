#include "server/calls/admin_calls.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/backup/backup.h"
#include "server/rows/status_details.h"

namespace brainalign {

AdminCalls::AdminCalls(const CallGate* gate, const Store* store, const BlobFolder* blobs,
                       TensorCare* care, const std::atomic<bool>* stopping)
    : gate_(gate), store_(store), blobs_(blobs), care_(care), stopping_(stopping) {}

absl::StatusOr<v1::CreateBackupResponse> AdminCalls::CreateBackup(
    const Credentials& credentials, const v1::CreateBackupRequest& request) {
  return gate_->Answer<v1::CreateBackupResponse>(
      credentials, Method::kCreateBackup,
      [&](const Call& call, v1::CreateBackupResponse& response) -> absl::Status {
        if (!absl::StartsWith(request.folder(), "/")) {
          return InvalidFieldError(
              "folder", absl::StrCat("is '", request.folder(), "'; give an absolute path"));
        }
        const TensorCare::Pause no_removal(*care_);
        auto summary = WriteBackup(*store_, *blobs_, request.folder(),
                                   [&] { return !*stopping_ && !call.is_gone(); });
        if (!summary.ok()) return summary.status();
        response.set_tensors(summary->tensors);
        response.set_uploads(summary->uploads);
        response.set_bytes(summary->bytes);
        return absl::OkStatus();
      });
}

}  // namespace brainalign
