#ifndef BRAINALIGN_SERVER_RPC_MODEL_RPC_H_
#define BRAINALIGN_SERVER_RPC_MODEL_RPC_H_

#include "brainalign/v1/model.grpc.pb.h"
#include "server/resources/models.h"
#include "server/rpc/rpc_gate.h"

namespace brainalign {

// brainalign.v1.ModelService. The pointers must outlive it.
class ModelRpc final : public v1::ModelService::Service {
 public:
  ModelRpc(const RpcGate* gate, Models* models) : gate_(gate), models_(models) {}

  grpc::Status CreateModel(grpc::ServerContext* context, const v1::CreateModelRequest* request,
                           v1::CreateModelResponse* response) override;
  grpc::Status GetModel(grpc::ServerContext* context, const v1::GetModelRequest* request,
                        v1::GetModelResponse* response) override;
  grpc::Status ListModels(grpc::ServerContext* context, const v1::ListModelsRequest* request,
                          v1::ListModelsResponse* response) override;
  grpc::Status DeleteModel(grpc::ServerContext* context, const v1::DeleteModelRequest* request,
                           v1::DeleteModelResponse* response) override;

 private:
  const RpcGate* const gate_;
  Models* const models_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_MODEL_RPC_H_
