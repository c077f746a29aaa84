#ifndef BRAINALIGN_SERVER_LOGS_JSON_FORMATTER_H_
#define BRAINALIGN_SERVER_LOGS_JSON_FORMATTER_H_

#include <spdlog/formatter.h>

#include <memory>

namespace brainalign {

// A line of the log as one JSON object: time (UTC, RFC 3339, microseconds), level, message,
// and the LogFields of the thread that logs. For sinks that write in that thread. Bytes that
// are no UTF-8 are replaced.
class JsonFormatter : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override;
  std::unique_ptr<spdlog::formatter> clone() const override;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_LOGS_JSON_FORMATTER_H_
