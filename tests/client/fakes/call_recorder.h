#ifndef BRAINALIGN_TESTS_CLIENT_FAKES_CALL_RECORDER_H_
#define BRAINALIGN_TESTS_CLIENT_FAKES_CALL_RECORDER_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_interceptor.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace brainalign {

// A call as it came in.
struct RecordedCall {
  std::string method;  // such as "GetServerInfo"
  std::multimap<std::string, std::string> metadata;
};

// Writes down every call of a server, whatever its service. Thread-safe.
class CallRecorder {
 public:
  std::vector<RecordedCall> calls() const;
  void Add(RecordedCall call);

  // To be given to a ServerBuilder; the recorder must outlive the server.
  std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeFactory();

 private:
  mutable std::mutex mutex_;
  std::vector<RecordedCall> calls_;  // guarded by mutex_
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_FAKES_CALL_RECORDER_H_
