#include "server/rpc/protocol_services.h"

#include "brainalign/v1/admin.grpc.pb.h"
#include "brainalign/v1/job.grpc.pb.h"
#include "brainalign/v1/model.grpc.pb.h"
#include "brainalign/v1/operation.grpc.pb.h"
#include "brainalign/v1/recording.grpc.pb.h"
#include "brainalign/v1/server.grpc.pb.h"
#include "brainalign/v1/tensor.grpc.pb.h"
#include "brainalign/v1/word_table.grpc.pb.h"
#include "server/rpc/rpc_call.h"

namespace brainalign {
namespace {

class TensorRpc final : public v1::TensorService::Service {
 public:
  explicit TensorRpc(TensorCalls& calls) : calls_(calls) {}

  grpc::Status FindMissingTensors(grpc::ServerContext* context,
                                  const v1::FindMissingTensorsRequest* request,
                                  v1::FindMissingTensorsResponse* response) override {
    return Answer(context, calls_, &TensorCalls::FindMissingTensors, request, response);
  }
  grpc::Status StartUpload(grpc::ServerContext* context, const v1::StartUploadRequest* request,
                           v1::StartUploadResponse* response) override {
    return Answer(context, calls_, &TensorCalls::StartUpload, request, response);
  }
  grpc::Status WriteUpload(grpc::ServerContext* context,
                           grpc::ServerReader<v1::WriteUploadRequest>* reader,
                           v1::WriteUploadResponse* response) override {
    return Answer(context, calls_, &TensorCalls::WriteUpload, reader, response);
  }
  grpc::Status QueryUpload(grpc::ServerContext* context, const v1::QueryUploadRequest* request,
                           v1::QueryUploadResponse* response) override {
    return Answer(context, calls_, &TensorCalls::QueryUpload, request, response);
  }
  grpc::Status CancelUpload(grpc::ServerContext* context, const v1::CancelUploadRequest* request,
                            v1::CancelUploadResponse* response) override {
    return Answer(context, calls_, &TensorCalls::CancelUpload, request, response);
  }
  grpc::Status ReadTensor(grpc::ServerContext* context, const v1::ReadTensorRequest* request,
                          grpc::ServerWriter<v1::ReadTensorResponse>* writer) override {
    return Answer(context, calls_, &TensorCalls::ReadTensor, request, writer);
  }

 private:
  TensorCalls& calls_;
};

class JobRpc final : public v1::JobService::Service {
 public:
  explicit JobRpc(JobCalls& calls) : calls_(calls) {}

  grpc::Status CreateJob(grpc::ServerContext* context, const v1::CreateJobRequest* request,
                         v1::CreateJobResponse* response) override {
    return Answer(context, calls_, &JobCalls::CreateJob, request, response);
  }
  grpc::Status GetJob(grpc::ServerContext* context, const v1::GetJobRequest* request,
                      v1::GetJobResponse* response) override {
    return Answer(context, calls_, &JobCalls::GetJob, request, response);
  }
  grpc::Status GetJobSpecification(grpc::ServerContext* context,
                                   const v1::GetJobSpecificationRequest* request,
                                   v1::GetJobSpecificationResponse* response) override {
    return Answer(context, calls_, &JobCalls::GetJobSpecification, request, response);
  }
  grpc::Status ListJobs(grpc::ServerContext* context, const v1::ListJobsRequest* request,
                        v1::ListJobsResponse* response) override {
    return Answer(context, calls_, &JobCalls::ListJobs, request, response);
  }
  grpc::Status CancelJob(grpc::ServerContext* context, const v1::CancelJobRequest* request,
                         v1::CancelJobResponse* response) override {
    return Answer(context, calls_, &JobCalls::CancelJob, request, response);
  }
  grpc::Status DeleteJob(grpc::ServerContext* context, const v1::DeleteJobRequest* request,
                         v1::DeleteJobResponse* response) override {
    return Answer(context, calls_, &JobCalls::DeleteJob, request, response);
  }
  grpc::Status WatchJob(grpc::ServerContext* context, const v1::WatchJobRequest* request,
                        grpc::ServerWriter<v1::WatchJobResponse>* writer) override {
    return Answer(context, calls_, &JobCalls::WatchJob, request, writer);
  }
  grpc::Status GetJobResult(grpc::ServerContext* context, const v1::GetJobResultRequest* request,
                            v1::GetJobResultResponse* response) override {
    return Answer(context, calls_, &JobCalls::GetJobResult, request, response);
  }
  grpc::Status ReadResultArray(grpc::ServerContext* context,
                               const v1::ReadResultArrayRequest* request,
                               grpc::ServerWriter<v1::ReadResultArrayResponse>* writer) override {
    return Answer(context, calls_, &JobCalls::ReadResultArray, request, writer);
  }
  grpc::Status ReadUncertainty(grpc::ServerContext* context,
                               const v1::ReadUncertaintyRequest* request,
                               grpc::ServerWriter<v1::ReadUncertaintyResponse>* writer) override {
    return Answer(context, calls_, &JobCalls::ReadUncertainty, request, writer);
  }

 private:
  JobCalls& calls_;
};

class RecordingRpc final : public v1::RecordingService::Service {
 public:
  explicit RecordingRpc(RecordingCalls& calls) : calls_(calls) {}

  grpc::Status CreateRecording(grpc::ServerContext* context,
                               const v1::CreateRecordingRequest* request,
                               v1::CreateRecordingResponse* response) override {
    return Answer(context, calls_, &RecordingCalls::CreateRecording, request, response);
  }
  grpc::Status GetRecording(grpc::ServerContext* context, const v1::GetRecordingRequest* request,
                            v1::GetRecordingResponse* response) override {
    return Answer(context, calls_, &RecordingCalls::GetRecording, request, response);
  }
  grpc::Status ListRecordings(grpc::ServerContext* context,
                              const v1::ListRecordingsRequest* request,
                              v1::ListRecordingsResponse* response) override {
    return Answer(context, calls_, &RecordingCalls::ListRecordings, request, response);
  }
  grpc::Status DeleteRecording(grpc::ServerContext* context,
                               const v1::DeleteRecordingRequest* request,
                               v1::DeleteRecordingResponse* response) override {
    return Answer(context, calls_, &RecordingCalls::DeleteRecording, request, response);
  }
  grpc::Status SealRecording(grpc::ServerContext* context, const v1::SealRecordingRequest* request,
                             v1::SealRecordingResponse* response) override {
    return Answer(context, calls_, &RecordingCalls::SealRecording, request, response);
  }
  grpc::Status UnsealRecording(grpc::ServerContext* context,
                               const v1::UnsealRecordingRequest* request,
                               v1::UnsealRecordingResponse* response) override {
    return Answer(context, calls_, &RecordingCalls::UnsealRecording, request, response);
  }
  grpc::Status ListSubmissions(grpc::ServerContext* context,
                               const v1::ListSubmissionsRequest* request,
                               v1::ListSubmissionsResponse* response) override {
    return Answer(context, calls_, &RecordingCalls::ListSubmissions, request, response);
  }

 private:
  RecordingCalls& calls_;
};

class WordTableRpc final : public v1::WordTableService::Service {
 public:
  explicit WordTableRpc(WordTableCalls& calls) : calls_(calls) {}

  grpc::Status CreateWordTable(grpc::ServerContext* context,
                               const v1::CreateWordTableRequest* request,
                               v1::CreateWordTableResponse* response) override {
    return Answer(context, calls_, &WordTableCalls::CreateWordTable, request, response);
  }
  grpc::Status GetWordTable(grpc::ServerContext* context, const v1::GetWordTableRequest* request,
                            v1::GetWordTableResponse* response) override {
    return Answer(context, calls_, &WordTableCalls::GetWordTable, request, response);
  }
  grpc::Status ListWordTables(grpc::ServerContext* context,
                              const v1::ListWordTablesRequest* request,
                              v1::ListWordTablesResponse* response) override {
    return Answer(context, calls_, &WordTableCalls::ListWordTables, request, response);
  }
  grpc::Status DeleteWordTable(grpc::ServerContext* context,
                               const v1::DeleteWordTableRequest* request,
                               v1::DeleteWordTableResponse* response) override {
    return Answer(context, calls_, &WordTableCalls::DeleteWordTable, request, response);
  }

 private:
  WordTableCalls& calls_;
};

class ModelRpc final : public v1::ModelService::Service {
 public:
  explicit ModelRpc(ModelCalls& calls) : calls_(calls) {}

  grpc::Status CreateModel(grpc::ServerContext* context, const v1::CreateModelRequest* request,
                           v1::CreateModelResponse* response) override {
    return Answer(context, calls_, &ModelCalls::CreateModel, request, response);
  }
  grpc::Status GetModel(grpc::ServerContext* context, const v1::GetModelRequest* request,
                        v1::GetModelResponse* response) override {
    return Answer(context, calls_, &ModelCalls::GetModel, request, response);
  }
  grpc::Status ListModels(grpc::ServerContext* context, const v1::ListModelsRequest* request,
                          v1::ListModelsResponse* response) override {
    return Answer(context, calls_, &ModelCalls::ListModels, request, response);
  }
  grpc::Status DeleteModel(grpc::ServerContext* context, const v1::DeleteModelRequest* request,
                           v1::DeleteModelResponse* response) override {
    return Answer(context, calls_, &ModelCalls::DeleteModel, request, response);
  }

 private:
  ModelCalls& calls_;
};

class ServerRpc final : public v1::ServerService::Service {
 public:
  explicit ServerRpc(ServerCalls& calls) : calls_(calls) {}

  grpc::Status GetServerInfo(grpc::ServerContext* context, const v1::GetServerInfoRequest* request,
                             v1::GetServerInfoResponse* response) override {
    return Answer(context, calls_, &ServerCalls::GetServerInfo, request, response);
  }

 private:
  ServerCalls& calls_;
};

class OperationRpc final : public v1::OperationService::Service {
 public:
  explicit OperationRpc(OperationCalls& calls) : calls_(calls) {}

  grpc::Status ListQueue(grpc::ServerContext* context, const v1::ListQueueRequest* request,
                         v1::ListQueueResponse* response) override {
    return Answer(context, calls_, &OperationCalls::ListQueue, request, response);
  }
  grpc::Status ListUploads(grpc::ServerContext* context, const v1::ListUploadsRequest* request,
                           v1::ListUploadsResponse* response) override {
    return Answer(context, calls_, &OperationCalls::ListUploads, request, response);
  }
  grpc::Status ListProjects(grpc::ServerContext* context, const v1::ListProjectsRequest* request,
                            v1::ListProjectsResponse* response) override {
    return Answer(context, calls_, &OperationCalls::ListProjects, request, response);
  }
  grpc::Status ListErrors(grpc::ServerContext* context, const v1::ListErrorsRequest* request,
                          v1::ListErrorsResponse* response) override {
    return Answer(context, calls_, &OperationCalls::ListErrors, request, response);
  }
  grpc::Status Drain(grpc::ServerContext* context, const v1::DrainRequest* request,
                     v1::DrainResponse* response) override {
    return Answer(context, calls_, &OperationCalls::Drain, request, response);
  }
  grpc::Status Reload(grpc::ServerContext* context, const v1::ReloadRequest* request,
                      v1::ReloadResponse* response) override {
    return Answer(context, calls_, &OperationCalls::Reload, request, response);
  }

 private:
  OperationCalls& calls_;
};

class AdminRpc final : public v1::AdminService::Service {
 public:
  explicit AdminRpc(AdminCalls& calls) : calls_(calls) {}

  grpc::Status CreateBackup(grpc::ServerContext* context, const v1::CreateBackupRequest* request,
                            v1::CreateBackupResponse* response) override {
    return Answer(context, calls_, &AdminCalls::CreateBackup, request, response);
  }

 private:
  AdminCalls& calls_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> ServicesOf(ClientCalls& calls) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<TensorRpc>(calls.tensors));
  services.push_back(std::make_unique<JobRpc>(calls.jobs));
  services.push_back(std::make_unique<RecordingRpc>(calls.recordings));
  services.push_back(std::make_unique<WordTableRpc>(calls.word_tables));
  services.push_back(std::make_unique<ModelRpc>(calls.models));
  services.push_back(std::make_unique<ServerRpc>(calls.server));
  services.push_back(std::make_unique<OperationRpc>(calls.operation));
  return services;
}

std::vector<std::unique_ptr<grpc::Service>> ServicesOf(ControlCalls& calls) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<OperationRpc>(calls.operation));
  services.push_back(std::make_unique<ServerRpc>(calls.server));
  services.push_back(std::make_unique<AdminRpc>(calls.admin));
  return services;
}

}  // namespace brainalign
