#ifndef BRAINALIGN_SERVER_LOGS_TEXT_FORMATTER_H_
#define BRAINALIGN_SERVER_LOGS_TEXT_FORMATTER_H_

#include <spdlog/pattern_formatter.h>

#include <memory>

namespace brainalign {

// Lines of the log for people, as spdlog writes them: each message on one line, whatever the ids,
// names and paths in it hold.
class TextFormatter : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override;
  std::unique_ptr<spdlog::formatter> clone() const override;

 private:
  spdlog::pattern_formatter pattern_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_LOGS_TEXT_FORMATTER_H_
