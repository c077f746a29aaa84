#ifndef BRAINALIGN_SERVER_CALLS_ADMIN_CALLS_H_
#define BRAINALIGN_SERVER_CALLS_ADMIN_CALLS_H_

#include <atomic>

#include "brainalign/v1/admin.pb.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/tensor_care.h"
#include "server/calls/call_gate.h"
#include "server/store/store.h"

namespace brainalign {

// brainalign.v1.AdminService. The pointers must outlive it.
class AdminCalls {
 public:
  AdminCalls(const CallGate* gate, const Store* store, const BlobFolder* blobs, TensorCare* care,
             const std::atomic<bool>* stopping);

  absl::StatusOr<v1::CreateBackupResponse> CreateBackup(const Credentials& credentials,
                                                        const v1::CreateBackupRequest& request);

 private:
  const CallGate* const gate_;
  const Store* const store_;
  const BlobFolder* const blobs_;
  TensorCare* const care_;
  const std::atomic<bool>* const stopping_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_ADMIN_CALLS_H_
