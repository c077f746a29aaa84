#include "server/rpc/admin_rpc.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/backup/backup.h"
#include "server/rows/status_details.h"

namespace brainalign {

AdminRpc::AdminRpc(const RpcGate* gate, const Store* store, const BlobFolder* blobs,
                   TensorCare* care, const std::atomic<bool>* stopping)
    : gate_(gate), store_(store), blobs_(blobs), care_(care), stopping_(stopping) {}

grpc::Status AdminRpc::CreateBackup(grpc::ServerContext* context,
                                    const v1::CreateBackupRequest* request,
                                    v1::CreateBackupResponse* response) {
  return gate_->Run(context, Method::kCreateBackup, [&](const Call& /*call*/) -> absl::Status {
    if (!absl::StartsWith(request->folder(), "/")) {
      return InvalidFieldError("folder",
                               absl::StrCat("is '", request->folder(), "'; give an absolute path"));
    }
    const TensorCare::Pause no_removal(*care_);
    auto summary = WriteBackup(*store_, *blobs_, request->folder(),
                               [&] { return !*stopping_ && !context->IsCancelled(); });
    if (!summary.ok()) return summary.status();
    response->set_tensors(summary->tensors);
    response->set_uploads(summary->uploads);
    response->set_bytes(summary->bytes);
    return absl::OkStatus();
  });
}

}  // namespace brainalign
