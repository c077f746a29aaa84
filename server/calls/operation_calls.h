#ifndef BRAINALIGN_SERVER_CALLS_OPERATION_CALLS_H_
#define BRAINALIGN_SERVER_CALLS_OPERATION_CALLS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "brainalign/v1/operation.pb.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/uploads.h"
#include "server/calls/call_gate.h"
#include "server/calls/drain.h"
#include "server/calls/reloader.h"
#include "server/jobs/job_book.h"
#include "server/logs/error_log.h"
#include "server/store/store.h"

namespace brainalign {

// brainalign.v1.OperationService. The pointers must outlive it.
class OperationCalls {
 public:
  struct Parts {
    JobBook* book = nullptr;
    const Uploads* uploads = nullptr;
    const Store* store = nullptr;
    const BlobFolder* blobs = nullptr;
    std::shared_ptr<const ErrorLog> errors;  // null: none are kept
    brainalign::Drain* drain = nullptr;      // a method has its name, too
    Reloader* reloader = nullptr;
  };
  OperationCalls(const CallGate* gate, Parts parts);

  absl::StatusOr<v1::ListQueueResponse> ListQueue(const Credentials& credentials,
                                                  const v1::ListQueueRequest& request);
  absl::StatusOr<v1::ListUploadsResponse> ListUploads(const Credentials& credentials,
                                                      const v1::ListUploadsRequest& request);
  absl::StatusOr<v1::ListProjectsResponse> ListProjects(const Credentials& credentials,
                                                        const v1::ListProjectsRequest& request);
  absl::StatusOr<v1::ListErrorsResponse> ListErrors(const Credentials& credentials,
                                                    const v1::ListErrorsRequest& request);
  absl::StatusOr<v1::DrainResponse> Drain(const Credentials& credentials,
                                          const v1::DrainRequest& request);
  absl::StatusOr<v1::ReloadResponse> Reload(const Credentials& credentials,
                                            const v1::ReloadRequest& request);

 private:
  const CallGate* const gate_;
  const Parts parts_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_OPERATION_CALLS_H_
