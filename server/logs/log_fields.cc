#include "server/logs/log_fields.h"

namespace brainalign {
namespace {

std::vector<NamedLogValue>& OfThread() {
  static thread_local std::vector<NamedLogValue> fields;
  return fields;
}

}  // namespace

LogFields::LogFields(std::initializer_list<NamedLogValue> fields) : count_(fields.size()) {
  OfThread().insert(OfThread().end(), fields.begin(), fields.end());
}

LogFields::~LogFields() { OfThread().resize(OfThread().size() - count_); }

const std::vector<NamedLogValue>& LogFields::Present() { return OfThread(); }

}  // namespace brainalign
