// Every method of every service that the port serves asks the table of permissions, and under its
// own name: nobody's call, and each role's, against what the table says. The services are those
// that the server tells by reflection.
#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>

#include <set>
#include <vector>

#include "brainalign/v1/admin.grpc.pb.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "tests/server/access/access_test.h"

namespace brainalign {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
namespace reflection = grpc::reflection::v1alpha;

constexpr char kHealth[] = "grpc.health.v1.Health";

class MethodsTest : public AccessTest {
 protected:
  void SetUp() override {
    options_.reflection = true;
    AccessTest::SetUp();
  }

  struct ServedMethod {
    std::string path;  // such as /brainalign.v1.JobService/GetJob
    std::string name;
    std::string service;
  };

  std::vector<std::string> ServedServices() {
    Context context;
    const auto stub = reflection::ServerReflection::NewStub(channel_);
    const auto stream = stub->ServerReflectionInfo(&context);
    reflection::ServerReflectionRequest request;
    request.set_list_services("");
    reflection::ServerReflectionResponse response;
    EXPECT_TRUE(stream->Write(request) && stream->Read(&response));
    stream->WritesDone();
    const grpc::Status status = stream->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::vector<std::string> names;
    for (const auto& service : response.list_services_response().service()) {
      names.push_back(service.name());
    }
    return names;
  }

  // As the operator, who may ask.
  std::vector<ServedMethod> ServedMethods() {
    As(operator_);
    std::vector<ServedMethod> methods;
    for (const std::string& service : ServedServices()) {
      const auto* descriptor =
          google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
      EXPECT_NE(descriptor, nullptr) << service;
      for (int i = 0; descriptor != nullptr && i < descriptor->method_count(); ++i) {
        const std::string name = descriptor->method(i)->name();
        methods.push_back({"/" + service + "/" + name, name, service});
      }
    }
    EXPECT_THAT(methods, Not(IsEmpty()));
    return methods;
  }
  // But for health, which asks nobody.
  std::vector<ServedMethod> GatedMethods() {
    std::vector<ServedMethod> methods = ServedMethods();
    std::erase_if(methods, [](const ServedMethod& method) { return method.service == kHealth; });
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
  for (const ServedMethod& method : GatedMethods()) of_services.insert(method.name);
  // The socket in the data folder has a service that the network has not.
  const auto* admin = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      v1::AdminService::service_full_name());
  for (int i = 0; i < admin->method_count(); ++i) of_services.insert(admin->method(i)->name());
  std::set<std::string> of_table;
  for (const Method method : AllMethods()) of_table.insert(NameOf(method));
  EXPECT_EQ(of_services, of_table);
}

TEST_F(MethodsTest, NobodysCallIsUnauthenticatedWhateverItAsks) {
  for (const ServedMethod& method : GatedMethods()) {
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
  const std::vector<ServedMethod> methods = GatedMethods();
  for (const Known& known :
       {Known{reader_, Role::kReader, false}, Known{ada_, Role::kSubmitter, false},
        Known{head_, Role::kAdmin, false}, Known{operator_, Role::kAdmin, true}}) {
    As(known.token);
    for (const ServedMethod& served : methods) {
      for (const Method method : AllMethods()) {
        if (NameOf(method) != served.name) continue;
        const bool may =
            Judge(known.role, known.all_projects, method, Whose::kNothing) == Verdict::kAllowed;
        EXPECT_EQ(Call(served.path) == grpc::StatusCode::PERMISSION_DENIED, !may)
            << NameOf(known.role) << " " << served.path;
      }
    }
  }
}

TEST_F(MethodsTest, HealthAnswersWhoeverAsks) {
  EXPECT_THAT(ServedServices(), Contains(kHealth));
  As("");
  Context context;
  grpc::health::v1::HealthCheckResponse response;
  EXPECT_TRUE(grpc::health::v1::Health::NewStub(channel_)->Check(&context, {}, &response).ok());
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
}

TEST_F(MethodsTest, BackupsAreNotMadeOverTheNetwork) {
  EXPECT_THAT(ServedServices(), Not(Contains("brainalign.v1.AdminService")));
  As(operator_);
  EXPECT_EQ(Call("/brainalign.v1.AdminService/CreateBackup"), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(MethodsTest, ReflectionTellsFilesAndSymbols) {
  As(reader_);
  Context context;
  const auto stub = reflection::ServerReflection::NewStub(channel_);
  const auto stream = stub->ServerReflectionInfo(&context);
  const auto ask = [&](const auto& set) {
    reflection::ServerReflectionRequest request;
    set(request);
    reflection::ServerReflectionResponse response;
    EXPECT_TRUE(stream->Write(request) && stream->Read(&response));
    return response;
  };
  const auto of_symbol =
      ask([](auto& request) { request.set_file_containing_symbol("brainalign.v1.JobService"); });
  EXPECT_GT(of_symbol.file_descriptor_response().file_descriptor_proto_size(), 1);
  const auto of_file =
      ask([](auto& request) { request.set_file_by_filename("brainalign/v1/tensor.proto"); });
  EXPECT_GT(of_file.file_descriptor_response().file_descriptor_proto_size(), 0);
  const auto none = ask([](auto& request) { request.set_file_containing_symbol("no.such"); });
  EXPECT_EQ(none.error_response().error_code(), grpc::StatusCode::NOT_FOUND);
  const auto extension = ask([](auto& request) { request.set_all_extension_numbers_of_type("x"); });
  EXPECT_EQ(extension.error_response().error_code(), grpc::StatusCode::UNIMPLEMENTED);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

using PlainServerTest = AccessTest;

TEST_F(PlainServerTest, HasNoReflectionUnlessAskedFor) {
  As(operator_);
  Context context;
  const auto stub = reflection::ServerReflection::NewStub(channel_);
  const auto stream = stub->ServerReflectionInfo(&context);
  stream->WritesDone();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace brainalign
