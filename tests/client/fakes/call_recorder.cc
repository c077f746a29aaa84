#include "tests/client/fakes/call_recorder.h"

#include <memory>
#include <utility>

namespace brainalign {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

class Interceptor : public grpc::experimental::Interceptor {
 public:
  Interceptor(CallRecorder* recorder, const std::string& path)
      : recorder_(recorder), method_(path.substr(path.rfind('/') + 1)) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      RecordedCall call = {.method = method_, .metadata = {}};
      for (const auto& [key, value] : *methods->GetRecvInitialMetadata()) {
        call.metadata.emplace(std::string(key.data(), key.size()),
                              std::string(value.data(), value.size()));
      }
      recorder_->Add(std::move(call));
    }
    methods->Proceed();
  }

 private:
  CallRecorder* const recorder_;
  const std::string method_;
};

class Factory : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit Factory(CallRecorder* recorder) : recorder_(recorder) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    return new Interceptor(recorder_, info->method());
  }

 private:
  CallRecorder* const recorder_;
};

}  // namespace

std::vector<RecordedCall> CallRecorder::calls() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return calls_;
}

void CallRecorder::Add(RecordedCall call) {
  const std::lock_guard<std::mutex> lock(mutex_);
  calls_.push_back(std::move(call));
}

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> CallRecorder::MakeFactory() {
  return std::make_unique<Factory>(this);
}

}  // namespace brainalign
