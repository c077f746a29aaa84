#include "client/wire/unknown_options.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsSet(const Message& message, const FieldDescriptor* field) {
  const google::protobuf::Reflection* const reflection = message.GetReflection();
  return field->is_repeated() ? reflection->FieldSize(message, field) > 0
                              : reflection->HasField(message, field);
}

// Appends the fields that `sent` has and `echoed` has not, except `optional` ones.
void AppendMissing(const Message& sent, const Message& echoed, const std::string& path,
                   const std::set<std::string>& optional, std::vector<std::string>& missing) {
  std::vector<const FieldDescriptor*> fields;
  sent.GetReflection()->ListFields(sent, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string name(field->name());
    if (!IsSet(echoed, field) && !optional.contains(name)) {
      missing.push_back(absl::StrCat(path, name));
    }
  }
}

}  // namespace

std::vector<std::string> UnknownOptions(const v1::AlignmentSpec& sent,
                                        const v1::AlignmentSpec& echoed) {
  std::vector<std::string> missing;
  // Without nulls and draws nothing depends on these two, and an identical job may lack them.
  std::set<std::string> without_effect;
  if (sent.options().nulls() == 0 && sent.options().draws() == 0) {
    without_effect = {"block_words", "min_shift_words"};
  }
  // Every result has this one.
  const auto& arrays = sent.options().arrays();
  if (std::all_of(arrays.begin(), arrays.end(), [](const auto& a) { return a == "per_fold"; })) {
    without_effect.insert("arrays");
  }
  AppendMissing(sent.options(), echoed.options(), "options.", without_effect, missing);
  if (sent.brain().recording().empty()) {
    // The digest only serves checks.
    AppendMissing(sent.brain(), echoed.brain(), "brain.", {"word_table_digest"}, missing);
  }
  // The server looks up names, models and digests when the job is created, and reports the resolved
  // values.
  AppendMissing(sent, echoed, "", {"model", "word_table_digest"}, missing);
  return missing;
}

}  // namespace brainalign
