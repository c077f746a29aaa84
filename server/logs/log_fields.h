#ifndef BRAINALIGN_SERVER_LOGS_LOG_FIELDS_H_
#define BRAINALIGN_SERVER_LOGS_LOG_FIELDS_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace brainalign {

// The fields of a log line for programs, in addition to its sentence for people.
using LogValue = std::variant<std::string, std::int64_t, double>;
using NamedLogValue = std::pair<std::string, LogValue>;

// Fields of the lines that this thread logs while the object lives: in JSON beside the
// message, in text not at all, as the sentence says them. Objects of a thread end in the
// opposite order of their beginning; fields of all that live hold.
class LogFields {
 public:
  LogFields(std::initializer_list<NamedLogValue> fields);
  ~LogFields();
  LogFields(const LogFields&) = delete;
  LogFields& operator=(const LogFields&) = delete;

  // Of the calling thread, in the order of their beginning.
  static const std::vector<NamedLogValue>& Present();

 private:
  const std::size_t count_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_LOGS_LOG_FIELDS_H_
