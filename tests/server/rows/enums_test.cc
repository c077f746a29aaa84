// What the server reads where a message names an enum: every value that the protocol has, and none
// that only a newer protocol has.
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rows/codec.h"
#include "server/rows/convert.h"
#include "server/rows/digest.h"
#include "server/rows/record.pb.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

using Field = google::protobuf::FieldDescriptor;
using Problems = std::vector<FieldProblem>;

std::vector<const Field*> EnumFields(const google::protobuf::Descriptor& message) {
  std::vector<const Field*> fields;
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->enum_type() != nullptr) fields.push_back(message.field(i));
  }
  return fields;
}

std::vector<int> ValuesOf(const Field& field) {
  std::vector<int> values;
  for (int i = 0; i < field.enum_type()->value_count(); ++i) {
    values.push_back(field.enum_type()->value(i)->number());
  }
  return values;
}

int ValueOfNewerProtocol(const Field& field) {
  const std::vector<int> values = ValuesOf(field);
  return *std::max_element(values.begin(), values.end()) + 1;
}

// Every enum of the message: `read` takes what is known, and names the field and the value of what
// is not.
template <typename Message, typename Read>
void CheckEnums(Message message, const Read& read) {
  const std::vector<const Field*> fields = EnumFields(*Message::descriptor());
  EXPECT_FALSE(fields.empty());
  for (const Field* field : fields) {
    Message changed = message;
    for (const int value : ValuesOf(*field)) {
      // A tensor has a type.
      if (field->name() == "data_type" && value == 0) continue;
      changed.GetReflection()->SetEnumValue(&changed, field, value);
      EXPECT_THAT(read(changed), IsEmpty()) << field->full_name() << " = " << value;
    }
    for (const int value : {ValueOfNewerProtocol(*field), -1}) {
      changed.GetReflection()->SetEnumValue(&changed, field, value);
      const Problems problems = read(changed);
      ASSERT_EQ(problems.size(), 1U) << field->full_name() << " = " << value;
      EXPECT_THAT(problems[0].field, HasSubstr(field->name()));
      EXPECT_THAT(problems[0].description, HasSubstr(absl::StrCat("is ", value, ";"))) << value;
    }
  }
}

TEST(EnumsTest, Options) {
  CheckEnums(v1::AlignmentOptions(), [](const v1::AlignmentOptions& options) {
    Problems problems;
    OptionsFromProto(options, "spec.options", problems);
    return problems;
  });
}

TEST(EnumsTest, UnknownMetricIsRefusedByName) {
  v1::AlignmentOptions options;
  options.set_metric(static_cast<v1::Metric>(v1::METRIC_RSA + 1));
  Problems problems;
  OptionsFromProto(options, "spec.options", problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].field, "spec.options.metric");
}

TEST(OptionsTest, UncertaintyComesBack) {
  AlignmentOptions options;
  options.uncertainty = {.nulls = 199,
                         .draws = 2000,
                         .seed = std::uint64_t{1} << 63,
                         .detrend = 0,
                         .block_words = 20,
                         .min_shift_words = 1};
  Problems problems;
  const AlignmentOptions back = OptionsFromProto(ToProto(options), "spec.options", problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_EQ(back.uncertainty, options.uncertainty);
  EXPECT_EQ(OptionsFromProto(ToProto(AlignmentOptions()), "spec.options", problems).uncertainty,
            UncertaintyOptions());
}

TEST(OptionsTest, OptionsOfCcaComeBack) {
  AlignmentOptions options;
  options.metric = Metric::kCca;
  options.cca_components = 3;
  options.cca_rho = 0.25;
  Problems problems;
  const AlignmentOptions back = OptionsFromProto(ToProto(options), "spec.options", problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_EQ(back.metric, Metric::kCca);
  EXPECT_EQ(back.cca_components, 3);
  EXPECT_EQ(back.cca_rho, 0.25);
  const AlignmentOptions other =
      OptionsFromProto(ToProto(AlignmentOptions()), "spec.options", problems);
  EXPECT_EQ(other.cca_components, std::nullopt);
  EXPECT_EQ(other.cca_rho, std::nullopt);
}

TEST(OptionsTest, ConditionsReturnAsTheyWere) {
  AlignmentOptions options;
  options.where = "pos = NOUN and session != 8";
  Problems problems;
  EXPECT_EQ(OptionsFromProto(ToProto(options), "spec.options", problems).where, options.where);
  EXPECT_THAT(problems, IsEmpty());
}

TEST(OptionsTest, WhatIsNotComputedIsRefusedByItsField) {
  v1::AlignmentSpec spec;
  spec.mutable_nuisance()->add_columns("surprisal");
  Problems problems;
  SpecificationFromProto(spec, "spec", problems);
  std::vector<std::string> fields;
  for (const FieldProblem& problem : problems) {
    fields.push_back(problem.field);
    if (problem.field != "spec.brain" && problem.field != "spec.nuisance.features") {
      EXPECT_THAT(problem.description, HasSubstr("leave it out"));
    }
  }
  EXPECT_THAT(fields, testing::UnorderedElementsAre("spec.brain", "spec.nuisance.columns",
                                                    "spec.nuisance.features"));
}

TEST(OptionsTest, TimeGeneralisationReturnsAsItWas) {
  AlignmentOptions options;
  Problems problems;
  EXPECT_FALSE(OptionsFromProto(ToProto(options), "spec.options", problems).time_generalisation);
  options.time_generalisation = true;
  EXPECT_TRUE(OptionsFromProto(ToProto(options), "spec.options", problems).time_generalisation);
  EXPECT_THAT(problems, IsEmpty());
}

TEST(OptionsTest, DelaysComeBack) {
  AlignmentOptions options;
  Problems problems;
  EXPECT_EQ(ToProto(options).delays_size(), 0);
  options.delays = {0, 3, 64};
  EXPECT_EQ(OptionsFromProto(ToProto(options), "spec.options", problems).delays, options.delays);
  AlignmentSpec spec;
  spec.delays = options.delays;
  EXPECT_EQ(OptionsFromProto(ToProto(spec), "spec.options", problems).delays, options.delays);
  EXPECT_THAT(problems, IsEmpty());
}

TEST(OptionsTest, NuisanceComesBack) {
  JobSpecification specification;
  specification.nuisance = TensorRef{std::string(64, 'a'), {DType::kF64, {20, 2}, Order::kC}};
  specification.options.nuisance = {"duration", "@position"};
  Problems problems;
  const JobSpecification back = SpecificationFromProto(ToProto(specification), "spec", problems);
  EXPECT_EQ(back.nuisance, specification.nuisance);
  EXPECT_EQ(back.options.nuisance, specification.options.nuisance);

  v1::AlignmentSpec unnamed = ToProto(specification);
  unnamed.mutable_nuisance()->clear_feature_names();
  EXPECT_THAT(SpecificationFromProto(unnamed, "spec", problems).options.nuisance,
              testing::ElementsAre("features[0]", "features[1]"));
  problems.clear();
  unnamed.mutable_nuisance()->add_feature_names("duration");
  SpecificationFromProto(unnamed, "spec", problems);
  EXPECT_TRUE(std::any_of(problems.begin(), problems.end(), [](const FieldProblem& problem) {
    return problem.field == "spec.nuisance.feature_names";
  }));
}

TEST(EnumsTest, Tensors) {
  v1::TensorSpec spec;
  spec.set_data_type(v1::DATA_TYPE_F32);
  spec.add_shape(1);
  CheckEnums(spec, [](const v1::TensorSpec& changed) {
    v1::TensorRef ref;
    ref.set_digest(HexSha256Of("bytes"));
    *ref.mutable_spec() = changed;
    Problems problems;
    TensorRefFromProto(ref, "tensor", problems);
    return problems;
  });
}

TEST(EnumsTest, PriorityOfARequest) {
  CheckEnums(v1::CreateJobRequest(), [](const v1::CreateJobRequest& request) {
    Problems problems;
    PriorityFromProto(request.priority(), "priority", problems);
    return problems;
  });
}

TEST(EnumsTest, RecordOfAStateThatIsNoneIsNoRecord) {
  record::JobRecord job;
  job.mutable_job()->set_state(v1::JOB_STATE_RUNNING);
  EXPECT_TRUE(DecodeJob(job.SerializeAsString()).has_value());
  job.mutable_job()->set_state(static_cast<v1::JobState>(6));
  EXPECT_FALSE(DecodeJob(job.SerializeAsString()).has_value());
  record::ExecutionRecord execution;
  execution.set_state(v1::JOB_STATE_QUEUED);
  EXPECT_TRUE(DecodeExecution(execution.SerializeAsString()).has_value());
  execution.set_priority(static_cast<v1::JobPriority>(4));
  EXPECT_FALSE(DecodeExecution(execution.SerializeAsString()).has_value());
}

}  // namespace
}  // namespace brainalign
