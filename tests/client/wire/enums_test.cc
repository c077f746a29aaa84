// What this client reads where a server tells an enum: every value that the protocol has, and one
// that only a newer protocol has.
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "brainalign/v1/alignment.pb.h"
#include "brainalign/v1/job.pb.h"
#include "brainalign/v1/server.pb.h"
#include "client/report/result_json.h"
#include "client/wire/job_from_proto.h"
#include "client/wire/result_from_proto.h"
#include "client/wire/server_info_from_proto.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/report/result_proto.h"
#include "tests/client/report/small_result.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

using Field = google::protobuf::FieldDescriptor;
using Enum = google::protobuf::EnumDescriptor;

std::vector<const Field*> EnumFields(const google::protobuf::Descriptor& message) {
  std::vector<const Field*> fields;
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->enum_type() != nullptr) fields.push_back(message.field(i));
  }
  return fields;
}

int ValueOfNewerProtocol(const Enum& type) {
  int largest = 0;
  for (int i = 0; i < type.value_count(); ++i) largest = std::max(largest, type.value(i)->number());
  return largest + 1;
}

// METRIC_PEARSON of Metric: "pearson".
std::string NameOf(const google::protobuf::EnumValueDescriptor& value) {
  const std::string first = value.type()->value(0)->name();  // METRIC_UNSPECIFIED
  const std::size_t prefix = first.size() - std::string("UNSPECIFIED").size();
  return absl::AsciiStrToLower(value.name().substr(prefix));
}

template <typename Message>
void SetEnum(Message& message, const Field& field, int value) {
  message.GetReflection()->SetEnumValue(&message, &field, value);
}

template <typename Message>
Message With(const Field& field, int value) {
  Message message;
  SetEnum(message, field, value);
  return message;
}

TEST(EnumsTest, EveryOptionOfAResultIsKnownByItsName) {
  for (const Field* field : EnumFields(*v1::AlignmentOptions::descriptor())) {
    for (int i = 1; i < field->enum_type()->value_count(); ++i) {
      const auto& value = *field->enum_type()->value(i);
      v1::AlignmentResult proto = ResultProto(SmallResult());
      SetEnum(*proto.mutable_options(), *field, value.number());
      const auto result = ResultFromProto(proto);
      ASSERT_TRUE(result.ok()) << value.name() << ": " << result.status();
      const auto json = nlohmann::json::parse(ResultToJson(*result));
      EXPECT_EQ(json["options"][field->name()], NameOf(value)) << value.name();
    }
  }
}

TEST(EnumsTest, OptionOfANewerServerIsNoGuess) {
  const std::vector<const Field*> fields = EnumFields(*v1::AlignmentOptions::descriptor());
  EXPECT_GE(fields.size(), 8U);
  for (const Field* field : fields) {
    for (const int number : {ValueOfNewerProtocol(*field->enum_type()), -1}) {
      v1::AlignmentResult proto = ResultProto(SmallResult());
      SetEnum(*proto.mutable_options(), *field, number);
      const absl::Status status = ResultFromProto(proto).status();
      EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << field->name();
      EXPECT_THAT(std::string(status.message()),
                  HasSubstr(absl::StrCat(field->name(), " ", number)));
    }
  }
}

TEST(EnumsTest, StatesAndReasonsOfAJobAreKnownOrSaidToBeUnknown) {
  for (const Field* field : EnumFields(*v1::Job::descriptor())) {
    if (field->name() == "priority") continue;  // which clients are not shown
    const auto told = [&](int number) {
      const Job job = JobFromProto(With<v1::Job>(*field, number));
      return field->name() == "state" ? Name(job.state) : Name(job.reason);
    };
    std::vector<std::string> names;
    for (int i = 1; i < field->enum_type()->value_count(); ++i) {
      names.push_back(told(field->enum_type()->value(i)->number()));
      EXPECT_THAT(names.back(), testing::Not(HasSubstr("unknown")));
      EXPECT_FALSE(names.back().empty());
    }
    std::sort(names.begin(), names.end());
    EXPECT_EQ(std::unique(names.begin(), names.end()), names.end()) << field->name();
    const int newer = ValueOfNewerProtocol(*field->enum_type());
    EXPECT_EQ(told(newer), absl::StrCat("unknown (", newer, ")"));
  }
}

TEST(EnumsTest, RolesAreKnownOrSaidToBeUnknown) {
  const Field& field = *v1::CallerIdentity::descriptor()->FindFieldByName("role");
  const auto told = [&](int number) {
    v1::GetServerInfoResponse response;
    *response.mutable_caller() = With<v1::CallerIdentity>(field, number);
    return ServerInfoFromProto(response).caller.role;
  };
  for (int i = 1; i < field.enum_type()->value_count(); ++i) {
    EXPECT_EQ(told(field.enum_type()->value(i)->number()), NameOf(*field.enum_type()->value(i)));
  }
  EXPECT_EQ(told(0), "");
  const int newer = ValueOfNewerProtocol(*field.enum_type());
  EXPECT_EQ(told(newer), absl::StrCat("unknown (", newer, ")"));
}

}  // namespace
}  // namespace brainalign
