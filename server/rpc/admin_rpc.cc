#include "server/rpc/admin_rpc.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/backup/backup.h"
#include "server/record/status_details.h"
#include "server/rpc/status.h"

namespace brainalign {

AdminRpc::AdminRpc(const Store* store, const BlobFolder* blobs, TensorCare* care,
                   const std::atomic<bool>* stopping)
    : store_(store), blobs_(blobs), care_(care), stopping_(stopping) {}

grpc::Status AdminRpc::CreateBackup(grpc::ServerContext* context,
                                    const v1::CreateBackupRequest* request,
                                    v1::CreateBackupResponse* response) {
  if (!absl::StartsWith(request->folder(), "/")) {
    return ToGrpc(InvalidFieldError(
        "folder", absl::StrCat("is '", request->folder(), "'; give an absolute path")));
  }
  const TensorCare::Pause no_removal(*care_);
  auto summary = WriteBackup(*store_, *blobs_, request->folder(),
                             [&] { return !*stopping_ && !context->IsCancelled(); });
  if (!summary.ok()) return ToGrpc(summary.status());
  response->set_tensors(summary->tensors);
  response->set_uploads(summary->uploads);
  response->set_bytes(summary->bytes);
  return grpc::Status::OK;
}

}  // namespace brainalign
