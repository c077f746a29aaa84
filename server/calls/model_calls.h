#ifndef BRAINALIGN_SERVER_CALLS_MODEL_CALLS_H_
#define BRAINALIGN_SERVER_CALLS_MODEL_CALLS_H_

#include "brainalign/v1/model.pb.h"
#include "server/calls/call_gate.h"
#include "server/resources/models.h"

namespace brainalign {

// brainalign.v1.ModelService. The pointers must outlive it.
class ModelCalls {
 public:
  ModelCalls(const CallGate* gate, Models* models) : gate_(gate), models_(models) {}

  absl::StatusOr<v1::CreateModelResponse> CreateModel(const Credentials& credentials,
                                                      const v1::CreateModelRequest& request);
  absl::StatusOr<v1::GetModelResponse> GetModel(const Credentials& credentials,
                                                const v1::GetModelRequest& request);
  absl::StatusOr<v1::ListModelsResponse> ListModels(const Credentials& credentials,
                                                    const v1::ListModelsRequest& request);
  absl::StatusOr<v1::DeleteModelResponse> DeleteModel(const Credentials& credentials,
                                                      const v1::DeleteModelRequest& request);

 private:
  const CallGate* const gate_;
  Models* const models_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_MODEL_CALLS_H_
