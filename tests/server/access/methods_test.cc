// Every method of every service that the network reaches asks the table of permissions, and
// under its own name: nobody's call, and each role's, against what the table says.
#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>

#include <set>

#include "gmock/gmock.h"
#include "tests/server/access/access_test.h"

namespace brainalign {
namespace {

class MethodsTest : public AccessTest {
 protected:
  struct NetworkMethod {
    std::string path;  // such as /brainalign.v1.JobService/GetJob
    std::string name;
  };
  static std::vector<NetworkMethod> NetworkMethods() {
    std::vector<NetworkMethod> methods;
    for (const char* service :
         {"TensorService", "JobService", "RecordingService", "ServerService", "OperationService"}) {
      const auto* descriptor =
          google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
              std::string("brainalign.v1.") + service);
      EXPECT_NE(descriptor, nullptr) << service;
      for (int i = 0; descriptor != nullptr && i < descriptor->method_count(); ++i) {
        const std::string name = descriptor->method(i)->name();
        methods.push_back({"/" + descriptor->full_name() + "/" + name, name});
      }
    }
    return methods;
  }

  // A call with a message that says nothing.
  grpc::StatusCode Call(const std::string& path) {
    Context context;
    grpc::GenericStub stub(channel_);
    grpc::CompletionQueue queue;
    const grpc::Slice nothing("");
    const grpc::ByteBuffer request(&nothing, 1);
    const auto call = stub.PrepareUnaryCall(&context, path, request, &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return status.error_code();
  }
};

TEST_F(MethodsTest, EachHasItsRowAndEachRowItsMethod) {
  std::set<std::string> of_services;
  for (const NetworkMethod& method : NetworkMethods()) of_services.insert(method.name);
  std::set<std::string> of_table;
  for (const Method method : AllMethods()) of_table.insert(NameOf(method));
  EXPECT_EQ(of_services, of_table);
}

TEST_F(MethodsTest, NobodysCallIsUnauthenticatedWhateverItAsks) {
  for (const NetworkMethod& method : NetworkMethods()) {
    for (const char* token : {"", "ba_unknown"}) {
      As(token);
      EXPECT_EQ(Call(method.path), grpc::StatusCode::UNAUTHENTICATED) << method.path;
    }
  }
}

TEST_F(MethodsTest, EachRoleMayAskWhatTheTableSays) {
  struct Known {
    std::string token;
    Role role;
    bool all_projects;
  };
  for (const Known& known :
       {Known{reader_, Role::kReader, false}, Known{ada_, Role::kSubmitter, false},
        Known{head_, Role::kAdmin, false}, Known{operator_, Role::kAdmin, true}}) {
    As(known.token);
    for (const NetworkMethod& network : NetworkMethods()) {
      for (const Method method : AllMethods()) {
        if (NameOf(method) != network.name) continue;
        const bool may =
            Judge(known.role, known.all_projects, method, Whose::kNothing) == Verdict::kAllowed;
        EXPECT_EQ(Call(network.path) == grpc::StatusCode::PERMISSION_DENIED, !may)
            << NameOf(known.role) << " " << network.path;
      }
    }
  }
}

}  // namespace
}  // namespace brainalign
